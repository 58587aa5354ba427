"""Shared plans over HTTP: who makes one, leads it, changes it and closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Member, Members
from tests.clinic import Clinic

PLANS = "/api/v1/care-plans"
PATIENTS = "/api/v1/patients"
UNKNOWN = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"


@pytest.fixture
def user_id(clinic: Clinic) -> Callable[[str], str]:
    return lambda username: str(clinic.users[username].id)


@pytest.fixture
def newcomer(member: Members) -> str:
    """A patient whom the outsider has registered, without a plan."""
    made = member("physician-outsider").post(PATIENTS, {"name": "Newcomer"})
    return str(made.json["id"])


def _plan(clinic: Clinic) -> str:
    return f"{PLANS}/{clinic.plan_id}"


def _team(who: Member, plan_id: str) -> list[str]:
    found = who.get(f"{PLANS}/{plan_id}/team-members").json["items"]
    return sorted(one["user_id"] for one in found)


def test_a_clinician_makes_a_plan_for_whom_they_registered_and_leads_it(
    member: Members, newcomer: str, user_id: Callable[[str], str]
) -> None:
    outsider = member("physician-outsider")

    made = outsider.post(
        PLANS, {"patient_id": newcomer, "title": "Shoulder", "phase": "symptom-reduction"}
    )

    assert made.status_code == 201
    assert made.headers["ETag"] == 'W/"1"'
    plan = made.json
    assert (plan["version"], plan["revision"], plan["status"]) == (1, 1, "active")
    assert plan["lead_id"] == user_id("physician-outsider")
    assert plan["start"] == "2027-02-15"
    assert plan["conditions"] == []
    assert outsider.get(f"{PLANS}/{plan['id']}").json == plan
    assert outsider.get(f"{PATIENTS}/{newcomer}/care-plan").json == plan
    assert _team(outsider, plan["id"]) == [user_id("physician-outsider")]
    capacity = outsider.get(f"{PLANS}/{plan['id']}/capacity")
    assert capacity.json["version"] == 1
    [entry] = outsider.get(f"{PLANS}/{plan['id']}/capacity/history").json["items"]
    assert entry["action"] == "created"
    [version] = outsider.get(f"{PLANS}/{plan['id']}/versions").json["items"]
    assert version["revision"] == 1


@pytest.mark.parametrize("who", ["physiotherapist", "psychologist", "physician"])
def test_a_clinician_who_does_not_know_the_patient_finds_nobody(
    member: Members, newcomer: str, who: str
) -> None:
    answer = member(who).post(PLANS, {"patient_id": newcomer, "title": "Shoulder"})

    assert answer.status_code == 404
    unknown = member(who).post(PLANS, {"patient_id": UNKNOWN, "title": "Shoulder"})
    assert {**answer.json, "request_id": ""} == {**unknown.json, "request_id": ""}


@pytest.mark.parametrize("who", ["patient", "clinic-admin", "auditor"])
def test_who_makes_no_plan(member: Members, newcomer: str, who: str) -> None:
    answer = member(who).post(PLANS, {"patient_id": newcomer, "title": "Shoulder"})

    assert answer.status_code == 403


def test_a_clinician_does_not_name_another_lead(
    member: Members, newcomer: str, user_id: Callable[[str], str]
) -> None:
    answer = member("physician-outsider").post(
        PLANS, {"patient_id": newcomer, "title": "Shoulder", "lead_id": user_id("psychologist")}
    )

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": "/lead_id", "code": "maker-leads"}]


@pytest.mark.parametrize("who", ["care-coordinator", "clinic-system"])
def test_coordinators_and_clinic_systems_name_a_clinician(
    member: Members, newcomer: str, user_id: Callable[[str], str], who: str
) -> None:
    asked = {"patient_id": newcomer, "title": "Shoulder"}

    for lead, code in (
        (None, "required"),
        (user_id("care-coordinator"), "role-not-allowed"),
        (user_id("patient"), "role-not-allowed"),
        (UNKNOWN, "unknown-reference"),
    ):
        refused = member(who).post(PLANS, {**asked, "lead_id": lead})
        assert refused.status_code == 422
        assert refused.json["errors"] == [{"pointer": "/lead_id", "code": code}]
    made = member(who).post(PLANS, {**asked, "lead_id": user_id("psychologist")})

    assert made.status_code == 201
    expected = {user_id("psychologist")}
    if who == "care-coordinator":
        expected.add(user_id("care-coordinator"))
    assert _team(member("psychologist"), made.json["id"]) == sorted(expected)


def test_a_patient_has_one_open_plan(
    member: Members, clinic: Clinic, user_id: Callable[[str], str]
) -> None:
    asked = {"patient_id": str(clinic.patient_id), "title": "Second"}

    by_coordinator = member("care-coordinator").post(
        PLANS, {**asked, "lead_id": user_id("physiotherapist")}
    )
    by_member = member("physician").post(PLANS, asked)

    for answer in (by_coordinator, by_member):
        assert answer.status_code == 409
        assert answer.json["code"] == "plan-exists"


def test_a_list_holds_ones_own_plans_newest_first(
    member: Members, newcomer: str, clinic: Clinic, user_id: Callable[[str], str]
) -> None:
    second = member("care-coordinator").post(
        PLANS, {"patient_id": newcomer, "title": "Shoulder", "lead_id": user_id("psychologist")}
    )
    both = [second.json["id"], str(clinic.plan_id)]

    def ids(who: str, query: str = "") -> list[str]:
        return [one["id"] for one in member(who).get(f"{PLANS}{query}").json["items"]]

    assert ids("psychologist") == both
    assert ids("care-coordinator", "?status=active,on-hold") == both
    assert ids("care-coordinator", "?status=completed") == []
    assert ids("psychologist", "?limit=1") == both[:1]
    assert ids("physician") == [str(clinic.plan_id)]
    assert ids("patient") == [str(clinic.plan_id)]
    assert ids("clinic-system") == [str(clinic.plan_id)]
    assert ids("physician-outsider") == []
    assert member("clinic-admin").get(PLANS).status_code == 403
    assert member("auditor").get(PLANS).status_code == 403


def test_the_plan_names_its_present_conditions(member: Members, clinic: Clinic) -> None:
    physician = member("physician")
    for fields in (
        {"code": "osteoporosis"},
        {"code": "ckd", "end": "2027-02-15"},
        {"code": "osteoporosis", "text": "again"},
        {"text": "Sore elbow"},
        {"code": "crps", "end": "2027-02-16"},
    ):
        assert physician.post("conditions", fields).status_code == 201

    assert physician.get(_plan(clinic)).json["conditions"] == ["osteoporosis", "crps"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("physician", 200),
        ("care-coordinator", 200),
        ("physician-2", 403),
        ("psychologist", 403),
        ("patient", 403),
        ("clinic-system", 403),
        ("physician-outsider", 404),
        ("clinic-admin", 404),
    ],
)
def test_lead_and_coordinator_change_the_plan(
    member: Members, clinic: Clinic, who: str, expected: int
) -> None:
    answer = member(who).patch(_plan(clinic), {"title": "Back to the garden"}, 1)

    assert answer.status_code == expected
    if expected == 200:
        assert answer.json["title"] == "Back to the garden"
        assert (answer.json["version"], answer.json["revision"]) == (2, 2)


def test_a_change_below_the_plan_makes_no_change_of_the_plan_stale(
    member: Members, clinic: Clinic
) -> None:
    member("patient").post("preferences", {"action": "walking", "attitude": "prefer"})

    answer = member("physician").patch(_plan(clinic), {"phase": "participation"}, 1)

    assert answer.status_code == 200
    assert (answer.json["version"], answer.json["revision"]) == (2, 3)
    stale = member("care-coordinator").patch(_plan(clinic), {"phase": None, "title": "X"}, 1)
    assert stale.status_code == 412
    assert (stale.json["current_version"], stale.json["conflicting_fields"]) == (2, ["phase"])


def test_a_plan_rests_and_goes_on_and_ends_only_by_closing(member: Members, clinic: Clinic) -> None:
    lead = member("physician")

    assert lead.patch(_plan(clinic), {"status": "on-hold"}, 1).json["status"] == "on-hold"
    assert lead.patch(_plan(clinic), {"status": "active"}, 2).json["status"] == "active"
    for status in ("completed", "revoked"):
        refused = lead.patch(_plan(clinic), {"status": status}, 3)
        assert refused.status_code == 409
        assert refused.json["code"] == "illegal-transition"
    assert lead.patch(_plan(clinic), {"status": None}, 3).status_code == 422
    assert lead.patch(_plan(clinic), {"patient_id": UNKNOWN}, 3).status_code == 422
    # A plan is closed, never deleted.
    deleted = lead.client.delete(_plan(clinic), headers={"Authorization": f"Bearer {lead.token}"})
    assert deleted.status_code == 405
    assert "DELETE" not in deleted.headers["Allow"]


def test_the_lead_hands_over_to_a_clinician_of_the_team(
    member: Members, clinic: Clinic, user_id: Callable[[str], str]
) -> None:
    lead = member("physician")

    for who in ("care-coordinator", "physiotherapist-2", "patient"):
        refused = lead.patch(_plan(clinic), {"lead_id": user_id(who)}, 1)
        assert refused.status_code == 422
        assert refused.json["errors"] == [
            {"pointer": "/lead_id", "code": "not-a-clinician-of-the-team"}
        ]
    handed = lead.patch(_plan(clinic), {"lead_id": user_id("psychologist")}, 1)

    assert handed.json["lead_id"] == user_id("psychologist")
    assert lead.patch(_plan(clinic), {"title": "X"}, 2).status_code == 403
    assert member("psychologist").patch(_plan(clinic), {"title": "X"}, 2).status_code == 200


def test_a_cover_of_the_lead_does_not_make_themselves_the_lead(
    member: Members, clinic: Clinic, user_id: Callable[[str], str]
) -> None:
    lead = member("physician")
    own = next(
        one
        for one in lead.get("team-members").json["items"]
        if one["user_id"] == user_id("physician")
    )
    lead.patch(
        f"team-members/{own['id']}",
        {"on_leave": {"start": "2027-02-15"}, "cover_id": user_id("physician-2")},
        1,
    )
    cover = member("physician-2")
    assert cover.patch(_plan(clinic), {"title": "While away"}, 1).status_code == 200
    # A member in their own right, the cover still acts for the lead on the lead's plan.
    newest = cover.get("versions").json["items"][0]
    (change,) = cover.get(f"versions/{newest['revision']}").json["changes"]
    assert change["on_behalf_of"] == user_id("physician")
    # The right comes before the version: a stale one is told no more than that.
    for version in (2, 1):
        taken = cover.patch(_plan(clinic), {"lead_id": user_id("physician-2")}, version)
        assert taken.status_code == 403
    assert cover.patch(_plan(clinic), {"lead_id": user_id("psychologist")}, 1).status_code == 412


def _contradiction(member: Members) -> None:
    limit = member("physiotherapist").post(
        "recommendations",
        {
            "kind": "activity",
            "stance": "prohibit",
            "action": "walking",
            "period": {"end": "2027-06-01"},
        },
    )
    advice = member("psychologist").post(
        "recommendations", {"kind": "activity", "stance": "require", "action": "walking"}
    )
    assert (limit.status_code, advice.status_code) == (201, 201)


def test_closing_settles_what_is_open_and_ends_every_write(
    member: Members, clinic: Clinic, user_id: Callable[[str], str]
) -> None:
    _contradiction(member)
    lead = member("physician")
    [flag] = lead.get("conflicts").json["items"]
    assert flag["status"] == "detected"

    closed = lead.post(f"{_plan(clinic)}/close", {"status": "completed", "reason": "Discharged"}, 1)

    assert closed.status_code == 200
    assert closed.json["status"] == "completed"
    assert closed.json["closed_reason"] == "Discharged"
    assert closed.json["closed_at"] == "2027-02-15T09:30:00+00:00"
    assert closed.json["version"] == 2
    [flag] = lead.get("conflicts").json["items"]
    assert flag["status"] == "auto-closed"
    assert flag["closed_at"] is not None
    assert flag["caused_by"]["kind"] == "care-plan"
    history = lead.get(f"conflicts/{flag['id']}/history").json["items"]
    assert history[0]["action"] == "auto-closed"

    walking: dict[str, Any] = {"action": "walking", "attitude": "prefer"}
    for answer in (
        member("patient").post("preferences", walking),
        member("patient").patch("capacity", {"note": "x"}, 1),
        lead.patch(_plan(clinic), {"title": "X"}, 2),
        lead.post(f"{_plan(clinic)}/close", {"status": "revoked", "reason": "x"}, 2),
        lead.post("team-members", {"user_id": user_id("physiotherapist-2")}),
    ):
        assert answer.status_code == 409
        assert answer.json["code"] == "plan-closed"
    assert lead.get(_plan(clinic)).status_code == 200
    assert lead.get(f"{PATIENTS}/{clinic.patient_id}/care-plan").status_code == 404
    again = lead.post(PLANS, {"patient_id": str(clinic.patient_id), "title": "Relapse"})
    assert again.status_code == 201
    own = lead.get(f"{PATIENTS}/{clinic.patient_id}/care-plan")
    assert own.json["id"] == again.json["id"]


def test_a_former_colleague_of_the_patient_may_make_the_next_plan(
    member: Members, clinic: Clinic, user_id: Callable[[str], str]
) -> None:
    member("physician").post(f"{_plan(clinic)}/close", {"status": "revoked", "reason": "x"}, 1)

    asked = {"patient_id": str(clinic.patient_id), "title": "Again"}
    assert member("physiotherapist-2").post(PLANS, asked).status_code == 404
    made = member("psychologist").post(PLANS, asked)
    assert made.status_code == 201
    assert made.json["lead_id"] == user_id("psychologist")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("care-coordinator", 200),
        ("psychologist", 403),
        ("patient", 403),
        ("physician-outsider", 404),
    ],
)
def test_who_closes(member: Members, clinic: Clinic, who: str, expected: int) -> None:
    body = {"status": "completed", "reason": "Discharged"}

    assert member(who).post(f"{_plan(clinic)}/close", body).status_code == 428
    assert member(who).post(f"{_plan(clinic)}/close", body, 1).status_code == expected


@pytest.mark.parametrize(
    "body", [{"status": "completed"}, {"reason": "x"}, {"status": "active", "reason": "x"}]
)
def test_closing_needs_a_reason_and_an_end(
    member: Members, clinic: Clinic, body: dict[str, str]
) -> None:
    assert member("physician").post(f"{_plan(clinic)}/close", body, 1).status_code == 422


def test_the_plan_of_a_patient_one_may_not_see(member: Members, clinic: Clinic) -> None:
    path = f"{PATIENTS}/{clinic.patient_id}/care-plan"

    assert member("patient").get(path).json["id"] == str(clinic.plan_id)
    assert member("physician-outsider").get(path).status_code == 404
    assert member("physician").get(f"{PATIENTS}/{UNKNOWN}/care-plan").status_code == 404
