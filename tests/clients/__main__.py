"""`python -m tests.clients build|walk [client …]`: build the generated clients, or take them on the journey."""

from __future__ import annotations

import sys

from tests.clients import walking
from tests.clients.building import build_all
from tests.clients.catalogue import named


def main(arguments: list[str]) -> int:
    """Do what is asked; return 0 where everything stands, 1 where something fails, 2 for a wrong call."""
    if not arguments or arguments[0] not in ("build", "walk"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        clients = named(arguments[1:])
    except LookupError as unknown:
        sys.stderr.write(f"{unknown.args[0]}\n")
        return 2
    if arguments[0] == "build":
        # A machine that lacks Node or Java still builds the others; the table says which are missing.
        return int(any(built.fault for built in build_all(clients)))
    return int(not all(walk.arrived for walk in walking.walk_all(clients)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
