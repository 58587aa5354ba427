"""Flags: what the team reads of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import audit, document, gate, items
from service.actions.gate import Access
from service.actions.views import Page, Position, View
from service.domain.actor import Actor
from service.domain.flags import OPEN
from service.domain.policy import Action, Resource
from service.domain.vocabulary import Tier
from service.errors import Forbidden, NotVisible
from service.models import changes as stored_changes
from service.models import flags as stored
from service.models.flags import Flag

_TOLD_TO_PATIENTS = (Tier.WARNING, Tier.CRITICAL)
_OPEN_TEXT = "Your team is agreeing on this."
_SETTLED_TEXT = "This has been settled."


def listed(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    as_of: date | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List a plan's flags, newest first; as of a day only what is found on it, nothing stored."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.CONFLICT, Action.READ)
    note(access, "read", None)
    wanted = {name: list(values) for name, values in (filters or {}).items() if values}
    if access.released:
        # What a reader may not see cannot be used to filter, and other days are the team's to look at.
        if wanted or as_of is not None:
            raise Forbidden
        wanted["tier"] = list(_TOLD_TO_PATIENTS)
    if as_of is not None:
        return Page(_found_on(access, as_of, wanted))
    found = stored.listed(
        session,
        actor.tenant_id,
        plan_id,
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
        **wanted,
    )
    return Page.of(found, limit, [show(access, flag) for flag in found[:limit]])


def _found_on(access: Access, day: date, wanted: Mapping[str, Sequence[str]]) -> list[View]:
    answer = conflicts.check(
        document.build(
            access.session,
            access.actor.tenant_id,
            access.plan.id,
            day,
            access.actor.timezone,
        )
    )
    return [
        View(None, {**_finding(finding), "status": "found", "as_of": day, "patient_view": False})
        for finding in answer["findings"]
        if _matches(finding, wanted)
    ]


def _matches(finding: Mapping[str, Any], wanted: Mapping[str, Sequence[str]]) -> bool:
    if "status" in wanted:
        return False
    ids = {one["id"] for one in finding["statements"]}
    return (
        finding["tier"] in wanted.get("tier", (finding["tier"],))
        and finding["code"] in wanted.get("code", (finding["code"],))
        and ("statement" not in wanted or bool(ids & set(wanted["statement"])))
    )


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {"dimension": None, **finding}


def show(access: Access, flag: Flag) -> View:
    """Show a flag; a patient sees that the team is agreeing on something, or has, and no more."""
    if access.released:
        settled = flag.status not in OPEN
        return View(
            flag,
            {
                "as_of": None,
                "patient_view": True,
                "status": "settled" if settled else "open",
                "text": _SETTLED_TEXT if settled else _OPEN_TEXT,
            },
        )
    shown = {**_finding(flag.finding), "as_of": None, "patient_view": False, "tier": flag.tier}
    return View(flag, shown)


def one(session: Session, actor: Actor, plan_id: uuid.UUID, flag_id: uuid.UUID) -> View:
    """Read one flag."""
    access = gate.enter(session, actor, plan_id)
    flag = find(access, flag_id)
    gate.require(access, Resource.CONFLICT, Action.READ)
    note(access, "read", flag)
    return show(access, flag)


def history(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List what happened to a flag, newest first."""
    access = gate.enter(session, actor, plan_id)
    flag = find(access, flag_id)
    gate.require(access, Resource.CONFLICT, Action.READ)
    if access.released:
        raise Forbidden
    found = stored_changes.history(
        session,
        actor.tenant_id,
        plan_id,
        flag_id,
        reader=str(actor.user_id),
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
    )
    note(access, "read", flag)
    return Page.of(found, limit, [items.entry(row, frozenset()) for row in found[:limit]])


def find(access: Access, flag_id: uuid.UUID) -> Flag:
    flag = stored.flag(access.session, access.actor.tenant_id, access.plan.id, flag_id)
    if flag is None:
        raise NotVisible
    if access.released and flag.tier not in _TOLD_TO_PATIENTS and flag.code != "CF20":
        raise NotVisible
    return flag


def note(access: Access, action: str, flag: Flag | None) -> None:
    audit.allowed(
        access.session,
        access.actor,
        action,
        Resource.CONFLICT,
        plan_id=access.plan.id,
        patient_id=access.plan.patient_id,
        item_id=flag.id if flag else None,
    )
