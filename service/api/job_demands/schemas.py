"""Say what a job demand looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemCreate, ItemOut
from service.api.recommendations.schemas import DoseIn, DoseOut
from service.web import fields
from service.web.schemas import Query, patch_of


class JobDemandCreate(ItemCreate):
    """Add what the patient's job asks of the body."""

    action = fields.Code(required=True, metadata={"description": "An activity of the taxonomy."})
    body_region = fields.Code(metadata={"description": "A region of the taxonomy."})
    dose = fields.List(fields.Nested(DoseIn), max_items=21)
    removed = fields.Boolean(
        metadata={"description": "Whether amended duties have taken it away; false by default."}
    )
    note = fields.Text(max_length=2000)


_Changeable = patch_of("_Changeable", JobDemandCreate, without=("removed",))


class JobDemandPatch(_Changeable):  # type: ignore[misc,valid-type]  # made by a function
    """Change a job demand by a merge patch."""

    removed = fields.Boolean()


class JobDemandOut(ItemOut):
    """Show what the patient's job asks of the body."""

    action = fields.Text()
    body_region = fields.Text(allow_none=True)
    dose = fields.List(fields.Nested(DoseOut))
    removed = fields.Boolean()
    note = fields.Text(allow_none=True)


class JobDemandFilters(Query):
    """Narrow a list of job demands."""

    removed = fields.Boolean()
