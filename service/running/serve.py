"""Serve the application over HTTP: `python -m service.running.serve HOST PORT WORKERS THREADS`."""

from __future__ import annotations

import os
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from service.running.children import name_parent
from service.settings import PROJECT


def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop; requests at hand are answered first."""
    name_parent(os.getpid())  # the server's own workers end with it
    Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=4,
        respawn_failed_workers=True,
        working_dir=PROJECT,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], *(int(number) for number in sys.argv[2:5]))
