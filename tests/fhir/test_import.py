"""What an import does to the plan: authors, repetition, changes at the source, changes here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.actions import closing, external_people, imports, items, patients, recommendations
from service.actions.imports import Imported
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.domain.clinical_record import ClinicalRecord, Outcome
from service.domain.vocabulary import PlanStatus
from service.errors import ConcordError, Forbidden, RuleConflict
from service.fhir.reader import read_bundle
from service.models import items as stored
from service.models import plans as stored_plans
from service.models.audit import audit_events
from service.models.base import PlanItem
from service.models.changes import history
from service.models.facts import Allergy, Condition, Observation
from service.models.flags import flags_of_plan
from service.models.goals import Goal
from service.models.patients import Patient
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation
from tests.clinic import Clinic, open_clinic, tenant_id_of
from tests.fhir.build import MRN, NPI, bundle, concept, condition, order, patient
from tests.fhir.snapshot import differences, snapshot

IBUPROFEN = "Ibuprofen 600 MG Oral Tablet"
PARACETAMOL = {
    "kind": "medication",
    "stance": "recommend",
    "medication": {"drug_class": "paracetamol", "route": "oral"},
}
PERCOCET = "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet"


@pytest.fixture
def session(database: Database, frozen_day: date) -> Iterator[Session]:
    with database.transaction(tenant_id_of("clinic")) as session:
        yield session


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return open_clinic(session)


class Desk:
    """Import small bundles as the clinic's physician and look at the plan."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        self.session = session
        self.clinic = clinic
        self.actor = clinic.actor("physician")

    def take(self, *resources: dict[str, Any], who: dict[str, Any] | None = None) -> Imported:
        (found,) = read_bundle(bundle(who or patient(), *resources))
        assert isinstance(found, ClinicalRecord)
        return imports.take(self.session, self.actor, self.actor.user_id, found)

    def all(self, done: Imported, model: type[PlanItem]) -> list[Any]:
        return list(stored.all_of(self.session, model, self.clinic.tenant_id, done.plan_id))

    def one(self, done: Imported, model: type[PlanItem]) -> Any:
        (found,) = self.all(done, model)
        return found

    def plan(self, done: Imported) -> CarePlan:
        found = self.session.get(CarePlan, (self.clinic.tenant_id, done.plan_id))
        assert found is not None
        return found


@pytest.fixture
def desk(session: Session, clinic: Clinic) -> Desk:
    return Desk(session, clinic)


def told(done: Imported, own_id: str) -> tuple[str, str | None]:
    (row,) = [row for row in done.rows if row.id == own_id]
    return row.outcome.value, row.reason


def test_a_record_makes_patient_plan_lead_and_items(desk: Desk) -> None:
    done = desk.take(
        condition("c1", "203082005", "Fibromyalgia (disorder)"),
        order("m1", IBUPROFEN, reasonReference=[{"reference": "Condition/c1"}]),
    )
    assert done.is_new_plan
    plan = desk.plan(done)
    assert (plan.title, plan.status, plan.lead_id) == (
        "Care plan: Fibromyalgia",
        "active",
        desk.actor.user_id,
    )
    (member,) = [one for one, _ in stored_plans.members(desk.session, plan.tenant_id, plan.id)]
    assert member.user_id == desk.actor.user_id
    found = desk.one(done, Condition)
    assert (found.code, found.text, found.verification) == (
        None,
        "Fibromyalgia (disorder)",
        "unverified",
    )
    advice = desk.one(done, Recommendation)
    assert advice.medication == {"drug_class": "nsaid", "name": IBUPROFEN, "route": "oral"}
    assert advice.period == {"start": "2024-01-10"}
    assert advice.reason_refs == [str(found.id)]
    assert told(done, "m1") == ("mapped", None)


def test_who_says_it_is_never_the_importer(desk: Desk) -> None:
    done = desk.take(
        order("m1", IBUPROFEN),
        order(
            "m2",
            "Naproxen 500 MG Oral Tablet",
            requester={
                "display": "Dr. Away",
                "identifier": {"system": NPI, "value": "5"},
                "type": "Practitioner",
            },
        ),
    )
    first, second = sorted(desk.all(done, Recommendation), key=lambda one: one.source["id"])
    assert first.author_id == f"external:{MRN}:{first.id}"
    assert second.author_id == f"external:{MRN}:{second.id}"
    assert {first.author_discipline, second.author_discipline} == {"physician"}
    assert second.source["said_by"] == {
        "name": "Dr. Away",
        "identifiers": [{"system": NPI, "value": "5"}],
    }


