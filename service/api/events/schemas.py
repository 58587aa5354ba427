"""Say what an event looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemOut
from service.api.sourced import ORIGIN, SourcedCreate
from service.domain.vocabulary import Laterality, ReviewOutcome
from service.web import fields
from service.web.schemas import In, Out, Query, patch_of


class EventOutcomeIn(In):
    """Say what a review made of one recommendation that waited for it."""

    recommendation = fields.Uuid(required=True)
    outcome = fields.Enum(ReviewOutcome, required=True)


class EventOutcomeOut(Out):
    """Show what a review made of one recommendation."""

    recommendation = fields.Uuid()
    outcome = fields.Enum(ReviewOutcome)


class EventCreate(SourcedCreate):
    """Add what happened to the patient."""

    code = fields.Code(
        required=True,
        metadata={"description": "`review-held`, or an event of the clinical tables."},
    )
    body_region = fields.Code(metadata={"description": "A region of the taxonomy."})
    laterality = fields.Enum(Laterality)
    date = fields.Date(required=True)
    outcomes = fields.List(
        fields.Nested(EventOutcomeIn),
        max_items=100,
        metadata={"description": "Of `review-held`: what becomes of which recommendation."},
    )
    note = fields.Text(max_length=2000)


EventPatch = patch_of("EventPatch", EventCreate, without=ORIGIN)


class EventOut(ItemOut):
    """Show what happened to the patient."""

    code = fields.Text()
    body_region = fields.Text(allow_none=True)
    laterality = fields.Enum(Laterality, allow_none=True)
    date = fields.Date()
    outcomes = fields.List(fields.Nested(EventOutcomeOut))
    note = fields.Text(allow_none=True)


class EventFilters(Query):
    """Narrow a list of events; several values of one filter are alternatives."""

    code = fields.Several(fields.Code())
