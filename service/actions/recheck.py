"""Bring a plan's flags up to date with what its team now says: rows in, findings out, flags reconciled.

Called under the plan's lock by every write the engine reads, by the day turn and by imports. The engine gets
facts and a day and gives findings; this file alone turns findings into stored flags.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import document, holds, notices, record
from service.actions.record import By
from service.domain import clock
from service.domain.flags import OPEN, TELLING, Move, Seen, Step, Stored, reconcile
from service.domain.ids import new_id
from service.domain.merge import jsonable
from service.domain.recommendations import is_limit
from service.domain.succession import Derived, end_events, successions
from service.domain.vocabulary import FlagStatus, RecommendationStatus, Tier
from service.models import flags as stored_flags
from service.models import items as stored_items
from service.models.document import rows_of_plan
from service.models.flags import Flag
from service.models.plans import OPEN_STATUSES, CarePlan
from service.models.recommendations import Recommendation

Written = Mapping[uuid.UUID, tuple[Recommendation, Mapping[str, Any] | None]]

# A hold takes a statement out of force, which may let another finding appear; that one holds nothing, so
# the second round is the last that can change anything, and the third only confirms it.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cause:
    """Say what the plan is rechecked for: who changed which item, and which flags they mean to clear.

    Where many flags may move for one reason, they are told `together`: each move and its addressees go into
    that list, and whoever gave it writes one event. `told_on` is the day people are told, if not the day
    the plan is checked as of.
    """

    who: By
    kind: str
    id: uuid.UUID | None
    version: int | None
    resolves: tuple[str, ...] = ()
    reason: str | None = None
    together: list[tuple[Move, set[str]]] | None = None
    told_on: date | None = None


def plan(
    session: Session,
    plan: CarePlan,
    timezone: str,
    day: date,
    cause: Cause,
    *,
    written: Iterable[tuple[Any, Mapping[str, Any] | None]] = (),
    may_hold: bool = True,
) -> list[Flag]:
    """Recheck a plan and give the flags that opened or got worse.

    `written` are the items this very request wrote, with their state before: what may be held.
    """
    rows = _settled_rows(session, plan, cause.who, lambda rows: end_events(rows, timezone))
    flags = {
        flag.fingerprint: flag
        for flag in stored_flags.flags_of_plan(session, plan.tenant_id, plan.id)
    }
    holdable: Written = {
        item.id: (item, before) for item, before in written if may_hold and holds.may_be_held(item)
    }
    told: list[Flag] = []
    found: Sequence[Mapping[str, Any]] = ()
    facts = None
    for round_number in range(_ROUNDS):
        facts = conflicts.parse(document.from_rows(rows, day, timezone))
        found = [finding.to_dict() for finding in conflicts.detect(facts, day)]
        moved = _reconcile(session, plan, flags, found, rows, day, cause)
        told.extend(flag for flag, step in moved if step.move in TELLING)
        session.flush()
        by_id = {flag.id: flag for flag in flags.values()}
        asked = [
            flag for flag, step in moved if step.move in TELLING and step.move is not Move.LAPSE
        ]
        changed = round_number == 0 and holds.hold(session, plan, cause.who, asked, holdable)
        released = holds.release(session, plan, cause.who, by_id, rows["recommendations"], holdable)
        if not (changed or released):
            break
        session.flush()
        rows = rows_of_plan(session, plan.tenant_id, plan.id)
    # Only now: a successor that has just been held takes nobody's place.
    rows = _settled_rows(
        session, plan, cause.who, lambda rows: successions(rows["recommendations"], day), rows
    )
    plan.checked_on = day
    plan.knowledge_version = conflicts.KNOWLEDGE_VERSION
    plan.next_change = _next_change(rows, facts, flags.values(), day)
    return told


def _settled_rows(
    session: Session,
    plan: CarePlan,
    who: By,
    follows: Callable[[Mapping[str, Any]], list[Derived]],
    rows: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Write what follows from other items and give the plan's rows with it."""
    session.flush()
    if rows is None:
        rows = rows_of_plan(session, plan.tenant_id, plan.id)
    changes = follows(rows)
    for change in changes:
        item = stored_items.item(
            session, Recommendation, plan.tenant_id, plan.id, uuid.UUID(change.id)
        )
        if item is None:
            continue
        before = {**item.state(), "superseded_by": jsonable(item.superseded_by)}
        item.take(change.fields)
        item.version += 1
        item.updated_at = clock.now()
        after = {**item.state(), "superseded_by": jsonable(item.superseded_by)}
        record.change(session, plan, who, item, change.action, before=before, after=after)
    if not changes:
        return rows
    session.flush()
    return rows_of_plan(session, plan.tenant_id, plan.id)


