"""Give the demo's advice: what each discipline says, and the one thing that two of them see differently."""

from __future__ import annotations

from typing import Any

from service.actions.facts import JOB_DEMANDS
from service.actions.recommendations import RECOMMENDATIONS
from service.demo.stage import Stage
from service.domain.vocabulary import Role


def first_advice(stage: Stage) -> None:
    start = stage.day(-36)
    advice: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            Role.PHYSIOTHERAPIST,
            {
                "kind": "exercise",
                "stance": "recommend",
                "action": "bw-squat",
                "dose": [
                    {"dimension": "sets", "low": 2, "high": 3, "unit": "1"},
                    {"dimension": "reps", "low": 8, "high": 12, "unit": "1"},
                    {"dimension": "frequency", "low": 3, "high": 3, "unit": "1/wk"},
                ],
                "context": {"phase": ["baseline"], "setting": ["home", "clinic"]},
                "period": {"start": start, "end": stage.day(84)},
                "strength": "strong",
                "certainty": "moderate",
                "basis": "guideline",
                "rationale": "Strength of the thighs for stairs and for standing at the till.",
            },
        ),
        (
            Role.PHYSIOTHERAPIST,
            {
                "kind": "education",
                "stance": "recommend",
                "message": "hurt-not-harm",
                "period": {"start": start},
                "basis": "guideline",
                "rationale": "She stops at the first twinge and is afraid of the next.",
            },
        ),
        (
            Role.PSYCHOLOGIST,
            {
                "kind": "treatment",
                "stance": "recommend",
                "action": "relaxation",
                "dose": [
                    {"dimension": "session", "low": 10, "high": 10, "unit": "min"},
                    {"dimension": "frequency", "low": 5, "high": 7, "unit": "1/wk"},
                ],
                "period": {"start": start, "end": stage.day(84)},
                "strength": "conditional",
                "certainty": "moderate",
                "basis": "guideline",
            },
        ),
        (
            Role.OCCUPATIONAL_THERAPIST,
            {
                "kind": "activity",
                "stance": "recommend",
                "action": "rest-breaks",
                "dose": [{"dimension": "break-every", "low": 45, "high": 60, "unit": "min"}],
                "context": {"setting": ["work"]},
                "period": {"start": start, "end": stage.day(119)},
                "basis": "clinical-judgement",
                "rationale": "Five minutes on the chair before it hurts, by the clock.",
            },
        ),
    )
    for username, fields in advice:
        stage.enter(username, RECOMMENDATIONS, fields)


def back_to_work(stage: Stage) -> None:
    stage.enter(
        Role.OCCUPATIONAL_THERAPIST,
        JOB_DEMANDS,
        {
            "action": "standing-work",
            "dose": [{"dimension": "work-hours", "low": 7, "high": 7, "unit": "h/d"}],
            "note": "Till and shelves at eye height; a stool stands behind the till.",
        },
    )
    stage.enter(
        Role.PHYSICIAN,
        RECOMMENDATIONS,
        {
            "kind": "work-capacity",
            "stance": "permit",
            "dose": [{"dimension": "work-hours", "high": 5, "unit": "h/d"}],
            "period": {"start": stage.day(-28), "end": stage.day(56)},
            "basis": "clinical-judgement",
            "rationale": "May be fit for work with shorter days and breaks.",
        },
    )
    stage.enter(
        Role.OCCUPATIONAL_THERAPIST,
        RECOMMENDATIONS,
        {
            "kind": "work-step",
            "stance": "recommend",
            "action": "standing-work",
            "dose": [
                {"dimension": "work-hours", "low": 3, "high": 4, "unit": "h/d"},
                {"dimension": "work-days", "low": 3, "high": 3, "unit": "d/wk"},
            ],
            "period": {"start": stage.day(-21), "end": stage.day(28)},
            "basis": "clinical-judgement",
            "rationale": "Three mornings, not in a row, with a colleague at the next till.",
        },
    )


def walk_further(stage: Stage) -> None:
    stage.enter(
        Role.PHYSIOTHERAPIST,
        RECOMMENDATIONS,
        {
            "kind": "exercise",
            "stance": "recommend",
            "action": "walking",
            "dose": [
                {"dimension": "session", "low": 25, "high": 30, "unit": "min"},
                {"dimension": "frequency", "low": 4, "high": 4, "unit": "1/wk"},
            ],
            "progression": {"mode": "time-contingent", "note": "Three minutes more each week."},
            "context": {"phase": ["baseline"]},
            "period": {"start": stage.day(-6), "end": stage.day(91)},
            "strength": "strong",
            "certainty": "moderate",
            "basis": "guideline",
            "rationale": "Twelve minutes went well; endurance needs a longer bout.",
        },
    )


def walk_less_at_once(stage: Stage) -> None:
    """Give the advice that cannot be followed beside the physiotherapist's: the demo's open warning."""
    stage.enter(
        Role.PSYCHOLOGIST,
        RECOMMENDATIONS,
        {
            "kind": "activity",
            "stance": "recommend",
            "action": "walking",
            "dose": [
                {"dimension": "session", "low": 10, "high": 15, "unit": "min"},
                {"dimension": "frequency", "low": 4, "high": 4, "unit": "1/wk"},
            ],
            "progression": {"mode": "time-contingent", "note": "By the plan, not by the pain."},
            "context": {"phase": ["baseline"]},
            "period": {"start": stage.day(-3), "end": stage.day(91)},
            "strength": "conditional",
            "certainty": "low",
            "basis": "clinical-judgement",
            "rationale": "She overdoes good days and pays for them; start below what she can do.",
        },
    )
