"""Write down a change: the item's history, the plan's revision, the event that leaves it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from service.domain import clock
from service.domain.actor import Actor
from service.domain.merge import changed_fields
from service.models import changes
from service.models.changes import Change, PlanEvent
from service.models.plans import CarePlan


@dataclass(frozen=True, slots=True)
class By:
    """Name who makes a change, and for whom."""

    id: str
    name: str | None
    role: str | None
    on_behalf_of: str | None = None


AT_HAND: Final = "picture"

CONCORD = By(id="concord", name="Concord", role=None)


def by(actor: Actor, on_behalf_of: str | None = None) -> By:
    return By(str(actor.user_id), actor.name, actor.role, on_behalf_of)


def bump(session: Session, plan: CarePlan) -> int:
    """Raise the plan's revision, once a transaction."""
    bumped: set[uuid.UUID] = session.info.setdefault("bumped_plans", set())
    if plan.id not in bumped:
        bumped.add(plan.id)
        plan.revision += 1
        plan.updated_at = clock.now()
    return plan.revision


def revision_before(session: Session, plan: CarePlan) -> int:
    """Give the revision that the plan had when this transaction locked it."""
    bumped = plan.id in session.info.get("bumped_plans", ())
    return plan.revision - 1 if bumped else plan.revision


def written(session: Session, plan: CarePlan) -> list[Any]:
    """Give what this transaction has written below a plan, each thing once."""
    found: dict[uuid.UUID, Any] = session.info.get("written", {}).get(plan.id, {})
    return list(found.values())


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have something done once this transaction has committed, and not at all if it does not."""
    session.info.setdefault("after_commit", []).append(call)


def change(
    session: Session,
    plan: CarePlan,
    who: By,
    item: Any,
    action: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    reason: str | None = None,
    addressees: Iterable[str] = (),
    kind: str | None = None,
    private_to: str | None = None,
    quiet: bool = False,
) -> None:
    """Add a row to an item's history and an event, unless the item is private or others tell of it."""
    revision = bump(session, plan)
    session.info.setdefault("written", {}).setdefault(plan.id, {})[item.id] = item
    session.info.pop(AT_HAND, None)  # what was brought up to date before is so no longer
    fields = changed_fields(before or {}, after)
    changes.gather(
        session,
        Change,
        {
            "tenant_id": plan.tenant_id,
            "plan_id": plan.id,
            "revision": revision,
            "item_kind": kind or item.item_kind,
            "item_id": item.id,
            "version": item.version,
            "action": action,
            "by_id": who.id,
            "by_name": who.name,
            "by_role": who.role,
            "on_behalf_of": who.on_behalf_of,
            "reason": reason,
            "private_to": private_to,
            "fields": fields,
            "before": {name: (before or {}).get(name) for name in fields},
            "after": {name: after.get(name) for name in fields},
        },
    )
    if private_to is None and not quiet:
        event(session, plan, who, item, action, addressees=addressees, kind=kind)


def event(
    session: Session,
    plan: CarePlan,
    who: By,
    item: Any,
    action: str,
    *,
    addressees: Iterable[str] = (),
    kind: str | None = None,
) -> None:
    """Add the row that tells others: ids and versions, no clinical word."""
    plan.event_sequence += 1
    subject = kind or item.item_kind
    changes.gather(
        session,
        PlanEvent,
        {
            "tenant_id": plan.tenant_id,
            "plan_id": plan.id,
            "sequence": plan.event_sequence,
            "type": f"{subject}.{action}",
            "subject_kind": subject,
            "subject_id": item.id,
            "subject_version": item.version,
            "revision": bump(session, plan),
            "by_id": who.id,
            "addressees": sorted(set(addressees)),
        },
    )
