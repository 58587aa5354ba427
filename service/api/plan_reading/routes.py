"""Serve the readings of a whole plan: summary, document, what was not checked, versions."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from service.actions import plan_reading
from service.actions.views import Page, Rendered
from service.api.conflicts.schemas import AsOf
from service.api.plan_reading.schemas import (
    NotCheckedListOut,
    PlanDocumentOut,
    SummaryOut,
    VersionDetailOut,
    VersionOut,
)
from service.domain.vocabulary import Scope
from service.web import json
from service.web.blueprint import Blueprint
from service.web.dump import compile_dump
from service.web.operation import Call
from service.web.plan_items import PLAN

blp = Blueprint(
    "plan_reading",
    __name__,
    tag="Plan readings",
    description="A plan as a whole: its summary, the engine's input, what was not checked, its versions.",
)

_summarize = compile_dump(SummaryOut)
_VERSION: Final[dict[str, Any]] = {
    "revision": 42,
    "at": "2027-02-22T11:05:00+00:00",
    "by": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
        "name": "Mara Lindqvist",
        "role": "physiotherapist",
    },
    "on_behalf_of": None,
    "items": [
        {
            "kind": "milestone",
            "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2c",
            "version": 6,
            "action": "updated",
            "fields": ["due"],
        }
    ],
}


_PLAN_ID: Final = "0199a1b2-7c3d-7e4f-8a5b-000000000001"
_PHYSIOTHERAPIST: Final[dict[str, Any]] = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
    "discipline": "physiotherapy",
    "role": "physiotherapist",
}
_SUMMARY: Final[dict[str, Any]] = {
    "plan": {
        "id": _PLAN_ID,
        "patient_id": "0199a1b2-7c3d-7e4f-8a5b-000000000005",
        "version": 2,
        "revision": 42,
        "title": "Back to the shop and to the river walk",
        "status": "active",
        "phase": "functional-restoration",
        "lead_id": "0199a1b2-7c3d-7e4f-8a5b-000000000004",
        "description": None,
        "values_summary": "To be on her feet among people.",
        "preferences_summary": "Rather outdoors than in a gym.",
        "review_date": "2027-03-22",
        "start": "2027-01-04",
        "conditions": ["knee-osteoarthritis"],
        "closed_reason": None,
        "closed_at": None,
        "created_at": "2027-01-04T09:00:00+00:00",
        "updated_at": "2027-02-22T11:05:00+00:00",
    },
    "team": [
        {
            "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0d01",
            "plan_id": _PLAN_ID,
            "version": 1,
            "author": {
                "id": "0199a1b2-7c3d-7e4f-8a5b-000000000006",
                "discipline": "care-coordination",
                "role": "care-coordinator",
            },
            "recorded_at": "2027-01-04T09:05:00+00:00",
            "updated_at": "2027-01-04T09:05:00+00:00",
            "verification": None,
            "source": None,
            "user_id": _PHYSIOTHERAPIST["id"],
            "name": "Mara Lindqvist",
            "role": "physiotherapist",
            "discipline": "physiotherapy",
            "period": {"start": "2027-01-04", "end": None},
            "on_leave": None,
            "cover_id": None,
            "invited_by": "0199a1b2-7c3d-7e4f-8a5b-000000000006",
        }
    ],
    "goals": [],
    "milestones": [],
    "recommendations": [],
    "open_flags": {"critical": 0, "warning": 1, "notice": 0, "info": 2},
    "not_checked": 1,
}
_DOCUMENT: Final[dict[str, Any]] = {
    "as_of": "2027-02-22",
    "patient": {"birth_year": 1979},
    "recommendations": [],
    "goals": [],
    "milestones": [
        {
            "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2c",
            "title": "Twenty minutes of brisk walking on five days",
            "action": "walking",
            "start": "2027-02-08",
            "due": "2027-03-15",
            "status": "in-progress",
            "requires": [],
            "waived": [],
            "owner": _PHYSIOTHERAPIST,
        }
    ],
    "preferences": [
        {
            "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0d02",
            "action": "walking",
            "attitude": "prefer",
            "alternative": None,
        }
    ],
    "capacity": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0d03",
        "minutes_per_day": {"baseline": 75, "flare": 20},
        "hours_per_week": 38,
        "resources": None,
    },
    "conditions": [],
    "allergies": [],
    "observations": [],
    "job_demands": [],
    "events": [],
    "appointments": [],
}


def _render(summary: dict[str, Any]) -> bytes:
    return json.dumps(_summarize(summary))


@blp.operation(
    "GET",
    f"{PLAN}/summary",
    scope=Scope.PLAN_READ,
    permission=("care-plan", "read"),
    out=SummaryOut,
    etag=True,
    examples={"response": _SUMMARY},
)
def get_summary(call: Call, plan_id: UUID) -> Rendered:
    """Read the whole plan at once.

    Team, goals, milestones, live recommendations and the number of open flags. The ETag follows the plan's
    revision, the viewpoint and the day.
    """
    return plan_reading.summary(call.session, call.actor, plan_id, _render)


@blp.operation(
    "GET",
    f"{PLAN}/plan-document",
    scope=Scope.PLAN_READ,
    permission=("plan-document", "read"),
    query=AsOf,
    out=PlanDocumentOut,
    examples={"response": _DOCUMENT},
)
def get_plan_document(call: Call, plan_id: UUID) -> dict[str, Any]:
    """Read the engine's input for this plan, today or on another day.

    Given to `python -m service.conflicts check`, it yields the findings that the plan's flags are made from.
    """
    return plan_reading.plan_document(call.session, call.actor, plan_id, call.query.get("as_of"))


@blp.operation(
    "GET",
    f"{PLAN}/not-checked",
    scope=Scope.PLAN_READ,
    permission=("not-checked", "read"),
    out=NotCheckedListOut,
    examples={
        "response": {
            "items": [
                {
                    "reason": "dose-not-stated",
                    "statements": [
                        "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a4e",
                        "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a5f",
                    ],
                }
            ],
            "count": 1,
        }
    },
)
def get_not_checked(call: Call, plan_id: UUID) -> dict[str, Any]:
    """Read what the engine could not check, and why.

    That there is no flag is no promise of safety; this list says where nobody has looked.
    """
    return plan_reading.not_checked(call.session, call.actor, plan_id)


@blp.operation(
    "GET",
    f"{PLAN}/versions",
    scope=Scope.PLAN_READ,
    permission=("version", "read"),
    paged=True,
    out=VersionOut,
    examples={"response": {"items": [_VERSION], "next_cursor": None}},
)
def list_versions(call: Call, plan_id: UUID) -> Page:
    """List a plan's revisions, newest first: who changed which items, and when."""
    return plan_reading.versions(
        call.session, call.actor, plan_id, after=call.after, limit=call.limit
    )


@blp.operation(
    "GET",
    f"{PLAN}/versions/<int:revision>",
    scope=Scope.PLAN_READ,
    permission=("version", "read"),
    out=VersionDetailOut,
    examples={
        "response": {
            **_VERSION,
            "changes": [
                {
                    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0b7a",
                    "kind": "milestone",
                    "item_id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a2c",
                    "version": 6,
                    "revision": 42,
                    "action": "updated",
                    "at": "2027-02-22T11:05:00+00:00",
                    "by": _VERSION["by"],
                    "on_behalf_of": None,
                    "reason": "The clinic is closed in the first week of March.",
                    "changes": [{"field": "due", "before": "2027-03-08", "after": "2027-03-15"}],
                }
            ],
        }
    },
)
def get_version(call: Call, plan_id: UUID, revision: int) -> dict[str, Any]:
    """Read one revision of a plan, from what to what."""
    return plan_reading.version(call.session, call.actor, plan_id, revision)
