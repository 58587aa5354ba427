"""Stop an embedded PostgreSQL whose users are gone, however they went.

Started by path, on the standard library alone, so that what sleeps for hours takes a few megabytes.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import signal
import sys
from pathlib import Path


def main(var_dir: Path) -> None:
    """Wait until nobody holds the users' lock, then stop what still runs."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever ends a whole session ends the users; the guard goes when they have gone.
        signal.signal(number, signal.SIG_IGN)
    users = os.open(var_dir / "run" / "users.lock", os.O_RDWR)
    fcntl.flock(users, fcntl.LOCK_EX)
    if (var_dir / "pg" / "postmaster.pid").exists():
        # Loaded only now: see the first lines of this file. Its own folder must not shadow the package.
        sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
        embedded = importlib.import_module("service.embedded")
        embedded.EmbeddedPostgres(var_dir).stop_abandoned()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
