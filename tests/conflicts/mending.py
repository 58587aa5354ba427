"""Apply what a repair proposes to a plan document, as RFC 7396 says."""

from __future__ import annotations

import copy
from typing import Any

LISTS = {
    "recommendation": "recommendations",
    "goal": "goals",
    "milestone": "milestones",
    "preference": "preferences",
    "condition": "conditions",
    "allergy": "allergies",
    "observation": "observations",
    "event": "events",
    "job_demand": "job_demands",
    "appointment": "appointments",
}
PRESCRIBER = {"id": "somebody-new", "discipline": "physician"}


def merge_patch(target: Any, patch: Any) -> Any:
    """Merge a patch into a value."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def mend(plan: dict[str, Any], repair: dict[str, Any]) -> dict[str, Any]:
    """Give the plan after one repair; a repair without an id adds the item."""
    mended = copy.deepcopy(plan)
    kind, code = repair["statement"]["kind"], repair["statement"]["id"]
    if kind == "capacity":
        mended["capacity"] = merge_patch(mended["capacity"], repair["change"])
        return mended
    items = mended.setdefault(LISTS[kind], [])
    if code is None:
        items.append({"id": "added-by-a-repair", "author": PRESCRIBER, **repair["change"]})
        return mended
    places = [index for index, item in enumerate(items) if item["id"] == code]
    assert len(places) == 1, f"the repair names {kind} {code}, which is not in the plan"
    items[places[0]] = merge_patch(items[places[0]], repair["change"])
    return mended
