"""Consents: what a patient permits or denies, to whom, for which purpose (FHIR R4 Consent)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.clock import now
from service.models.base import CODE, Base, TenantScoped


class Consent(TenantScoped, Base):
    """Hold one decision; without a grantee it holds for everybody of the clinic."""

    __tablename__ = "consents"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "patient_id"], ["patients.tenant_id", "patients.id"]),
        ForeignKeyConstraint(["tenant_id", "grantee_id"], ["users.tenant_id", "users.id"]),
        CheckConstraint("decision IN ('permit', 'deny')", name="decision_known"),
        Index(None, "tenant_id", "patient_id"),
    )

    patient_id: Mapped[uuid.UUID]
    grantee_id: Mapped[uuid.UUID | None]
    decision: Mapped[str] = mapped_column(CODE)
    purpose: Mapped[str] = mapped_column(CODE)
    start: Mapped[date | None]
    end: Mapped[date | None]
    evidence: Mapped[str | None]
    recorded_by: Mapped[uuid.UUID]
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
