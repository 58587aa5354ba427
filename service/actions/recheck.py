"""Bring a plan's flags up to date with what its team now says: rows in, findings out, flags reconciled.

Called under the plan's lock by every write the engine reads, by the day turn and by imports. The engine gets
facts and a day and gives findings; this file alone turns findings into stored flags.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import holds, notices, record
from service.actions import picture as pictures
from service.actions.picture import Picture
from service.actions.record import By
from service.domain import clock
from service.domain.flags import OPEN, TELLING, Move, Step, Stored, reconcile
from service.domain.ids import new_id
from service.domain.merge import jsonable
from service.domain.recommendations import is_limit
from service.domain.succession import Derived, end_events, successions
from service.domain.vocabulary import FlagStatus, RecommendationStatus, Tier
from service.models import flags as stored_flags
from service.models import items as stored_items
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
    session.flush()
    picture = pictures.of(session, plan, day, timezone)
    _settle(session, plan, cause.who, picture, end_events(picture.rows, timezone))
    flags = _Flags(session, plan, picture.flags)
    holdable: Written = {
        item.id: (item, before) for item, before in written if may_hold and holds.may_be_held(item)
    }
    told: list[Flag] = []
    for round_number in range(_ROUNDS):
        moved = _reconcile(session, plan, flags, picture, day, cause)
        told.extend(flag for flag, step in moved if step.move in TELLING)
        asked = [
            flag for flag, step in moved if step.move in TELLING and step.move is not Move.LAPSE
        ]
        held = holds.hold(session, plan, cause.who, asked, holdable) if round_number == 0 else []
        let_go = holds.release(
            session, plan, cause.who, flags.by_id, picture.rows["recommendations"], holdable
        )
        if not (held or let_go):
            break
        session.flush()
        picture.take([*held, *let_go])
    if "recommendations" in picture.written:
        # Only now: a successor that has just been held takes nobody's place.
        inherited = successions(picture.rows["recommendations"], day)
        _settle(session, plan, cause.who, picture, inherited)
    plan.checked_on = day
    plan.knowledge_version = conflicts.KNOWLEDGE_VERSION
    picture.flags = flags.stored()
    plan.next_change = _next_change(picture, day)
    pictures.keep(session, plan, picture)
    return told


def _settle(
    session: Session, plan: CarePlan, who: By, picture: Picture, changes: Sequence[Derived]
) -> None:
    """Write what follows from other items, and bring the picture up to date with it."""
    settled = []
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
        settled.append(item)
    if settled:
        session.flush()
        picture.take(settled)


class _Flags:
    """Know what is stored of a plan's flags; read them whole only where one is to move."""

    def __init__(self, session: Session, plan: CarePlan, known: tuple[Stored, ...] | None) -> None:
        self._session = session
        self._plan = plan
        self._known = known
        self._read: dict[str, Flag] | None = None

    def stored(self) -> tuple[Stored, ...]:
        """Give what decides on their next moves."""
        if self._read is None and self._known is not None:
            return self._known
        return tuple(_stored(flag) for flag in self.whole().values())

    def whole(self) -> dict[str, Flag]:
        """Give them by fingerprint, each with its life."""
        if self._read is None:
            found = stored_flags.flags_of_plan(self._session, self._plan.tenant_id, self._plan.id)
            self._read = {flag.fingerprint: flag for flag in found}
        return self._read

    def by_id(self) -> dict[uuid.UUID, Flag]:
        """Give them by their ids."""
        return {flag.id: flag for flag in self.whole().values()}


def _reconcile(
    session: Session, plan: CarePlan, flags: _Flags, picture: Picture, day: date, cause: Cause
) -> list[tuple[Flag, Step]]:
    """Bring stored flags and today's findings together; give the flags that moved."""
    found, seen = picture.seen()
    cited = {uuid.UUID(one) for one in cause.resolves}
    steps = reconcile(
        flags.stored(),
        seen,
        day,
        cited=frozenset(flag.fingerprint for code, flag in flags.by_id().items() if code in cited)
        if cited
        else frozenset(),
        compare=conflicts.compare_material,
    )
    if not steps:
        return []
    findings = {finding.fingerprint: finding for finding in found}
    limits = {row["id"] for row in picture.rows["recommendations"] if is_limit(row)}
    told_on = cause.told_on or day
    team = notices.Team(session, plan, told_on) if any(s.move in TELLING for s in steps) else None
    known = flags.whole()
    moved = []
    for step in steps:
        flag = known.get(step.fingerprint)
        finding = findings.get(step.fingerprint)
        before = None if flag is None else flag_state(flag)
        if flag is None:
            assert finding is not None
            flag = known[step.fingerprint] = _new_flag(plan, finding.to_dict())
            session.add(flag)
        _take(flag, step, None if finding is None else finding.to_dict(), known, cause)
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
    session.flush()
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


def _next_change(picture: Picture, day: date) -> date | None:
    """Find the first later day on which time alone changes anything."""
    days: list[date | None] = [picture.standing.next_change()]
    for flag in picture.flags or ():
        if flag.status == FlagStatus.ACCEPTED:
            days += [flag.expires, flag.monitor_by]
    for row in picture.rows["recommendations"]:
        dated = row["review_by"] or row["retires_on"]
        if dated and row["status"] in (RecommendationStatus.ACTIVE, RecommendationStatus.ON_HOLD):
            days += [_date(row["review_by"]), _date(row["retires_on"])]
    days += [_date(one) for one in picture.rows["team_days"]]
    return min((one for one in days if one is not None and one > day), default=None)


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def is_open(plan: CarePlan) -> bool:
    return plan.status in OPEN_STATUSES


def system_cause() -> Cause:
    """Name time itself as the cause."""
    return Cause(who=record.CONCORD, kind="day", id=None, version=None)
