"""The steps of a plan, and the progress everybody reports on them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.models.base import CODE, NAME, Base, PlanItem, TenantScoped


class Milestone(PlanItem):
    __tablename__ = "milestones"
    item_kind = "milestone"
    own_fields = (
        "title",
        "description",
        "goal_id",
        "phase",
        "owner_discipline",
        "owner_id",
        "action",
        "criteria",
        "start",
        "due",
        "status",
        "requires",
        "waived",
    )

    title: Mapped[str] = mapped_column(NAME)
    description: Mapped[str | None]
    goal_id: Mapped[uuid.UUID | None]
    phase: Mapped[str | None] = mapped_column(CODE)
    owner_discipline: Mapped[str] = mapped_column(CODE)
    owner_id: Mapped[str | None] = mapped_column(NAME)
    action: Mapped[str | None] = mapped_column(CODE)
    criteria: Mapped[list[Any]] = mapped_column(default=list)
    start: Mapped[date | None]
    due: Mapped[date | None]
    status: Mapped[str] = mapped_column(CODE)
    requires: Mapped[list[Any]] = mapped_column(default=list)
    waived: Mapped[list[Any]] = mapped_column(default=list)
    achieved_on: Mapped[date | None]


class Progress(TenantScoped, Base):
    """Hold one report of progress; rows are added and never changed."""

    __tablename__ = "milestone_progress"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "milestone_id"], ["milestones.tenant_id", "milestones.id"]
        ),
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["care_plans.tenant_id", "care_plans.id"]),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_in_range"),
        Index(None, "tenant_id", "milestone_id", "id"),
        Index(None, "tenant_id", "plan_id", "id"),
    )

    plan_id: Mapped[uuid.UUID]
    milestone_id: Mapped[uuid.UUID]
    note: Mapped[str | None]
    percent: Mapped[int | None]
    measure: Mapped[str | None] = mapped_column(NAME)
    value: Mapped[float | None]
    unit: Mapped[str | None] = mapped_column(CODE)
    self_reported: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[str] = mapped_column(NAME)
    author_discipline: Mapped[str | None] = mapped_column(CODE)
    author_role: Mapped[str | None] = mapped_column(CODE)
    recorded_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def author(self) -> dict[str, Any]:
        return {
            "id": self.author_id,
            "discipline": self.author_discipline,
            "role": self.author_role,
        }


def progress_of(
    session: Session,
    tenant_id: uuid.UUID,
    milestone_id: uuid.UUID,
    *,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[Progress]:
    """List reports on one milestone, newest first."""
    query = select(Progress).where(
        Progress.tenant_id == tenant_id, Progress.milestone_id == milestone_id
    )
    if before is not None:
        query = query.where(Progress.id < before)
    return session.scalars(query.order_by(Progress.id.desc()).limit(limit)).all()


_BESIDE = text(
    """SELECT
(SELECT json_object_agg(m.id, m.status) FROM milestones m
    WHERE m.tenant_id = :tenant AND m.plan_id = :plan AND m.withdrawn_at IS NULL
    AND m.id = ANY(CAST(:required AS uuid[]))) AS status_of,
(SELECT json_agg(q ORDER BY q.id) FROM (
    SELECT id, milestone_id, measure, unit, value, percent FROM milestone_progress
    WHERE tenant_id = :tenant AND plan_id = :plan
    AND milestone_id = ANY(CAST(:shown AS uuid[]))) q) AS reports"""
)
_REPORTS = text(
    """SELECT json_agg(q ORDER BY q.id) FROM (
    SELECT id, milestone_id, measure, unit, value, percent FROM milestone_progress
    WHERE tenant_id = :tenant AND plan_id = :plan) q"""
)


def beside(
    session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID, shown: Sequence[Milestone]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Give the status of all that these milestones require, and the reports on them, oldest first."""
    row = session.execute(
        _BESIDE,
        {
            "tenant": tenant_id,
            "plan": plan_id,
            "required": sorted({one for item in shown for one in item.requires}),
            "shown": [str(item.id) for item in shown],
        },
    ).one()
    return row.status_of or {}, row.reports or []


def reports_in_plan(
    session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID
) -> list[dict[str, Any]]:
    """Give every report in a plan, oldest first."""
    found = session.scalar(_REPORTS, {"tenant": tenant_id, "plan": plan_id})
    return found or []
