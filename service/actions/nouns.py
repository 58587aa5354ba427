"""Name every kind of item that a change may speak of, by the word the plan document uses."""

from __future__ import annotations

from service.actions.appointments import APPOINTMENTS
from service.actions.capacity import CAPACITY
from service.actions.events import EVENTS
from service.actions.facts import ALLERGIES, CONDITIONS, JOB_DEMANDS, OBSERVATIONS, PREFERENCES
from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.actions.noun import Noun
from service.actions.recommendations import RECOMMENDATIONS

BY_KIND: dict[str, Noun] = {
    "recommendation": RECOMMENDATIONS,
    "goal": GOALS,
    "milestone": MILESTONES,
    "preference": PREFERENCES,
    "capacity": CAPACITY,
    "condition": CONDITIONS,
    "allergy": ALLERGIES,
    "observation": OBSERVATIONS,
    "event": EVENTS,
    "job_demand": JOB_DEMANDS,
    "appointment": APPOINTMENTS,
}
