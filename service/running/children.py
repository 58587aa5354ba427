"""Let a child end when its parent does, however the parent ended.

Linux does it by a signal (`PR_SET_PDEATHSIG`); elsewhere a thread looks whether the parent is still the one that
started it. A parent asks for this by naming itself in the child's environment.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

PARENT: Final = "CONCORD_PARENT_PID"

_SET_PARENT_DEATH_SIGNAL: Final = 1
_LOOK_EVERY_SECONDS: Final = 1.0
_ASKED_TO_STOP: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def begin(parent: int, environment: Mapping[str, str], work: Callable[[], None]) -> None:
    """Begin a child's life: its own session, its own answer to signals, its environment, then its work.

    In a session of its own it does not hear the terminal's Ctrl-C: the parent does, and stops its children
    in order.
    """
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    name_parent(parent)
    end_with_parent()
    work()


def name_parent(parent: int) -> None:
    """Name a process as the one whose end is the end of those that this one starts."""
    os.environ[PARENT] = str(parent)


def end_with_parent() -> None:
    """Ask to be killed when the parent has gone; do nothing where no parent named itself.

    Killed, because the parent was: its port has to be free for whoever starts next. A forked process also
    has its parent's answers to signals, which mean nothing here: until it sets its own, it just ends.
    """
    named = os.environ.get(PARENT, "")
    if not named.isdigit():
        return
    for number in _ASKED_TO_STOP:
        signal.signal(number, signal.SIG_DFL)
    parent = int(named)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), name="watch-parent", daemon=True).start()
    # Asked after the signal was: a parent that went in between is noticed here.
    if os.getppid() != parent:
        sys.exit(f"The process {parent} that started this one has gone.")


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
