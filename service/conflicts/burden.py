"""Work out how much time the plan asks of the patient, at the least.

Only low ends count: a dose that names no low end asks for nothing for certain. Of statements that
are written as alternatives to each other the longest counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.conflicts.facts import Dose
from service.conflicts.finding import Repair
from service.conflicts.medicines import groups
from service.conflicts.repairs import change, with_dose
from service.conflicts.statement import Statement
from service.conflicts.units import factor, show

DAYS = 7


def low_end(item: Statement, dimension: str, unit: str) -> float | None:
    """Give the low end of a dose in a unit; None where it is not stated or does not compare."""
    dose = item.dose.get(dimension)
    into = factor(dose.unit, unit) if dose is not None else None
    if dose is None or dose.low is None or into is None:
        return None
    return max(dose.low * into, 0.0)


def minutes_a_week(item: Statement) -> float:
    """Give the minutes a week of an exercise or a treatment: session by frequency, or daily."""
    minutes = item.figures.get("minutes a week")
    if minutes is None:
        minutes = item.figures["minutes a week"] = _minutes_a_week(item)
    return minutes


def _minutes_a_week(item: Statement) -> float:
    daily = low_end(item, "daily-minutes", "min/d")
    if daily is not None:
        return daily * DAYS
    session = low_end(item, "session", "min")
    often = low_end(item, "frequency", "1/wk")
    return 0.0 if session is None or often is None else session * often


@dataclass(frozen=True)
class Load:
    """Hold a group of alternatives, with what each asks for in a day or a week."""

    members: tuple[Statement, ...]
    amounts: Mapping[str, float]


def loads(items: Sequence[Statement], amounts: Mapping[str, float]) -> list[Load]:
    """Gather what asks for time into groups of alternatives."""
    asking = [item for item in items if amounts.get(item.id, 0.0) > 0]
    gathered = [tuple(sorted(group, key=lambda item: item.id)) for group in groups(asking)]
    return [Load(group, amounts) for group in sorted(gathered, key=lambda group: group[0].id)]


def shorter(item: Statement, share: float) -> Repair | None:
    """Offer to shorten a session (or daily minutes) to a share of what is asked."""
    name = "daily-minutes" if "daily-minutes" in item.dose else "session"
    dose = item.dose.get(name)
    if dose is None or dose.low is None:
        return None
    length = math.floor(dose.low * share * 10 + 1e-9) / 10
    if length <= 0:
        return None
    short = Dose(name, length, length, dose.unit)
    return change(
        item, with_dose(item, short), f"Shorten {item.label} to {show(length)} {dose.unit}."
    )
