"""Serve what happened to the patient."""

from __future__ import annotations

from service.actions.events import EVENTS
from service.api.events.schemas import EventCreate, EventFilters, EventOut, EventPatch
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "events",
    __name__,
    tag="Events",
    description="Operations, injections, injuries, and reviews held.",
)

plan_items(
    blp,
    EVENTS,
    path="events",
    one="Event",
    many="Events",
    create=EventCreate,
    patch=EventPatch,
    out=EventOut,
    filters=EventFilters,
    notes={
        "create": (
            "A `review-held` may say of advice in this plan that it is lifted or continues; lifted by its"
            " author or by who resolves it, the limit that waited for the review ends."
        ),
    },
)
