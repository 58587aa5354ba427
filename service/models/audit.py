"""Who read, wrote or was refused what, and why; the service may add rows and read them, nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Index, Table, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.domain.ids import new_id
from service.models import changes
from service.models.base import CODE, NAME, Base, TenantScoped


class AuditEvent(TenantScoped, Base):
    """Hold one access: ids, codes and times, no clinical text (after FHIR R4 AuditEvent)."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "tenant_id", "patient_id", "id"),
        Index(None, "tenant_id", "user_id", "id"),
    )

    at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[uuid.UUID | None]
    role: Mapped[str | None] = mapped_column(CODE)
    client_id: Mapped[str | None] = mapped_column(NAME)
    purpose: Mapped[str | None] = mapped_column(CODE)
    action: Mapped[str] = mapped_column(CODE)
    outcome: Mapped[str] = mapped_column(CODE)
    operation: Mapped[str] = mapped_column(NAME)
    resource: Mapped[str | None] = mapped_column(CODE)
    item_id: Mapped[uuid.UUID | None]
    plan_id: Mapped[uuid.UUID | None]
    patient_id: Mapped[uuid.UUID | None]
    request_id: Mapped[str | None] = mapped_column(NAME)
    code: Mapped[str | None] = mapped_column(CODE)


# Without the session's bookkeeping: the row is never looked at again in its transaction.
_TABLE: Final = cast("Table", AuditEvent.__table__)
_COLUMNS: Final = tuple(column.name for column in _TABLE.columns)
_ROW: Final = insert(_TABLE)
_NOTHING: Final = dict.fromkeys(_COLUMNS)


def add(session: Session, row: Mapping[str, Any]) -> None:
    """Write one row at once, and with it the changes and events that wait for it."""
    whole = {**_NOTHING, "id": new_id(), "at": now(), **row}
    if not changes.write(session, (_TABLE, whole)):
        session.execute(_ROW, row)


def audit_events(
    session: Session,
    tenant_id: uuid.UUID,
    *,
    patient_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
    limit: int,
) -> Sequence[AuditEvent]:
    """List audit rows, newest first."""
    query = select(AuditEvent).where(AuditEvent.tenant_id == tenant_id)
    if patient_id is not None:
        query = query.where(AuditEvent.patient_id == patient_id)
    if user_id is not None:
        query = query.where(AuditEvent.user_id == user_id)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit)).all()
