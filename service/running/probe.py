"""Tell a container's health check how a process is: `python -m service.running.probe URL-or-FILE`.

A server is well when it answers 200; a worker is well while it touches its file.
"""

from __future__ import annotations

import contextlib
import http.client
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_FRESH_SECONDS: Final = 120.0


def is_well(what: str) -> bool:
    """Look once."""
    try:
        if "://" in what:
            return _answers(what)
        return time.time() - Path(what).stat().st_mtime < _FRESH_SECONDS
    except (OSError, http.client.HTTPException):
        return False


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    with contextlib.closing(connection):
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1]) else 1)
