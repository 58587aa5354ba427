"""The outcome measures the service knows: codes and numbers, never the wording of an item."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """Give the measures with their ranges, direction and bands; a draft for clinicians to review."""
    text = files("service.domain").joinpath("instruments.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
