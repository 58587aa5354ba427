"""Serve the shared plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.actions import plans
from service.actions.views import Page
from service.api.care_plans.schemas import (
    CarePlanClose,
    CarePlanCreate,
    CarePlanFilters,
    CarePlanOut,
    CarePlanPatch,
)
from service.domain.vocabulary import PlanStatus, Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call
from service.web.plan_items import PLAN

blp = Blueprint(
    "care-plans",
    __name__,
    tag="Care plans",
    description="One plan a patient, which the whole team keeps together.",
)


@blp.operation(
    "GET",
    "/care-plans",
    scope=Scope.PLAN_READ,
    permission=("care-plan", "read"),
    query=CarePlanFilters,
    paged=True,
    out=CarePlanOut,
)
def list_care_plans(call: Call) -> Page:
    """List the caller's plans, newest first."""
    return plans.listed(
        call.session,
        call.actor,
        status=call.query.get("status", ()),
        after=call.after,
        limit=call.limit,
    )


@blp.operation(
    "POST",
    "/care-plans",
    scope=Scope.PLAN_WRITE,
    permission=("care-plan", "create"),
    body=CarePlanCreate,
    out=CarePlanOut,
    created=True,
    errors=(404, 409),
)
def create_care_plan(call: Call) -> Any:
    """Make a plan for a patient who has none.

    Coordinators and clinic systems name a clinician as lead; a clinician makes one, and leads it, for a patient
    they registered or shared a plan with.
    """
    return plans.create(call.session, call.actor, call.body)


@blp.operation(
    "GET",
    PLAN,
    scope=Scope.PLAN_READ,
    permission=("care-plan", "read"),
    out=CarePlanOut,
)
def get_care_plan(call: Call, plan_id: UUID) -> Any:
    """Read a plan."""
    return plans.one(call.session, call.actor, plan_id)


@blp.operation(
    "PATCH",
    PLAN,
    scope=Scope.PLAN_WRITE,
    permission=("care-plan", "update"),
    body=CarePlanPatch,
    out=CarePlanOut,
    if_match=True,
)
def update_care_plan(call: Call, plan_id: UUID) -> Any:
    """Change a plan's own fields by a merge patch.

    By the lead or a coordinator of the team; a plan may rest and go on, and ends by closing.
    """
    return plans.revise(call.session, call.actor, plan_id, call.version, call.body)


@blp.operation(
    "POST",
    f"{PLAN}/close",
    scope=Scope.PLAN_WRITE,
    permission=("care-plan", "close"),
    body=CarePlanClose,
    out=CarePlanOut,
    if_match=True,
)
def close_care_plan(call: Call, plan_id: UUID) -> Any:
    """Close a plan with a reason.

    Its open flags close with it; nothing in it can be changed afterwards, and the patient may have a new one.
    """
    return plans.close(
        call.session,
        call.actor,
        plan_id,
        call.version,
        PlanStatus(call.body["status"]),
        call.body["reason"],
    )
