"""Serve the measured values that rules read."""

from __future__ import annotations

from service.actions.facts import OBSERVATIONS
from service.api.observations.schemas import (
    ObservationCreate,
    ObservationFilters,
    ObservationOut,
    ObservationPatch,
)
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "observations", __name__, tag="Observations", description="Measured values that rules read."
)

plan_items(
    blp,
    OBSERVATIONS,
    path="observations",
    one="Observation",
    many="Observations",
    create=ObservationCreate,
    patch=ObservationPatch,
    out=ObservationOut,
    filters=ObservationFilters,
)
