"""Serve the times the patient is asked to attend."""

from __future__ import annotations

from service.actions.appointments import APPOINTMENTS
from service.api.appointments.schemas import (
    AppointmentCreate,
    AppointmentFilters,
    AppointmentOut,
    AppointmentPatch,
)
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "appointments",
    __name__,
    tag="Appointments",
    description="Times the patient is asked to attend.",
)

plan_items(
    blp,
    APPOINTMENTS,
    path="appointments",
    one="Appointment",
    many="Appointments",
    create=AppointmentCreate,
    patch=AppointmentPatch,
    out=AppointmentOut,
    filters=AppointmentFilters,
    notes={
        "create": ("Times carry their offset; the plan document shows them in the clinic's zone."),
    },
)
