"""Patients over HTTP: who sees whom, how much of them, and who corrects what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from service.actions import consents
from service.db import Database
from service.domain.vocabulary import ConsentDecision, Purpose
from service.models.audit import audit_events
from service.models.consents import Consent
from tests.api.conftest import Member, Members
from tests.clinic import Clinic

PATIENTS = "/api/v1/patients"
NEW = {
    "name": "Alma Berg",
    "birth_date": "1971-04-02",
    "gender": "female",
    "language": "de-CH",
    "reading_level": "plain",
    "identifiers": [{"system": "urn:example:hospital", "value": "H-1042"}],
}


def _names(who: Member) -> list[str]:
    return [one["name"] for one in who.get(PATIENTS).json["items"]]


def test_a_patient_is_registered_and_read_back(member: Members) -> None:
    physician = member("physician-outsider")

    made = physician.post(PATIENTS, NEW)

    assert made.status_code == 201
    assert made.headers["ETag"] == 'W/"1"'
    assert NEW.items() <= made.json.items()
    assert made.json["care_plan_id"] is None
    assert physician.get(made.headers["Location"]).json == made.json


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("physician", 201),
        ("physiotherapist", 201),
        ("psychologist", 201),
        ("care-coordinator", 201),
        ("clinic-system", 201),
        ("patient", 403),
        ("clinic-admin", 403),
        ("auditor", 403),
    ],
)
def test_who_registers(member: Members, who: str, expected: int) -> None:
    assert member(who).post(PATIENTS, NEW).status_code == expected


def test_who_has_no_plan_is_seen_by_name_only_and_not_by_other_clinicians(
    member: Members,
) -> None:
    made = member("physician-outsider").post(PATIENTS, NEW).json
    one = f"{PATIENTS}/{made['id']}"

    for who in ("care-coordinator", "clinic-system"):
        seen = member(who).get(one)
        assert seen.status_code == 200
        assert seen.json["name"] == NEW["name"]
        assert seen.json["identifiers"] == NEW["identifiers"]
        assert {seen.json[name] for name in ("birth_date", "gender", "language", "created_at")} == {
            None
        }
        assert NEW["name"] in _names(member(who))
    for who in ("physician", "physiotherapist", "patient", "clinic-admin", "auditor"):
        assert member(who).get(one).status_code == 404
    assert NEW["name"] not in _names(member("physician"))
    assert _names(member("physician-outsider")) == [NEW["name"]]


def test_the_team_and_the_patient_see_the_whole_record(member: Members, clinic: Clinic) -> None:
    one = f"{PATIENTS}/{clinic.patient_id}"

    for who in ("physician", "psychologist", "care-coordinator", "patient", "clinic-system"):
        seen = member(who).get(one)
        assert seen.status_code == 200
        assert seen.json["birth_date"] == "1970-05-04"
        assert seen.json["care_plan_id"] == str(clinic.plan_id)
        assert _names(member(who)) == ["Test Patient"]
    assert member("physiotherapist-2").get(one).status_code == 404
    assert _names(member("physiotherapist-2")) == []


def test_registering_gives_no_sight_of_somebody_elses_plan(
    member: Members, clinic: Clinic, database: Database
) -> None:
    made = member("physician-outsider").post(PATIENTS, NEW).json
    plan = member("care-coordinator").post(
        "/api/v1/care-plans",
        {
            "patient_id": made["id"],
            "title": "Shoulder",
            "lead_id": str(clinic.users["physiotherapist"].id),
        },
    )
    assert plan.status_code == 201

    assert member("physician-outsider").get(f"{PATIENTS}/{made['id']}").status_code == 404
    assert member("physiotherapist").get(f"{PATIENTS}/{made['id']}").json["language"] == "de-CH"


@pytest.mark.parametrize("who", ["clinic-admin", "auditor"])
def test_who_has_nothing_to_do_with_patients(member: Members, who: str) -> None:
    assert member(who).get(PATIENTS).status_code == 403
    asked = {"system": "urn:example:hospital", "value": "H-1042"}
    assert member(who).post(f"{PATIENTS}/_search", asked).status_code == 403


def test_an_identifier_is_searched_in_the_body(member: Members) -> None:
    made = member("care-coordinator").post(PATIENTS, NEW).json

    def search(who: str, value: str) -> list[dict[str, Any]]:
        answer = member(who).post(
            f"{PATIENTS}/_search", {"system": "urn:example:hospital", "value": value}
        )
        assert answer.status_code == 200
        assert answer.json["next_cursor"] is None
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    assert [one["id"] for one in search("care-coordinator", "H-1042")] == [made["id"]]
    assert search("care-coordinator", "H-1") == []
    assert search("physician", "H-1042") == []
    assert member("physician").get(f"{PATIENTS}?identifier=H-1042").status_code == 400


def test_an_identifier_is_one_patients_only(member: Members) -> None:
    coordinator = member("care-coordinator")
    coordinator.post(PATIENTS, NEW)
    other = {"system": "urn:example:hospital", "value": "H-7"}

    again = coordinator.post(PATIENTS, {**NEW, "identifiers": [other, *NEW["identifiers"]]})
    twice = coordinator.post(PATIENTS, {"name": "B", "identifiers": [other, other]})

    assert again.status_code == 409
    assert again.json["code"] == "already-exists"
    assert again.json["errors"] == [{"pointer": "/identifiers/1", "code": "already-exists"}]
    assert twice.status_code == 422


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": None}, "/name", "required"),
        ({"gender": "f"}, "/gender", "not-one-of"),
        ({"language": "german!"}, "/language", "not-in-format"),
        ({"birth_date": "02.04.1971"}, "/birth_date", "not-a-date"),
        ({"identifiers": [{"system": "urn:x"}]}, "/identifiers/0/value", "required"),
        ({"version": 3}, "/version", "unknown-field"),
        ({"user_id": "x"}, "/user_id", "unknown-field"),
    ],
)
def test_what_a_record_may_not_say(
    member: Members, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = member("physician").post(PATIENTS, {**NEW, **change})

    assert answer.status_code == 422
    assert {"pointer": pointer, "code": code} in answer.json["errors"]


def test_coordinators_and_clinic_systems_correct_a_record(member: Members, clinic: Clinic) -> None:
    one = f"{PATIENTS}/{clinic.patient_id}"
    coordinator = member("care-coordinator")

    renamed = coordinator.patch(one, {"name": "Test Patient-Berg", "language": "en"}, 1)
    identified = member("clinic-system").patch(one, {"identifiers": NEW["identifiers"]}, 2)

    assert renamed.status_code == 200
    assert renamed.json["version"] == 2
    assert identified.json["identifiers"] == NEW["identifiers"]
    assert identified.json["version"] == 3
    assert member("patient").get(one).json["name"] == "Test Patient-Berg"
    cleared = coordinator.patch(one, {"identifiers": None, "language": None}, 3)
    assert cleared.json["identifiers"] == []
    assert cleared.json["language"] is None
    for who in ("physician", "psychologist", "patient"):
        assert member(who).patch(one, {"name": "X"}, 4).status_code == 403
    assert member("physician-outsider").patch(one, {"name": "X"}, 4).status_code == 404


def test_a_stale_correction_names_what_it_would_overwrite(member: Members, clinic: Clinic) -> None:
    one = f"{PATIENTS}/{clinic.patient_id}"
    coordinator = member("care-coordinator")
    coordinator.patch(one, {"name": "B"}, 1)

    stale = coordinator.patch(one, {"name": "C", "birth_date": "1970-05-04"}, 1)

    assert coordinator.patch(one, {"name": "C"}).status_code == 428
    assert stale.status_code == 412
    assert stale.json["current_version"] == 2
    assert stale.json["conflicting_fields"] == ["name"]


def test_a_corrected_birth_date_is_told_to_the_plan(member: Members, clinic: Clinic) -> None:
    coordinator = member("care-coordinator")
    plan = f"/api/v1/care-plans/{clinic.plan_id}"
    before = coordinator.get(plan).json["revision"]

    coordinator.patch(f"{PATIENTS}/{clinic.patient_id}", {"birth_date": "1944-05-04"}, 1)

    assert coordinator.get(plan).json["revision"] == before + 1
    document = member("physician").get("plan-document").json
    assert document["patient"] == {"birth_year": 1944}


def test_a_denial_stops_treatment_access_at_once(
    member: Members, clinic: Clinic, database: Database
) -> None:
    one = f"{PATIENTS}/{clinic.patient_id}"
    with database.transaction(clinic.tenant_id) as session:
        consent = consents.record(
            session,
            clinic.tenant_id,
            clinic.patient_id,
            ConsentDecision.DENY,
            Purpose.TREATMENT,
            grantee_id=clinic.users["psychologist"].id,
            recorded_by=clinic.users["care-coordinator"].id,
        )

    for path in (one, "goals", f"/api/v1/care-plans/{clinic.plan_id}"):
        refused = member("psychologist").get(path)
        assert refused.status_code == 403
        assert refused.json["code"] == "consent-required"
    assert _names(member("psychologist")) == []
    assert member("physician").get(one).status_code == 200
    assert member("patient").get(one).status_code == 200

    with database.transaction(clinic.tenant_id) as session:
        consents.withdraw(session, session.merge(consent))
    assert member("psychologist").get(one).status_code == 200


def test_a_machine_without_a_permit_sees_nobody_with_a_plan(
    member: Members, clinic: Clinic, database: Database
) -> None:
    with database.transaction(clinic.tenant_id) as session:
        session.execute(update(Consent).values(end=date(2027, 2, 15)))

    one = f"{PATIENTS}/{clinic.patient_id}"
    assert member("clinic-system").get(one).json["code"] == "consent-required"
    assert _names(member("clinic-system")) == []


def test_a_list_is_walked_page_by_page(member: Members) -> None:
    coordinator = member("care-coordinator")
    for name in "ABC":
        coordinator.post(PATIENTS, {"name": name})

    first = coordinator.get(f"{PATIENTS}?limit=2").json
    second = coordinator.get(f"{PATIENTS}?limit=2&cursor={first['next_cursor']}").json

    assert [one["name"] for one in first["items"]] == ["C", "B"]
    assert [one["name"] for one in second["items"]] == ["A", "Test Patient"]
    assert second["next_cursor"] is None


def test_every_reading_of_a_patient_is_audited_by_name_of_patient(
    member: Members, clinic: Clinic, database: Database
) -> None:
    member("physician").get(PATIENTS)
    member("psychologist").get(f"{PATIENTS}/{clinic.patient_id}")

    with database.transaction(clinic.tenant_id) as session:
        rows = audit_events(session, clinic.tenant_id, patient_id=clinic.patient_id, limit=10)
    assert [(row.operation, row.role, row.action) for row in rows] == [
        ("getPatient", "psychologist", "read"),
        ("listPatients", "physician", "read"),
    ]


def test_a_registration_repeated_under_its_key_makes_one_patient(member: Members) -> None:
    coordinator = member("care-coordinator")

    first = coordinator.post(PATIENTS, NEW, Idempotency_Key="once")
    second = coordinator.post(PATIENTS, NEW, Idempotency_Key="once")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
