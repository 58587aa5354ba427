"""A plan as busy as the promise is made for: 8 members, 40 milestones, 60 recommendations, 10 flags."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from service.actions import items
from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.actions.recommendations import RECOMMENDATIONS
from service.domain import clock
from service.models.flags import OPEN, flags_of_plan
from service.models.plans import TeamMember
from tests.clinic import Clinic

MEMBERS, MILESTONE_COUNT, ADVICE, FLAGS = 8, 40, 60, 10

# Each is advised by the physiotherapist and advised against by the physician.
DISPUTED = (
    "vacuuming",
    "gardening",
    "golf",
    "skiing",
    "horse-riding",
    "dance",
    "driving-professional",
    "massage",
    "needling",
    "traction",
)
AGREED = (
    ("exercise", "hip-hinge-drill"),
    ("exercise", "bridge"),
    ("exercise", "cat-camel"),
    ("exercise", "pendulum"),
    ("exercise", "tai-chi"),
    ("exercise", "deep-neck-flexor"),
    ("exercise", "pilates"),
    ("exercise", "wrist-hand-mobility"),
    ("exercise", "neural-mobilisation"),
    ("exercise", "cervical-mobility"),
    ("activity", "relaxation"),
    ("activity", "desensitisation"),
    ("activity", "graded-motor-imagery"),
    ("activity", "behavioural-activation"),
    ("activity", "joint-protection"),
    ("activity", "rest-breaks"),
    ("activity", "cooking"),
    ("activity", "showering"),
    ("activity", "dressing-lower"),
    ("equipment", "adl-aids"),
)


def fill(session: Session, clinic: Clinic) -> uuid.UUID:
    """Fill a clinic's empty plan; give a milestone to write to."""
    _join(session, clinic, ("physiotherapist-2", "psychologist-2"))
    day = clock.today("Europe/London")
    goal = items.create(
        session,
        clinic.actor("physiotherapist"),
        GOALS,
        clinic.plan_id,
        {"title": "Back to the allotment", "owner_discipline": "physiotherapy"},
    )
    milestone: Any = None
    for number in range(MILESTONE_COUNT):
        milestone = items.create(
            session,
            clinic.actor("physiotherapist"),
            MILESTONES,
            clinic.plan_id,
            {
                "title": f"Step {number + 1} of the way back to the allotment",
                "description": "Two rounds of the block without a rest, on three days of a week.",
                "owner_discipline": "physiotherapy",
                "goal_id": str(goal.id),
                "criteria": [{"measure": "walking-distance", "low": 100 * number, "unit": "m"}],
                "start": clock.in_days(day, 7 * (number + 1)),
                "due": clock.in_days(day, 7 * (number + 2)),
                "requires": [] if milestone is None else [str(milestone.id)],
            },
        )
    for action in DISPUTED:
        kind = "treatment" if action in ("massage", "needling", "traction") else "activity"
        _advise(session, clinic, "physiotherapist", kind, "recommend", action)
        _advise(
            session,
            clinic,
            "physician",
            kind,
            "discourage",
            action,
            review_by=clock.in_days(day, 60),
        )
    for number in range(ADVICE - 2 * len(DISPUTED)):
        kind, action = AGREED[number % len(AGREED)]
        # The same advice at home and at the clinic is no duplicate.
        setting = "home" if number < len(AGREED) else "clinic"
        who = "psychologist" if kind == "activity" else "physiotherapist"
        _advise(session, clinic, who, kind, "recommend", action, context={"setting": [setting]})
    return milestone.id


def open_flags(session: Session, clinic: Clinic) -> list[Any]:
    flags = flags_of_plan(session, clinic.tenant_id, clinic.plan_id)
    return [flag for flag in flags if flag.status in OPEN]


def _join(session: Session, clinic: Clinic, usernames: tuple[str, ...]) -> None:
    lead = clinic.users["physician"]
    for username in usernames:
        person = clinic.users[username]
        session.add(
            TeamMember(
                tenant_id=clinic.tenant_id,
                plan_id=clinic.plan_id,
                user_id=person.id,
                role=person.role,
                discipline=person.discipline,
                author_id=str(lead.id),
                author_discipline=lead.discipline,
                author_role=lead.role,
            )
        )


def _advise(
    session: Session,
    clinic: Clinic,
    who: str,
    kind: str,
    stance: str,
    action: str,
    **further: Any,
) -> None:
    items.create(
        session,
        clinic.actor(who),
        RECOMMENDATIONS,
        clinic.plan_id,
        {
            "kind": kind,
            "stance": stance,
            "action": action,
            "rationale": "Agreed with the patient at the last visit; to be looked at again.",
            **further,
        },
    )
