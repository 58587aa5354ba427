"""Say what an observation looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemOut
from service.api.sourced import ORIGIN, CodingIn, CodingOut, SourcedCreate
from service.web import fields
from service.web.schemas import Query, patch_of


class ObservationCreate(SourcedCreate):
    """Add a measured value."""

    code = fields.Code(
        required=True,
        metadata={"description": "An observation of the clinical tables; others match no rule."},
    )
    value = fields.Number(required=True)
    unit = fields.Text(required=True, max_length=32, metadata={"description": "A UCUM unit."})
    date = fields.Date(required=True)
    text = fields.Text(max_length=500)
    coding = fields.List(fields.Nested(CodingIn), max_items=20)


ObservationPatch = patch_of("ObservationPatch", ObservationCreate, without=ORIGIN)


class ObservationOut(ItemOut):
    """Show a measured value."""

    code = fields.Text()
    value = fields.Number()
    unit = fields.Text()
    date = fields.Date()
    text = fields.Text(allow_none=True)
    coding = fields.List(fields.Nested(CodingOut), allow_none=True)


class ObservationFilters(Query):
    """Narrow a list of observations; several values of one filter are alternatives."""

    code = fields.Several(fields.Code())
