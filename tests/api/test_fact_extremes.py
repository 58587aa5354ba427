"""Values at the edge of what the contract takes are answered, never a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest

from service.api.goals.schemas import GoalPatch
from service.api.milestones.schemas import MilestonePatch
from service.api.recommendations.schemas import RecommendationPatch
from tests.api.advice import CYCLING, NO_STAIRS, STAIRS, give
from tests.api.conftest import Members

FIRST, LAST = "0001-01-01", "9999-12-31"


@pytest.mark.parametrize(
    ("day", "status"),
    [(FIRST, 400), ("1899-12-31", 400), ("1900-01-01", 200), ("2027-02-15", 200), (LAST, 400)],
)
@pytest.mark.parametrize("path", ["conflicts", "plan-document"])
def test_a_day_far_away(member: Members, path: str, day: str, status: int) -> None:
    give(member("physician"), NO_STAIRS)
    give(member("physiotherapist"), STAIRS)

    assert member("physician").get(f"{path}?as_of={day}").status_code == status


@pytest.mark.parametrize(
    "change",
    [
        {"period": {"start": FIRST, "end": LAST}},
        {"period": {"start": LAST}},
        {"period": {"start": FIRST, "end": FIRST}},
        {"review_by": FIRST},
        {"review_by": LAST},
        {"dose": [{"dimension": "load", "low": 0, "high": 1_000_000_000, "unit": "t"}]},
        {"dose": [{"dimension": "frequency", "low": 1e-9, "high": 1e9, "unit": "1/wk"}]},
        {"dose": [{"dimension": "session", "low": 5e-324, "unit": "min"}]},
        {"medication": {"dose_change_date": LAST, "drug_class": "opioid", "daily_mg": 1e9}},
        {"rationale": "x" * 4000},
        {"rationale": "\u200b\U0001f642\uffff"},
        {"exclude_actions": [f"code-{number}" for number in range(50)]},
        {"context": {"phase": ["flare", "flare", "baseline"]}},
    ],
    ids=str,
)
def test_advice_at_the_edge(member: Members, change: dict[str, Any]) -> None:
    physio = member("physiotherapist")
    give(member("physician"), NO_STAIRS)

    made = physio.post("recommendations", {**STAIRS, **change})
    previewed = physio.post("recommendations/preview", {**STAIRS, **change})

    assert made.status_code == 201
    assert previewed.status_code == 200
    assert physio.get("conflicts").status_code == 200
    assert physio.get("summary").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"due": LAST},
        {"start": FIRST, "due": FIRST},
        {"target": {"low": -1e9, "high": 1e9}},
        {"confidence_to_act": 0},
        {"goal_attainment_scale": []},
        {"action": "nothing-we-know"},
    ],
    ids=str,
)
def test_a_goal_at_the_edge(member: Members, change: dict[str, Any]) -> None:
    physio = member("physiotherapist")
    body = {"title": "Walk", "measure": "steps", "direction": "increase", **change}

    assert physio.post("goals", body).status_code == 201
    assert physio.get("conflicts").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"start": LAST, "due": LAST},
        {"due": FIRST},
        {"criteria": [{"measure": "x", "comparator": "=", "value": 1e9}]},
        {"requires": [], "waived": []},
    ],
    ids=str,
)
def test_a_milestone_at_the_edge(member: Members, change: dict[str, Any]) -> None:
    physio = member("physiotherapist")
    first = physio.post("milestones", {"title": "First", **change})
    second = physio.post("milestones", {"title": "Second", "requires": [first.json["id"]]})

    assert first.status_code == 201
    moved = physio.patch(f"milestones/{second.json['id']}", {"status": "in-progress"}, 1)
    assert moved.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"expires": LAST}, 422),
        ({"expires": FIRST}, 422),
        ({"monitor_by": LAST}, 422),
        ({"expires": "2027-03-01", "monitor_by": "2027-03-02"}, 422),
        ({"text": ""}, 422),
        ({"text": "x" * 4001}, 422),
    ],
    ids=str,
)
def test_an_acceptance_at_the_edge(member: Members, body: dict[str, Any], status: int) -> None:
    give(member("physician"), NO_STAIRS)
    give(member("physiotherapist"), STAIRS)
    [flag] = member("physician").get("conflicts?code=CF01").json["items"]
    asked = {"reason_code": "other", "text": "x", **body}

    answer = member("physician").post(f"conflicts/{flag['id']}/accept", asked, 1)

    assert answer.status_code == status


def test_one_item_named_in_several_changes(member: Members) -> None:
    physio = member("physiotherapist")
    give(member("physician"), NO_STAIRS)
    advice = give(physio, STAIRS)
    change = {"id": advice["id"], "status": "revoked"}

    answer = physio.post("recommendations/preview", {"changes": [change, change, CYCLING]})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"reason": "Nothing else"},
        {"resolves": ["0199a1b2-7c3d-7e4f-8a5b-00000000ffff"]},
        {"dose": None, "period": None, "context": None, "hard": None},
    ],
    ids=str,
)
def test_a_patch_that_changes_little(member: Members, patch: dict[str, Any]) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING)

    answer = physio.patch(f"recommendations/{advice['id']}", patch, 1)

    assert answer.status_code in (200, 422)
    assert physio.get("plan-document").status_code == 200


@pytest.mark.parametrize("name", sorted(GoalPatch().fields))
def test_every_field_of_a_goal_cleared(member: Members, name: str) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", {"title": "Walk", "target": {"low": 1}}).json

    answer = physio.patch(f"goals/{goal['id']}", {name: None}, 1)

    assert answer.status_code in (200, 422)
    assert physio.get("plan-document").status_code == 200


@pytest.mark.parametrize("name", sorted(MilestonePatch().fields))
def test_every_field_of_a_milestone_cleared(member: Members, name: str) -> None:
    physio = member("physiotherapist")
    step = physio.post("milestones", {"title": "Walk", "due": "2027-03-01"}).json

    answer = physio.patch(f"milestones/{step['id']}", {name: None}, 1)

    assert answer.status_code in (200, 422)
    assert physio.get("plan-document").status_code == 200


@pytest.mark.parametrize("name", sorted(RecommendationPatch().fields))
def test_every_field_of_advice_cleared(member: Members, name: str) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING)

    answer = physio.patch(f"recommendations/{advice['id']}", {name: None}, 1)

    assert answer.status_code in (200, 422)
    assert physio.get("plan-document").status_code == 200
