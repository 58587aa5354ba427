"""What the examples of several nouns have in common."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

FILE: Final = "examples.json"


@cache
def recorded() -> dict[str, Any]:
    """Read the examples that were recorded from a run."""
    found: dict[str, Any] = orjson.loads(files(__package__).joinpath(FILE).read_bytes())
    return found


PLAN_ID: Final = "0199a1b2-7c3d-7e4f-8a5b-000000000001"
PHYSIOTHERAPIST_ID: Final = "0199a1b2-7c3d-7e4f-8a5b-000000000002"

# What every item of a plan shows beside its own fields.
ITEM: Final[dict[str, Any]] = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0b11",
    "plan_id": PLAN_ID,
    "version": 1,
    "author": {
        "id": PHYSIOTHERAPIST_ID,
        "discipline": "physiotherapy",
        "role": "physiotherapist",
    },
    "recorded_at": "2027-02-15T09:30:00+00:00",
    "updated_at": "2027-02-15T09:30:00+00:00",
    "verification": None,
    "source": None,
}


def of_item(asked: dict[str, Any], **further: Any) -> dict[str, dict[str, Any]]:
    """Give the examples of a noun from one request and what its answer adds to it."""
    shown = {**ITEM, **asked, **further}
    return {
        "list": {"response": {"items": [shown], "next_cursor": None}},
        "create": {"request": asked, "response": shown},
        "get": {"response": shown},
    }
