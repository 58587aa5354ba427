"""Say what a plan's capacity looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import ItemCreate, ItemOut
from service.web import fields
from service.web.schemas import In, Out, patch_of


class MinutesPerDayIn(In):
    """Say how many minutes a day the patient has, on usual days and in a flare."""

    baseline = fields.Number(minimum=0, maximum=1440)
    flare = fields.Number(minimum=0, maximum=1440)


class MinutesPerDayOut(Out):
    """Show how many minutes a day the patient has; null is not said."""

    baseline = fields.Number(allow_none=True)
    flare = fields.Number(allow_none=True)


class CapacityIn(ItemCreate):
    """Say what time and means the patient has."""

    minutes_per_day = fields.Nested(MinutesPerDayIn)
    hours_per_week = fields.Number(minimum=0, maximum=168)
    resources = fields.List(
        fields.Code(),
        max_items=50,
        metadata={"description": "What is at hand; null is not recorded, an empty list is none."},
    )
    note = fields.Text(max_length=2000, metadata={"description": "The patient's own words."})


CapacityPatch = patch_of("CapacityPatch", CapacityIn)


class CapacityOut(ItemOut):
    """Show the time and means the patient has."""

    minutes_per_day = fields.Nested(MinutesPerDayOut)
    hours_per_week = fields.Number(allow_none=True)
    resources = fields.List(fields.Text(), allow_none=True)
    note = fields.Text(allow_none=True)
