"""The one way of every item of a plan: entered, revised, withdrawn, listed, read, with its history.

A noun declares what is its own (`noun.py`); the ways themselves stand here once. Each reads as one
request goes: the plan, visible and locked (404); the right (403); the key's replay; the version (412); the
plan still open and the noun's own rules (409, 422); the change; the recheck; the audit row.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, gate, recheck, record
from service.actions.gate import Access
from service.actions.noun import Draft, Noun, blank
from service.actions.views import Page, Position, View
from service.domain import clock
from service.domain.actor import Actor
from service.domain.ids import new_id
from service.domain.merge import changed_fields, jsonable, merge_patch
from service.domain.policy import Action, Resource
from service.domain.vocabulary import Verification
from service.errors import FieldError, Invalid, NotVisible, Stale
from service.models import changes
from service.models import items as stored
from service.models.base import PlanItem

# What a PATCH may carry beside the item's fields: why, and which flags it means to clear.
SIDE_FIELDS = ("reason", "resolves")


def create(
    session: Session, actor: Actor, noun: Noun, plan_id: uuid.UUID, fields: Mapping[str, Any]
) -> View:
    """Enter a new item in a plan."""
    given = {name: jsonable(value) for name, value in fields.items() if value is not None}
    side = _take_side_fields(given)
    # What only a machine may say is a matter of shape to everybody else: said before any look-up.
    origin = _take_origin(actor, given)
    access = gate.enter(session, actor, plan_id, lock=True)
    given = noun.complete(access, given)
    resource = noun.resource_of(given)
    gate.require(access, resource, Action.CREATE, noun.standing_to_new(access, given))
    draft = Draft(
        before=None,
        after={name: given.get(name, blank(noun.model, name)) for name in noun.model.own_fields},
        reason=side.get("reason"),
    )
    noun.allow(access, draft)
    actor.admitted(session)
    gate.require_open(access.plan)
    noun.check(access, draft)
    item = noun.model(
        tenant_id=actor.tenant_id,
        plan_id=access.plan.id,
        author_id=str(actor.user_id),
        author_discipline=actor.discipline,
        author_role=actor.role,
        entered_by=actor.user_id,
        id=new_id(),
        version=1,
    )
    if origin is not None:
        item.source, item.verification = origin["source"], origin["verification"]
        item.author_id = external_author(item.source, item.id)
        item.author_discipline = item.author_role = None
    item.take(draft.after)
    noun.entered(access, item)
    session.add(item)
    session.flush()
    _written(access, noun, item, "created", None, side)
    _audit(access, "create", resource, item.id)
    return noun.show(access, [item])[0]


def revise(
    session: Session,
    actor: Actor,
    noun: Noun,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    version: int,
    patch: Mapping[str, Any],
) -> View:
    """Change an item by a JSON Merge Patch, if it still is at the version the caller has read."""
    access = gate.enter(session, actor, plan_id, lock=True)
    item = find(access, noun, item_id)
    resource = noun.resource_of(item.state())
    gate.require(access, resource, Action.UPDATE, noun.standing(access, item))
    actor.admitted(session)
    apply(access, noun, item, version, patch)
    _audit(access, "update", resource, item.id)
    return noun.show(access, [item])[0]


def apply(
    access: Access,
    noun: Noun,
    item: PlanItem,
    version: int,
    patch: Mapping[str, Any],
    *,
    rechecks: bool = True,
) -> bool:
    """Merge a patch into an item whose right has been checked; say whether anything changed."""
    wanted = jsonable(patch)
    side = _take_side_fields(wanted)
    before = item.state()
    merged = merge_patch(before, wanted)
    after = {
        name: blank(noun.model, name) if merged.get(name) is None else merged[name]
        for name in noun.model.own_fields
    }
    draft = Draft(before, after, item, side.get("reason"))
    # The rights table is asked of the state before and of the state after.
    gate.require(
        access,
        noun.resource_of(after),
        Action.UPDATE,
        {*noun.standing(access, item), *noun.standing_to_new(access, after)}
        if after.get("owner_discipline") != before.get("owner_discipline")
        else noun.standing(access, item),
    )
    noun.allow(access, draft)
    require_version(access, item, version, wanted)
    gate.require_open(access.plan)
    noun.check(access, draft)
    changed = changed_fields(before, after)
    if not changed:
        return False
    item.take({name: after[name] for name in changed})
    item.version += 1
    item.updated_at = clock.now()
    noun.revised(access, item)
    _written(access, noun, item, "updated", before, side, rechecks=rechecks)
    return True


def withdraw(
    session: Session,
    actor: Actor,
    noun: Noun,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    version: int,
) -> None:
    """Mark an item as entered in error: its row and history stay, and it leaves lists."""
    access = gate.enter(session, actor, plan_id, lock=True)
    item = find(access, noun, item_id)
    resource = noun.resource_of(item.state())
    gate.require(access, resource, Action.DELETE, noun.standing(access, item))
    actor.admitted(session)
    require_version(access, item, version, {})
    gate.require_open(access.plan)
    before = item.state()
    if noun.vanishes(item):
        _written(access, noun, item, "discarded", before, {}, rechecks=False)
        session.delete(item)
    else:
        item.withdrawn_at = clock.now()
        item.version += 1
        noun.withdrawn(access, item)
        session.flush()
        _written(access, noun, item, "entered-in-error", before, {})
    _audit(access, "delete", resource, item.id)


def listed(
    session: Session,
    actor: Actor,
    noun: Noun,
    plan_id: uuid.UUID,
    *,
    filters: Mapping[str, Any] | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List a plan's items, newest first."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, noun.resource, Action.READ)
    found = stored.listed(
        session,
        noun.model,
        actor.tenant_id,
        plan_id,
        filters=filters,
        conditions=noun.visible(access),
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
    )
    _audit(access, "read", noun.resource)
    return Page.of(found, limit, noun.show(access, found[:limit]))


def only(session: Session, actor: Actor, noun: Noun, plan_id: uuid.UUID) -> uuid.UUID:
    """Find a plan's one item of a noun, before the gate decides; where it is not, there is no plan."""
    found = noun.only(session, actor.tenant_id, plan_id)
    if found is None:
        raise NotVisible
    return found


