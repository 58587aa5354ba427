"""What a member of the team advises the patient, in the words of the plan document."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, func, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import CODE, NAME, PlanItem

LINKS = ("exception_to", "supersedes", "depends_on", "part_of", "alternative_to")


class Recommendation(PlanItem):
    """Hold one piece of advice.

    `held_by` are the flags that hold it; while a revision is held, `released` keeps the last state that
    was not, which is what the patient sees. `superseded_by` and `retires_on` are set by a successor.
    """

    __tablename__ = "recommendations"
    item_kind = "recommendation"
    own_fields = (
        "kind",
        "status",
        "stance",
        "quantifier",
        "action",
        "load_target",
        "exclude_actions",
        "body_region",
        "laterality",
        "dose",
        "progression",
        "context",
        "period",
        "end_event",
        "review_by",
        "strength",
        "certainty",
        "basis",
        "hard",
        "message",
        "medication",
        "trigger",
        "rationale",
        "reason_refs",
        "intent_target",
        *LINKS,
        "source_text",
        "coding_status",
    )
    further_constraints = (Index(None, "tenant_id", "plan_id", "status"),)

    kind: Mapped[str] = mapped_column(CODE)
    status: Mapped[str] = mapped_column(CODE)
    stance: Mapped[str] = mapped_column(CODE)
    quantifier: Mapped[str | None] = mapped_column(CODE)
    action: Mapped[str | None] = mapped_column(CODE)
    load_target: Mapped[dict[str, Any] | None]
    exclude_actions: Mapped[list[Any]] = mapped_column(default=list)
    body_region: Mapped[str | None] = mapped_column(CODE)
    laterality: Mapped[str | None] = mapped_column(CODE)
    dose: Mapped[list[Any]] = mapped_column(default=list)
    progression: Mapped[dict[str, Any] | None]
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    period: Mapped[dict[str, Any] | None]
    end_event: Mapped[dict[str, Any] | None]
    review_by: Mapped[date | None]
    strength: Mapped[str | None] = mapped_column(CODE)
    certainty: Mapped[str | None] = mapped_column(CODE)
    basis: Mapped[str | None] = mapped_column(CODE)
    hard: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str | None] = mapped_column(CODE)
    medication: Mapped[dict[str, Any] | None]
    trigger: Mapped[dict[str, Any] | None]
    rationale: Mapped[str | None]
    reason_refs: Mapped[list[Any]] = mapped_column(default=list)
    intent_target: Mapped[str | None] = mapped_column(NAME)
    exception_to: Mapped[list[Any]] = mapped_column(default=list)
    supersedes: Mapped[list[Any]] = mapped_column(default=list)
    depends_on: Mapped[list[Any]] = mapped_column(default=list)
    part_of: Mapped[list[Any]] = mapped_column(default=list)
    alternative_to: Mapped[list[Any]] = mapped_column(default=list)
    source_text: Mapped[str | None]
    coding_status: Mapped[str | None] = mapped_column(CODE)

    held_by: Mapped[list[Any]] = mapped_column(default=list)
    released: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    superseded_by: Mapped[uuid.UUID | None]
    retires_on: Mapped[date | None]
    original_author: Mapped[dict[str, Any] | None]


def released_only() -> Sequence[ColumnElement[bool]]:
    """Give the conditions of the released view: current and not held, or held with a released version."""
    current = and_(
        Recommendation.status.in_(("active", "completed")),
        func.jsonb_array_length(Recommendation.held_by) == 0,
    )
    return (or_(current, Recommendation.released.is_not(None)),)


def not_a_draft_of_others(authors: Iterable[str]) -> Sequence[ColumnElement[bool]]:
    """Give the conditions that leave out drafts but those of these authors."""
    return (or_(Recommendation.status != "draft", Recommendation.author_id.in_(tuple(authors))),)
