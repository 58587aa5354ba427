"""The other facts of the plan document: what the engine reads beside advice, goals and milestones."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.models.base import CODE, NAME, PlanItem


class Preference(PlanItem):
    """Hold what the patient would rather do, or not do."""

    __tablename__ = "preferences"
    item_kind = "preference"
    own_fields = ("action", "attitude", "alternative", "note")

    action: Mapped[str] = mapped_column(CODE)
    attitude: Mapped[str] = mapped_column(CODE)
    alternative: Mapped[str | None] = mapped_column(CODE)
    note: Mapped[str | None]


class Capacity(PlanItem):
    """Hold the time and means the patient has, in their own words; one a plan, made with it."""

    __tablename__ = "capacities"
    item_kind = "capacity"
    own_fields = ("minutes_per_day", "hours_per_week", "resources", "note")
    further_constraints = (UniqueConstraint("tenant_id", "plan_id"),)

    minutes_per_day: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hours_per_week: Mapped[float | None]
    resources: Mapped[list[Any] | None]
    note: Mapped[str | None]


class Condition(PlanItem):
    """Hold a diagnosis; `code` is of the engine's tables, `coding` the source's own codes."""

    __tablename__ = "conditions"
    item_kind = "condition"
    own_fields = ("code", "text", "coding", "start", "end")

    code: Mapped[str | None] = mapped_column(NAME)
    text: Mapped[str | None]
    coding: Mapped[list[Any] | None]
    start: Mapped[date | None]
    end: Mapped[date | None]


class Allergy(PlanItem):
    """Hold an allergy or intolerance to a class of drugs."""

    __tablename__ = "allergies"
    item_kind = "allergy"
    own_fields = ("drug_class", "text", "coding", "start", "end")

    drug_class: Mapped[str | None] = mapped_column(NAME)
    text: Mapped[str | None]
    coding: Mapped[list[Any] | None]
    start: Mapped[date | None]
    end: Mapped[date | None]


class Observation(PlanItem):
    """Hold one measured value that a rule may read."""

    __tablename__ = "observations"
    item_kind = "observation"
    own_fields = ("code", "value", "unit", "date", "text", "coding")

    code: Mapped[str] = mapped_column(NAME)
    value: Mapped[float]
    unit: Mapped[str] = mapped_column(CODE)
    date: Mapped[date]
    text: Mapped[str | None]
    coding: Mapped[list[Any] | None]


class Event(PlanItem):
    """Hold what happened to the patient: an injection, an operation, an injury, a review held."""

    __tablename__ = "events"
    item_kind = "event"
    own_fields = ("code", "body_region", "laterality", "date", "outcomes", "note")

    code: Mapped[str] = mapped_column(NAME)
    body_region: Mapped[str | None] = mapped_column(CODE)
    laterality: Mapped[str | None] = mapped_column(CODE)
    date: Mapped[date]
    outcomes: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str | None]


class JobDemand(PlanItem):
    """Hold what the patient's job asks of the body."""

    __tablename__ = "job_demands"
    item_kind = "job-demand"
    own_fields = ("action", "body_region", "dose", "removed", "note")

    action: Mapped[str] = mapped_column(CODE)
    body_region: Mapped[str | None] = mapped_column(CODE)
    dose: Mapped[list[Any]] = mapped_column(default=list)
    removed: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]


class Appointment(PlanItem):
    """Hold a time the patient is asked to attend; instants with their offset, shown local in the document."""

    __tablename__ = "appointments"
    item_kind = "appointment"
    own_fields = ("title", "start", "end", "mode", "place", "travel_minutes", "status", "note")

    title: Mapped[str | None] = mapped_column(NAME)
    start: Mapped[datetime]
    end: Mapped[datetime]
    mode: Mapped[str] = mapped_column(CODE)
    place: Mapped[str | None] = mapped_column(NAME)
    travel_minutes: Mapped[int | None]
    status: Mapped[str] = mapped_column(CODE, default="booked")
    note: Mapped[str | None]


def capacity_id(session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> uuid.UUID | None:
    """Find the one capacity of a plan."""
    return session.scalar(
        select(Capacity.id).where(Capacity.tenant_id == tenant_id, Capacity.plan_id == plan_id)
    )


def condition_codes(
    session: Session, tenant_id: uuid.UUID, plan_ids: Sequence[uuid.UUID], day: date
) -> dict[uuid.UUID, list[str]]:
    """Name the conditions of each plan that have not ended by a day, as they were entered."""
    found: dict[uuid.UUID, list[str]] = {one: [] for one in plan_ids}
    rows = session.execute(
        select(Condition.plan_id, Condition.code)
        .where(
            Condition.tenant_id == tenant_id,
            Condition.plan_id.in_(plan_ids),
            Condition.withdrawn_at.is_(None),
            Condition.code.is_not(None),
            or_(Condition.end.is_(None), Condition.end > day),
        )
        .order_by(Condition.id)
    )
    for plan_id, code in rows:
        if code is not None and code not in found[plan_id]:
            found[plan_id].append(code)
    return found
