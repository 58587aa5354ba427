"""Milestones over HTTP: readiness, legal moves, prerequisites, and the progress reported on them."""

from __future__ import annotations

from typing import Any

import pytest

from service.actions.picture import ALBUM
from tests.api.conftest import Member, Members
from tests.clinic import Clinic

STEP = {
    "title": "Twenty minutes of brisk walking",
    "phase": "functional-restoration",
    "criteria": [{"measure": "brisk walking", "comparator": ">=", "value": 20, "unit": "min"}],
    "start": "2027-02-08",
    "due": "2027-03-15",
}


def enter(who: Member, **fields: Any) -> dict[str, Any]:
    made = who.post("milestones", {**STEP, **fields})
    assert made.status_code == 201, made.json
    answer: dict[str, Any] = made.json
    return answer


def move(who: Member, milestone: dict[str, Any], *statuses: str, reason: str | None = None) -> Any:
    answer = None
    for status in statuses:
        body = {"status": status} | ({"reason": reason} if reason else {})
        where = f"milestones/{milestone['id']}"
        answer = who.patch(where, body, who.get(where).json["version"])
    return answer


def test_a_milestone_is_entered_with_its_derived_fields(member: Members) -> None:
    made = enter(member("physiotherapist"))

    assert made["status"] == "planned"
    assert made["owner_discipline"] == "physiotherapy"
    assert made["readiness"] == "ready"
    assert made["criteria_met"] is None
    assert made["percent"] is None


@pytest.mark.parametrize("name", ["readiness", "criteria_met", "percent", "achieved_on"])
def test_derived_fields_are_refused_in_a_body(member: Members, name: str) -> None:
    answer = member("physiotherapist").post("milestones", {**STEP, name: 1})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{name}", "code": "unknown-field"}]


@pytest.mark.parametrize(
    ("begins", "status"),
    [
        ("planned", 201),
        ("in-progress", 201),
        ("achieved", 422),
        ("not-achieved", 422),
        ("cancelled", 422),
    ],
)
def test_a_milestone_begins_before_it_ends(member: Members, begins: str, status: int) -> None:
    answer = member("physiotherapist").post("milestones", {**STEP, "status": begins})

    assert answer.status_code == status
    if status == 422:
        assert answer.json["errors"] == [{"pointer": "/status", "code": "not-a-starting-status"}]


@pytest.mark.parametrize("begins", ["achieved", "not-achieved", "cancelled"])
def test_a_clinic_system_brings_what_is_over(member: Members, begins: str) -> None:
    made = enter(member("clinic-system"), status=begins, source={"system": "ehr"})

    assert made["status"] == begins


@pytest.mark.parametrize(
    ("moves", "status"),
    [
        (("in-progress",), 200),
        (("cancelled",), 200),
        (("achieved",), 409),
        (("in-progress", "achieved"), 200),
        (("in-progress", "not-achieved", "in-progress"), 200),
        (("in-progress", "planned"), 409),
        (("cancelled", "in-progress"), 409),
    ],
)
def test_only_legal_moves(member: Members, moves: tuple[str, ...], status: int) -> None:
    physio = member("physiotherapist")

    assert move(physio, enter(physio), *moves).status_code == status


def test_going_back_from_achieved_needs_a_reason(member: Members) -> None:
    physio = member("physiotherapist")
    step = enter(physio)
    move(physio, step, "in-progress", "achieved")

    refused = move(physio, step, "in-progress")
    allowed = move(physio, step, "in-progress", reason="It was the other leg")

    assert refused.status_code == 409
    assert refused.json["code"] == "reason-required"
    assert allowed.status_code == 200


def test_a_blocked_milestone_may_start_and_is_flagged(member: Members) -> None:
    physio = member("physiotherapist")
    first = enter(physio, title="Ten minutes")
    second = enter(physio, requires=[first["id"]])
    assert second["readiness"] == "blocked"

    answer = move(physio, second, "in-progress")

    assert answer.status_code == 200
    flags = physio.get("conflicts?code=CF17").json["items"]
    assert {one["id"] for one in flags[0]["statements"]} == {first["id"], second["id"]}
    move(physio, first, "in-progress", "achieved")
    assert physio.get(f"milestones/{second['id']}").json["readiness"] == "ready"
    assert physio.get("conflicts?code=CF17").json["items"][0]["status"] == "auto-closed"


def test_prerequisites_make_no_cycle_and_stay_within_the_plan(member: Members) -> None:
    physio = member("physiotherapist")
    first = enter(physio)
    second = enter(physio, requires=[first["id"]])

    cycle = physio.patch(f"milestones/{first['id']}", {"requires": [second["id"]]}, 1)
    stranger = physio.post("milestones", {**STEP, "requires": [member("psychologist").plan[-36:]]})

    assert cycle.status_code == 409
    assert cycle.json["code"] == "prerequisite-cycle"
    assert stranger.status_code == 422
    assert stranger.json["errors"][0]["pointer"] == "/requires/0"


def test_a_prerequisite_entered_in_error_is_waited_for_no_more(
    member: Members, clinic: Clinic
) -> None:
    physio = member("physiotherapist")
    first = enter(physio)
    second = enter(physio, requires=[first["id"]])

    assert physio.delete(f"milestones/{first['id']}", 1).status_code == 204

    document = physio.get("plan-document").json
    assert [one["requires"] for one in document["milestones"]] == [[]]
    assert physio.get(f"milestones/{second['id']}").json["readiness"] == "ready"
    # A process that knows nothing of the plan yet reads it whole.
    ALBUM.take(clinic.plan_id)
    answer = physio.patch(f"milestones/{second['id']}", {"title": "Alone"}, 1)
    assert answer.status_code == 200