def one(session: Session, actor: Actor, noun: Noun, plan_id: uuid.UUID, item_id: uuid.UUID) -> View:
    """Read one item."""
    access = gate.enter(session, actor, plan_id)
    item = find(access, noun, item_id)
    resource = noun.resource_of(item.state())
    gate.require(access, resource, Action.READ, noun.standing(access, item))
    _audit(access, "read", resource, item.id)
    return noun.show(access, [item])[0]


def history(
    session: Session,
    actor: Actor,
    noun: Noun,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List what happened to an item, newest first; also to one entered in error."""
    access = gate.enter(session, actor, plan_id)
    item = find(access, noun, item_id, withdrawn=True)
    gate.require(access, noun.resource_of(item.state()), Action.READ, noun.standing(access, item))
    gate.require(access, Resource.HISTORY, Action.READ)
    found = changes.history(
        session,
        actor.tenant_id,
        plan_id,
        item_id,
        reader=str(actor.user_id),
        until=noun.known_until(access, item),
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
    )
    _audit(access, "read", Resource.HISTORY, item.id)
    return Page.of(found, limit, [entry(row, noun.hidden(access)) for row in found[:limit]])


def entry(row: changes.Change, hidden: frozenset[str]) -> dict[str, Any]:
    """Show one change, without the fields its reader may not read."""
    names = [name for name in row.fields if name not in hidden]
    return {
        "id": row.id,
        "kind": row.item_kind,
        "item_id": row.item_id,
        "version": row.version,
        "revision": row.revision,
        "action": row.action,
        "at": row.at,
        "by": {"id": row.by_id, "name": row.by_name, "role": row.by_role},
        "on_behalf_of": row.on_behalf_of,
        "reason": None if hidden else row.reason,
        "changes": [
            {"field": name, "before": row.before.get(name), "after": row.after.get(name)}
            for name in names
        ],
    }


def find(access: Access, noun: Noun, item_id: uuid.UUID, *, withdrawn: bool = False) -> PlanItem:
    """Find an item the caller may know of, or say that there is nothing."""
    item = stored.item(
        access.session,
        noun.model,
        access.actor.tenant_id,
        access.plan.id,
        item_id,
        withdrawn=withdrawn,
    )
    if item is None or not noun.sees(access, item):
        raise NotVisible
    return item


def require_version(access: Access, item: Any, version: int, patch: Mapping[str, Any]) -> None:
    """Refuse a write based on an older version, and name the fields that both sides changed."""
    if item.version == version:
        return
    since = changes.changes_since_version(
        access.session, access.actor.tenant_id, access.plan.id, item.id, version
    )
    raise Stale(
        extra={
            "current_version": item.version,
            "conflicting_fields": sorted(since & set(patch)),
        }
    )


def external_author(source: Mapping[str, Any], item_id: uuid.UUID) -> str:
    """Name the unknown requester of an imported item: equal to nobody else."""
    return f"external:{source.get('system') or 'unknown'}:{item_id}"


def _take_origin(actor: Actor, fields: dict[str, Any]) -> dict[str, Any] | None:
    """Take where an item comes from; only a clinic system may say it, and what it enters is imported."""
    said = {name: fields.pop(name) for name in ("source", "verification") if name in fields}
    if actor.is_machine:
        return {
            "source": said.get("source") or {"system": actor.client_id},
            "verification": said.get("verification") or Verification.UNVERIFIED.value,
        }
    if said:
        raise Invalid(errors=[FieldError(f"/{name}", "read-only") for name in sorted(said)])
    return None


def _take_side_fields(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields.pop(name) for name in SIDE_FIELDS if name in fields}


def _written(
    access: Access,
    noun: Noun,
    item: PlanItem,
    action: str,
    before: Mapping[str, Any] | None,
    side: Mapping[str, Any],
    *,
    rechecks: bool = True,
) -> None:
    who = record.by(access.actor, access.on_behalf_of_author(item))
    record.change(
        access.session,
        access.plan,
        who,
        item,
        action,
        before=before,
        after={} if action in ("entered-in-error", "discarded") else item.state(),
        reason=side.get("reason"),
        private_to=noun.private_to(item),
    )
    if rechecks and noun.detects and (noun.reads(item) or item.withdrawn_at is not None):
        cause = recheck.Cause(
            who=who,
            kind=noun.kind,
            id=item.id,
            version=item.version,
            resolves=tuple(side.get("resolves") or ()),
            reason=side.get("reason"),
        )
        recheck.plan(
            access.session,
            access.plan,
            access.actor.timezone,
            access.day,
            cause,
            written=((item, before),),
        )


def _audit(
    access: Access, action: str, resource: Resource, item_id: uuid.UUID | None = None
) -> None:
    audit.allowed(
        access.session,
        access.actor,
        action,
        resource,
        plan_id=access.plan.id,
        patient_id=access.plan.patient_id,
        item_id=item_id,
    )
