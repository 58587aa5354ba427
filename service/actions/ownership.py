"""Who owns a goal or a milestone when nobody says so."""

from __future__ import annotations

from typing import Any

from service.actions.gate import Access

SHARED = "shared"


def fill_owner(access: Access, fields: dict[str, Any]) -> dict[str, Any]:
    """Make an item its author's own; a machine's and a coordinator's are the team's unless they say whose."""
    own = (
        access.actor.discipline if not access.actor.is_staff or access.actor.is_clinician else None
    )
    discipline = fields.get("owner_discipline") or own or SHARED
    filled = {**fields, "owner_discipline": str(discipline)}
    if filled.get("owner_id") is None and discipline == access.actor.discipline:
        filled["owner_id"] = str(access.actor.user_id)
    return filled
