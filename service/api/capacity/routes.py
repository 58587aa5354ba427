"""Serve the time and means the patient has; a plan has one, made with it, so it is found by its plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.actions import capacity
from service.actions.views import Page
from service.api.capacity.schemas import CapacityOut, CapacityPatch
from service.api.examples import ITEM
from service.domain.vocabulary import Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call
from service.web.plan_items import PLAN, HistoryEntryOut

blp = Blueprint(
    "capacity",
    __name__,
    tag="Capacity",
    description="The time and means the patient has, in their own words; one a plan.",
)

_CAPACITY = {
    **ITEM,
    "minutes_per_day": {"baseline": 40, "flare": 15},
    "hours_per_week": 8,
    "resources": ["resistance-band"],
    "note": "Mornings are best.",
}


@blp.operation(
    "GET",
    f"{PLAN}/capacity",
    scope=Scope.PLAN_READ,
    permission=("capacity", "read"),
    out=CapacityOut,
    examples={"response": _CAPACITY},
)
def get_capacity(call: Call, plan_id: UUID) -> Any:
    """Read the capacity of a plan's patient."""
    return capacity.one(call.session, call.actor, plan_id)


@blp.operation(
    "PATCH",
    f"{PLAN}/capacity",
    scope=Scope.PLAN_WRITE,
    permission=("capacity", "update"),
    body=CapacityPatch,
    out=CapacityOut,
    if_match=True,
    examples={
        "request": {"minutes_per_day": {"flare": 15}, "resources": ["resistance-band"]},
        "response": {**_CAPACITY, "version": 2},
    },
)
def update_capacity(call: Call, plan_id: UUID) -> Any:
    """Change the capacity of a plan's patient by a merge patch."""
    return capacity.revise(call.session, call.actor, plan_id, call.version, call.body)


@blp.operation(
    "GET",
    f"{PLAN}/capacity/history",
    scope=Scope.PLAN_READ,
    permission=("history", "read"),
    paged=True,
    out=HistoryEntryOut,
)
def list_capacity_history(call: Call, plan_id: UUID) -> Page:
    """Read how the capacity came to be as it is, newest first."""
    return capacity.history(call.session, call.actor, plan_id, after=call.after, limit=call.limit)
