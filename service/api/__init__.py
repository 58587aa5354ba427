"""The REST API: a folder per noun, each with routes.py and schemas.py, and this list of them in order."""

from __future__ import annotations

from service.api.about.routes import blp as about
from service.api.allergies.routes import blp as allergies
from service.api.appointments.routes import blp as appointments
from service.api.capacity.routes import blp as capacity
from service.api.care_plans.routes import blp as care_plans
from service.api.colleagues.routes import blp as colleagues
from service.api.conditions.routes import blp as conditions
from service.api.conflicts.routes import blp as conflicts
from service.api.events.routes import blp as events
from service.api.examples import recorded
from service.api.goals.routes import blp as goals
from service.api.job_demands.routes import blp as job_demands
from service.api.knowledge.routes import blp as knowledge
from service.api.links import LINKS
from service.api.me.routes import blp as me
from service.api.milestones.routes import blp as milestones
from service.api.observations.routes import blp as observations
from service.api.patients.routes import blp as patients
from service.api.plan_reading.routes import blp as plan_reading
from service.api.preferences.routes import blp as preferences
from service.api.recommendations.routes import blp as recommendations
from service.api.team_members.routes import blp as team_members
from service.web.blueprint import Blueprint
from service.web.specification import Told

# Registered in this order, and in no other way: a noun that is not named here is not served.
BLUEPRINTS: tuple[Blueprint, ...] = (
    about,
    me,
    colleagues,
    knowledge,
    patients,
    care_plans,
    plan_reading,
    team_members,
    goals,
    milestones,
    recommendations,
    conflicts,
    preferences,
    capacity,
    conditions,
    allergies,
    observations,
    events,
    job_demands,
    appointments,
)

# What the document says beyond the declarations; `make examples` records the examples.
TOLD = Told(LINKS, recorded)
