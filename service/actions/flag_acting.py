"""Flags: what people do about them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.actions import (
    flag_standing,
    flags,
    gate,
    holds,
    items,
    notices,
    nouns,
    recheck,
)
from service.actions import record as journal
from service.actions.flag_standing import Sides
from service.actions.gate import Access
from service.actions.noun import Noun
from service.actions.views import View
from service.domain import clock
from service.domain.actor import Actor
from service.domain.checks import refuse
from service.domain.flags import AFTER_ACTION, OPEN
from service.domain.policy import Action, Relation, Resource
from service.domain.vocabulary import AcceptReason, FlagStatus, Tier
from service.errors import (
    FieldError,
    Forbidden,
    Invalid,
    RuleConflict,
    Stale,
)
from service.models import flags as stored
from service.models.document import rows_of_plan
from service.models.flags import Flag

# An acceptance lasts four weeks unless it says otherwise, and never past the overlap it speaks of.
ACCEPTANCE = timedelta(days=28)


def acknowledge(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    version: int,
    reason: str | None,
) -> View:
    """Say that one has seen a flag; a resolver's word lifts the hold of a critical one."""
    access, flag, _, relations = _open(
        session, actor, plan_id, flag_id, version, Action.ACKNOWLEDGE
    )
    before = recheck.flag_state(flag)
    is_resolver = Relation.RESOLVER in relations
    flag.acknowledgements = [
        *flag.acknowledgements,
        {**_signed(access, flag), "reason": reason, "resolver": is_resolver},
    ]
    flag.hold_lifted = flag.hold_lifted or is_resolver
    return _moved(access, flag, "acknowledge", "acknowledged", before, reason)


def discuss(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    version: int,
    comment: str,
) -> View:
    """Add a comment to a flag and open its discussion."""
    access, flag, _, _ = _open(session, actor, plan_id, flag_id, version, Action.DISCUSS)
    before = recheck.flag_state(flag)
    flag.comments = [*flag.comments, {**_signed(access, flag), "comment": comment}]
    return _moved(access, flag, "discuss", "discussed", before, None)


def dismiss(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    version: int,
    reason: str,
) -> View:
    """Put a flag aside with a reason; a critical one only by who resolves it."""
    access, flag, _, relations = _open(session, actor, plan_id, flag_id, version, Action.DISMISS)
    if flag.tier == Tier.CRITICAL and Relation.RESOLVER not in relations:
        raise Forbidden
    before = recheck.flag_state(flag)
    flag.resolution = {**_signed(access, flag), "reason": reason, "changes": []}
    return _moved(access, flag, "dismiss", "dismissed", before, reason)


def accept(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    version: int,
    fields: Mapping[str, Any],
) -> View:
    """Accept a contradiction knowingly, for a reason and until a day; a hard critical one takes two people.

    What is accepted already is renewed: the new day counts from when as many have said so as accepted it.
    """
    access, flag, known, _ = _open(
        session, actor, plan_id, flag_id, version, Action.ACCEPT, also=FlagStatus.ACCEPTED
    )
    renews = flag.status == FlagStatus.ACCEPTED
    expires = _expiry(access, flag, fields)
    monitor_by = fields.get("monitor_by")
    if fields["reason_code"] == AcceptReason.WILL_MONITOR and monitor_by is None:
        raise Invalid(errors=[FieldError("/monitor_by", "required")])
    if monitor_by is not None and not access.day < monitor_by <= expires:
        raise refuse("/monitor_by", "not-between-today-and-expiry")
    first = flag_standing.first_acceptance(flag, access.day)
    _check_second_person(access, flag, known, first)
    awaits_second = flag_standing.needs_two(flag, known) and first is None
    before = recheck.flag_state(flag)
    flag.acceptances = [
        *flag.acceptances,
        {
            **_signed(access, flag),
            "reason_code": fields["reason_code"],
            "text": fields["text"],
            "expires": expires.isoformat(),
            "monitor_by": monitor_by.isoformat() if monitor_by else None,
            "awaits_second": awaits_second,
        },
    ]
    if awaits_second and renews:
        return _moved(access, flag, "renew", "renewal-proposed", before, fields["text"])
    if awaits_second:
        return _moved(access, flag, "discuss", "acceptance-proposed", before, fields["text"])
    monitors = str(actor.user_id)
    if first is not None:
        expires, monitor_by, monitors = _with_first(first, expires, monitor_by, monitors)
    flag.expires, flag.monitor_by = expires, monitor_by
    # To look at it again and say so is what was owed.
    notices.settle(session, access.plan, [flag.id], kind=notices.MONITOR)
    if monitor_by is not None:
        notices.owe(
            session,
            access.plan,
            notices.MONITOR,
            [monitors],
            flag,
            "conflict",
            monitor_by,
        )
    access.plan.next_change = min(
        day for day in (access.plan.next_change, expires, monitor_by) if day is not None
    )
    step, event = ("renew", "renewed") if renews else ("accept", "accepted")
    return _moved(access, flag, step, event, before, fields["text"])


def _with_first(
    first: Mapping[str, Any], expires: date, monitor_by: date | None, by: str
) -> tuple[date, date | None, str]:
    """Let the earlier days of two people count: who accepted until a day has not accepted any longer."""
    expires = min(expires, date.fromisoformat(first["expires"]))
    if first["monitor_by"] is not None:
        earlier = date.fromisoformat(first["monitor_by"])
        if monitor_by is None or earlier < monitor_by:
            return expires, earlier, first["by"]
    return expires, monitor_by and min(monitor_by, expires), by


