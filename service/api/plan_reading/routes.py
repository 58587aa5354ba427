"""Serve the readings of a whole plan: summary, document, what was not checked, versions."""

from __future__ import annotations

from typing import Any
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


def _render(summary: dict[str, Any]) -> bytes:
    return json.dumps(_summarize(summary))


@blp.operation(
    "GET",
    f"{PLAN}/summary",
    scope=Scope.PLAN_READ,
    permission=("care-plan", "read"),
    out=SummaryOut,
    etag=True,
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
)
def get_version(call: Call, plan_id: UUID, revision: int) -> dict[str, Any]:
    """Read one revision of a plan, from what to what."""
    return plan_reading.version(call.session, call.actor, plan_id, revision)
