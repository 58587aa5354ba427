"""Set what the demo's team works towards: three goals, six milestones."""

from __future__ import annotations

import uuid

from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.demo.stage import Stage
from service.domain.vocabulary import Role


def set_aims(stage: Stage) -> tuple[uuid.UUID, dict[str, uuid.UUID]]:
    """Set the goals and the milestones; give the walking step, and the others by owner."""
    work = stage.enter(
        Role.OCCUPATIONAL_THERAPIST,
        GOALS,
        {
            "title": "Work my full hours in the shop again",
            "expressed_by": "patient",
            "owner_discipline": "shared",
            "action": "work-fulltime",
            "measure": "working hours a day",
            "baseline": {"value": 0, "unit": "h/d"},
            "target": {"low": 7, "unit": "h/d"},
            "direction": "increase",
            "start": stage.day(-38),
            "due": stage.day(119),
            "confidence_to_act": 6,
            "acceptance": [
                {"party": "patient", "status": "agree", "priority": "high"},
                {"party": "occupational-therapy", "status": "agree"},
                {"party": "physician", "status": "agree"},
            ],
        },
    )
    river = stage.enter(
        Role.PHYSIOTHERAPIST,
        GOALS,
        {
            "title": "Walk along the river with my sister for an hour",
            "expressed_by": "patient",
            "action": "walking",
            "measure": "minutes walked without a stop",
            "baseline": {"value": 8, "unit": "min"},
            "target": {"low": 60, "unit": "min"},
            "direction": "increase",
            "start": stage.day(-38),
            "due": stage.day(91),
            "achievement": "improving",
            "confidence_to_act": 8,
            "goal_attainment_scale": [
                {"level": -1, "description": "To the bridge with one rest"},
                {"level": 0, "description": "An hour at her pace"},
                {"level": 1, "description": "An hour, and up for more"},
            ],
        },
    )
    trust = stage.enter(
        Role.PSYCHOLOGIST,
        GOALS,
        {
            "title": "Trust my back when I move",
            "expressed_by": "patient",
            "measure": "confidence in movement, 0 to 10",
            "baseline": {"value": 3, "unit": "{score}"},
            "target": {"low": 7, "unit": "{score}"},
            "direction": "increase",
            "start": stage.day(-38),
            "due": stage.day(77),
        },
    )
    return _milestones(stage, work, river, trust)


def _milestones(
    stage: Stage, work: uuid.UUID, river: uuid.UUID, trust: uuid.UUID
) -> tuple[uuid.UUID, dict[str, uuid.UUID]]:
    phase = "functional-restoration"
    walking = stage.enter(
        Role.PHYSIOTHERAPIST,
        MILESTONES,
        {
            "title": "Walk twenty minutes without a stop",
            "goal_id": river,
            "phase": phase,
            "action": "walking",
            "criteria": [
                {
                    "measure": "minutes walked without a stop",
                    "comparator": ">=",
                    "value": 20,
                    "unit": "min",
                }
            ],
            "start": stage.day(-36),
            "due": stage.day(21),
        },
    )
    steps: dict[str, uuid.UUID] = {
        Role.PHYSICIAN: stage.enter(
            Role.PHYSICIAN,
            MILESTONES,
            {
                "title": "Pain medicine looked at again, and as little as will do",
                "phase": phase,
                "start": stage.day(-36),
                "due": stage.day(28),
            },
        ),
        Role.PSYCHOLOGIST: stage.enter(
            Role.PSYCHOLOGIST,
            MILESTONES,
            {
                "title": "Has written her own plan for pacing a shop day",
                "goal_id": trust,
                "phase": phase,
                "start": stage.day(-36),
                "due": stage.day(-7),
            },
        ),
        Role.OCCUPATIONAL_THERAPIST: stage.enter(
            Role.OCCUPATIONAL_THERAPIST,
            MILESTONES,
            {
                "title": "Visit to the shop: till, chair and breaks agreed with the manager",
                "goal_id": work,
                "phase": "participation",
                "start": stage.day(-21),
                "due": stage.day(14),
            },
        ),
        Role.CARE_COORDINATOR: stage.enter(
            Role.CARE_COORDINATOR,
            MILESTONES,
            {
                "title": "Everybody has agreed what to do on a bad day",
                "owner_discipline": "shared",
                "phase": phase,
                "start": stage.day(-21),
                "due": stage.day(35),
            },
        ),
    }
    stage.enter(
        Role.OCCUPATIONAL_THERAPIST,
        MILESTONES,
        {
            "title": "Six hours in the shop on four days a week",
            "goal_id": work,
            "phase": "participation",
            "action": "standing-work",
            "start": stage.day(28),
            "due": stage.day(63),
            "requires": [walking, steps[Role.OCCUPATIONAL_THERAPIST]],
        },
    )
    return walking, steps
