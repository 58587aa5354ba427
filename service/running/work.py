"""Run a worker: `python -m service.running.work [FILE]`; it touches the file while it is well."""

from __future__ import annotations

import sys
from pathlib import Path

from service.jobs.worker import Worker
from service.running.children import end_with_parent
from service.settings import Settings
from service.web import request_log


def main(settings: Settings, alive: Path | None = None) -> None:
    """Work until told to stop; what is at hand is left at a point where it may be left."""
    end_with_parent()
    request_log.configure()
    Worker(settings, alive=alive).run()


if __name__ == "__main__":
    main(Settings.from_env(), *(Path(name) for name in sys.argv[1:2]))
