"""Who am I, and who are my colleagues."""

from __future__ import annotations

import pytest

from tests.api.conftest import Members
from tests.clinic import Clinic


def test_me_names_the_caller_the_clinic_and_the_plans(member: Members, clinic: Clinic) -> None:
    me = member("physiotherapist", scopes=("plan:read",)).get("/api/v1/me")

    assert me.json == {
        "id": str(clinic.users["physiotherapist"].id),
        "name": "Physiotherapist",
        "role": "physiotherapist",
        "discipline": "physiotherapy",
        "tenant": {
            "id": str(clinic.tenant_id),
            "name": "Clinic",
            "timezone": "Europe/London",
        },
        "scopes": ["plan:read"],
        "plans": [
            {
                "id": str(clinic.plan_id),
                "patient_id": str(clinic.patient_id),
                "title": "Plan",
            }
        ],
    }


@pytest.mark.parametrize(
    ("who", "plans"),
    [
        ("patient", 1),
        ("clinic-system", 1),
        ("physician-outsider", 0),
        ("clinic-admin", 0),
        ("auditor", 0),
    ],
)
def test_every_account_may_ask(member: Members, who: str, plans: int) -> None:
    me = member(who, scopes=()).get("/api/v1/me")

    assert me.status_code == 200
    assert len(me.json["plans"]) == plans


def test_colleagues_are_those_who_work_with_patients(member: Members) -> None:
    listed = member("psychologist").get("/api/v1/colleagues?limit=200").json["items"]

    assert {one["role"] for one in listed} == {
        "physician",
        "physiotherapist",
        "psychologist",
        "occupational-therapist",
        "care-coordinator",
    }
    assert set(listed[0]) == {"id", "name", "role", "discipline"}
    physicians = member("psychologist").get("/api/v1/colleagues?role=physician").json["items"]
    assert {one["name"] for one in physicians} == {
        "Physician",
        "Physician-2",
        "Physician-Outsider",
    }
    # Who reads them is a matter of role alone: an auditor's token has no scope for plans.
    auditor = member("auditor", scopes=("audit:read",))
    assert auditor.get("/api/v1/colleagues").status_code == 200
    assert member("patient").get("/api/v1/colleagues").status_code == 403
    assert member("clinic-system").get("/api/v1/colleagues").status_code == 403
    assert member("psychologist").get("/api/v1/colleagues?role=king").status_code == 400