def test_a_requester_with_an_account_is_the_author(desk: Desk) -> None:
    external_people.link(desk.session, desk.actor, (NPI, "5"), "physician-2")
    requester = {"identifier": {"system": NPI, "value": "5"}, "type": "Practitioner"}
    advice = desk.one(desk.take(order("m1", IBUPROFEN, requester=requester)), Recommendation)
    person = desk.clinic.users["physician-2"]
    assert (advice.author_id, advice.author_role) == (str(person.id), "physician")


def test_an_account_is_also_known_by_issuer_and_subject(desk: Desk) -> None:
    requester = {
        "identifier": {"system": "urn:test", "value": "physiotherapist"},
        "type": "Practitioner",
    }
    advice = desk.one(desk.take(order("m1", IBUPROFEN, requester=requester)), Recommendation)
    assert advice.author_discipline == "physiotherapy"


def test_a_person_known_from_an_earlier_file_is_named(desk: Desk) -> None:
    desk.take(
        {
            "resourceType": "Practitioner",
            "id": "dr5",
            "name": [{"family": "Weiss", "prefix": ["Dr."]}],
            "identifier": [{"system": NPI, "value": "5"}],
        }
    )
    done = desk.take(
        order("m1", IBUPROFEN, requester={"reference": f"Practitioner?identifier={NPI}|5"})
    )
    assert desk.one(done, Recommendation).source["said_by"]["name"] == "Dr. Weiss"


def test_parts_of_a_combination_are_joined(desk: Desk) -> None:
    done = desk.take(order("m1", PERCOCET))
    found = {one.medication["drug_class"]: one for one in desk.all(done, Recommendation)}
    assert found["paracetamol"].part_of == [str(found["opioid"].id)]
    assert found["opioid"].part_of == []


def test_a_second_time_changes_nothing(desk: Desk) -> None:
    whole = (
        condition("c1", "88805009", "Heart failure"),
        order("m1", PERCOCET),
        order("m2", IBUPROFEN, "2023-01-01"),
        order("m3", IBUPROFEN, "2024-01-01"),
    )
    first = desk.take(*whole)
    before = snapshot(desk.session)
    again = desk.take(*whole)
    assert differences(before, snapshot(desk.session)) == []
    assert not again.changed
    assert again.plan_id == first.plan_id
    assert {row.outcome for row in again.rows} == {Outcome.UNCHANGED}


def test_contradictions_show_at_once_and_nothing_is_held(desk: Desk) -> None:
    done = desk.take(
        condition("c1", "88805009", "Heart failure"),
        order("m1", IBUPROFEN),
        order("m2", "Morphine 10 MG Oral Tablet"),
        order("m3", "Diazepam 5 MG Oral Tablet"),
    )
    assert done.flags["critical"] == 2
    assert all(
        one.held_by == [] and one.status == "active" for one in desk.all(done, Recommendation)
    )


def test_a_renewal_makes_no_new_item(desk: Desk) -> None:
    first = desk.take(order("m1", IBUPROFEN, "2023-01-01"))
    own_id = desk.one(first, Recommendation).id
    done = desk.take(order("m1", IBUPROFEN, "2023-01-01"), order("m2", IBUPROFEN, "2024-01-01"))
    found = desk.one(done, Recommendation)
    assert found.id == own_id
    assert found.source["ids"] == ["MedicationRequest/m2", "MedicationRequest/m1"]
    assert not done.changed  # the line says the same as before


def test_what_has_changed_at_the_source_follows_it(desk: Desk) -> None:
    once = [
        {
            "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1}}],
        }
    ]
    desk.take(order("m1", IBUPROFEN))
    done = desk.take(order("m1", IBUPROFEN, status="on-hold", dosageInstruction=once))
    found = desk.one(done, Recommendation)
    assert (found.status, found.medication["daily_mg"], found.version) == ("on-hold", 600, 2)
    assert told(done, "m1") == ("updated", None)


