"""Two people say the opposite at the same instant: whoever is second meets what the first said."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions import items, plans
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.domain import clock
from service.domain.ids import new_id
from service.errors import RuleConflict
from service.models.changes import Change
from service.models.facts import Capacity
from service.models.flags import flags_of_plan
from service.models.patients import Patient
from service.models.plans import CarePlan, TeamMember
from service.models.recommendations import Recommendation
from tests.clinic import Clinic
from tests.concurrency.conftest import at_once

ROUNDS = 200
WALK = {"kind": "exercise", "stance": "recommend", "action": "deadlift"}


def no_lifting() -> dict[str, Any]:
    day = clock.today("Europe/London")
    return {
        "kind": "activity",
        "stance": "prohibit",
        "action": "lifting",
        "period": {"start": day.isoformat(), "end": clock.in_days(day, 30).isoformat()},
    }


def another_patient(session: Session, clinic: Clinic) -> uuid.UUID:
    patient = Patient(
        tenant_id=clinic.tenant_id,
        id=new_id(),
        name="Another Patient",
        birth_date=date(1980, 1, 1),
        registered_by=clinic.users["physician"].id,
    )
    session.add(patient)
    session.flush()
    return patient.id


def another_plan(session: Session, clinic: Clinic) -> uuid.UUID:
    """Give the two a patient of their own for each round."""
    plan = CarePlan(
        tenant_id=clinic.tenant_id,
        id=new_id(),
        patient_id=another_patient(session, clinic),
        title="Plan",
        status="active",
        lead_id=clinic.users["physician"].id,
        created_by=clinic.users["physician"].id,
    )
    session.add(plan)
    session.flush()
    author = {"tenant_id": clinic.tenant_id, "plan_id": plan.id, "author_id": "tests"}
    for username in ("physician", "physiotherapist"):
        person = clinic.users[username]
        session.add(
            TeamMember(**author, user_id=person.id, role=person.role, discipline=person.discipline)
        )
    session.add(Capacity(**author, minutes_per_day={}))
    session.flush()
    return plan.id


@pytest.mark.timeout(240)
def test_two_contradictory_pieces_of_advice_leave_exactly_one_flag_each_round(
    committed_database: Database, clinic: Clinic
) -> None:
    with committed_database.transaction(clinic.tenant_id) as session:
        plan_ids = [another_plan(session, clinic) for _ in range(ROUNDS)]

    def say(who: str, fields: dict[str, Any]) -> Any:
        waiting = iter(plan_ids)

        def once() -> uuid.UUID:
            with committed_database.transaction(clinic.tenant_id) as session:
                view = items.create(
                    session, clinic.actor(who), RECOMMENDATIONS, next(waiting), fields
                )
                return view.id

        return once

    said = at_once([say("physiotherapist", WALK), say("physician", no_lifting())], rounds=ROUNDS)
    first: Counter[str] = Counter()
    with committed_database.transaction(clinic.tenant_id) as session:
        for plan_id, ids in zip(plan_ids, said, strict=True):
            advice = session.scalars(
                select(Recommendation).where(Recommendation.plan_id == plan_id)
            ).all()
            assert {one.id for one in advice} == set(ids)
            (flag,) = flags_of_plan(session, clinic.tenant_id, plan_id)
            assert flag.code == "CF01"
            assert {one["id"] for one in flag.finding["statements"]} == {str(one) for one in ids}
            raised = session.scalars(
                select(Change).where(Change.plan_id == plan_id, Change.item_kind == "conflict")
            ).all()
            assert [row.action for row in raised] == ["raised"]
            plan = session.get(CarePlan, (clinic.tenant_id, plan_id))
            assert plan is not None
            assert plan.revision == 3
            second = (flag.caused_by or {})["id"]
            first["physiotherapist" if second == str(ids[1]) else "physician"] += 1
    # Either came first sometimes, or the two were never really there at once.
    assert min(first["physiotherapist"], first["physician"]) > 0, first


def test_a_patient_gets_one_open_plan_however_many_make_one_at_once(
    committed_database: Database, clinic: Clinic
) -> None:
    rounds = 15
    with committed_database.transaction(clinic.tenant_id) as session:
        patients = [another_patient(session, clinic) for _ in range(rounds)]

    def make() -> Any:
        waiting = iter(patients)

        def once() -> str:
            try:
                with committed_database.transaction(clinic.tenant_id) as session:
                    plans.create(
                        session,
                        clinic.actor("physician"),
                        {"patient_id": next(waiting), "title": "Plan"},
                    )
            except RuleConflict as refusal:
                return refusal.code
            return "made"

        return once

    for answers in at_once([make() for _ in range(4)], rounds=rounds):
        assert Counter(answers) == {"made": 1, "plan-exists": 3}
    with committed_database.transaction(clinic.tenant_id) as session:
        owners = session.scalars(select(CarePlan.patient_id)).all()
    assert Counter(owners)[patients[0]] == 1
    assert len(owners) == rounds + 1


def test_the_table_itself_refuses_a_second_open_plan(
    committed_database: Database, clinic: Clinic
) -> None:
    def insert() -> str:
        try:
            with committed_database.transaction(clinic.tenant_id) as session:
                session.add(
                    CarePlan(
                        tenant_id=clinic.tenant_id,
                        patient_id=patient_id,
                        title="Plan",
                        status="active",
                        lead_id=clinic.users["physician"].id,
                        created_by=clinic.users["physician"].id,
                    )
                )
        except RuleConflict as refusal:
            return refusal.code
        return "made"

    with committed_database.transaction(clinic.tenant_id) as session:
        patient_id = another_patient(session, clinic)
    [answers] = at_once([insert] * 3)
    assert Counter(answers) == {"made": 1, "already-exists": 2}
