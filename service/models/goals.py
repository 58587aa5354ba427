"""What the patient and the team are working towards."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import CODE, NAME, PlanItem


class Goal(PlanItem):
    __tablename__ = "goals"
    item_kind = "goal"
    own_fields = (
        "title",
        "description",
        "expressed_by",
        "action",
        "measure",
        "baseline",
        "target",
        "direction",
        "start",
        "due",
        "status",
        "achievement",
        "goal_attainment_scale",
        "acceptance",
        "confidence_to_act",
        "owner_discipline",
        "owner_id",
    )

    title: Mapped[str] = mapped_column(NAME)
    description: Mapped[str | None]
    expressed_by: Mapped[str | None] = mapped_column(CODE)
    action: Mapped[str | None] = mapped_column(CODE)
    measure: Mapped[str | None] = mapped_column(NAME)
    baseline: Mapped[dict[str, Any] | None]
    target: Mapped[dict[str, Any] | None]
    direction: Mapped[str | None] = mapped_column(CODE)
    start: Mapped[date | None]
    due: Mapped[date | None]
    status: Mapped[str] = mapped_column(CODE)
    achievement: Mapped[str | None] = mapped_column(CODE)
    goal_attainment_scale: Mapped[list[Any] | None]
    acceptance: Mapped[list[Any] | None]
    confidence_to_act: Mapped[int | None]
    owner_discipline: Mapped[str] = mapped_column(CODE)
    owner_id: Mapped[str | None] = mapped_column(NAME)
