"""Who owns a goal or a milestone: who it is when nobody says so, and who it can be."""

from __future__ import annotations

import uuid
from typing import Any

from service.actions.gate import Access
from service.actions.noun import Draft
from service.domain.checks import refuse
from service.models.teams import takes_part

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


def check_owner(access: Access, draft: Draft) -> None:
    """Refuse an owner who takes no part in the plan today: a member of its team or its patient does."""
    owner = draft.after["owner_id"]
    if owner is None or not draft.changed("owner_id"):
        return
    # Whoever writes has passed the gate, so that what is one's own costs no statement.
    if owner == str(access.actor.user_id) and not access.actor.is_machine:
        return
    if not takes_part(
        access.session,
        access.actor.tenant_id,
        access.plan.id,
        access.plan.patient_id,
        uuid.UUID(owner),
        access.day,
    ):
        raise refuse("/owner_id", "unknown-reference")
