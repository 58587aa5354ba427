"""Say what callers learn about themselves."""

from __future__ import annotations

from service.domain.vocabulary import Discipline, Role
from service.web import fields
from service.web.schemas import Out


class TenantOut(Out):
    """Show the caller's clinic."""

    id = fields.Uuid()
    name = fields.Text()
    timezone = fields.Text(metadata={"description": "An IANA zone; its date is today."})


class OwnPlanOut(Out):
    """Name one of the caller's plans."""

    id = fields.Uuid()
    patient_id = fields.Uuid()
    title = fields.Text()


class MeOut(Out):
    """Show who is calling."""

    id = fields.Uuid()
    name = fields.Text()
    role = fields.Enum(Role)
    discipline = fields.Enum(Discipline, allow_none=True)
    tenant = fields.Nested(TenantOut)
    scopes = fields.List(fields.Text())
    plans = fields.List(
        fields.Nested(OwnPlanOut), metadata={"description": "In the order they were made."}
    )