def _check_second_person(
    access: Access, flag: Flag, known: Sides, first: Mapping[str, Any] | None
) -> None:
    if not flag_standing.needs_two(flag, known):
        return
    if first is not None and first["by"] == str(access.actor.user_id):
        raise RuleConflict("second-acceptance-needed")
    if first is None and not flag_standing.has_second_person(access, flag, known):
        raise RuleConflict("second-person-needed")


def _expiry(access: Access, flag: Flag, fields: Mapping[str, Any]) -> date:
    overlap = flag.finding.get("overlap") or {}
    end = date.fromisoformat(overlap["end"]) if overlap.get("end") else None
    default = access.day + ACCEPTANCE
    given = fields.get("expires")
    if given is None:
        return min(default, end) if end is not None and end > access.day else default
    if given <= access.day:
        raise refuse("/expires", "not-after-today")
    if end is not None and given > end:
        raise refuse("/expires", "after-overlap-end")
    return date.fromisoformat(str(given))


def resolve(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    version: int,
    changes: Sequence[Mapping[str, Any]],
    reason: str,
) -> View:
    """Make changes that clear a flag, all or none; each needs the right its own PATCH would need."""
    access, flag, _, _ = _open(session, actor, plan_id, flag_id, version, Action.RESOLVE)
    if not changes:
        raise Invalid(errors=[FieldError("/changes", "required")])
    written = []
    for index, change in enumerate(changes):
        noun = nouns.BY_KIND.get(change["kind"])
        if noun is None:
            raise Invalid(errors=[FieldError(f"/changes/{index}/kind", "unknown-kind")])
        written.append(_apply(access, noun, index, change))
    cause = recheck.Cause(
        who=journal.by(actor, flag_standing.on_behalf_of(access, flag)),
        kind=changes[0]["kind"],
        id=changes[0]["id"],
        version=changes[0]["version"],
        resolves=(str(flag.id),),
        reason=reason,
    )
    recheck.plan(session, access.plan, actor.timezone, access.day, cause, written=written)
    if flag.status != FlagStatus.RESOLVED:
        raise RuleConflict("finding-remains")
    flag.resolution = {
        **_signed(access, flag),
        "reason": reason,
        "changes": [
            {"kind": kind.item_kind, "id": str(kind.id), "version": kind.version}
            for kind, _ in written
        ],
    }
    flags.note(access, "resolve", flag)
    session.flush()
    return flags.show(access, flag)


def _apply(
    access: Access, noun: Noun, index: int, change: Mapping[str, Any]
) -> tuple[Any, Mapping[str, Any]]:
    item = items.find(access, noun, change["id"])
    before = item.state()
    pointer = f"/changes/{index}"
    resource = noun.resource_of(before)
    try:
        gate.require(access, resource, Action.UPDATE, noun.standing(access, item))
        items.apply(access, noun, item, change["version"], change["patch"], rechecks=False)
    except Forbidden as error:
        raise Forbidden(error.code, errors=[FieldError(pointer, error.code)]) from None
    except Stale as error:
        raise Stale(
            error.code,
            errors=[FieldError(pointer, error.code)],
            extra={**error.extra, "index": index},
        ) from None
    return item, before


def _open(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    flag_id: uuid.UUID,
    version: int,
    action: Action,
    *,
    also: FlagStatus | None = None,
) -> tuple[Access, Flag, Sides, frozenset[Relation]]:
    """Find a flag that is open, or in `also`, and that the caller may act on, at the version they read."""
    access = gate.enter(session, actor, plan_id, lock=True)
    flag = flags.find(access, flag_id)
    known = flag_standing.sides(access, flag)
    relations = flag_standing.relations(access, flag, known)
    if access.released and flag.code != "CF20":
        raise Forbidden
    gate.require(access, Resource.CONFLICT, action, relations)
    actor.admitted(session)
    items.require_version(access, flag, version, {})
    gate.require_open(access.plan)
    if flag.status not in OPEN and flag.status != also:
        raise RuleConflict("flag-closed")
    return access, flag, known, relations


def _signed(access: Access, flag: Flag) -> dict[str, Any]:
    return {
        "by": str(access.actor.user_id),
        "name": access.actor.name,
        "role": access.actor.role,
        "on_behalf_of": flag_standing.on_behalf_of(access, flag),
        "at": clock.now().isoformat(),
        "episode": flag.episode,
    }


def _moved(
    access: Access,
    flag: Flag,
    step: str,
    event: str,
    before: Mapping[str, Any],
    reason: str | None,
) -> View:
    """Move a flag along its table, write it down, and let go of what it no longer holds."""
    session, plan = access.session, access.plan
    flag.status = AFTER_ACTION[step][FlagStatus(flag.status)]
    flag.version += 1
    flag.updated_at = clock.now()
    if flag.status not in OPEN:
        flag.closed_at = flag.closed_at or flag.updated_at
        notices.settle(session, plan, [flag.id], kind=notices.RESOLVE)
    if not holds.holds(flag):
        notices.settle(session, plan, [flag.id], kind=notices.ESCALATE)
    who = journal.by(access.actor, flag_standing.on_behalf_of(access, flag))
    journal.change(
        session,
        plan,
        who,
        flag,
        event,
        before=before,
        after=recheck.flag_state(flag),
        reason=reason,
        addressees=notices.authors(flag.finding),
    )
    session.flush()
    rows = rows_of_plan(session, plan.tenant_id, plan.id)

    def by_id() -> dict[uuid.UUID, Flag]:
        return {one.id: one for one in stored.flags_of_plan(session, plan.tenant_id, plan.id)}

    if holds.release(session, plan, who, by_id, rows["recommendations"]):
        recheck.plan(
            session,
            plan,
            access.actor.timezone,
            access.day,
            recheck.Cause(who, flag.item_kind, flag.id, flag.version),
            may_hold=False,
        )
    flags.note(access, step, flag)
    session.flush()
    return flags.show(access, flag)
