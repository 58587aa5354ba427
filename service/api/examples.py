"""The examples of the document, as `make examples` recorded them from a run of the service."""

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