def test_what_was_edited_here_is_left_alone_and_told_once(desk: Desk) -> None:
    desk.take(condition("c1", "88805009", "Heart failure"))
    found = desk.one(desk.take(condition("c1", "88805009", "Heart failure")), Condition)
    found.text = "Heart failure, stable"
    found.version += 1
    desk.session.flush()
    changed = condition("c1", "88805009", "Heart failure NYHA II", abatementDateTime="2026-01-01")
    done = desk.take(changed)
    assert told(done, "c1") == ("skipped", "edited-here")
    found = desk.one(done, Condition)
    assert found.text == "Heart failure, stable"
    assert found.end == date(2026, 1, 1)  # what nobody here has touched follows the source
    again = desk.take(changed)
    assert told(again, "c1") == ("unchanged", None)
    assert desk.one(again, Condition).text == "Heart failure, stable"


def test_adopted_advice_is_its_adopters(desk: Desk) -> None:
    found = desk.one(desk.take(order("m1", IBUPROFEN)), Recommendation)
    recommendations.adopt(desk.session, desk.actor, found.plan_id, found.id, found.version, "known")
    done = desk.take(order("m1", IBUPROFEN, status="on-hold"))
    found = desk.one(done, Recommendation)
    assert (found.status, found.author_id) == ("active", str(desk.actor.user_id))
    assert told(done, "m1") == ("skipped", "edited-here")
    ended = desk.take(order("m1", IBUPROFEN, status="stopped"))
    assert desk.one(ended, Recommendation).status == "active"


def test_confirmed_advice_that_changes_has_to_be_confirmed_again(desk: Desk) -> None:
    found = desk.one(desk.take(order("m1", IBUPROFEN)), Recommendation)
    recommendations.confirm(
        desk.session, desk.actor, found.plan_id, found.id, found.version, "seen"
    )
    assert found.verification == "confirmed"
    desk.take(order("m1", IBUPROFEN, status="on-hold"))
    assert found.verification == "unverified"


def test_what_was_entered_in_error_here_does_not_come_back(desk: Desk) -> None:
    found = desk.one(desk.take(condition("c1", "88805009", "Heart failure")), Condition)
    found.withdrawn_at = found.updated_at
    found.version += 1
    desk.session.flush()
    done = desk.take(condition("c1", "88805009", "Heart failure"))
    assert desk.all(done, Condition) == []
    assert told(done, "c1") == ("skipped", "withdrawn-here")


@pytest.mark.parametrize(
    ("status", "becomes"),
    [("completed", "completed"), ("stopped", "revoked"), ("cancelled", "revoked")],
)
def test_an_order_that_is_over_ends_here(desk: Desk, status: str, becomes: str) -> None:
    desk.take(order("m1", IBUPROFEN))
    done = desk.take(order("m1", IBUPROFEN, status=status))
    assert desk.one(done, Recommendation).status == becomes
    assert told(done, "m1") == ("updated", "ended")
    again = desk.take(order("m1", IBUPROFEN, status=status))
    assert not again.changed


def test_the_end_of_an_order_closes_its_flag(desk: Desk) -> None:
    both = (order("m1", "Morphine 10 MG Oral Tablet"), order("m2", "Diazepam 5 MG Oral Tablet"))
    assert desk.take(*both).flags["critical"] == 1
    assert (
        desk.take(both[0], order("m2", "Diazepam 5 MG Oral Tablet", status="stopped")).flags[
            "critical"
        ]
        == 0
    )


def test_a_line_goes_on_while_one_of_its_orders_does(desk: Desk) -> None:
    desk.take(order("m1", IBUPROFEN, "2023-01-01"), order("m2", IBUPROFEN, "2024-01-01"))
    done = desk.take(
        order("m1", IBUPROFEN, "2023-01-01"), order("m2", IBUPROFEN, "2024-01-01", status="stopped")
    )
    assert desk.one(done, Recommendation).status == "active"


def test_a_file_that_does_not_speak_of_an_order_ends_nothing(desk: Desk) -> None:
    desk.take(order("m1", IBUPROFEN))
    done = desk.take(order("m2", "Naproxen 500 MG Oral Tablet"))
    assert {one.status for one in desk.all(done, Recommendation)} == {"active"}


def test_what_the_source_calls_an_error_is_withdrawn(desk: Desk) -> None:
    desk.take(condition("c1", "88805009", "Heart failure"), order("m1", IBUPROFEN))
    done = desk.take(
        condition(
            "c1", "88805009", "Heart failure", verificationStatus=concept("entered-in-error")
        ),
        order("m1", IBUPROFEN, status="entered-in-error"),
    )
    assert desk.all(done, Condition) == []
    assert desk.all(done, Recommendation) == []


