"""Patients of a clinic and the identifiers that clinic systems know them by."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.models.base import CODE, NAME, Base, OwnFields, TenantScoped, Versioned


class Patient(OwnFields, TenantScoped, Versioned, Base):
    """Hold demographics; `user_id` is the patient's own account, where there is one.

    The identifiers are rows of their own.
    """

    __tablename__ = "patients"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        UniqueConstraint("tenant_id", "user_id"),
        Index(None, "tenant_id", "registered_by"),
    )

    own_fields = ("name", "birth_date", "gender", "language", "reading_level")

    name: Mapped[str] = mapped_column(NAME)
    birth_date: Mapped[date | None]
    gender: Mapped[str | None] = mapped_column(CODE)
    language: Mapped[str | None] = mapped_column(CODE)
    reading_level: Mapped[str | None] = mapped_column(CODE)
    user_id: Mapped[uuid.UUID | None]
    registered_by: Mapped[uuid.UUID]
    source: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class PatientIdentifier(TenantScoped, Base):
    """Name a patient in a clinic system; (system, value) is one patient's only."""

    __tablename__ = "patient_identifiers"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "patient_id"], ["patients.tenant_id", "patients.id"]),
        UniqueConstraint("tenant_id", "system", "value"),
        Index(None, "tenant_id", "patient_id"),
    )

    patient_id: Mapped[uuid.UUID]
    system: Mapped[str] = mapped_column(NAME)
    value: Mapped[str] = mapped_column(NAME)


def patient(
    session: Session, tenant_id: uuid.UUID, patient_id: uuid.UUID, *, lock: bool = False
) -> Patient | None:
    query = select(Patient).where(Patient.tenant_id == tenant_id, Patient.id == patient_id)
    return session.scalar(query.with_for_update() if lock else query)


def patient_identified(
    session: Session, tenant_id: uuid.UUID, pairs: Sequence[tuple[str, str]]
) -> Patient | None:
    """Find the patient who has one of these (system, value) pairs."""
    for system, value in pairs:
        found = session.scalar(
            select(Patient)
            .join(
                PatientIdentifier,
                (PatientIdentifier.tenant_id == Patient.tenant_id)
                & (PatientIdentifier.patient_id == Patient.id),
            )
            .where(
                PatientIdentifier.tenant_id == tenant_id,
                PatientIdentifier.system == system,
                PatientIdentifier.value == value,
            )
        )
        if found is not None:
            return found
    return None


def identifiers(
    session: Session, tenant_id: uuid.UUID, patient_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[dict[str, str]]]:
    """Give each patient's identifiers, in the order they were entered."""
    result: dict[uuid.UUID, list[dict[str, str]]] = {one: [] for one in patient_ids}
    rows = session.scalars(
        select(PatientIdentifier)
        .where(
            PatientIdentifier.tenant_id == tenant_id,
            PatientIdentifier.patient_id.in_(patient_ids),
        )
        .order_by(PatientIdentifier.id)
    )
    for row in rows:
        result[row.patient_id].append({"system": row.system, "value": row.value})
    return result


def replace_identifiers(
    session: Session, patient: Patient, wanted: Sequence[tuple[str, str]]
) -> None:
    """Make these the patient's identifiers; those that stay keep their row and place."""
    rows = session.scalars(
        select(PatientIdentifier).where(
            PatientIdentifier.tenant_id == patient.tenant_id,
            PatientIdentifier.patient_id == patient.id,
        )
    ).all()
    present = {(row.system, row.value): row for row in rows}
    for pair, row in present.items():
        if pair not in wanted:
            session.delete(row)
    session.flush()
    for system, value in wanted:
        if (system, value) not in present:
            session.add(
                PatientIdentifier(
                    tenant_id=patient.tenant_id,
                    patient_id=patient.id,
                    system=system,
                    value=value,
                )
            )
    session.flush()
