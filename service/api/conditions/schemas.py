"""Say what a condition looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemOut
from service.api.sourced import ORIGIN, CodingIn, CodingOut, SourcedCreate
from service.web import fields
from service.web.schemas import Query, patch_of


class ConditionCreate(SourcedCreate):
    """Add a condition: a code of the clinical tables, or what it is called."""

    code = fields.Code(
        metadata={"description": "A condition of the clinical tables; others match no rule."}
    )
    text = fields.Text(max_length=500)
    coding = fields.List(fields.Nested(CodingIn), max_items=20)
    start = fields.Date()
    end = fields.Date(metadata={"description": "The first day without it."})


ConditionPatch = patch_of("ConditionPatch", ConditionCreate, without=ORIGIN)


class ConditionOut(ItemOut):
    """Show a condition."""

    code = fields.Text(allow_none=True)
    text = fields.Text(allow_none=True)
    coding = fields.List(fields.Nested(CodingOut), allow_none=True)
    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)


class ConditionFilters(Query):
    """Narrow a list of conditions; several values of one filter are alternatives."""

    code = fields.Several(fields.Code())
