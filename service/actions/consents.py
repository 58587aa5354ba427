"""Consents: what a patient permits or denies; the gate asks for them at every step."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.orm import Session

from service.domain import clock
from service.domain.checks import check_interval
from service.domain.ids import new_id
from service.domain.merge import jsonable
from service.domain.vocabulary import ConsentDecision, Purpose
from service.models.consents import Consent


def record(
    session: Session,
    tenant_id: uuid.UUID,
    patient_id: uuid.UUID,
    decision: ConsentDecision,
    purpose: Purpose,
    *,
    recorded_by: uuid.UUID,
    grantee_id: uuid.UUID | None = None,
    start: date | None = None,
    end: date | None = None,
    evidence: str | None = None,
) -> Consent:
    """Record one decision; without a grantee a denial holds for everybody, a permit for nobody."""
    check_interval(jsonable(start), jsonable(end), "/end")
    consent = Consent(
        tenant_id=tenant_id,
        id=new_id(),
        patient_id=patient_id,
        grantee_id=grantee_id,
        decision=decision.value,
        purpose=purpose.value,
        start=start,
        end=end,
        evidence=evidence,
        recorded_by=recorded_by,
    )
    session.add(consent)
    session.flush()
    return consent


def withdraw(session: Session, consent: Consent) -> None:
    """Withdraw a decision; it counts from the next request, and its row stays."""
    if consent.withdrawn_at is None:
        consent.withdrawn_at = clock.now()
        session.flush()
