"""Find what an earlier import has made, by where it came from; also what was entered in error since."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from service.models.base import PlanItem
from service.models.patients import Patient, PatientIdentifier

Item = TypeVar("Item", bound=PlanItem)


def items_of_plan(
    session: Session, model: type[Item], tenant_id: uuid.UUID, plan_id: uuid.UUID
) -> Sequence[Item]:
    """List the imported items of a kind in a plan, withdrawn ones too, in the order they came."""
    return session.scalars(
        select(model)
        .where(model.tenant_id == tenant_id, model.plan_id == plan_id, model.source.is_not(None))
        .order_by(model.id)
    ).all()


def patients_identified(
    session: Session, tenant_id: uuid.UUID, pairs: Iterable[tuple[str, str]]
) -> Sequence[Patient]:
    """Find every patient who has one of these (system, value) pairs, and hold their rows."""
    wanted = list(pairs)
    if not wanted:
        return []
    named = select(PatientIdentifier.patient_id).where(
        PatientIdentifier.tenant_id == tenant_id,
        tuple_(PatientIdentifier.system, PatientIdentifier.value).in_(wanted),
    )
    return session.scalars(
        select(Patient)
        .where(Patient.tenant_id == tenant_id, Patient.id.in_(named))
        .order_by(Patient.id)
        .with_for_update()
    ).all()


def patient_of_source(
    session: Session, tenant_id: uuid.UUID, system: str, resource_id: str
) -> Patient | None:
    """Find the patient an import made from a resource that had no identifier, and hold the row."""
    return session.scalar(
        select(Patient)
        .where(
            Patient.tenant_id == tenant_id,
            Patient.source["system"].astext == system,
            Patient.source["id"].astext == resource_id,
        )
        .order_by(Patient.id)
        .limit(1)
        .with_for_update()
    )
