"""Every cell of every lifecycle, against the table a clinician would draw."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import pytest

from service.domain import lifecycles
from service.domain.vocabulary import (
    GoalStatus,
    MilestoneStatus,
    PlanStatus,
    RecommendationStatus,
)
from service.errors import RuleConflict, RuleInvalid

MILESTONE_MOVES = {
    "planned in-progress",
    "planned cancelled",
    "in-progress achieved",
    "in-progress not-achieved",
    "in-progress cancelled",
    "not-achieved in-progress",
    "achieved in-progress",
}
RECOMMENDATION_MOVES = {
    "draft active",
    "active on-hold",
    "on-hold active",
    "draft revoked",
    "active revoked",
    "on-hold revoked",
    "active completed",
    "on-hold completed",
}
PLAN_MOVES = {
    "active on-hold",
    "on-hold active",
    "active completed",
    "active revoked",
    "on-hold completed",
    "on-hold revoked",
}
GOAL_MOVES = {
    *(
        f"{early} {later}"
        for early in ("proposed", "planned", "accepted")
        for later in ("active", "rejected", "cancelled")
    ),
    "proposed planned",
    "proposed accepted",
    "planned accepted",
    "accepted planned",
    *(
        f"{one} {other}"
        for one in ("active", "on-hold", "completed", "cancelled")
        for other in ("active", "on-hold", "completed", "cancelled")
        if one != other
    ),
}


@pytest.mark.parametrize(
    ("table", "statuses", "moves"),
    [
        (lifecycles.MILESTONE, MilestoneStatus, MILESTONE_MOVES),
        (lifecycles.RECOMMENDATION, RecommendationStatus, RECOMMENDATION_MOVES),
        (lifecycles.PLAN, PlanStatus, PLAN_MOVES),
        (lifecycles.GOAL, GoalStatus, GOAL_MOVES),
    ],
    ids=["milestone", "recommendation", "plan", "goal"],
)
def test_a_status_moves_along_its_table_and_nowhere_else(
    table: Mapping[str, frozenset[str]], statuses: type[StrEnum], moves: set[str]
) -> None:
    for before in statuses:
        for after in statuses:
            if before == after or f"{before.value} {after.value}" in moves:
                lifecycles.move(table, before, after)
            else:
                with pytest.raises(RuleConflict) as refused:
                    lifecycles.move(table, before, after)
                assert refused.value.code == "illegal-transition"


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_an_achieved_milestone_is_reopened_with_a_reason_only(reason: str | None) -> None:
    pairs = lifecycles.MILESTONE_REASONS
    with pytest.raises(RuleConflict) as refused:
        lifecycles.needs_reason(pairs, "achieved", "in-progress", reason)
    assert refused.value.code == "reason-required"
    lifecycles.needs_reason(pairs, "achieved", "in-progress", "pain came back")
    lifecycles.needs_reason(pairs, "planned", "in-progress", reason)


@pytest.mark.parametrize(
    ("starts", "statuses", "allowed"),
    [
        (lifecycles.MILESTONE_STARTS, MilestoneStatus, {"planned", "in-progress"}),
        (lifecycles.GOAL_STARTS, GoalStatus, {"proposed", "planned", "accepted", "active"}),
        (lifecycles.RECOMMENDATION_STARTS, RecommendationStatus, {"draft", "active"}),
    ],
    ids=["milestone", "goal", "recommendation"],
)
def test_a_new_item_begins_where_its_life_begins(
    starts: frozenset[str], statuses: type[StrEnum], allowed: set[str]
) -> None:
    for status in statuses:
        lifecycles.begin(starts, "active", status)  # nothing new: the moves have their own table
        if status.value in allowed:
            lifecycles.begin(starts, None, status)
            continue
        with pytest.raises(RuleInvalid) as refused:
            lifecycles.begin(starts, None, status)
        assert [one.pointer for one in refused.value.errors] == ["/status"]
        if status.value != "entered-in-error":
            lifecycles.begin(starts, None, status, imported=True)


def test_no_record_enters_what_was_entered_in_error() -> None:
    with pytest.raises(RuleInvalid):
        lifecycles.begin(lifecycles.GOAL_STARTS, None, "entered-in-error", imported=True)
