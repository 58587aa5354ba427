"""Serve the allergies of the patient."""

from __future__ import annotations

from service.actions.facts import ALLERGIES
from service.api.allergies.schemas import AllergyCreate, AllergyFilters, AllergyOut, AllergyPatch
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "allergies",
    __name__,
    tag="Allergies",
    description="Allergies and intolerances to classes of drugs.",
)

plan_items(
    blp,
    ALLERGIES,
    path="allergies",
    one="Allergy",
    many="Allergies",
    create=AllergyCreate,
    patch=AllergyPatch,
    out=AllergyOut,
    filters=AllergyFilters,
)
