"""Two people make a plan for one patient at the same instant: one does, the other is told."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from service.actions import consents, patients, plans
from service.db import Database
from service.domain.vocabulary import ConsentDecision, Purpose
from service.errors import RuleConflict, Stale
from service.models.facts import Capacity
from service.models.plans import CarePlan
from tests.clinic import Clinic, open_clinic, tenant_id_of

MAKERS = 6


@pytest.fixture
def clinic(committed_database: Database, frozen_day: date) -> Clinic:
    with committed_database.transaction(tenant_id_of("clinic")) as session:
        return open_clinic(session)


def test_of_many_who_make_a_plan_at_once_one_makes_it(
    committed_database: Database, clinic: Clinic
) -> None:
    coordinator = clinic.actor("care-coordinator")
    with committed_database.transaction(clinic.tenant_id) as session:
        patient_id = patients.create(session, coordinator, {"name": "Newcomer"}).id
    start = threading.Barrier(MAKERS)

    def make(number: int) -> str:
        with committed_database.transaction(clinic.tenant_id) as session:
            start.wait(timeout=20)
            try:
                plans.create(
                    session,
                    coordinator,
                    {
                        "patient_id": patient_id,
                        "title": f"Plan {number}",
                        "lead_id": clinic.users["physiotherapist"].id,
                    },
                )
            except RuleConflict as refused:
                session.rollback()
                return refused.code
        return "made"

    with ThreadPoolExecutor(MAKERS) as pool:
        outcomes = sorted(pool.map(make, range(MAKERS)))

    assert outcomes == ["made", *["plan-exists"] * (MAKERS - 1)]
    with committed_database.transaction(clinic.tenant_id) as session:
        open_plans = session.scalars(
            select(CarePlan).where(CarePlan.patient_id == patient_id)
        ).all()
        capacities = session.scalars(
            select(Capacity).where(Capacity.plan_id.in_([one.id for one in open_plans]))
        ).all()
    assert len(open_plans) == 1
    assert len(capacities) == 1


def test_the_database_itself_holds_one_open_plan_a_patient(
    committed_database: Database, clinic: Clinic
) -> None:
    with (
        pytest.raises(RuleConflict),
        committed_database.transaction(clinic.tenant_id) as session,
    ):
        session.add(
            CarePlan(
                tenant_id=clinic.tenant_id,
                patient_id=clinic.patient_id,
                title="Second",
                status="on-hold",
                lead_id=clinic.users["physician"].id,
                created_by=clinic.users["physician"].id,
            )
        )


def test_two_corrections_of_a_patient_at_once_lose_nothing(
    committed_database: Database, clinic: Clinic
) -> None:
    """Each thread repeats until its own change is taken; the version counts them all."""
    coordinator = clinic.actor("care-coordinator")
    rounds = 5

    def correct(number: int) -> int:
        taken = 0
        while taken < rounds:
            with committed_database.transaction(clinic.tenant_id) as session:
                seen = patients.one(session, coordinator, clinic.patient_id).version
            try:
                with committed_database.transaction(clinic.tenant_id) as session:
                    patients.revise(
                        session,
                        coordinator,
                        clinic.patient_id,
                        seen,
                        {"name": f"Name {number} {taken}"},
                    )
            except Stale:
                continue
            taken += 1
        return taken

    with ThreadPoolExecutor(2) as pool:
        taken = sum(pool.map(correct, range(2)))

    with committed_database.transaction(clinic.tenant_id) as session:
        assert patients.one(session, coordinator, clinic.patient_id).version == 1 + taken


def test_a_withdrawn_permit_counts_from_the_next_transaction(
    committed_database: Database, clinic: Clinic
) -> None:
    psychologist = clinic.actor("psychologist")
    with committed_database.transaction(clinic.tenant_id) as session:
        assert plans.listed(session, psychologist).items
        consents.record(
            session,
            clinic.tenant_id,
            clinic.patient_id,
            ConsentDecision.DENY,
            Purpose.TREATMENT,
            recorded_by=clinic.users["care-coordinator"].id,
        )
    with committed_database.transaction(clinic.tenant_id) as session:
        assert plans.listed(session, psychologist).items == []
