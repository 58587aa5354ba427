"""Stored flags: a finding that has a life."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.models.base import CODE, NAME, Base, TenantScoped, Versioned

_STATEMENT_IDS: ColumnElement[Any] = literal_column("CAST('$.statements[*].id' AS jsonpath)")
OPEN = ("detected", "acknowledged", "in-discussion")


class Flag(TenantScoped, Versioned, Base):
    """Hold one finding by its fingerprint, and what the team did about it.

    `finding` is the engine's own record as of the last change of its material; the columns beside it are
    what lists filter by.
    """

    __tablename__ = "conflict_flags"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["care_plans.tenant_id", "care_plans.id"]),
        UniqueConstraint("tenant_id", "plan_id", "fingerprint"),
        Index(None, "tenant_id", "plan_id", "status"),
        Index(None, "tenant_id", "code"),
    )
    item_kind = "conflict"

    plan_id: Mapped[uuid.UUID]
    fingerprint: Mapped[str] = mapped_column(NAME)
    code: Mapped[str] = mapped_column(CODE)
    tier: Mapped[str] = mapped_column(CODE)
    finding: Mapped[dict[str, Any]] = mapped_column(JSONB)
    material: Mapped[str] = mapped_column(NAME)
    status: Mapped[str] = mapped_column(CODE)
    episode: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    acknowledgements: Mapped[list[Any]] = mapped_column(default=list)
    acceptances: Mapped[list[Any]] = mapped_column(default=list)
    comments: Mapped[list[Any]] = mapped_column(default=list)
    resolution: Mapped[dict[str, Any] | None]
    expires: Mapped[date | None]
    monitor_by: Mapped[date | None]
    caused_by: Mapped[dict[str, Any] | None]
    superseded_by: Mapped[uuid.UUID | None]
    group: Mapped[str | None] = mapped_column(NAME)
    hold_lifted: Mapped[bool] = mapped_column(default=False)


def flags_of_plan(session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> Sequence[Flag]:
    """List every flag a plan ever had."""
    return session.scalars(
        select(Flag).where(Flag.tenant_id == tenant_id, Flag.plan_id == plan_id).order_by(Flag.id)
    ).all()


def flag(
    session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID, flag_id: uuid.UUID
) -> Flag | None:
    return session.scalar(
        select(Flag).where(Flag.tenant_id == tenant_id, Flag.plan_id == plan_id, Flag.id == flag_id)
    )


def listed(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    *,
    status: Sequence[str] = (),
    tier: Sequence[str] = (),
    code: Sequence[str] = (),
    statement: Sequence[str] = (),
    before: uuid.UUID | None = None,
    limit: int,
) -> Sequence[Flag]:
    """List flags, newest first; several values of one filter are alternatives."""
    query = select(Flag).where(Flag.tenant_id == tenant_id, Flag.plan_id == plan_id)
    if status:
        query = query.where(Flag.status.in_(status))
    if tier:
        query = query.where(Flag.tier.in_(tier))
    if code:
        query = query.where(Flag.code.in_(code))
    if statement:
        query = query.where(
            func.jsonb_path_query_array(Flag.finding, _STATEMENT_IDS).op("?|")(
                cast(list(statement), ARRAY(Text))
            )
        )
    if before is not None:
        query = query.where(Flag.id < before)
    return session.scalars(query.order_by(Flag.id.desc()).limit(limit)).all()


def disputed_statements(session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> set[str]:
    """Name the items that an open warning or critical flag of the plan is about."""
    rows = session.scalars(
        select(func.jsonb_path_query_array(Flag.finding, _STATEMENT_IDS)).where(
            Flag.tenant_id == tenant_id,
            Flag.plan_id == plan_id,
            Flag.status.in_(OPEN),
            Flag.tier.in_(("warning", "critical")),
        )
    )
    return {one for ids in rows for one in ids}
