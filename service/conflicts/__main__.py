"""Use the engine from the command line: `python -m service.conflicts --help`."""

from __future__ import annotations

from service.conflicts.tool import main

if __name__ == "__main__":
    raise SystemExit(main())
