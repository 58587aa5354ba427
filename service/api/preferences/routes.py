"""Serve the preferences of the patient."""

from __future__ import annotations

from service.actions.facts import PREFERENCES
from service.api.preferences.schemas import (
    PreferenceCreate,
    PreferenceFilters,
    PreferenceOut,
    PreferencePatch,
)
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "preferences",
    __name__,
    tag="Preferences",
    description="What the patient would rather do, or not do.",
)

plan_items(
    blp,
    PREFERENCES,
    path="preferences",
    one="Preference",
    many="Preferences",
    create=PreferenceCreate,
    patch=PreferencePatch,
    out=PreferenceOut,
    filters=PreferenceFilters,
)