def test_allergies_observations_and_goals_are_taken(desk: Desk) -> None:
    done = desk.take(
        {
            "resourceType": "AllergyIntolerance",
            "id": "a1",
            "patient": {"reference": "Patient/p1"},
            "code": {"text": "ibuprofen"},
        },
        {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "subject": {"reference": "Patient/p1"},
            "code": concept("33914-3", "eGFR", "http://loinc.org"),
            "effectiveDateTime": "2027-01-05",
            "valueQuantity": {"value": 25, "code": "mL/min"},
        },
        {
            "resourceType": "Goal",
            "id": "g1",
            "lifecycleStatus": "active",
            "subject": {"reference": "Patient/p1"},
            "expressedBy": {"reference": "Patient/p1"},
            "description": {"text": "Walk to the shop"},
            "target": [
                {
                    "measure": {"text": "steps"},
                    "detailQuantity": {"value": 6000, "comparator": ">="},
                }
            ],
        },
        order("m1", IBUPROFEN),
    )
    assert desk.one(done, Allergy).drug_class == "nsaid"
    assert desk.one(done, Observation).value == 25
    goal = desk.one(done, Goal)
    assert (goal.title, goal.owner_discipline, goal.target) == (
        "Walk to the shop",
        "patient",
        {"low": 6000.0},
    )
    assert done.flags == {"critical": 2}  # the allergy, and the kidney value


def test_the_patient_is_found_by_any_identifier_and_followed(desk: Desk) -> None:
    first = desk.take(order("m1", IBUPROFEN))
    both = [{"system": MRN, "value": "p1"}, {"system": "urn:other", "value": "7"}]
    done = desk.take(who=patient(identifier=both, gender="other"))
    assert done.patient_id == first.patient_id
    found = desk.session.get(Patient, (desk.clinic.tenant_id, done.patient_id))
    assert found is not None
    assert found.gender == "other"
    later = desk.take(who=patient(identifier=[{"system": "urn:other", "value": "7"}]))
    assert later.patient_id == first.patient_id


def test_a_patient_without_identifiers_is_known_by_their_resource(desk: Desk) -> None:
    nameless = patient(identifier=[])
    first, again = desk.take(who=nameless), desk.take(who=nameless)
    assert again.patient_id == first.patient_id
    assert not again.changed


def test_identifiers_of_two_patients_are_refused(desk: Desk) -> None:
    desk.take()
    desk.take(who=patient("p2"))
    with pytest.raises(RuleConflict) as caught:
        desk.take(
            who=patient(identifier=[{"system": MRN, "value": "p1"}, {"system": MRN, "value": "p2"}])
        )
    assert caught.value.code == "bad-import"


def test_a_record_of_somebody_else_is_not_written_into_a_patients(desk: Desk) -> None:
    desk.take()
    stranger = patient(name=[{"family": "Other"}], birthDate="1999-09-09")
    with pytest.raises(RuleConflict) as caught:
        desk.take(who=stranger)
    assert caught.value.code == "bad-import"
    assert "Other" not in caught.value.detail


def test_a_birth_date_mended_at_the_source_counts_in_what_is_written_next(
    database: Database, frozen_day: date
) -> None:
    tenant_id = tenant_id_of("clinic")
    with database.transaction(tenant_id) as session:
        clinic = open_clinic(session)
    with database.transaction(tenant_id) as session:
        first = Desk(session, clinic).take(who=patient(birthDate="1990-03-03"))
    naproxen = {**PARACETAMOL, "medication": {"drug_class": "nsaid", "route": "oral"}}
    with database.transaction(tenant_id) as session:
        items.create(
            session, clinic.actor("physician"), RECOMMENDATIONS, first.plan_id, PARACETAMOL
        )
    with database.transaction(tenant_id) as session:
        revision = Desk(session, clinic).plan(first).revision
        done = Desk(session, clinic).take(who=patient(birthDate="1940-03-03"))
        assert (done.changed, Desk(session, clinic).plan(first).revision) == (True, revision + 1)
        (row,) = history(
            session, tenant_id, done.plan_id, done.patient_id, reader="", before=None, limit=9
        )
        assert (row.item_kind, row.fields) == ("patient", ["birth_date"])
    with database.transaction(tenant_id) as session:
        items.create(session, clinic.actor("physician"), RECOMMENDATIONS, first.plan_id, naproxen)
    with database.transaction(tenant_id) as session:
        assert "CF24" in {flag.code for flag in flags_of_plan(session, tenant_id, first.plan_id)}


