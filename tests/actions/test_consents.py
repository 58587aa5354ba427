"""Consents: a denial stops treatment, every other purpose and every machine needs a permit."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy.orm import Session

from service.actions import accounts, consents, items, patients, plans
from service.actions.goals import GOALS
from service.domain.vocabulary import ConsentDecision, Purpose
from service.errors import Forbidden
from service.models.consents import Consent
from tests.clinic import Clinic

TODAY = date(2027, 2, 15)


def _record(
    session: Session,
    clinic: Clinic,
    decision: ConsentDecision,
    purpose: Purpose,
    grantee: str | None,
    *,
    start: date | None = None,
    end: date | None = None,
) -> Consent:
    return consents.record(
        session,
        clinic.tenant_id,
        clinic.patient_id,
        decision,
        purpose,
        grantee_id=clinic.users[grantee].id if grantee else None,
        recorded_by=clinic.users["care-coordinator"].id,
        start=start,
        end=end,
    )


def _reaches(session: Session, clinic: Clinic, who: str, purpose: Purpose | None = None) -> bool:
    """Say whether somebody reaches the patient and the plan; all ways must say the same."""
    actor = clinic.actor(who, **({"purpose": purpose} if purpose else {}))
    answers = set()
    refusals = set()
    for read in (
        lambda: patients.one(session, actor, clinic.patient_id),
        lambda: plans.one(session, actor, clinic.plan_id),
        lambda: plans.of_patient(session, actor, clinic.patient_id),
        lambda: items.listed(session, actor, GOALS, clinic.plan_id),
    ):
        try:
            read()
            answers.add(True)
        except Forbidden as refused:
            refusals.add(refused.code)
            answers.add(False)
    assert refusals <= {"consent-required"}
    answers.add(bool(patients.listed(session, actor).items))
    answers.add(bool(plans.listed(session, actor).items))
    [answer] = answers
    return answer


def test_the_team_and_the_patient_need_no_record(session: Session, clinic: Clinic) -> None:
    assert _reaches(session, clinic, "physiotherapist")
    assert _reaches(session, clinic, "patient")


@pytest.mark.parametrize("grantee", ["psychologist", None])
def test_a_denial_stops_treatment_at_once_and_ends_with_its_withdrawal(
    session: Session, clinic: Clinic, grantee: str | None
) -> None:
    denial = _record(session, clinic, ConsentDecision.DENY, Purpose.TREATMENT, grantee)

    assert not _reaches(session, clinic, "psychologist")
    assert _reaches(session, clinic, "physician") is (grantee is not None)
    assert _reaches(session, clinic, "patient")

    consents.withdraw(session, denial)
    assert _reaches(session, clinic, "psychologist")


def test_a_denial_holds_within_its_days(session: Session, clinic: Clinic) -> None:
    _record(session, clinic, ConsentDecision.DENY, Purpose.TREATMENT, None, end=TODAY)
    _record(
        session,
        clinic,
        ConsentDecision.DENY,
        Purpose.TREATMENT,
        None,
        start=date(2027, 2, 16),
    )
    assert _reaches(session, clinic, "psychologist")

    _record(session, clinic, ConsentDecision.DENY, Purpose.TREATMENT, None, start=TODAY)
    assert not _reaches(session, clinic, "psychologist")


def test_another_purpose_needs_a_permit_of_ones_own(session: Session, clinic: Clinic) -> None:
    assert not _reaches(session, clinic, "physician", Purpose.OPERATIONS)
    _record(session, clinic, ConsentDecision.PERMIT, Purpose.OPERATIONS, "psychologist")
    _record(session, clinic, ConsentDecision.PERMIT, Purpose.OPERATIONS, None)
    _record(session, clinic, ConsentDecision.PERMIT, Purpose.EMERGENCY, "physician")
    assert not _reaches(session, clinic, "physician", Purpose.OPERATIONS)

    _record(session, clinic, ConsentDecision.PERMIT, Purpose.OPERATIONS, "physician")
    assert _reaches(session, clinic, "physician", Purpose.OPERATIONS)


def test_a_permit_lets_nobody_in_who_has_no_business_there(
    session: Session, clinic: Clinic
) -> None:
    _record(session, clinic, ConsentDecision.PERMIT, Purpose.OPERATIONS, "physician-outsider")
    actor = clinic.actor("physician-outsider", purpose=Purpose.OPERATIONS)

    assert patients.listed(session, actor).items == []
    assert plans.listed(session, actor).items == []


def test_a_machine_needs_a_permit(session: Session, clinic: Clinic) -> None:
    assert _reaches(session, clinic, "clinic-system")
    [permit] = session.query(Consent).all()

    consents.withdraw(session, permit)

    assert not _reaches(session, clinic, "clinic-system")
    assert accounts.me(session, clinic.actor("clinic-system"))["plans"] == []


def test_withdrawing_twice_keeps_the_first_moment(session: Session, clinic: Clinic) -> None:
    consent = _record(session, clinic, ConsentDecision.DENY, Purpose.TREATMENT, None)
    consents.withdraw(session, consent)
    moment = consent.withdrawn_at
    assert moment is not None

    consents.withdraw(session, consent)

    assert consent.withdrawn_at == moment
    assert isinstance(consent.id, uuid.UUID)
