"""Serve the conditions of the patient."""

from __future__ import annotations

from service.actions.facts import CONDITIONS
from service.api.conditions.schemas import (
    ConditionCreate,
    ConditionFilters,
    ConditionOut,
    ConditionPatch,
)
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "conditions",
    __name__,
    tag="Conditions",
    description="Diagnoses that rules read; recorded by physicians and clinic systems.",
)

plan_items(
    blp,
    CONDITIONS,
    path="conditions",
    one="Condition",
    many="Conditions",
    create=ConditionCreate,
    patch=ConditionPatch,
    out=ConditionOut,
    filters=ConditionFilters,
)
