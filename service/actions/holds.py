"""Hold what a request asks for while a critical flag stands on it, and let it go when the flag does.

Only what this request itself wrote is ever held, only positives and permits, never what was imported. A flag
holds while it is open, critical, and no resolver has answered it in this episode.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.actions import record
from service.actions.record import By
from service.domain.flags import OPEN
from service.domain.vocabulary import NEGATIVE, RecommendationStatus, Tier
from service.models import items as stored
from service.models.flags import Flag
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation


def holds(flag: Flag) -> bool:
    """Say whether a flag stands in the way of what it names."""
    return flag.status in OPEN and flag.tier == Tier.CRITICAL and not flag.hold_lifted


def may_be_held(item: Any) -> bool:
    """Say whether a written item is one that a flag may hold."""
    return (
        isinstance(item, Recommendation)
        and item.stance not in NEGATIVE
        and item.source is None
        and item.withdrawn_at is None
        and (item.status == RecommendationStatus.ACTIVE or bool(item.held_by))
    )


def hold(
    session: Session,
    plan: CarePlan,
    who: By,
    flags: Iterable[Flag],
    written: Mapping[uuid.UUID, tuple[Recommendation, Mapping[str, Any] | None]],
) -> list[Recommendation]:
    """Hold what was written and is named by one of these flags; give what was."""
    held = []
    for flag in flags:
        if not holds(flag):
            continue
        for item, before in _named(flag, written):
            if str(flag.id) in item.held_by:
                continue
            if not item.held_by:
                was_active = before is not None and before["status"] == RecommendationStatus.ACTIVE
                item.released = (
                    {**before, "version": item.version - 1}
                    if was_active and before is not None
                    else None
                )
            _set(session, plan, who, item, "held", [*item.held_by, str(flag.id)])
            held.append(item)
    return held


def release(
    session: Session,
    plan: CarePlan,
    who: By,
    known: Callable[[], Mapping[uuid.UUID, Flag]],
    rows: Sequence[Mapping[str, Any]],
    written: Iterable[uuid.UUID] = (),
) -> list[Recommendation]:
    """Let go of everything whose flags no longer hold it; give what was."""
    own = set(written)
    released = []
    flags = None
    for row in rows:
        if not row["held_by"]:
            continue
        if flags is None:
            flags = known()
        still = [
            one
            for one in row["held_by"]
            if (flag := flags.get(uuid.UUID(one))) is not None and holds(flag)
        ]
        if still == row["held_by"]:
            continue
        item = stored.item(session, Recommendation, plan.tenant_id, plan.id, uuid.UUID(row["id"]))
        if item is None:
            continue
        if item.id not in own:
            item.version += 1
        _set(session, plan, who, item, "held" if still else "released", still)
        released.append(item)
    return released


def _named(
    flag: Flag,
    written: Mapping[uuid.UUID, tuple[Recommendation, Mapping[str, Any] | None]],
) -> Iterable[tuple[Recommendation, Mapping[str, Any] | None]]:
    for statement in flag.finding["statements"]:
        if statement["kind"] == "recommendation":
            pair = written.get(uuid.UUID(statement["id"]))
            if pair is not None:
                yield pair


def _set(
    session: Session,
    plan: CarePlan,
    who: By,
    item: Recommendation,
    action: str,
    held_by: list[str],
) -> None:
    before = {**item.state(), "held_by": list(item.held_by)}
    item.held_by = held_by
    if item.status in (RecommendationStatus.ACTIVE, RecommendationStatus.ON_HOLD):
        item.status = RecommendationStatus.ON_HOLD if held_by else RecommendationStatus.ACTIVE
    if not held_by:
        item.released = None
    record.change(
        session,
        plan,
        who,
        item,
        action,
        before=before,
        after={**item.state(), "held_by": held_by},
    )
