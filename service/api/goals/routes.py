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

_GOAL = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "plan_id": "0199a1b2-7c3d-7e4f-8a5b-000000000001",
    "version": 3,
    "author": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
        "discipline": "physiotherapy",
        "role": "physiotherapist",
    },
    "recorded_at": "2027-02-01T09:12:00+00:00",
    "updated_at": "2027-02-15T10:40:00+00:00",
    "verification": None,
    "source": None,
    "title": "Walk to the market and back without a stop",
    "description": "About two kilometres, with the small rucksack.",
    "expressed_by": "patient",
    "action": "walking",
    "measure": "walking distance",
    "baseline": {"value": 600, "unit": "m"},
    "target": {"low": 2000, "high": None, "unit": "m"},
    "direction": "increase",
    "start": "2027-02-01",
    "due": "2027-05-03",
    "status": "active",
    "achievement": "improving",
    "goal_attainment_scale": [
        {"level": -1, "description": "To the corner shop with one stop"},
        {"level": 0, "description": "To the market and back"},
    ],
    "acceptance": [
        {"party": "patient", "status": "agree", "priority": "high", "note": None},
        {"party": "physiotherapy", "status": "agree", "priority": None, "note": None},
    ],
    "confidence_to_act": 7,
    "owner_discipline": "physiotherapy",
    "owner_id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
}

_CHANGE = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0c01",
    "kind": "goal",
    "item_id": _GOAL["id"],
    "version": 3,
    "revision": 42,
    "action": "updated",
    "at": "2027-02-22T11:05:00+00:00",
    "by": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
        "name": "Mara Lindqvist",
        "role": "physiotherapist",
    },
    "on_behalf_of": None,
    "reason": "Two weeks of holidays in between.",
    "changes": [{"field": "due", "before": "2027-04-19", "after": "2027-05-03"}],
}

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
    examples={
        "list": {"response": {"items": [_GOAL], "next_cursor": None}},
        "create": {
            "request": {
                "title": "Walk to the market and back without a stop",
                "expressed_by": "patient",
                "action": "walking",
                "measure": "walking distance",
                "baseline": {"value": 600, "unit": "m"},
                "target": {"low": 2000, "unit": "m"},
                "direction": "increase",
                "start": "2027-02-01",
                "due": "2027-05-03",
                "owner_discipline": "physiotherapy",
            },
            "response": {**_GOAL, "version": 1},
        },
        "get": {"response": _GOAL},
        "update": {
            "request": {"achievement": "improving", "target": {"low": 2000}, "description": None},
            "response": {**_GOAL, "description": None},
        },
        "history": {"response": {"items": [_CHANGE], "next_cursor": None}},
    },
    notes={
        "create": "A goal of another discipline than the caller's is refused unless it is shared.",
        "update": "The status moves along FHIR's Goal lifecycle; another move is 409.",
    },
)
