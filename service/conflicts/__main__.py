"""Check a plan document from the command line: `python -m service.conflicts check PLAN.json`.

Findings go to standard output as JSON. A bad document ends with exit code 2 and one JSON object
on standard error that names the place.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from service.conflicts import BadDocument, check


def fail(pointer: str, problem: str) -> NoReturn:
    """End with the place and the kind of the error, and nothing of what was in the document."""
    error = {"error": "bad-document", "pointer": pointer, "problem": problem}
    sys.stderr.write(json.dumps(error) + "\n")
    raise SystemExit(2)


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names one key twice."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise BadDocument("", "key-stands-twice")
    return dict(pairs)


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which are no JSON."""
    raise BadDocument("", "not-a-number")


def read(source: str) -> Any:
    """Read the document from a file, or from standard input."""
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError:
        fail("", "cannot-be-read")
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=distinct, parse_constant=refuse_constant
        )
    except BadDocument as error:
        fail(error.pointer, error.problem)
    except (ValueError, RecursionError):
        fail("", "not-json")


def main(arguments: list[str] | None = None) -> int:
    """Read, check, print."""
    parser = argparse.ArgumentParser(prog="python -m service.conflicts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("check", help="print the findings of a plan document as JSON")
    command.add_argument("plan", help="a file, or - for standard input")
    options = parser.parse_args(arguments)
    try:
        result = check(read(options.plan))
    except BadDocument as error:
        fail(error.pointer, error.problem)
    sys.stdout.write(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
