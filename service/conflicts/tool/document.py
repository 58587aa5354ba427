"""Read a plan document, and say in one line what is wrong with it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from service.conflicts.document import parse
from service.conflicts.facts import Facts
from service.conflicts.reader import BadDocument
from service.conflicts.tool.positions import Malformed, line_at, scan


class Unusable(Exception):
    """Say that a command cannot do what it was asked to; its text goes to standard error."""


class BadInput(Unusable):
    """Say that a document cannot be read: the place and the kind of the error, and no value."""

    def __init__(self, pointer: str, problem: str, line: int | None = None) -> None:
        error = {"error": "bad-document", "pointer": pointer, "problem": problem}
        super().__init__(json.dumps(error if line is None else {**error, "line": line}))


def read_plan(source: str) -> Facts:
    """Read a plan document from a file, or from standard input where the source is `-`."""
    text = _text(source)
    try:
        facts = parse(_json(text))
    except BadDocument as error:
        raise BadInput(error.pointer, error.problem, _line(text, error.pointer)) from None
    if facts.as_of is None:
        raise BadInput("/as_of", "required", _line(text, "/as_of"))
    return facts


def read_bytes(source: str) -> bytes:
    """Read a file, or standard input; OSError and a path that is none are left to the caller."""
    return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()


def _text(source: str) -> str:
    try:
        return read_bytes(source).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput("", "not-json") from None
    except (OSError, ValueError):
        raise BadInput("", "cannot-be-read") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise BadInput("", "not-json", error.lineno) from None
    except (_Flawed, ValueError, RecursionError):
        raise _flaw(text) from None


class _Flawed(Exception):
    """Say that the standard reader would let something pass that we do not."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Flawed
    return found


def _refuse(name: str) -> NoReturn:
    raise _Flawed


def _flaw(text: str) -> BadInput:
    """Find the place of what the standard reader stumbled over."""
    try:
        _, flaws = scan(text)
    except Malformed as error:
        return BadInput("", "not-json", error.line)
    if not flaws:
        return BadInput("", "not-json")
    return BadInput(flaws[0].pointer, flaws[0].problem, flaws[0].line)


def _line(text: str, pointer: str) -> int | None:
    try:
        node, _ = scan(text)
    except Malformed:
        return None
    return line_at(node, pointer)
