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

_MILESTONE = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2c",
    "plan_id": "0199a1b2-7c3d-7e4f-8a5b-000000000001",
    "version": 6,
    "author": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
        "discipline": "physiotherapy",
        "role": "physiotherapist",
    },
    "recorded_at": "2027-02-01T09:20:00+00:00",
    "updated_at": "2027-02-20T14:05:00+00:00",
    "verification": None,
    "source": None,
    "title": "Twenty minutes of brisk walking on five days",
    "description": None,
    "goal_id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "phase": "functional-restoration",
    "owner_discipline": "physiotherapy",
    "owner_id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
    "action": "walking",
    "criteria": [
        {"measure": "brisk walking", "comparator": ">=", "value": 20, "unit": "min"},
    ],
    "start": "2027-02-08",
    "due": "2027-03-15",
    "status": "in-progress",
    "requires": ["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2b"],
    "waived": [],
    "readiness": "ready",
    "criteria_met": False,
    "percent": 60,
}
_PROGRESS = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a3d",
    "milestone_id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2c",
    "note": "Three walks this week, the last one without a pause.",
    "percent": 60,
    "measure": "brisk walking",
    "value": 14,
    "unit": "min",
    "self_reported": True,
    "author": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000003",
        "discipline": "patient",
        "role": "patient",
    },
    "recorded_at": "2027-02-20T14:05:00+00:00",
}

_CHANGE = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0c01",
    "kind": "milestone",
    "item_id": _MILESTONE["id"],
    "version": 6,
    "revision": 42,
    "action": "updated",
    "at": "2027-02-22T11:05:00+00:00",
    "by": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
        "name": "Mara Lindqvist",
        "role": "physiotherapist",
    },
    "on_behalf_of": None,
    "reason": "The clinic is closed in the first week of March.",
    "changes": [{"field": "due", "before": "2027-03-08", "after": "2027-03-15"}],
}

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
    examples={
        "list": {"response": {"items": [_MILESTONE], "next_cursor": None}},
        "create": {
            "request": {
                "title": "Twenty minutes of brisk walking on five days",
                "goal_id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                "phase": "functional-restoration",
                "action": "walking",
                "criteria": [
                    {
                        "measure": "brisk walking",
                        "comparator": ">=",
                        "value": 20,
                        "unit": "min",
                    }
                ],
                "start": "2027-02-08",
                "due": "2027-03-15",
                "requires": ["0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2b"],
            },
            "response": {
                **_MILESTONE,
                "version": 1,
                "status": "planned",
                "criteria_met": None,
                "percent": None,
            },
        },
        "get": {"response": _MILESTONE},
        "update": {
            "request": {"status": "in-progress", "due": "2027-03-15"},
            "response": _MILESTONE,
        },
        "history": {"response": {"items": [_CHANGE], "next_cursor": None}},
    },
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
    examples={
        "request": {
            "note": "Three walks this week, the last one without a pause.",
            "percent": 60,
            "measure": "brisk walking",
            "value": 14,
            "unit": "min",
        },
        "response": _PROGRESS,
    },
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
    examples={"response": {"items": [_PROGRESS], "next_cursor": None}},
)
def list_progress(call: Call, plan_id: UUID, milestone_id: UUID) -> Page:
    """List the progress reported on a milestone, newest first."""
    return milestones.progress(
        call.session, call.actor, plan_id, milestone_id, after=call.after, limit=call.limit
    )
