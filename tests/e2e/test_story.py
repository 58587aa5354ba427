"""One story, played through over HTTP: a limit, an exercise against it, a flag, a talk, a way out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.e2e.conftest import Live, Person

pytestmark = pytest.mark.e2e


def next_first_of_march(today: date) -> date:
    this_year = date(today.year, 3, 1)
    return this_year if this_year > today else date(today.year + 1, 3, 1)


@pytest.fixture(scope="module")
def plan(live: Live) -> str:
    return str(live.person("physician").read("/me")["plans"][0]["id"])


def only(person: Person, path: str, **wanted: Any) -> Any:
    found = [
        item
        for item in person.read(path)["items"]
        if all(item[name] == value for name, value in wanted.items())
    ]
    assert len(found) == 1, found
    return found[0]


def test_a_limit_an_exercise_and_a_way_out(live: Live, plan: str) -> None:
    physician, physio = live.person("physician"), live.person("physiotherapist")
    patient = live.person("patient")
    path = f"/care-plans/{plan}"
    today = date.today()
    first_of_march = next_first_of_march(today)

    # The physician forbids lifting over 5 kg until 1 March: the surgeon's protocol.
    limit = physician.post(
        f"{path}/recommendations",
        {
            "kind": "activity",
            "stance": "prohibit",
            "action": "lifting",
            "dose": [{"dimension": "load", "high": 5, "unit": "kg"}],
            "period": {"start": today.isoformat(), "end": first_of_march.isoformat()},
            "hard": True,
            "basis": "surgeon-protocol",
            "rationale": "Twelve weeks without heavy lifting after the operation.",
        },
    )
    assert limit.status_code == 201, limit.text
    limit_id = limit.json()["id"]
    assert limit.headers["Location"].endswith(limit_id)
    assert limit.headers["ETag"] == 'W/"1"'

    # The physiotherapist asks first: what would a 20 kg deadlift raise?
    deadlift = {
        "kind": "exercise",
        "stance": "recommend",
        "action": "deadlift",
        "dose": [
            {"dimension": "load", "low": 20, "high": 20, "unit": "kg"},
            {"dimension": "sets", "low": 3, "high": 3, "unit": "1"},
        ],
        "period": {"start": today.isoformat()},
    }
    previewed = physio.post(f"{path}/recommendations/preview", deadlift)
    assert previewed.status_code == 200, previewed.text
    (warned,) = [one for one in previewed.json()["findings"] if one["tier"] == "critical"]
    assert warned["code"] == "CF03"
    assert {one["id"] for one in warned["statements"]} == {limit_id, "new-1"}
    assert not [
        one
        for one in physio.read(f"{path}/recommendations")["items"]
        if one["action"] == "deadlift"
    ]

    # They save all the same: recorded, flagged, held.
    saved = physio.post(f"{path}/recommendations", deadlift)
    assert saved.status_code == 201, saved.text
    lift = saved.json()
    assert lift["status"] == "on-hold"
    (flag_id,) = lift["held_by"]

    flag = physio.read(f"{path}/conflicts/{flag_id}")
    assert (flag["code"], flag["tier"], flag["status"]) == ("CF03", "critical", "detected")
    assert {one["id"] for one in flag["statements"]} == {limit_id, lift["id"]}
    assert flag["why"]
    assert flag["tier_trace"]
    assert flag["dimension"]["required"] == [20, 20]
    assert flag["dimension"]["allowed"][1] == 5
    assert any(
        repair["statement"]["id"] == lift["id"] and "dose" in repair["change"]
        for repair in flag["repairs"]
    )
    counts = physio.read(f"{path}/summary")["open_flags"]
    assert counts["critical"] == 1

    # The patient is not asked to do both, and is told that the team is agreeing on it.
    assert lift["id"] not in {one["id"] for one in patient.read(f"{path}/recommendations")["items"]}
    assert patient.get(f"{path}/recommendations/{lift['id']}").status_code == 404
    told = only(patient, f"{path}/conflicts", id=flag_id)
    assert told["status"] == "open"
    assert set(told) == {"id", "status", "text"}

    # The physiotherapist cannot lift the hold, only revise.
    refused = physio.patch(
        f"{path}/recommendations/{lift['id']}", {"status": "active"}, saved.headers["ETag"]
    )
    assert refused.status_code == 409
    assert refused.json()["code"] == "held-by-flag"

    # They lower the load, citing the flag: it closes, and the exercise is released.
    lighter = physio.patch(
        f"{path}/recommendations/{lift['id']}",
        {
            "dose": [
                {"dimension": "load", "low": 4, "high": 4, "unit": "kg"},
                {"dimension": "sets", "low": 3, "high": 3, "unit": "1"},
            ],
            "reason": "Below the surgeon's limit until March.",
            "resolves": [flag_id],
        },
        saved.headers["ETag"],
    )
    assert lighter.status_code == 200, lighter.text
    assert (lighter.json()["status"], lighter.json()["held_by"]) == ("active", [])
    closed = physio.read(f"{path}/conflicts/{flag_id}")
    assert closed["status"] == "resolved"
    assert closed["closed_at"] is not None
    assert closed["resolution"]["reason"] == "Below the surgeon's limit until March."
    assert only(patient, f"{path}/conflicts", id=flag_id)["status"] == "settled"
    assert patient.get(f"{path}/recommendations/{lift['id']}").status_code == 200
    assert physio.read(f"{path}/summary")["open_flags"]["critical"] == 0

    # The history shows it all.
    told_of_item = [
        one["action"]
        for one in physio.read(f"{path}/recommendations/{lift['id']}/history")["items"]
    ]
    assert set(told_of_item) == {"created", "held", "updated", "released"}
    assert told_of_item[-1] == "created"
    told_of_flag = [
        one["action"] for one in physio.read(f"{path}/conflicts/{flag_id}/history")["items"]
    ]
    assert told_of_flag == ["resolved", "raised"]
    newest = physio.read(f"{path}/versions", params={"limit": 1})["items"][0]
    assert newest["by"]["role"] == "physiotherapist"
    assert {(one["kind"], one["action"]) for one in newest["items"]} >= {
        ("recommendation", "updated"),
        ("conflict", "resolved"),
        ("recommendation", "released"),
    }


def test_two_colleagues_edit_one_milestone_and_the_second_merges(live: Live, plan: str) -> None:
    one, other = live.person("physiotherapist"), live.person("occupational-therapist")
    path = f"/care-plans/{plan}/milestones"
    shared = [item for item in one.read(path)["items"] if item["owner_discipline"] == "shared"]
    milestone = f"{path}/{shared[0]['id']}"
    first, second = one.get(milestone), other.get(milestone)
    assert first.headers["ETag"] == second.headers["ETag"]
    due = date(date.today().year + 1, 6, 1).isoformat()

    saved = one.patch(
        milestone, {"title": "Back at the counter", "due": due}, first.headers["ETag"]
    )
    assert saved.status_code == 200, saved.text

    stale = other.patch(
        milestone,
        {"description": "Half days at first.", "due": due},
        second.headers["ETag"],
    )
    assert stale.status_code == 412
    problem = stale.json()
    assert problem["code"] == "stale-version"
    assert problem["conflicting_fields"] == ["due"]
    assert f'W/"{problem["current_version"]}"' == saved.headers["ETag"]

    merged = other.patch(
        milestone, {"description": "Half days at first."}, other.get(milestone).headers["ETag"]
    )
    assert merged.status_code == 200
    assert (merged.json()["title"], merged.json()["description"], merged.json()["due"]) == (
        "Back at the counter",
        "Half days at first.",
        due,
    )
