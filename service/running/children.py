"""Let a child end when its parent does, however the parent ended.

Linux tells a child by a signal (`PR_SET_PDEATHSIG`); everywhere, a thread also looks whether the parent is
still the one that started it. A parent asks for this by naming itself in the child's environment.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Final

PARENT: Final = "CONCORD_PARENT_PID"

_SET_PARENT_DEATH_SIGNAL: Final = 1
_LOOK_EVERY_SECONDS: Final = 1.0
_GRACE_SECONDS: Final = 5.0


def environment_of_a_child() -> dict[str, str]:
    """Return this process's environment, with this process as the one to end with."""
    return {**os.environ, PARENT: str(os.getpid())}


def end_with_parent() -> None:
    """Ask for a SIGTERM when the parent has gone; do nothing where no parent named itself."""
    named = os.environ.get(PARENT, "")
    if not named.isdigit():
        return
    parent = int(named)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    # Asked after the signal was: a parent that went in between is noticed here.
    if os.getppid() != parent:
        sys.exit(f"The process {parent} that started this one has gone.")
    threading.Thread(target=_watch, args=(parent,), name="watch-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
