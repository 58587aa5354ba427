"""Map Goal: title, status, target and who put it into words."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from service.domain.clinical_record import Ended, GoalFacts
from service.domain.vocabulary import GoalAchievement, GoalDirection
from service.fhir import concept, dates
from service.fhir.bundle import Entry
from service.fhir.element import Element
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_LIVE = frozenset({"proposed", "planned", "accepted", "active", "on-hold"})
_LONGEST_TITLE = 200


def goals(entries: Iterable[Entry], reading: Reading) -> tuple[GoalFacts, ...]:
    """Read the goals of the patient that are not over."""
    return tuple(facts for entry in entries if (facts := _one(entry, reading)) is not None)


def _one(entry: Entry, reading: Reading) -> GoalFacts | None:
    resource = entry.resource
    status = resource.text("lifecycleStatus")
    if status not in _LIVE:
        reading.report.skipped(entry.key, status_reason(status))
        if status is not None:
            reading.ended.append(Ended(entry.key, status, None))
        return None
    title = concept.text(resource.child("description"))
    if title is None:
        reading.report.skipped(entry.key, "no-description")
        return None
    reading.report.taken(entry.key)
    start = dates.read(resource, "startDate", reading.zone)
    targets = resource.children("target")
    target = targets[0] if len(targets) == 1 else None
    low, high, unit, direction = _range(target)
    due = dates.read(target, "dueDate", reading.zone) if target else None
    achieved = concept.code(resource.child("achievementStatus"))
    return GoalFacts(
        reading.origin(entry),
        readable(title)[:_LONGEST_TITLE],
        status,
        achieved if achieved in list(GoalAchievement) else None,
        start.first if start else None,
        due.first if due else None,
        concept.text(target.child("measure")) if target else None,
        low,
        high,
        unit,
        direction,
        reading.person(resource.child("expressedBy"), resource),
        reading.keys(resource, "addresses"),
    )


def _range(
    target: Element | None,
) -> tuple[float | None, float | None, str | None, GoalDirection | None]:
    """Read a target as a range, and the direction that a one-sided one tells."""
    if target is None:
        return None, None, None, None
    span = target.child("detailRange")
    if span is not None:
        low, high = span.child("low"), span.child("high")
        unit = next((text for one in (low, high) if one and (text := _unit(one))), None)
        return _value(low), _value(high), unit, None
    quantity = target.child("detailQuantity")
    value = _value(quantity)
    if quantity is None or value is None:
        return None, None, None, None
    comparator = quantity.text("comparator")
    unit = _unit(quantity)
    if comparator in ("<", "<="):
        return None, value, unit, GoalDirection.DECREASE
    if comparator in (">", ">="):
        return value, None, unit, GoalDirection.INCREASE
    return value, value, unit, None


def _value(quantity: Element | None) -> float | None:
    return quantity.number("value") if quantity else None


def _unit(quantity: Element) -> str | None:
    return quantity.text("code") or quantity.text("unit")


def readable(title: str) -> str:
    """Take the words out of a description that some generators write as a Python dictionary.

    A title that nobody can read would be shown to the whole team; anything else stays as it was sent.
    """
    if not title.startswith("{'") or len(title) > 5000:
        return title
    try:
        told = ast.literal_eval(title)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return title
    if not isinstance(told, dict):
        return title
    if isinstance(told.get("text"), str):
        return str(told["text"])
    observation = told.get("observation")
    if not isinstance(observation, dict):
        return title
    codes = observation.get("codes")
    first = codes[0] if isinstance(codes, list) and codes else None
    named = first.get("display") if isinstance(first, dict) else None
    if not isinstance(named, str):
        return title
    parts = (named, observation.get("operator"), observation.get("value"))
    return " ".join(f"{part}" for part in parts if part is not None)