def test_the_plan_of_the_source_is_followed(desk: Desk) -> None:
    plan = {
        "resourceType": "CarePlan",
        "id": "k1",
        "status": "active",
        "intent": "plan",
        "title": "Back pain",
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2024-02-03"},
    }
    first = desk.take(plan)
    found = desk.plan(first)
    assert (found.title, found.start) == ("Back pain", date(2024, 2, 3))
    done = desk.take({**plan, "title": "Back and neck pain"})
    assert found.title == "Back and neck pain"
    assert told(done, "k1") == ("updated", "becomes-the-plan")
    found.title = "Our plan"
    done = desk.take({**plan, "title": "Spine"})
    assert found.title == "Our plan"
    assert told(done, "k1") == ("skipped", "edited-here")


def test_a_closed_plan_is_not_made_again(desk: Desk) -> None:
    done = desk.take(order("m1", IBUPROFEN))
    plan = desk.plan(done)
    closing.close(desk.session, desk.actor, plan.id, plan.version, PlanStatus.COMPLETED, "done")
    with pytest.raises(RuleConflict) as caught:
        desk.take(order("m1", IBUPROFEN))
    assert caught.value.code == "plan-closed"


def test_who_is_not_on_the_team_cannot_import_into_the_plan(desk: Desk) -> None:
    desk.take(order("m1", IBUPROFEN))
    desk.actor = desk.clinic.actor("physician-outsider")
    with pytest.raises(Forbidden):
        desk.take(order("m1", IBUPROFEN))


def test_an_import_makes_a_plan_for_a_patient_somebody_else_registered(desk: Desk) -> None:
    patients.create(
        desk.session,
        desk.clinic.actor("care-coordinator"),
        {"name": "Ada Muster", "identifiers": [{"system": MRN, "value": "p1"}]},
    )
    done = desk.take(order("m1", IBUPROFEN))
    assert done.is_new_plan
    assert desk.plan(done).lead_id == desk.actor.user_id
    assert told(done, "p1") == ("unchanged", "registered-here")


def test_known_members_of_a_care_team_join_and_others_are_listed(desk: Desk) -> None:
    external_people.link(desk.session, desk.actor, (NPI, "7"), "physiotherapist")
    team = {
        "resourceType": "CareTeam",
        "id": "t1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2024-01-01"},
        "participant": [
            {"member": {"reference": f"Practitioner?identifier={NPI}|7"}},
            {"member": {"reference": f"Practitioner?identifier={NPI}|8", "display": "N. N."}},
        ],
    }
    done = desk.take(team)
    people = {
        person.username
        for _, person in stored_plans.members(desk.session, desk.clinic.tenant_id, done.plan_id)
    }
    assert people == {"physician", "physiotherapist"}
    assert [(one.name, one.identifiers, one.is_current) for one in done.unknown_people] == [
        ("N. N.", ((NPI, "8"),), True)
    ]
    assert not desk.take(team).changed


def test_the_import_is_audited_without_clinical_words(desk: Desk) -> None:
    done = desk.take(order("m1", IBUPROFEN))
    rows = audit_events(desk.session, desk.clinic.tenant_id, patient_id=done.patient_id, limit=50)
    assert {"import", "create"} <= {row.action for row in rows}
    told_of = json.dumps([[row.action, row.resource, row.code, row.operation] for row in rows])
    assert "buprofen" not in told_of


def test_a_refused_record_leaves_nothing(database: Database, frozen_day: date) -> None:
    tenant = tenant_id_of("clinic")
    with database.transaction(tenant) as session:
        clinic = open_clinic(session)
        desk = Desk(session, clinic)
        desk.take()
    with database.transaction(tenant) as session:
        before = snapshot(session)
    stranger = patient(name=[{"family": "Other"}], birthDate="1999-09-09")
    person = {"resourceType": "Practitioner", "id": "dr1", "name": [{"family": "Weiss"}]}
    with pytest.raises(ConcordError), database.transaction(tenant) as session:
        Desk(session, clinic).take(person, who=stranger)
    with database.transaction(tenant) as session:
        assert differences(before, snapshot(session)) == []


def test_advice_from_elsewhere_is_shown_with_its_source(desk: Desk) -> None:
    done = desk.take(order("m1", IBUPROFEN))
    found = desk.one(done, Recommendation)
    view = items.one(desk.session, desk.actor, RECOMMENDATIONS, done.plan_id, found.id)
    assert view.source["system"] == MRN
    assert view.verification == "unverified"
