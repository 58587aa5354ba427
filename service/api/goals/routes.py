"""Serve the goals of a plan."""

from __future__ import annotations

from service.actions.goals import GOALS
from service.api.goals.schemas import GoalCreate, GoalFilters, GoalOut, GoalPatch
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "goals",
    __name__,
    tag="Goals",
    description="What the patient and the team are working towards, measured and agreed.",
)


plan_items(
    blp,
    GOALS,
    path="goals",
    one="Goal",
    many="Goals",
    create=GoalCreate,
    patch=GoalPatch,
    out=GoalOut,
    filters=GoalFilters,
    notes={
        "create": "A goal of another discipline than the caller's is refused unless it is shared.",
        "update": "The status moves along FHIR's Goal lifecycle; another move is 409.",
    },
)
