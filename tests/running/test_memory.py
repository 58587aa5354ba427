"""What is loaded once is left out of the collector's rounds."""

from __future__ import annotations

import gc

from service.running import memory


def test_what_is_there_is_not_looked_at_again() -> None:
    before = gc.get_threshold()
    try:
        memory.settle()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
