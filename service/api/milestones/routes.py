"""Serve the milestones of a plan and the progress reported on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.actions import milestones
from service.actions.views import Page
from service.api.milestones.schemas import (
    MilestoneCreate,
    MilestoneFilters,
    MilestoneOut,
    MilestonePatch,
    ProgressCreate,
    ProgressOut,
)
from service.domain.vocabulary import Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call
from service.web.plan_items import PLAN, plan_items

blp = Blueprint(
    "milestones",
    __name__,
    tag="Milestones",
    description="Steps towards a goal: who owns them, what they wait for, how far they have come.",
)


plan_items(
    blp,
    milestones.MILESTONES,
    path="milestones",
    one="Milestone",
    many="Milestones",
    create=MilestoneCreate,
    patch=MilestonePatch,
    out=MilestoneOut,
    filters=MilestoneFilters,
    notes={
        "create": "A milestone of another discipline than the caller's is refused unless it is shared.",
        "update": (
            "A blocked milestone may start; it is flagged, not refused. Going back from `achieved`"
            " needs a `reason`. A status that cannot follow the present one is 409."
        ),
    },
)


@blp.operation(
    "POST",
    f"{PLAN}/milestones/<uuid:milestone_id>/progress",
    scope=Scope.PLAN_WRITE,
    permission=("progress", "create"),
    body=ProgressCreate,
    out=ProgressOut,
    status=201,
)
def report_progress(call: Call, plan_id: UUID, milestone_id: UUID) -> Any:
    """Report progress on a milestone.

    Any member of the team may, and the patient; reports are added and never changed. The milestone's version
    stays as it is, so no If-Match is needed.
    """
    return milestones.report_progress(call.session, call.actor, plan_id, milestone_id, call.body)


@blp.operation(
    "GET",
    f"{PLAN}/milestones/<uuid:milestone_id>/progress",
    scope=Scope.PLAN_READ,
    permission=("progress", "read"),
    paged=True,
    out=ProgressOut,
)
def list_progress(call: Call, plan_id: UUID, milestone_id: UUID) -> Page:
    """List the progress reported on a milestone, newest first."""
    return milestones.progress(
        call.session, call.actor, plan_id, milestone_id, after=call.after, limit=call.limit
    )
