"""Serve the advice the team gives, and the question what it would raise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.actions import previews, recommendations
from service.actions.views import View
from service.api.conflicts.schemas import PreviewOut
from service.api.recommendations.schemas import (
    RecommendationCreate,
    RecommendationDecision,
    RecommendationFilters,
    RecommendationOut,
    RecommendationPatch,
    RecommendationPreview,
)
from service.domain.vocabulary import Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call
from service.web.plan_items import PLAN, plan_items

blp = Blueprint(
    "recommendations",
    __name__,
    tag="Recommendations",
    description="What each member of the team advises the patient: doses, limits, medicines, education, work.",
)

ONE = f"{PLAN}/recommendations/<uuid:recommendation_id>"


plan_items(
    blp,
    recommendations.RECOMMENDATIONS,
    path="recommendations",
    one="Recommendation",
    many="Recommendations",
    create=RecommendationCreate,
    patch=RecommendationPatch,
    out=RecommendationOut,
    filters=RecommendationFilters,
    scope_write=Scope.RECOMMENDATION_WRITE,
    notes={
        "list": (
            "A draft is its author's alone. A patient reads the released view: what is current and not held,"
            " without rationale and source text."
        ),
        "create": (
            "A save never fails because of a contradiction: it is recorded and flagged, and what opens a critical"
            " flag is held (`on-hold` with `held_by`) until a resolver acts."
        ),
        "update": (
            "Only the author revises advice, or who covers for them. Name in `resolves` the flags that the"
            " change means to clear."
        ),
        "delete": "A draft vanishes; anything else is marked as entered in error and leaves the lists.",
    },
)


@blp.operation(
    "POST",
    f"{PLAN}/recommendations/preview",
    scope=Scope.PLAN_READ,
    permission=("preview", "read"),
    body=RecommendationPreview,
    out=PreviewOut,
    status=200,
)
def preview_recommendations(call: Call, plan_id: UUID) -> dict[str, Any]:
    """Ask what a recommendation would raise, before saving it.

    Post one recommendation, or `changes`: each a new one, or an `id` with a merge patch. The answer names only
    what the change would open or worsen; what is posted counts as active, and nothing is saved.
    """
    return previews.preview(call.session, call.actor, plan_id, call.body)


@blp.operation(
    "POST",
    f"{ONE}/confirm",
    scope=Scope.RECOMMENDATION_WRITE,
    permission=("recommendation", "confirm"),
    body=RecommendationDecision,
    out=RecommendationOut,
    status=200,
    if_match=True,
)
def confirm_recommendation(call: Call, plan_id: UUID, recommendation_id: UUID) -> View:
    """Confirm that imported advice is what its source said."""
    return recommendations.confirm(
        call.session, call.actor, plan_id, recommendation_id, call.version, call.body["reason"]
    )


@blp.operation(
    "POST",
    f"{ONE}/adopt",
    scope=Scope.RECOMMENDATION_WRITE,
    permission=("recommendation", "adopt"),
    body=RecommendationDecision,
    out=RecommendationOut,
    status=200,
    if_match=True,
)
def adopt_recommendation(call: Call, plan_id: UUID, recommendation_id: UUID) -> View:
    """Make imported advice, or that of a colleague who has left the team, one's own."""
    return recommendations.adopt(
        call.session, call.actor, plan_id, recommendation_id, call.version, call.body["reason"]
    )
