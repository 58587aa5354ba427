"""The shapes that several nouns share; a noun's own shapes are in its own folder.

`ItemCreate`, `ItemOut` and `patch_of` are what a noun of a plan starts from::

    class GoalCreate(ItemCreate):
        title = fields.Text(required=True, max_length=200)

    GoalPatch = patch_of("GoalPatch", GoalCreate)

    class GoalOut(ItemOut):
        title = fields.Text()
"""

from __future__ import annotations

from service.domain.vocabulary import Discipline, Role, Verification
from service.web import fields
from service.web.schemas import In, Out, Patch, Query, patch_of

# The engine takes no empty words, so what it reads holds at least one sign.
NOT_BLANK = r"\S"
SOURCE = fields.OpenObject(
    "Source", "Where an item came from: the record's address or id, in the words of its system."
)


class AuthorOut(Out):
    """Name who wrote an item, and for which discipline."""

    id = fields.Text()
    discipline = fields.Enum(Discipline, allow_none=True)
    role = fields.Enum(Role, allow_none=True)


class ItemCreate(In):
    """Begin the creation schema of an item of a plan."""

    reason = fields.Text(
        max_length=1000, metadata={"description": "Why; kept in the history, not in the item."}
    )
    resolves = fields.List(
        fields.Uuid(),
        max_items=20,
        metadata={"description": "Flags that this change means to clear."},
    )


class ItemOut(Out):
    """Begin the shown schema of an item of a plan: what every item has."""

    id = fields.Uuid()
    plan_id = fields.Uuid()
    version = fields.Integer(minimum=1, metadata={"description": "The version its ETag names."})
    author = fields.Nested(AuthorOut)
    recorded_at = fields.DateTime()
    updated_at = fields.DateTime()
    verification = fields.Enum(
        Verification,
        allow_none=True,
        metadata={"description": "Of an imported item: whether a clinician has confirmed it."},
    )
    # What an import compares by, `sent`, is a fingerprint of each field and says nothing to a reader.
    source = fields.Free(
        SOURCE,
        without=("sent",),
        allow_none=True,
        metadata={"description": "Of an imported item: where it came from."},
    )


class RangeIn(In):
    """Give a range; either end may be open."""

    low = fields.Number()
    high = fields.Number()
    unit = fields.Text(max_length=32, pattern=NOT_BLANK, metadata={"description": "A UCUM unit."})


class RangeOut(Out):
    """Show a range; an open end is null."""

    low = fields.Number(allow_none=True)
    high = fields.Number(allow_none=True)
    unit = fields.Text(allow_none=True)


class PeriodIn(In):
    """Give a period, from the first day to the day after the last."""

    start = fields.Date()
    end = fields.Date()


class PeriodOut(Out):
    """Show a period; an open end is null."""

    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)


__all__ = [
    "NOT_BLANK",
    "SOURCE",
    "AuthorOut",
    "In",
    "ItemCreate",
    "ItemOut",
    "Out",
    "Patch",
    "PeriodIn",
    "PeriodOut",
    "Query",
    "RangeIn",
    "RangeOut",
    "patch_of",
]
