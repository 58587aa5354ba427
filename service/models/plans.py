"""The shared plan, and who may come near it; its team stands in `teams.py`.

The plan's row is the aggregate's lock: every write below it holds the row and bumps `revision`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql import ColumnElement

from service.domain.clock import now
from service.models.base import CODE, NAME, Base, Day, OwnFields, TenantScoped, Versioned, in_force
from service.models.consents import Consent
from service.models.patients import Patient
from service.models.teams import TeamMember, members

OPEN_STATUSES = ("active", "on-hold")

# What the breach of a constraint is called, where it has a name of its own.
CONSTRAINT_CODES = {"uq_care_plans_one_open_per_patient": "plan-exists"}


class CarePlan(OwnFields, TenantScoped, Versioned, Base):
    """Hold one patient's shared plan.

    `version` counts changes of the plan's own fields, `revision` every change in or below it.
    `checked_on` is the clinic's day of the last detection, `next_change` the first later day on which
    time alone changes anything.
    """

    __tablename__ = "care_plans"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "patient_id"], ["patients.tenant_id", "patients.id"]),
        ForeignKeyConstraint(["tenant_id", "lead_id"], ["users.tenant_id", "users.id"]),
        Index(
            "uq_care_plans_one_open_per_patient",
            "tenant_id",
            "patient_id",
            unique=True,
            postgresql_where=text("status IN ('active', 'on-hold')"),
        ),
        Index(None, "tenant_id", "next_change"),
        CheckConstraint("revision >= 1", name="revision_counts_up"),
    )

    own_fields = (
        "title",
        "status",
        "phase",
        "lead_id",
        "description",
        "values_summary",
        "preferences_summary",
        "review_date",
        "start",
    )
    item_kind: ClassVar[str] = "care-plan"

    patient_id: Mapped[uuid.UUID]
    revision: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(NAME)
    status: Mapped[str] = mapped_column(CODE, default="active")
    phase: Mapped[str | None] = mapped_column(CODE)
    lead_id: Mapped[uuid.UUID]
    description: Mapped[str | None]
    values_summary: Mapped[str | None]
    preferences_summary: Mapped[str | None]
    review_date: Mapped[date | None]
    start: Mapped[date | None]
    closed_reason: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[uuid.UUID | None]
    source: Mapped[dict[str, Any] | None]
    checked_on: Mapped[date | None]
    next_change: Mapped[date | None]
    knowledge_version: Mapped[str | None] = mapped_column(CODE)
    event_sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[uuid.UUID]
    updated_at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Say how near one user stands to one plan on one day."""

    plan: CarePlan
    patient_user_id: uuid.UUID | None
    is_member: bool
    covers_for: tuple[uuid.UUID, ...]
    denied: frozenset[str]
    permitted_purposes: frozenset[str]
    has_active_clinician: bool


def _active_members(tenant_id: uuid.UUID | BindParameter[Any], day: Day) -> ColumnElement[bool]:
    return and_(
        TeamMember.tenant_id == tenant_id,
        TeamMember.plan_id == CarePlan.id,
        TeamMember.withdrawn_at.is_(None),
        in_force(TeamMember.starts_on, TeamMember.ends_on, day),
    )


def nearness(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    user_id: uuid.UUID,
    day: date,
    *,
    clinicians: Sequence[str],
    lock: bool,
) -> Nearness | None:
    """Find a plan and how near a user stands to it, in one statement; `lock` holds the plan's row."""
    query = _nearness(tuple(sorted(clinicians)), lock)
    asked = {"tenant": tenant_id, "plan": plan_id, "user": user_id, "day": day}
    row = session.execute(query, asked).one_or_none()
    if row is None:
        return None
    plan, patient_user, is_member, covers, denied, permitted, clinicians_now = row
    return Nearness(
        plan=plan,
        patient_user_id=patient_user,
        is_member=bool(is_member),
        covers_for=tuple(covers or ()),
        denied=frozenset(denied or ()),
        permitted_purposes=frozenset(permitted or ()),
        has_active_clinician=bool(clinicians_now),
    )


@lru_cache(maxsize=8)
def _nearness(clinicians: tuple[str, ...], lock: bool) -> Select[Any]:
    """Build the statement of `nearness` once: every request asks it, and building takes longer than asking."""
    tenant_id = bindparam("tenant", type_=Uuid())
    plan_id = bindparam("plan", type_=Uuid())
    user_id = bindparam("user", type_=Uuid())
    day = bindparam("day", type_=Date())
    active = _active_members(tenant_id, day)
    member = select(func.count()).where(active, TeamMember.user_id == user_id).scalar_subquery()
    clinician = (
        select(func.count()).where(active, TeamMember.role.in_(clinicians)).scalar_subquery()
    )
    covered = (
        select(func.array_agg(TeamMember.user_id))
        .where(
            active,
            TeamMember.cover_id == user_id,
            TeamMember.leave_starts_on.is_not(None),
            in_force(TeamMember.leave_starts_on, TeamMember.leave_ends_on, day),
        )
        .scalar_subquery()
    )
    consent = and_(
        Consent.tenant_id == tenant_id,
        Consent.patient_id == CarePlan.patient_id,
        Consent.withdrawn_at.is_(None),
        in_force(Consent.start, Consent.end, day),
        or_(Consent.grantee_id.is_(None), Consent.grantee_id == user_id),
    )
    denials = (
        select(func.array_agg(Consent.purpose))
        .where(consent, Consent.decision == "deny")
        .scalar_subquery()
    )
    permits = (
        select(func.array_agg(Consent.purpose))
        .where(consent, Consent.decision == "permit", Consent.grantee_id == user_id)
        .scalar_subquery()
    )
    query = (
        select(CarePlan, Patient.user_id, member, covered, denials, permits, clinician)
        .join(
            Patient,
            and_(Patient.tenant_id == CarePlan.tenant_id, Patient.id == CarePlan.patient_id),
        )
        .where(CarePlan.tenant_id == tenant_id, CarePlan.id == plan_id)
    )
    if lock:
        query = query.with_for_update(of=CarePlan).execution_options(populate_existing=True)
    return query


