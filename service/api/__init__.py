"""The REST API: a folder per noun, each with routes.py and schemas.py, and this list of them in order."""

from __future__ import annotations

from service.api.conflicts.routes import blp as conflicts
from service.api.goals.routes import blp as goals
from service.api.milestones.routes import blp as milestones
from service.api.plan_reading.routes import blp as plan_reading
from service.api.recommendations.routes import blp as recommendations
from service.web.blueprint import Blueprint

# Registered in this order, and in no other way: a noun that is not named here is not served.
BLUEPRINTS: tuple[Blueprint, ...] = (
    plan_reading,
    goals,
    milestones,
    recommendations,
    conflicts,
)
