"""The team over HTTP: who adds whom, who leaves, who covers, and that nobody gains by their own hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from service.db import Database
from service.domain.vocabulary import Role
from service.models.plans import CarePlan
from service.models.teams import TeamMember, members
from tests.api.conftest import Member, Members
from tests.clinic import Clinic

TODAY = "2027-02-15"


@pytest.fixture
def user_id(clinic: Clinic) -> Callable[[str], str]:
    return lambda username: str(clinic.users[username].id)


def _membership(who: Member, user_id: str) -> dict[str, Any]:
    listed = who.get("team-members?limit=200").json["items"]
    return next(one for one in listed if one["user_id"] == user_id)


def test_the_lead_adds_a_colleague_who_then_sees_the_plan(
    member: Members, user_id: Callable[[str], str]
) -> None:
    newcomer = member("physician-outsider")
    assert newcomer.get("goals").status_code == 404

    made = member("physician").post("team-members", {"user_id": user_id("physician-outsider")})

    assert made.status_code == 201
    assert made.json["name"] == "Physician-Outsider"
    assert made.json["role"] == "physician"
    assert made.json["discipline"] == "physician"
    assert made.json["period"] == {"start": TODAY, "end": None}
    assert made.json["invited_by"] == user_id("physician")
    assert newcomer.get("goals").status_code == 200


def test_a_future_membership_is_not_one_yet(member: Members, user_id: Callable[[str], str]) -> None:
    member("physician").post(
        "team-members",
        {"user_id": user_id("physician-outsider"), "period": {"start": "2027-02-16"}},
    )

    assert member("physician-outsider").get("goals").status_code == 404


def test_the_plan_looks_again_on_the_day_a_period_turns(
    member: Members, user_id: Callable[[str], str], clinic: Clinic, database: Database
) -> None:
    member("physician").post(
        "team-members",
        {"user_id": user_id("physician-outsider"), "period": {"end": "2027-02-18"}},
    )

    with database.transaction(clinic.tenant_id) as session:
        plan = session.get(CarePlan, (clinic.tenant_id, clinic.plan_id))
        assert plan is not None
        assert plan.next_change == date(2027, 2, 18)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("physician", 201),
        ("care-coordinator", 201),
        ("physician-2", 403),
        ("psychologist", 403),
        ("patient", 403),
        ("clinic-system", 403),
        ("physician-outsider", 404),
        ("clinic-admin", 404),
        ("auditor", 404),
    ],
)
def test_who_may_add(
    member: Members, user_id: Callable[[str], str], who: str, expected: int
) -> None:
    answer = member(who).post("team-members", {"user_id": user_id("physiotherapist-2")})

    assert answer.status_code == expected


def test_nobody_adds_themselves(member: Members, user_id: Callable[[str], str]) -> None:
    coordinator = member("care-coordinator")
    own = _membership(coordinator, user_id("care-coordinator"))
    ended = coordinator.patch(f"team-members/{own['id']}", {"period": {"end": TODAY}}, 1)
    assert ended.status_code == 200
    # From the next request on they are no member.
    assert coordinator.get("team-members").status_code == 404

    assert (
        member("physician").post("team-members", {"user_id": user_id("physician")}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("patient", "role-not-allowed"),
        ("clinic-system", "role-not-allowed"),
        ("clinic-admin", "role-not-allowed"),
        (None, "unknown-reference"),
    ],
)
def test_only_colleagues_who_treat_join(
    member: Members, user_id: Callable[[str], str], who: str | None, code: str
) -> None:
    unknown = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"

    answer = member("physician").post("team-members", {"user_id": user_id(who) if who else unknown})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": "/user_id", "code": code}]


def test_the_same_person_twice_on_the_same_days(
    member: Members, user_id: Callable[[str], str]
) -> None:
    lead = member("physician")
    again = {"user_id": user_id("psychologist")}

    assert lead.post("team-members", again).status_code == 409
    assert lead.post("team-members", again).json["code"] == "already-exists"
    own = _membership(lead, user_id("psychologist"))
    lead.patch(f"team-members/{own['id']}", {"period": {"end": "2027-03-01"}}, 1)
    follows = {**again, "period": {"start": "2027-03-01"}}
    assert lead.post("team-members", follows).status_code == 201
    reopened = lead.patch(f"team-members/{own['id']}", {"period": {"end": None}}, 2)
    assert reopened.status_code == 409


def test_everybody_may_end_their_own_membership_and_not_lengthen_it(
    member: Members, user_id: Callable[[str], str]
) -> None:
    psychologist = member("psychologist")
    one = f"team-members/{_membership(psychologist, user_id('psychologist'))['id']}"

    shorter = psychologist.patch(one, {"period": {"end": "2027-03-01"}}, 1)
    longer = psychologist.patch(one, {"period": {"end": "2027-04-01"}}, 2)
    without_end = psychologist.patch(one, {"period": {"end": None}}, 2)

    assert shorter.status_code == 200
    assert (longer.status_code, without_end.status_code) == (403, 403)
    assert member("physician").patch(one, {"period": {"end": None}}, 2).status_code == 200
    assert psychologist.patch(one, {"period": {"end": TODAY}}, 3).status_code == 200
    assert psychologist.get("goals").status_code == 404


def test_a_coordinator_does_not_lengthen_their_own_membership(
    member: Members, user_id: Callable[[str], str]
) -> None:
    coordinator = member("care-coordinator")
    one = f"team-members/{_membership(coordinator, user_id('care-coordinator'))['id']}"
    ended = member("physician").patch(one, {"period": {"end": "2027-03-01"}}, 1)
    assert ended.status_code == 200

    longer = coordinator.patch(one, {"period": {"end": "2027-04-01"}}, 2)
    earlier = coordinator.patch(one, {"period": {"end": "2027-02-20"}}, 2)

    assert (longer.status_code, earlier.status_code) == (403, 200)


def test_a_member_does_not_touch_the_membership_of_another(
    member: Members, user_id: Callable[[str], str]
) -> None:
    other = _membership(member("psychologist"), user_id("physiotherapist"))

    answer = member("psychologist").patch(
        f"team-members/{other['id']}", {"period": {"end": TODAY}}, 1
    )

    assert answer.status_code == 403


def test_the_leads_membership_cannot_end(member: Members, user_id: Callable[[str], str]) -> None:
    coordinator = member("care-coordinator")
    lead = _membership(coordinator, user_id("physician"))
    one = f"team-members/{lead['id']}"

    by_coordinator = coordinator.patch(one, {"period": {"end": "2027-03-01"}}, 1)
    by_themselves = member("physician").patch(one, {"period": {"start": "2027-03-01"}}, 1)
    withdrawn = member("physician").delete(one, 1)

    for answer in (by_coordinator, by_themselves, withdrawn):
        assert answer.status_code == 409
        assert answer.json["code"] == "last-lead"


def test_a_cover_acts_during_the_absence_and_only_then(
    member: Members, user_id: Callable[[str], str]
) -> None:
    physio = member("physiotherapist")
    advice = physio.post(
        "recommendations", {"kind": "exercise", "stance": "recommend", "action": "walking"}
    ).json
    one = f"team-members/{_membership(physio, user_id('physiotherapist'))['id']}"
    cover = member("physiotherapist-2")
    assert cover.get("goals").status_code == 404

    away = physio.patch(
        one,
        {
            "on_leave": {"start": TODAY, "end": "2027-02-22"},
            "cover_id": user_id("physiotherapist-2"),
        },
        1,
    )
    revised = cover.patch(
        f"recommendations/{advice['id']}", {"body_region": "lumbar"}, advice["version"]
    )

    assert away.status_code == 200
    assert revised.status_code == 200
    assert revised.json["author"]["id"] == user_id("physiotherapist")
    [entry, *_] = physio.get(f"recommendations/{advice['id']}/history").json["items"]
    assert entry["by"]["id"] == user_id("physiotherapist-2")
    assert entry["on_behalf_of"] == user_id("physiotherapist")
    back = physio.patch(one, {"on_leave": None}, 2)
    assert back.json["on_leave"] is None
    assert cover.get("goals").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"cover_id": "own"}, 422, "/cover_id"),
        ({"cover_id": "patient"}, 422, "/cover_id"),
        ({"on_leave": {"end": "2027-03-01"}}, 422, "/on_leave/start"),
        ({"on_leave": {"start": "2027-03-01", "end": "2027-02-01"}}, 422, "/on_leave/end"),
        ({"period": {"start": "2027-03-01", "end": "2027-02-01"}}, 422, "/period/end"),
        ({"user_id": "patient"}, 422, "/user_id"),
        ({"role": "physician"}, 422, "/role"),
    ],
)
def test_what_a_membership_may_not_say(
    member: Members,
    user_id: Callable[[str], str],
    change: dict[str, Any],
    status: int,
    pointer: str,
) -> None:
    lead = member("physician")
    own = _membership(lead, user_id("psychologist"))
    names = {"own": user_id("psychologist"), "patient": user_id("patient")}
    sent = {
        name: names.get(value, value) if isinstance(value, str) else value
        for name, value in change.items()
    }

    answer = lead.patch(f"team-members/{own['id']}", sent, 1)

    assert answer.status_code == status
    assert answer.json["errors"][0]["pointer"] == pointer


def test_a_lead_does_not_make_themselves_the_cover_of_another(
    member: Members, user_id: Callable[[str], str]
) -> None:
    lead = member("physician")
    other = _membership(lead, user_id("physician-2"))

    answer = lead.patch(
        f"team-members/{other['id']}",
        {"on_leave": {"start": TODAY}, "cover_id": user_id("physician")},
        1,
    )

    assert answer.status_code == 403


def test_the_patient_reads_the_team(member: Members, clinic: Clinic, database: Database) -> None:
    listed = member("patient").get("team-members").json["items"]

    with database.transaction(clinic.tenant_id) as session:
        stored = members(session, clinic.tenant_id, clinic.plan_id)
    assert [one["id"] for one in listed] == [str(row.id) for row, _ in reversed(stored)]
    assert {one["role"] for one in listed} >= {Role.PHYSICIAN, Role.CARE_COORDINATOR}


def test_a_coordinator_appoints_where_nobody_treats(
    member: Members, user_id: Callable[[str], str], clinic: Clinic, database: Database
) -> None:
    with database.transaction(clinic.tenant_id) as session:
        for row, _ in members(session, clinic.tenant_id, clinic.plan_id):
            found = session.get(TeamMember, (clinic.tenant_id, row.id))
            assert found is not None
            found.ends_on = date(2027, 2, 1)
    coordinator = member("care-coordinator")

    patient = coordinator.get(f"/api/v1/patients/{clinic.patient_id}").json
    assert patient["name"] == "Test Patient"
    assert patient["birth_date"] is None
    assert patient["care_plan_id"] == str(clinic.plan_id)
    assert coordinator.get("team-members").status_code == 200
    assert coordinator.get("goals").status_code == 403
    plan = f"/api/v1/care-plans/{clinic.plan_id}"
    assert coordinator.get(plan).status_code == 403
    himself = coordinator.post("team-members", {"user_id": user_id("care-coordinator")})
    assert himself.status_code == 403
    made = coordinator.post("team-members", {"user_id": user_id("physician-2")})
    assert made.status_code == 201
    # With a clinician at work again there is nothing to appoint.
    assert coordinator.get("team-members").status_code == 404


def test_a_right_is_refused_before_a_version_or_a_rule(
    member: Members, user_id: Callable[[str], str]
) -> None:
    psychologist, lead = member("psychologist"), member("physician")
    own = f"team-members/{_membership(psychologist, user_id('psychologist'))['id']}"
    other = f"team-members/{_membership(lead, user_id('physician-2'))['id']}"
    lead.patch(own, {"period": {"end": "2027-03-01"}}, 1)

    # Each would be refused for its version, or its rule, by somebody who had the right.
    longer = psychologist.patch(own, {"period": {"end": "2027-04-01"}}, 1)
    standing_in = lead.patch(
        other, {"on_leave": {"end": "2027-03-01"}, "cover_id": user_id("physician")}, 7
    )
    backwards = {"period": {"start": "2027-05-01", "end": "2027-04-01"}}

    assert (longer.status_code, standing_in.status_code) == (403, 403)
    assert psychologist.patch(own, backwards, 2).status_code == 403
    assert lead.patch(own, backwards, 2).status_code == 422
    assert psychologist.patch(own, {"period": {"end": "2027-02-20"}}, 1).status_code == 412


def test_nobody_adds_themselves_to_a_closed_plan_either(
    member: Members, user_id: Callable[[str], str]
) -> None:
    lead = member("physician")
    closed = lead.post("close", {"reason": "Done.", "status": "completed"}, 1)
    assert closed.status_code == 200

    themselves = lead.post("team-members", {"user_id": user_id("physician")})
    another = lead.post("team-members", {"user_id": user_id("physician-outsider")})

    assert (themselves.status_code, another.status_code) == (403, 409)


def test_a_member_who_covers_is_named_with_the_one_they_act_for(
    member: Members, user_id: Callable[[str], str]
) -> None:
    physio, cover = member("physiotherapist"), member("psychologist")
    advice = physio.post(
        "recommendations", {"kind": "exercise", "stance": "recommend", "action": "walking"}
    ).json
    own = cover.post("goals", {"title": "Rest before it hurts"}).json
    one = f"team-members/{_membership(physio, user_id('physiotherapist'))['id']}"
    away = {"on_leave": {"start": TODAY, "end": "2027-02-22"}, "cover_id": user_id("psychologist")}
    assert physio.patch(one, away, 1).status_code == 200

    revised = cover.patch(f"recommendations/{advice['id']}", {"body_region": "lumbar"}, 1)
    assert revised.status_code == 200
    assert cover.patch(f"goals/{own['id']}", {"description": "Daily"}, 1).status_code == 200

    [for_another, *_] = physio.get(f"recommendations/{advice['id']}/history").json["items"]
    assert for_another["by"]["id"] == user_id("psychologist")
    assert for_another["on_behalf_of"] == user_id("physiotherapist")
    [for_themselves, *_] = physio.get(f"goals/{own['id']}/history").json["items"]
    assert for_themselves["on_behalf_of"] is None
