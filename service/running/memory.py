"""Spare the collector what is loaded once and stays: the code, the tables, the compiled schemas."""

from __future__ import annotations

import gc
from typing import Final

# Youngest first: a request makes a few thousand objects, most of which go by themselves.
_THRESHOLDS: Final = (50_000, 20, 50)


def settle() -> None:
    """Take all that is there now out of the collector's rounds, and have it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
