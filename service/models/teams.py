"""The team of a plan: who is on it, in which period, who is away and who stands in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.models.base import CODE, PlanItem, in_force
from service.models.patients import Patient
from service.models.users import User


class TeamMember(PlanItem):
    """Hold one person's membership of a plan's team; periods are half-open like every interval."""

    __tablename__ = "team_members"
    item_kind = "team-member"
    own_fields = ("user_id", "period", "on_leave", "cover_id")
    further_constraints = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        ForeignKeyConstraint(["tenant_id", "cover_id"], ["users.tenant_id", "users.id"]),
        Index(None, "tenant_id", "user_id"),
        Index(None, "tenant_id", "cover_id"),
    )

    user_id: Mapped[uuid.UUID]
    role: Mapped[str] = mapped_column(CODE)
    discipline: Mapped[str | None] = mapped_column(CODE)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    leave_starts_on: Mapped[date | None]
    leave_ends_on: Mapped[date | None]
    cover_id: Mapped[uuid.UUID | None]
    invited_by: Mapped[uuid.UUID | None]

    @property
    def period(self) -> dict[str, date | None]:
        return {"start": self.starts_on, "end": self.ends_on}

    @period.setter
    def period(self, value: Mapping[str, Any] | None) -> None:
        self.starts_on, self.ends_on = _days(value)

    @property
    def on_leave(self) -> dict[str, date | None] | None:
        if self.leave_starts_on is None and self.leave_ends_on is None:
            return None
        return {"start": self.leave_starts_on, "end": self.leave_ends_on}

    @on_leave.setter
    def on_leave(self, value: Mapping[str, Any] | None) -> None:
        self.leave_starts_on, self.leave_ends_on = _days(value)


def _days(value: Mapping[str, Any] | None) -> tuple[date | None, date | None]:
    def day(name: str) -> date | None:
        found = (value or {}).get(name)
        return date.fromisoformat(found) if isinstance(found, str) else found

    return day("start"), day("end")


def members(
    session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID
) -> list[tuple[TeamMember, User]]:
    """List a plan's memberships, ended ones too, with their people, in the order they joined."""
    rows = session.execute(
        select(TeamMember, User)
        .join(User, and_(User.tenant_id == TeamMember.tenant_id, User.id == TeamMember.user_id))
        .where(
            TeamMember.tenant_id == tenant_id,
            TeamMember.plan_id == plan_id,
            TeamMember.withdrawn_at.is_(None),
        )
        .order_by(TeamMember.id)
    )
    return [(member, person) for member, person in rows]


def takes_part(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    patient_id: uuid.UUID,
    user_id: uuid.UUID,
    day: date,
) -> bool:
    """Say whether an active account is that of a member of the plan's team on a day, or its patient's."""
    member = select(TeamMember.user_id).where(
        TeamMember.tenant_id == tenant_id,
        TeamMember.plan_id == plan_id,
        TeamMember.withdrawn_at.is_(None),
        in_force(TeamMember.starts_on, TeamMember.ends_on, day),
    )
    patient = select(Patient.user_id).where(
        Patient.tenant_id == tenant_id, Patient.id == patient_id, Patient.user_id.is_not(None)
    )
    found = session.scalar(
        select(User.id).where(
            User.tenant_id == tenant_id,
            User.id == user_id,
            User.active,
            or_(User.id.in_(member), User.id.in_(patient)),
        )
    )
    return found is not None
