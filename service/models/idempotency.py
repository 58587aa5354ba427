"""Answers kept under a caller's Idempotency-Key, for a day."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Index, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.models.base import NAME, Base, TenantScoped


class IdempotencyKey(TenantScoped, Base):
    """Hold the answer to one request; `body_hash` tells whether a repeat asks for the same."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "principal", "method", "path", "key"),
        Index(None, "created_at"),
    )

    principal: Mapped[uuid.UUID]
    method: Mapped[str] = mapped_column(NAME)
    path: Mapped[str]
    key: Mapped[str]
    body_hash: Mapped[str] = mapped_column(NAME)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now)


def try_lock(session: Session, name: str) -> bool:
    """Take an advisory lock until the transaction ends; say at once whether it was free."""
    return bool(
        session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0))))
    )


def kept(
    session: Session,
    *,
    tenant_id: uuid.UUID,
    principal: uuid.UUID,
    method: str,
    path: str,
    key: str,
) -> IdempotencyKey | None:
    """Find the answer kept under a key, however old."""
    return session.scalars(
        select(IdempotencyKey).where(
            IdempotencyKey.tenant_id == tenant_id,
            IdempotencyKey.principal == principal,
            IdempotencyKey.method == method,
            IdempotencyKey.path == path,
            IdempotencyKey.key == key,
        )
    ).one_or_none()


def forget_before(session: Session, tenant_id: uuid.UUID, moment: datetime, *, limit: int) -> int:
    """Remove answers that were kept before a moment, so many at a time; give their number."""
    old = (
        select(IdempotencyKey.id)
        .where(IdempotencyKey.tenant_id == tenant_id, IdempotencyKey.created_at < moment)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    removed = session.execute(
        delete(IdempotencyKey)
        .where(IdempotencyKey.tenant_id == tenant_id, IdempotencyKey.id.in_(old))
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", removed).rowcount
