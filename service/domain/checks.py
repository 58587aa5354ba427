"""Small rules that several nouns share; each names the field it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.errors import FieldError, RuleInvalid


def refuse(pointer: str, code: str) -> RuleInvalid:
    """Make the error that names one field."""
    return RuleInvalid("rule-violated", errors=[FieldError(pointer, code)])


def check_interval(start: str | None, end: str | None, pointer: str) -> None:
    """Refuse an interval that ends before it starts (ISO dates or date-times of one form)."""
    if start is not None and end is not None and end < start:
        raise refuse(pointer, "ends-before-start")


def check_range(value: Mapping[str, Any] | None, pointer: str) -> None:
    """Refuse a range whose low lies above its high."""
    if not value:
        return
    low, high = value.get("low"), value.get("high")
    if low is not None and high is not None and low > high:
        raise refuse(pointer, "low-above-high")


def check_parts(value: Mapping[str, Any] | None, parts: Iterable[str], pointer: str) -> None:
    """Refuse a nested value that lacks a part it cannot do without."""
    if value is None:
        return
    for part in parts:
        if value.get(part) is None:
            raise refuse(f"{pointer}/{part}", "required")


def reaches_itself(start: str, edges: Mapping[str, Iterable[str]]) -> bool:
    """Say whether following the edges from a node leads back to it."""
    waiting = list(edges.get(start, ()))
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(edges.get(one, ()))
    return False
