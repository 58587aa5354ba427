"""Hold the engine's knowledge: activities with their loads, and the clinical tables.

Both files are drafts for clinicians to review. They are data of this package, versioned with it,
and validated whenever they are loaded: a table that names an unknown code stops the start.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


class BrokenKnowledge(RuntimeError):
    """Say that a knowledge file contradicts itself; the engine must not run on it."""


def load(name: str) -> dict[str, Any]:
    """Read one knowledge file of this package."""
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise BrokenKnowledge(f"{name} is not an object")
    return content


def require(holds: bool, what: str) -> None:
    """Stop when a knowledge file does not hold what it must."""
    if not holds:
        raise BrokenKnowledge(what)


def closure(parents: dict[str, tuple[str, ...]], what: str) -> dict[str, frozenset[str]]:
    """Give each code itself and everything above it; refuse unknown parents and cycles."""
    done: dict[str, frozenset[str]] = {}

    def climb(code: str, path: tuple[str, ...]) -> frozenset[str]:
        require(code not in path, f"{what}: {code} is above itself")
        if code not in done:
            above = {code}
            for parent in parents[code]:
                require(parent in parents, f"{what}: {code} is below {parent}, which is unknown")
                above |= climb(parent, (*path, code))
            done[code] = frozenset(above)
        return done[code]

    for code in parents:
        climb(code, ())
    return done


def inverse(up: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Give each code itself and everything below it."""
    down: dict[str, set[str]] = {code: set() for code in up}
    for code, above in up.items():
        for other in above:
            down[other].add(code)
    return {code: frozenset(below) for code, below in down.items()}
