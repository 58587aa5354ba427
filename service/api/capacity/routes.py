"""Serve the time and means the patient has; a plan has one, made with it."""

from __future__ import annotations

from service.actions.capacity import CAPACITY
from service.api.capacity.schemas import CapacityOut, CapacityPatch
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "capacity",
    __name__,
    tag="Capacity",
    description="The time and means the patient has, in their own words; one a plan.",
)


plan_items(
    blp,
    CAPACITY,
    path="capacity",
    one="Capacity",
    singleton=True,
    patch=CapacityPatch,
    out=CapacityOut,
)
