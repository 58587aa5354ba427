"""The shapes of what a clinic system may enter: where it comes from, and the source's own codes."""

from __future__ import annotations

from service.api.common import SOURCE, ItemCreate
from service.domain.vocabulary import Verification
from service.web import fields
from service.web.schemas import In, Out

# What a clinic system says when it enters an item; nobody changes it afterwards.
ORIGIN = ("source", "verification")


class SourcedCreate(ItemCreate):
    """Begin the creation schema of an item that a clinic system may enter."""

    source = fields.Free(
        SOURCE, metadata={"description": "Where it comes from; accepted from clinic systems only."}
    )
    verification = fields.Enum(
        Verification, metadata={"description": "Accepted from clinic systems only."}
    )


class CodingIn(In):
    """Give one code of a code system."""

    system = fields.Text(required=True, max_length=200)
    code = fields.Text(required=True, max_length=64)
    display = fields.Text(max_length=200)


class CodingOut(Out):
    """Show one code of a code system."""

    system = fields.Text(allow_none=True)
    code = fields.Text()
    display = fields.Text(allow_none=True)
