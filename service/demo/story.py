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
from service.actions.facts import CONDITIONS, PREFERENCES
from service.actions.milestones import MILESTONES
from service.actions.recommendations import RECOMMENDATIONS
from service.actions.team import TEAM
from service.demo.advice import back_to_work, first_advice, walk_further, walk_less_at_once
from service.demo.aims import set_aims
from service.demo.stage import Stage
from service.domain.vocabulary import ConsentDecision, Purpose, Role
from service.models.patients import patient as find_patient
from service.models.plans import TeamMember

COLLEAGUES = (
    Role.PHYSIOTHERAPIST,
    Role.PSYCHOLOGIST,
    Role.OCCUPATIONAL_THERAPIST,
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
        walking, steps = set_aims(stage)
    with stage.days_ago(36, 14):
        first_advice(stage)
    with stage.days_ago(28, 15):
        back_to_work(stage)
    with stage.days_ago(14, 10):
        _progress(stage, walking, steps)
    with stage.days_ago(6, 9):
        walk_further(stage)
    with stage.days_ago(3, 16):
        walk_less_at_once(stage)
    with stage.days_ago(1, 12):
        _what_comes_next(stage)
    # Somebody looks today, so that what time alone has changed is written before the first visitor comes.
    stage.next_request()
    plans.one(stage.session, stage.actor(Role.PHYSICIAN), stage.plan_id)


def _open_the_plan(stage: Stage) -> None:
    session, coordinator = stage.session, stage.actor(Role.CARE_COORDINATOR)
    registered = patients.create(
        session,
        coordinator,
        {
            "name": stage.people[Role.PATIENT].name,
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
    patient.user_id = stage.people[Role.PATIENT].id
    session.flush()
    made = plans.create(
        session,
        coordinator,
        {
            "patient_id": patient.id,
            "title": "Back to the shop and to the river walk",
            "lead_id": stage.people[Role.PHYSICIAN].id,
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
        stage.enter(Role.CARE_COORDINATOR, TEAM, {"user_id": stage.people[username].id})
    _seat_the_patient(stage)
    consents.record(
        session,
        stage.tenant.id,
        patient.id,
        ConsentDecision.PERMIT,
        Purpose.TREATMENT,
        recorded_by=stage.people[Role.CARE_COORDINATOR].id,
        grantee_id=stage.people[Role.CLINIC_SYSTEM].id,
        start=date.fromisoformat(stage.day(-42)),
        evidence="Signed at the first visit.",
    )


def _seat_the_patient(stage: Stage) -> None:
    """Put the patient on the team; colleagues are added by an action, the patient belongs by the record."""
    coordinator, patient = stage.people[Role.CARE_COORDINATOR], stage.people[Role.PATIENT]
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
    patient = stage.actor(Role.PATIENT)
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
        Role.PATIENT,
        PREFERENCES,
        {"action": "walking", "attitude": "prefer", "note": "Along the river, not on a machine."},
    )


def _what_the_physician_finds(stage: Stage) -> None:
    for code, text, start in (
        ("chronic-low-back-pain", "Persistent low back pain without red flags", -425),
        ("knee-osteoarthritis", "Osteoarthritis of the right knee, mild", -190),
    ):
        stage.enter(
            Role.PHYSICIAN, CONDITIONS, {"code": code, "text": text, "start": stage.day(start)}
        )
    stage.enter(
        Role.PHYSICIAN,
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
        Role.PHYSICIAN,
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


def _progress(stage: Stage, walking: uuid.UUID, steps: dict[str, uuid.UUID]) -> None:
    stage.change(Role.PHYSIOTHERAPIST, MILESTONES, walking, {"status": "in-progress"})
    _report(
        stage,
        Role.PATIENT,
        walking,
        {
            "note": "To the bridge and back. The knee was warm in the evening, fine by the morning.",
            "percent": 55,
            "measure": "minutes walked without a stop",
            "value": 12,
            "unit": "min",
        },
    )
    stage.change(Role.PHYSICIAN, MILESTONES, steps[Role.PHYSICIAN], {"status": "in-progress"})
    stage.change(Role.PSYCHOLOGIST, MILESTONES, steps[Role.PSYCHOLOGIST], {"status": "in-progress"})
    _report(
        stage,
        Role.PSYCHOLOGIST,
        steps[Role.PSYCHOLOGIST],
        {"note": "Written, tried on two shop days, and changed by herself.", "percent": 100},
    )
    stage.change(Role.PSYCHOLOGIST, MILESTONES, steps[Role.PSYCHOLOGIST], {"status": "achieved"})


def _report(stage: Stage, username: str, milestone: uuid.UUID, fields: dict[str, Any]) -> None:
    stage.next_request()
    milestones.report_progress(
        stage.session, stage.actor(username), stage.plan_id, milestone, fields
    )


def _what_comes_next(stage: Stage) -> None:
    for username, days, hour, title in (
        (Role.PHYSIOTHERAPIST, 4, 10, "Physiotherapy: walking and strength"),
        (Role.PSYCHOLOGIST, 6, 14, "Pacing: how the two weeks went"),
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
