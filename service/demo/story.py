"""Tell the demo's one case: a shop worker with back and knee pain, whose team has begun to work together.

Persistent low back pain and pain of the right knee, on sick leave and on the way back. Four disciplines, three
goals, six milestones, ten recommendations, and one thing the team has not agreed on: how long to walk. Nothing
here speaks of lifting, of swimming or of sleep. The case is invented; a draft for clinicians to review.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from service.actions import capacity, consents, milestones, patients, plans
from service.actions.appointments import APPOINTMENTS
from service.actions.facts import CONDITIONS, JOB_DEMANDS, PREFERENCES
from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.actions.recommendations import RECOMMENDATIONS
from service.actions.team import TEAM
from service.demo.stage import Stage
from service.domain.vocabulary import ConsentDecision, Purpose
from service.models.patients import patient as find_patient
from service.models.plans import TeamMember

PHYSICIAN = "physician"
PHYSIO = "physiotherapist"
PSYCHOLOGIST = "psychologist"
OT = "occupational-therapist"
COORDINATOR = "care-coordinator"
PATIENT = "patient"
SYSTEM = "clinic-system"
COLLEAGUES = (
    PHYSIO,
    PSYCHOLOGIST,
    OT,
    "physician-2",
    "physiotherapist-2",
    "psychologist-2",
    "occupational-therapist-2",
)


def play(stage: Stage) -> None:
    """Play the case from the day it was opened to yesterday."""
    with stage.days_ago(42, 9):
        _open_the_plan(stage)
    with stage.days_ago(41, 18):
        _what_the_patient_says(stage)
    with stage.days_ago(40, 10):
        _what_the_physician_finds(stage)
    with stage.days_ago(38, 11):
        walking, steps = _where_to(stage)
    with stage.days_ago(36, 14):
        _first_advice(stage)
    with stage.days_ago(28, 15):
        _back_to_work(stage)
    with stage.days_ago(14, 10):
        _progress(stage, walking, steps)
    with stage.days_ago(6, 9):
        _walk_further(stage)
    with stage.days_ago(3, 16):
        _walk_less_at_once(stage)
    with stage.days_ago(1, 12):
        _what_comes_next(stage)


def _open_the_plan(stage: Stage) -> None:
    session, coordinator = stage.session, stage.actor(COORDINATOR)
    registered = patients.create(
        session,
        coordinator,
        {
            "name": stage.people[PATIENT].name,
            "birth_date": date(stage.today.year - 47, 5, 19),
            "gender": "female",
            "language": "en",
            "reading_level": "plain",
            "identifiers": [{"system": "urn:riverside:patient", "value": "RPR-20417"}],
        },
    )
    # Their own account is given to patients at the desk; there is no action for it yet.
    patient = find_patient(session, stage.tenant.id, registered.id)
    assert patient is not None
    patient.user_id = stage.people[PATIENT].id
    session.flush()
    made = plans.create(
        session,
        coordinator,
        {
            "patient_id": patient.id,
            "title": "Back to the shop and to the river walk",
            "lead_id": stage.people[PHYSICIAN].id,
            "phase": "functional-restoration",
            "description": (
                "Low back pain for fourteen months and pain of the right knee for six, off work for eight"
                " weeks. An invented case."
            ),
            "values_summary": "To be on her feet among people; to be relied on.",
            "preferences_summary": "Rather outdoors than in a gym; wants to know why.",
            "review_date": date.fromisoformat(stage.day(35)),
        },
    )
    stage.plan_id = made.id
    for username in COLLEAGUES:
        stage.enter(COORDINATOR, TEAM, {"user_id": stage.people[username].id})
    _seat_the_patient(stage)
    consents.record(
        session,
        stage.tenant.id,
        patient.id,
        ConsentDecision.PERMIT,
        Purpose.TREATMENT,
        recorded_by=stage.people[COORDINATOR].id,
        grantee_id=stage.people[SYSTEM].id,
        start=date.fromisoformat(stage.day(-42)),
        evidence="Signed at the first visit.",
    )


def _seat_the_patient(stage: Stage) -> None:
    """Put the patient on the team; colleagues are added by an action, the patient belongs by the record."""
    coordinator, patient = stage.people[COORDINATOR], stage.people[PATIENT]
    stage.session.add(
        TeamMember(
            tenant_id=stage.tenant.id,
            plan_id=stage.plan_id,
            user_id=patient.id,
            role=patient.role,
            discipline=patient.discipline,
            starts_on=date.fromisoformat(stage.day(-42)),
            invited_by=coordinator.id,
            author_id=str(coordinator.id),
            author_discipline=coordinator.discipline,
            author_role=coordinator.role,
        )
    )
    stage.session.flush()


def _what_the_patient_says(stage: Stage) -> None:
    stage.next_request()
    patient = stage.actor(PATIENT)
    own = capacity.one(stage.session, patient, stage.plan_id)
    capacity.revise(
        stage.session,
        patient,
        stage.plan_id,
        own.version,
        {
            "minutes_per_day": {"baseline": 75, "flare": 20},
            "hours_per_week": 38,
            "note": "Mornings are better. My son comes at four.",
        },
    )
    stage.enter(
        PATIENT,
        PREFERENCES,
        {"action": "walking", "attitude": "prefer", "note": "Along the river, not on a machine."},
    )


def _what_the_physician_finds(stage: Stage) -> None:
    for code, text, start in (
        ("chronic-low-back-pain", "Persistent low back pain without red flags", -425),
        ("knee-osteoarthritis", "Osteoarthritis of the right knee, mild", -190),
    ):
        stage.enter(PHYSICIAN, CONDITIONS, {"code": code, "text": text, "start": stage.day(start)})
    stage.enter(
        PHYSICIAN,
        RECOMMENDATIONS,
        {
            "kind": "medication",
            "stance": "recommend",
            "medication": {
                "drug_class": "paracetamol",
                "name": "paracetamol 500 mg",
                "route": "oral",
                "daily_mg": 2000,
            },
            "period": {"start": stage.day(-40), "end": stage.day(70)},
            "strength": "conditional",
            "certainty": "low",
            "basis": "clinical-judgement",
            "rationale": "Asked for; of little use alone, so bound to days with much standing.",
        },
    )
    stage.enter(
        PHYSICIAN,
        RECOMMENDATIONS,
        {
            "kind": "activity",
            "stance": "discourage",
            "action": "kneeling",
            "body_region": "knee",
            "laterality": "right",
            "period": {"start": stage.day(-40), "end": stage.day(84)},
            "basis": "clinical-judgement",
            "rationale": "The knee swells after floor work; to be looked at again when it is calm.",
        },
    )


def _where_to(stage: Stage) -> tuple[uuid.UUID, dict[str, uuid.UUID]]:
    """Set the goals and the milestones; give the walking step, and the others by owner."""
    work = stage.enter(
        OT,
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
        PHYSIO,
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
        PSYCHOLOGIST,
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
        PHYSIO,
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
    steps = {
        PHYSICIAN: stage.enter(
            PHYSICIAN,
            MILESTONES,
            {
                "title": "Pain medicine looked at again, and as little as will do",
                "phase": phase,
                "start": stage.day(-36),
                "due": stage.day(28),
            },
        ),
        PSYCHOLOGIST: stage.enter(
            PSYCHOLOGIST,
            MILESTONES,
            {
                "title": "Has written her own plan for pacing a shop day",
                "goal_id": trust,
                "phase": phase,
                "start": stage.day(-36),
                "due": stage.day(-7),
            },
        ),
        OT: stage.enter(
            OT,
            MILESTONES,
            {
                "title": "Visit to the shop: till, chair and breaks agreed with the manager",
                "goal_id": work,
                "phase": "participation",
                "start": stage.day(-21),
                "due": stage.day(14),
            },
        ),
        COORDINATOR: stage.enter(
            COORDINATOR,
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
        OT,
        MILESTONES,
        {
            "title": "Six hours in the shop on four days a week",
            "goal_id": work,
            "phase": "participation",
            "action": "standing-work",
            "start": stage.day(28),
            "due": stage.day(63),
            "requires": [walking, steps[OT]],
        },
    )
    return walking, steps


def _first_advice(stage: Stage) -> None:
    start = stage.day(-36)
    advice: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            PHYSIO,
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
            PHYSIO,
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
            PSYCHOLOGIST,
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
            OT,
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


def _back_to_work(stage: Stage) -> None:
    stage.enter(
        OT,
        JOB_DEMANDS,
        {
            "action": "standing-work",
            "dose": [{"dimension": "work-hours", "low": 7, "high": 7, "unit": "h/d"}],
            "note": "Till and shelves at eye height; a stool stands behind the till.",
        },
    )
    stage.enter(
        PHYSICIAN,
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
        OT,
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


def _progress(stage: Stage, walking: uuid.UUID, steps: dict[str, uuid.UUID]) -> None:
    stage.change(PHYSIO, MILESTONES, walking, {"status": "in-progress"})
    _report(
        stage,
        PATIENT,
        walking,
        {
            "note": "To the bridge and back. The knee was warm in the evening, fine by the morning.",
            "percent": 55,
            "measure": "minutes walked without a stop",
            "value": 12,
            "unit": "min",
        },
    )
    stage.change(PHYSICIAN, MILESTONES, steps[PHYSICIAN], {"status": "in-progress"})
    stage.change(PSYCHOLOGIST, MILESTONES, steps[PSYCHOLOGIST], {"status": "in-progress"})
    _report(
        stage,
        PSYCHOLOGIST,
        steps[PSYCHOLOGIST],
        {"note": "Written, tried on two shop days, and changed by herself.", "percent": 100},
    )
    stage.change(PSYCHOLOGIST, MILESTONES, steps[PSYCHOLOGIST], {"status": "achieved"})


def _report(stage: Stage, username: str, milestone: uuid.UUID, fields: dict[str, Any]) -> None:
    stage.next_request()
    milestones.report_progress(
        stage.session, stage.actor(username), stage.plan_id, milestone, fields
    )


def _walk_further(stage: Stage) -> None:
    stage.enter(
        PHYSIO,
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


def _walk_less_at_once(stage: Stage) -> None:
    """Give the advice that cannot be followed beside the physiotherapist's: the demo's open warning."""
    stage.enter(
        PSYCHOLOGIST,
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


def _what_comes_next(stage: Stage) -> None:
    for username, days, hour, title in (
        (PHYSIO, 4, 10, "Physiotherapy: walking and strength"),
        (PSYCHOLOGIST, 6, 14, "Pacing: how the two weeks went"),
    ):
        stage.enter(
            username,
            APPOINTMENTS,
            {
                "title": title,
                "start": stage.at(days, hour),
                "end": stage.at(days, hour, 45),
                "mode": "in-person",
                "place": "Riverside, second floor",
                "travel_minutes": 20,
            },
        )
