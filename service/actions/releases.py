"""Take a release of the knowledge into a plan: what it finds, or finds no longer, is told as one thing.

A plan keeps the version it was last checked with. Whoever locks a plan that is behind, the worker or somebody
who is about to write, takes the release first; so no flag of new knowledge is said to be caused by a write, and
no write is held for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import notices, recheck, record
from service.domain.flags import Move
from service.domain.vocabulary import Role
from service.models.plans import CarePlan

# What a plan's history and its event call it, and what a flag names as its cause.
RELEASED: Final = "knowledge-released"
CAUSE: Final = "knowledge"

_COUNTED_AS: Final = {
    Move.RAISE: "opened",
    Move.REOPEN: "opened",
    Move.LAPSE: "opened",
    Move.WORSEN: "worsened",
    Move.IMPROVE: "eased",
    Move.RESOLVE: "closed",
    Move.AUTO_CLOSE: "closed",
    Move.SUPERSEDE: "closed",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Count what a release did to a plan's flags."""

    opened: int = 0
    worsened: int = 0
    eased: int = 0
    closed: int = 0

    @classmethod
    def of(cls, moves: Iterable[Move]) -> Outcome:
        """Count moves."""
        named = [_COUNTED_AS[move] for move in moves]
        return cls(**{name: named.count(name) for name in set(named)})

    def counts(self) -> dict[str, int]:
        """Give the counts by name."""
        return asdict(self)


def is_behind(plan: CarePlan) -> bool:
    """Say whether a plan was last checked with another version than the present one."""
    version = plan.knowledge_version
    return recheck.is_open(plan) and version not in (None, conflicts.KNOWLEDGE_VERSION)


def take(session: Session, plan: CarePlan, timezone: str, day: date) -> Outcome | None:
    """Recheck a plan that is behind, and tell its team once what has moved; None where it is not behind.

    The plan must be locked. Better flags stay quiet and worse ones open again, as after any change; nothing
    is held, since nobody has asked for anything.
    """
    if not is_behind(plan):
        return None
    record.bump(session, plan)
    before = plan.knowledge_version
    together: list[tuple[Move, set[str]]] = []
    cause = recheck.Cause(
        who=record.CONCORD,
        kind=CAUSE,
        id=None,
        version=None,
        together=together,
        told_on=day,
    )
    recheck.plan(session, plan, timezone, _as_of(plan, day), cause, may_hold=False)
    outcome = Outcome.of(move for move, _ in together)
    record.change(
        session,
        plan,
        record.CONCORD,
        plan,
        RELEASED,
        before={"knowledge_version": before},
        after={"knowledge_version": plan.knowledge_version, **outcome.counts()},
        addressees=_told(session, plan, day, together),
    )
    return outcome


def _as_of(plan: CarePlan, day: date) -> date:
    """Leave to the turn of the day what time alone changes: check as of the last day before it did."""
    due = plan.next_change
    return due - timedelta(days=1) if due is not None and due <= day else day


def _told(
    session: Session, plan: CarePlan, day: date, together: list[tuple[Move, set[str]]]
) -> set[str]:
    """Address the team, and whom any of the flags concerns; nobody where nothing has moved."""
    if not together:
        return set()
    team = {
        str(person.id)
        for person in notices.Team(session, plan, day).active
        if person.role != Role.PATIENT
    }
    return team.union(*(people for _, people in together))