def open_plan_of(session: Session, tenant_id: uuid.UUID, patient_id: uuid.UUID) -> CarePlan | None:
    """Find the patient's one open plan."""
    return session.scalar(
        select(CarePlan).where(
            CarePlan.tenant_id == tenant_id,
            CarePlan.patient_id == patient_id,
            CarePlan.status.in_(OPEN_STATUSES),
        )
    )


def latest_plan_of(
    session: Session, tenant_id: uuid.UUID, patient_id: uuid.UUID
) -> CarePlan | None:
    return session.scalar(
        select(CarePlan)
        .where(CarePlan.tenant_id == tenant_id, CarePlan.patient_id == patient_id)
        .order_by(CarePlan.id.desc())
        .limit(1)
    )


def plans_near(
    session: Session,
    tenant_id: uuid.UUID,
    user_id: uuid.UUID,
    day: date,
    *,
    machine: bool = False,
    needs_permit_for: str | None = None,
    before: uuid.UUID | None = None,
    status: Sequence[str] = (),
    limit: int | None = None,
    oldest_first: bool = False,
) -> list[CarePlan]:
    """List the plans a user is a member of, covers in, is the patient of, or holds a permit for."""
    near = or_(
        select(TeamMember.id)
        .where(
            _active_members(tenant_id, day),
            or_(
                TeamMember.user_id == user_id,
                and_(
                    TeamMember.cover_id == user_id,
                    TeamMember.leave_starts_on.is_not(None),
                    in_force(TeamMember.leave_starts_on, TeamMember.leave_ends_on, day),
                ),
            ),
        )
        .exists(),
        select(Patient.id)
        .where(
            Patient.tenant_id == tenant_id,
            Patient.id == CarePlan.patient_id,
            Patient.user_id == user_id,
        )
        .exists(),
    )
    permit = select(Consent.id).where(
        Consent.tenant_id == tenant_id,
        Consent.patient_id == CarePlan.patient_id,
        Consent.decision == "permit",
        Consent.grantee_id == user_id,
        Consent.withdrawn_at.is_(None),
        in_force(Consent.start, Consent.end, day),
    )
    if machine:
        near = or_(near, permit.where(Consent.purpose == "TREAT").exists())
    if needs_permit_for is not None:
        near = and_(near, permit.where(Consent.purpose == needs_permit_for).exists())
    denied = (
        select(Consent.id)
        .where(
            Consent.tenant_id == tenant_id,
            Consent.patient_id == CarePlan.patient_id,
            Consent.decision == "deny",
            Consent.withdrawn_at.is_(None),
            in_force(Consent.start, Consent.end, day),
            or_(Consent.grantee_id.is_(None), Consent.grantee_id == user_id),
            Consent.purpose == "TREAT",
        )
        .exists()
    )
    own = (
        select(Patient.id)
        .where(
            Patient.tenant_id == tenant_id,
            Patient.id == CarePlan.patient_id,
            Patient.user_id == user_id,
        )
        .exists()
    )
    query = select(CarePlan).where(CarePlan.tenant_id == tenant_id, near, or_(own, ~denied))
    if status:
        query = query.where(CarePlan.status.in_(status))
    if before is not None:
        query = query.where(CarePlan.id < before)
    order = CarePlan.id.asc() if oldest_first else CarePlan.id.desc()
    query = query.order_by(order)
    if limit is not None:
        query = query.limit(limit)
    return list(session.scalars(query))


def plans_due(session: Session, tenant_id: uuid.UUID, day: date) -> list[uuid.UUID]:
    """List the open plans on which time alone has changed something by this day."""
    return list(
        session.scalars(
            select(CarePlan.id)
            .where(
                CarePlan.tenant_id == tenant_id,
                CarePlan.status.in_(OPEN_STATUSES),
                CarePlan.next_change <= day,
            )
            .order_by(CarePlan.next_change, CarePlan.id)
        )
    )


def plan_to_turn(session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> CarePlan | None:
    """Lock a plan's row for the worker; None where somebody holds it, who turns its day themselves."""
    return session.scalar(
        select(CarePlan)
        .where(CarePlan.tenant_id == tenant_id, CarePlan.id == plan_id)
        .with_for_update(skip_locked=True)
    )


def shared_a_plan(
    session: Session, tenant_id: uuid.UUID, patient_id: uuid.UUID, user_id: uuid.UUID
) -> bool:
    """Say whether a user was ever on the team of one of the patient's plans."""
    query = (
        select(TeamMember.id)
        .join(
            CarePlan,
            and_(CarePlan.tenant_id == TeamMember.tenant_id, CarePlan.id == TeamMember.plan_id),
        )
        .where(
            TeamMember.tenant_id == tenant_id,
            TeamMember.user_id == user_id,
            CarePlan.patient_id == patient_id,
        )
        .limit(1)
    )
    return session.scalar(query) is not None


# The team and the intervals are named here too: who reads a plan mostly reads them beside it.
__all__ = [
    "CONSTRAINT_CODES",
    "OPEN_STATUSES",
    "CarePlan",
    "Nearness",
    "TeamMember",
    "in_force",
    "latest_plan_of",
    "members",
    "nearness",
    "open_plan_of",
    "plan_to_turn",
    "plans_due",
    "plans_near",
    "shared_a_plan",
]
