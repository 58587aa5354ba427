"""Say what an allergy looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemOut
from service.api.sourced import ORIGIN, CodingIn, CodingOut, SourcedCreate
from service.web import fields
from service.web.schemas import Query, patch_of


class AllergyCreate(SourcedCreate):
    """Add an allergy or intolerance to a class of drugs."""

    drug_class = fields.Code(
        metadata={"description": "A drug class of the clinical tables; others match no rule."}
    )
    text = fields.Text(max_length=500)
    coding = fields.List(fields.Nested(CodingIn), max_items=20)
    start = fields.Date()
    end = fields.Date(metadata={"description": "The first day without it."})


AllergyPatch = patch_of("AllergyPatch", AllergyCreate, without=ORIGIN)


class AllergyOut(ItemOut):
    """Show an allergy or intolerance."""

    drug_class = fields.Text(allow_none=True)
    text = fields.Text(allow_none=True)
    coding = fields.List(fields.Nested(CodingOut), allow_none=True)
    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)


class AllergyFilters(Query):
    """Narrow a list of allergies; several values of one filter are alternatives."""

    drug_class = fields.Several(fields.Code())
