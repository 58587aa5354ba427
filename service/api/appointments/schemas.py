"""Say what an appointment looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemOut
from service.api.sourced import ORIGIN, SourcedCreate
from service.domain.vocabulary import AppointmentMode, AppointmentStatus
from service.web import fields
from service.web.schemas import Query, patch_of


class AppointmentCreate(SourcedCreate):
    """Add a time the patient is asked to attend."""

    title = fields.Text(max_length=200)
    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True)
    mode = fields.Enum(AppointmentMode, required=True)
    place = fields.Text(max_length=200)
    travel_minutes = fields.Integer(minimum=0, maximum=1440, metadata={"description": "One way."})
    status = fields.Enum(
        AppointmentStatus, metadata={"description": "`booked` where nothing is said."}
    )
    note = fields.Text(max_length=2000)


_Changeable = patch_of("_Changeable", AppointmentCreate, without=(*ORIGIN, "status"))


class AppointmentPatch(_Changeable):  # type: ignore[misc,valid-type]  # made by a function
    """Change an appointment by a merge patch."""

    status = fields.Enum(AppointmentStatus)


class AppointmentOut(ItemOut):
    """Show a time the patient is asked to attend."""

    title = fields.Text(allow_none=True)
    start = fields.DateTime()
    end = fields.DateTime()
    mode = fields.Enum(AppointmentMode)
    place = fields.Text(allow_none=True)
    travel_minutes = fields.Integer(allow_none=True)
    status = fields.Enum(AppointmentStatus)
    note = fields.Text(allow_none=True)


class AppointmentFilters(Query):
    """Narrow a list of appointments; several values of one filter are alternatives."""

    status = fields.Several(fields.Enum(AppointmentStatus))
    mode = fields.Several(fields.Enum(AppointmentMode))
