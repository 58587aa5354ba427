"""Say what a preference looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemCreate, ItemOut
from service.domain.vocabulary import Attitude
from service.web import fields
from service.web.schemas import Query, patch_of


class PreferenceCreate(ItemCreate):
    """Add a preference of the patient."""

    action = fields.Code(required=True, metadata={"description": "An activity of the taxonomy."})
    attitude = fields.Enum(Attitude, required=True)
    alternative = fields.Code(metadata={"description": "What the patient would rather do instead."})
    note = fields.Text(max_length=2000)


PreferencePatch = patch_of("PreferencePatch", PreferenceCreate)


class PreferenceOut(ItemOut):
    """Show a preference of the patient."""

    action = fields.Text()
    attitude = fields.Enum(Attitude)
    alternative = fields.Text(allow_none=True)
    note = fields.Text(allow_none=True)


class PreferenceFilters(Query):
    """Narrow a list of preferences; several values of one filter are alternatives."""

    attitude = fields.Several(fields.Enum(Attitude))
