"""What a milestone's readiness and criteria come to; derived at each read, stored nowhere."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from service.domain.vocabulary import Comparator, MilestoneStatus, Readiness

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    Comparator.AT_LEAST: operator.ge,
    Comparator.MORE_THAN: operator.gt,
    Comparator.AT_MOST: operator.le,
    Comparator.LESS_THAN: operator.lt,
    Comparator.EQUALS: operator.eq,
}


def readiness(
    requires: Iterable[str], waived: Iterable[Mapping[str, Any]], status_of: Mapping[str, str]
) -> Readiness:
    """Say whether every prerequisite is achieved, or waived."""
    excused = {one["id"] for one in waived}
    open_ones = [
        one
        for one in requires
        if one not in excused and status_of.get(one) not in (None, MilestoneStatus.ACHIEVED)
    ]
    return Readiness.BLOCKED if open_ones else Readiness.READY


def criteria_met(
    criteria: Sequence[Mapping[str, Any]], measured: Mapping[tuple[str, str | None], float]
) -> bool | None:
    """Compare the latest value of each measure; null until every one has been measured."""
    if not criteria:
        return None
    results = []
    for criterion in criteria:
        value = measured.get((criterion["measure"], criterion.get("unit")))
        if value is None:
            return None
        results.append(_COMPARE[criterion["comparator"]](value, criterion["value"]))
    return all(results)