def _reconcile(
    session: Session,
    plan: CarePlan,
    flags: dict[str, Flag],
    found: Sequence[Mapping[str, Any]],
    rows: Mapping[str, Any],
    day: date,
    cause: Cause,
) -> list[tuple[Flag, Step]]:
    findings = {finding["fingerprint"]: finding for finding in found}
    limits = {row["id"] for row in rows["recommendations"] if is_limit(row)}
    by_id = {str(flag.id): fingerprint for fingerprint, flag in flags.items()}
    steps = reconcile(
        [_stored(flag) for flag in flags.values()],
        [_seen(finding) for finding in found],
        day,
        cited=frozenset(by_id[one] for one in cause.resolves if one in by_id),
        compare=conflicts.compare_material,
    )
    told_on = cause.told_on or day
    team = notices.Team(session, plan, told_on) if any(s.move in TELLING for s in steps) else None
    moved = []
    for step in steps:
        flag = flags.get(step.fingerprint)
        before = None if flag is None else flag_state(flag)
        if flag is None:
            flag = _new_flag(plan, findings[step.fingerprint])
            flags[step.fingerprint] = flag
            session.add(flag)
        _take(flag, step, findings.get(step.fingerprint), flags, cause)
        flag.group = _group(flag.finding, limits)
        if before is not None:
            flag.version += 1
        people: set[str] = set()
        if step.move in TELLING and team is not None:
            people = notices.for_flag(session, plan, flag, team, told_on)
        elif step.move is not Move.IMPROVE:
            notices.settle(session, plan, [flag.id])
        record.change(
            session,
            plan,
            cause.who,
            flag,
            step.move,
            before=before,
            after=flag_state(flag),
            reason=cause.reason if step.move is Move.RESOLVE else None,
            addressees=people,
            quiet=cause.together is not None,
        )
        if cause.together is not None:
            cause.together.append((step.move, people))
        moved.append((flag, step))
    return moved


def _stored(flag: Flag) -> Stored:
    return Stored(
        fingerprint=flag.fingerprint,
        status=FlagStatus(flag.status),
        tier=Tier(flag.tier),
        material=flag.material,
        material_fields=flag.finding.get("material_fields", {}),
        statements=frozenset(one["id"] for one in flag.finding["statements"]),
        expires=flag.expires,
        monitor_by=flag.monitor_by,
    )


def _seen(finding: Mapping[str, Any]) -> Seen:
    return Seen(
        fingerprint=finding["fingerprint"],
        tier=Tier(finding["tier"]),
        material=finding["material"],
        material_fields=finding.get("material_fields", {}),
        statements=frozenset(one["id"] for one in finding["statements"]),
    )


def _new_flag(plan: CarePlan, finding: Mapping[str, Any]) -> Flag:
    moment = clock.now()
    return Flag(
        tenant_id=plan.tenant_id,
        id=new_id(),
        plan_id=plan.id,
        version=1,
        episode=1,
        fingerprint=finding["fingerprint"],
        code=finding["code"],
        tier=finding["tier"],
        finding=dict(finding),
        material=finding["material"],
        status=FlagStatus.DETECTED,
        opened_at=moment,
        updated_at=moment,
        acknowledgements=[],
        acceptances=[],
        comments=[],
        hold_lifted=False,
    )


def _take(
    flag: Flag,
    step: Step,
    finding: Mapping[str, Any] | None,
    flags: Mapping[str, Flag],
    cause: Cause,
) -> None:
    """Move a flag one step along its life."""
    moment = clock.now()
    reopens = step.move in (Move.REOPEN, Move.LAPSE)
    if finding is not None:
        flag.finding = dict(finding)
        flag.tier = finding["tier"]
        flag.material = finding["material"]
    if reopens:
        flag.episode += 1
        flag.opened_at = moment
        flag.expires = flag.monitor_by = None
        flag.resolution = flag.superseded_by = None
        flag.hold_lifted = False
    if step.move in TELLING:
        flag.caused_by = _as_json(cause)
        flag.hold_lifted = False
    flag.status = step.status
    flag.updated_at = moment
    if step.move in (Move.RESOLVE, Move.AUTO_CLOSE, Move.SUPERSEDE):
        flag.closed_at = moment
        flag.caused_by = _as_json(cause)
        if step.move is Move.RESOLVE:
            flag.resolution = {
                "by": cause.who.id,
                "at": moment.isoformat(),
                "reason": cause.reason,
                "changes": [
                    {"kind": cause.kind, "id": jsonable(cause.id), "version": cause.version}
                ],
            }
        if step.by is not None and (heir := flags.get(step.by)) is not None:
            flag.superseded_by = heir.id
            heir.acknowledgements = [*heir.acknowledgements, *flag.acknowledgements]
    elif step.status in OPEN:
        flag.closed_at = None


def _as_json(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "id": jsonable(cause.id),
        "version": cause.version,
        "by": cause.who.id,
    }


def _group(finding: Mapping[str, Any], limits: set[str]) -> str | None:
    """Group under the restrictive statement, so that six exercises against one limit are one card."""
    return next((one["id"] for one in finding["statements"] if one["id"] in limits), None)


def flag_state(flag: Flag) -> dict[str, Any]:
    """Give what a flag's history tells of it."""
    return {
        "status": flag.status,
        "tier": flag.tier,
        "episode": flag.episode,
        "acknowledgements": flag.acknowledgements,
        "acceptances": flag.acceptances,
        "comments": flag.comments,
        "resolution": flag.resolution,
        "expires": jsonable(flag.expires),
        "superseded_by": jsonable(flag.superseded_by),
    }


def _next_change(
    rows: Mapping[str, Any], facts: Any, flags: Iterable[Flag], day: date
) -> date | None:
    """Find the first later day on which time alone changes anything."""
    days: list[date | None] = [conflicts.next_change(facts, day)]
    for flag in flags:
        if flag.status == FlagStatus.ACCEPTED:
            days += [flag.expires, flag.monitor_by]
    for row in rows["recommendations"]:
        if row["status"] in (RecommendationStatus.ACTIVE, RecommendationStatus.ON_HOLD):
            days += [_date(row["review_by"]), _date(row["retires_on"])]
    days += [_date(one) for one in rows["team_days"]]
    return min((one for one in days if one is not None and one > day), default=None)


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def is_open(plan: CarePlan) -> bool:
    return plan.status in OPEN_STATUSES


def system_cause() -> Cause:
    """Name time itself as the cause."""
    return Cause(who=record.CONCORD, kind="day", id=None, version=None)