def test_what_was_required_may_have_been_entered_in_error_since(member: Members) -> None:
    who = member("physiotherapist")
    first, other = enter(who), enter(who)
    then = enter(who, requires=[first["id"]])
    where = f"milestones/{then['id']}"
    assert who.delete(f"milestones/{first['id']}", 1).status_code == 204
    assert who.patch(where, {"title": "Alone now"}, 1).status_code == 200
    kept = who.patch(where, {"requires": [first["id"], other["id"]]}, 2)
    assert kept.status_code == 200, kept.json
    gone = enter(who)
    assert who.delete(f"milestones/{gone['id']}", 1).status_code == 204
    assert who.patch(where, {"requires": [gone["id"]]}, 3).status_code == 422


def test_a_prerequisite_of_another_discipline_is_not_waived_alone(member: Members) -> None:
    physio = member("physiotherapist")
    theirs = enter(member("psychologist"), title="Can name two ways to calm down")
    own = enter(physio, title="Ten minutes")
    step = enter(physio, requires=[theirs["id"], own["id"]])
    where = f"milestones/{step['id']}"

    refused = physio.patch(where, {"waived": [{"id": theirs["id"], "reason": "No need"}]}, 1)
    allowed = physio.patch(where, {"waived": [{"id": own["id"], "reason": "Walks already"}]}, 1)

    assert refused.status_code == 409
    assert refused.json["code"] == "consent-to-link-required"
    assert allowed.status_code == 200
    assert allowed.json["readiness"] == "blocked"


def test_a_milestone_belongs_to_a_goal_of_its_plan(member: Members) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", {"title": "Walk to the market"}).json["id"]

    assert enter(physio, goal_id=goal)["goal_id"] == goal
    answer = physio.post("milestones", {**STEP, "goal_id": member("physiotherapist").plan[-36:]})
    assert answer.status_code == 422
    listed = physio.get(f"milestones?goal_id={goal}").json["items"]
    assert [one["goal_id"] for one in listed] == [goal]


def test_two_colleagues_edit_one_milestone_and_the_second_merges(member: Members) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    step = enter(physician, owner_discipline="shared")
    where = f"milestones/{step['id']}"
    assert physio.patch(where, {"due": "2027-03-22"}, 1).status_code == 200

    stale = physician.patch(where, {"due": "2027-03-29", "title": "Half an hour"}, 1)

    assert stale.status_code == 412
    assert stale.json["conflicting_fields"] == ["due"]
    merged = physician.patch(where, {"title": "Half an hour"}, stale.json["current_version"])
    assert merged.json["due"] == "2027-03-22"
    assert merged.json["title"] == "Half an hour"


def test_progress_is_reported_by_anybody_and_never_bumps_the_milestone(member: Members) -> None:
    physio, patient = member("physiotherapist"), member("patient")
    step = enter(physio)
    where = f"milestones/{step['id']}/progress"

    own = patient.post(where, {"note": "Three walks this week", "percent": 40})
    seen = physio.post(
        where, {"percent": 60, "measure": "brisk walking", "value": 21.5, "unit": "min"}
    )

    assert own.status_code == 201
    assert own.json["self_reported"] is True
    assert own.json["author"]["role"] == "patient"
    assert seen.json["self_reported"] is False
    shown = member("psychologist").get(f"milestones/{step['id']}")
    assert shown.headers["ETag"] == 'W/"1"'
    assert shown.json["percent"] == 60
    assert shown.json["criteria_met"] is True
    listed = member("care-coordinator").get(where).json["items"]
    assert [one["percent"] for one in listed] == [60, 40]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"percent": 101},
        {"percent": -1},
        {"percent": "40"},
        {"value": 3},
        {"measure": "walking"},
        {"note": "x", "unit": "min"},
        {"note": "x", "self_reported": True},
    ],
)
def test_a_report_that_says_nothing_or_half_is_refused(member: Members, body: object) -> None:
    physio = member("physiotherapist")
    step = enter(physio)

    assert physio.post(f"milestones/{step['id']}/progress", body).status_code == 422


@pytest.mark.parametrize(
    ("username", "owner", "status"),
    [
        ("physiotherapist", "physiotherapy", 201),
        ("physiotherapist", "physician", 403),
        ("care-coordinator", "shared", 201),
        ("patient", "patient", 403),
        ("patient", "shared", 403),
        ("clinic-system", "psychology", 201),
        ("physician-outsider", "physician", 404),
        ("auditor", "shared", 404),
    ],
)
def test_who_may_enter_a_milestone(member: Members, username: str, owner: str, status: int) -> None:
    answer = member(username).post("milestones", {**STEP, "owner_discipline": owner})

    assert answer.status_code == status


def test_a_machine_reports_no_progress(member: Members) -> None:
    step = enter(member("physiotherapist"))

    answer = member("clinic-system").post(f"milestones/{step['id']}/progress", {"percent": 10})

    assert answer.status_code == 403


def test_what_is_no_identifier_is_answered_as_what_is_hidden(member: Members) -> None:
    physio = member("physiotherapist")

    assert physio.get("milestones/one").status_code == 404
    assert physio.post("milestones/one/progress", {"percent": 1}).status_code == 404
