"""Set out one plan on one day: who is live, until when, and which statements can touch.

Indexes stand here and not in the rules, so that a rule reads as its sentence and looks only at
pairs that share an activity, a load or a drug class. With a focus it looks only at what touches
one of the ids in it, which is how one change is checked without looking at the whole plan again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar

from service.conflicts.coverage import Coverage, covers, narrows
from service.conflicts.facts import OPEN_END, OPEN_START, Facts, Recommendation
from service.conflicts.links import HasId
from service.conflicts.loads import Met, demand_on
from service.conflicts.statement import Statement
from service.conflicts.tables import Tables, tables
from service.conflicts.taxonomy import Taxonomy, taxonomy


class Knows(Protocol):
    """Know the taxonomy and the clinical tables."""

    @property
    def body(self) -> Taxonomy:
        """Give the taxonomy."""

    @property
    def drugs(self) -> Tables:
        """Give the clinical tables."""


T = TypeVar("T", bound=HasId)
U = TypeVar("U", bound=HasId)


def end_of(rec: Recommendation, as_of: int) -> tuple[int, int]:
    """Give where an interval ends, and from where it is provisional, before any successor."""
    event = rec.end_event
    if event is None:
        return rec.end, OPEN_END
    if event.recorded:
        recorded_on = as_of if event.recorded_on is None else event.recorded_on
        return min(rec.end, recorded_on), OPEN_END
    planned = rec.end if rec.end < OPEN_END and as_of < rec.end else OPEN_END
    return OPEN_END, planned


def is_checked(rec: Recommendation) -> bool:
    """Say whether the engine looks at a statement at all: active, or held by a flag."""
    return rec.status == "active" or (rec.status == "on-hold" and bool(rec.held_by))


def ends_by_succession(
    recommendations: Collection[Recommendation], ends: dict[str, int]
) -> dict[str, int]:
    """Give the day on which a successor in force ends each statement, through any chain.

    Successors are settled before what they succeed: one that is itself ended before it begins is
    not in force, and ends nothing.
    """
    by_id = {rec.id: rec for rec in recommendations}
    waiting = dict.fromkeys(by_id, 0)
    for rec in recommendations:
        for named in rec.supersedes:
            if named in waiting:
                waiting[named] += 1
    ended = dict.fromkeys(by_id, OPEN_END)
    ready = [code for code, count in waiting.items() if count == 0]
    while ready:
        rec = by_id[ready.pop()]
        until = ended[rec.id]
        in_force = (
            rec.status == "active"
            and rec.coding_status == "confirmed"
            and rec.start < min(ends[rec.id], until)
        )
        begins = min(rec.start, until) if in_force else until
        for named in rec.supersedes:
            if named in waiting:
                ended[named] = min(ended[named], begins)
                waiting[named] -= 1
                if waiting[named] == 0:
                    ready.append(named)
    return ended


def live_statements(
    recommendations: Collection[Recommendation], as_of: int, body: Taxonomy, drugs: Tables
) -> list[Statement]:
    """Set out the statements that the engine looks at on a day, in the order of their ids."""
    spans = {rec.id: end_of(rec, as_of) for rec in recommendations}
    ended = ends_by_succession(recommendations, {code: span[0] for code, span in spans.items()})
    live = []
    for rec in sorted(recommendations, key=lambda rec: rec.id):
        end, provisional = spans[rec.id]
        statement = live_statement(rec, min(end, ended[rec.id]), provisional, body, drugs)
        if statement is not None:
            live.append(statement)
    return live


def live_statement(
    rec: Recommendation, end: int, provisional: int, body: Taxonomy, drugs: Tables
) -> Statement | None:
    """Set out one statement that ends on a day; None where the engine does not look at it."""
    if not is_checked(rec) or rec.start >= end:
        return None
    statement = Statement(rec, body, drugs)
    statement.end = end
    statement.provisional_from = provisional
    statement.in_force = rec.status == "active" and not statement.suggested
    return statement


def is_medicine(item: Statement) -> bool:
    """Say whether a statement is of a medicine that is taken or may be."""
    return item.kind == "medication" and item.strength >= 0


def is_certificate(item: Statement) -> bool:
    """Say whether a statement certifies somebody off work altogether."""
    return (
        item.kind == "work-capacity"
        and item.stance == "prohibit"
        and not item.caps
        and item.action == "work"
    )


class Day:
    """Hold the live statements of one plan on one day, and what could not be checked."""

    def __init__(
        self,
        facts: Facts,
        as_of: int,
        focus: Collection[str] | None = None,
        *,
        statements: Sequence[Statement] | None = None,
        tasks: Sequence[Statement] | None = None,
    ) -> None:
        self.facts = facts
        self.as_of = as_of
        self.year = date.fromordinal(as_of).year
        self.body = taxonomy()
        self.drugs = tables()
        self.notes: set[tuple[str, tuple[str, ...]]] = set()
        self.focus = None if focus is None else frozenset(focus)
        self.statements = (
            live_statements(facts.recommendations, as_of, self.body, self.drugs)
            if statements is None
            else list(statements)
        )
        self.tasks = self._tasks() if tasks is None else list(tasks)
        self.by_id = {statement.id: statement for statement in self.statements}
        spoken = [item for item in self.statements if item.kind != "education"]
        self.positives = [item for item in spoken if item.strength > 0]
        self.permits = [item for item in spoken if item.strength == 0]
        self.negatives = [item for item in spoken if item.strength < 0]
        self.messages = [
            item for item in self.statements if item.kind == "education" and item.strength > 0
        ]
        self.medicines = [item for item in self.statements if is_medicine(item)]

    def _tasks(self) -> list[Statement]:
        """Set out the tasks of the job that are not removed."""
        tasks = [item for item in self.facts.job_demands if not item.removed]
        return [
            Statement(item, self.body, self.drugs) for item in sorted(tasks, key=lambda one: one.id)
        ]

    @cached_property
    def days_at_work(self) -> list[tuple[int, int]]:
        """Give the days on which the job asks for anything: those not certified off work.

        A certificate with a planned end that nobody has recorded counts to that end while it is
        still ahead, so that what comes after it is seen in time.
        """
        away = sorted(
            (n.start, min(n.end, n.provisional_from))
            for n in self.negatives
            if n.in_force and is_certificate(n)
        )
        free, since = [], OPEN_START
        for start, end in away:
            if since < start:
                free.append((since, start))
            since = max(since, end)
        if since < OPEN_END:
            free.append((since, OPEN_END))
        return free

    @property
    def there(self) -> frozenset[str]:
        """Name what there is to look at."""
        facts = self.facts
        kinds = {
            "statements": bool(self.statements or self.tasks),
            "goals": bool(facts.goals),
            "milestones": bool(facts.milestones),
            "appointments": bool(facts.appointments),
        }
        return frozenset(kind for kind, is_there in kinds.items() if is_there)

    @property
    def whole(self) -> bool:
        """Say whether all is looked at, so that sums over the plan can be drawn."""
        return self.focus is None

    def note(self, reason: str, *ids: str) -> None:
        """Remember something that could not be checked."""
        self.notes.add((reason, tuple(sorted(set(ids)))))

    def wanted(self, one: HasId, other: HasId) -> bool:
        """Say whether this pair is among those to look at."""
        focus = self.focus
        return focus is None or one.id in focus or other.id in focus

    def wanted_with(self, one: HasId, other: str) -> bool:
        """Say the same of an item and an id that is no item's, as the patient's."""
        return self.focus is None or one.id in self.focus or other in self.focus

    def sides(self, ones: Sequence[T], others: Sequence[U]) -> tuple[Sequence[T], Sequence[U]]:
        """Leave out of two lists what no pair to look at can have on its side."""
        focus = self.focus
        if focus is None:
            return ones, others
        near = [item for item in ones if item.id in focus]
        far = [item for item in others if item.id in focus]
        return ones if far else near, others if near else far

    @cached_property
    def capping(self) -> list[Statement]:
        """Give the permits that limit what others ask."""
        return [item for item in self.permits if item.caps]

    @cached_property
    def covered(self) -> list[tuple[Statement, Statement, Coverage]]:
        """Give every positive or permit with each restriction on what it does."""
        asked, limits = self.sides(
            [*self.positives, *self.permits], [*self.negatives, *self.capping]
        )
        by_term: dict[str, list[Statement]] = {}
        for n in limits:
            if n.term is not None:
                by_term.setdefault(n.term, []).append(n)
        found = []
        for p in asked if by_term else ():
            if p.term is None:
                continue
            terms = by_term.keys() & p.up
            if p.counted:
                terms |= by_term.keys() & p.counted.keys()
            if p.quantifier == "all":
                terms |= {
                    term for term, items in by_term.items() if any(p.term in n.up for n in items)
                }
            for term in sorted(terms):
                for n in by_term[term]:
                    if n is not p and self.wanted(p, n):
                        coverage = covers(p, n)
                        if coverage is not None:
                            found.append((p, n, coverage))
        return found

    @cached_property
    def loaded(self) -> list[tuple[Statement, Statement, Met]]:
        """Give every positive or permit with each restriction on a load it places."""
        asked, limits = self.sides(
            [*self.positives, *self.permits], [*self.negatives, *self.capping]
        )
        by_load: dict[str, list[Statement]] = {}
        for n in limits:
            target = n.load_target or n.reading
            if target is not None:
                by_load.setdefault(target.load, []).append(n)
        found = []
        for p in asked if by_load else ():
            loads = {demand.load for demand in p.demands(widened=True)}
            for load in sorted(by_load.keys() & loads):
                for n in by_load[load]:
                    if n is p or not self.wanted(p, n):
                        continue
                    # The default `all` of a permit widens against a ban, not against a cap.
                    met = demand_on(self.body, p, n, widened=not n.caps)
                    if met is not None:
                        found.append((p, n, met))
        return found

    @cached_property
    def narrowed(self) -> list[tuple[Statement, Statement]]:
        """Give every positive with each ban on a part of what it asks for."""
        asked, limits = self.sides(self.positives, self.negatives)
        by_above: dict[str, list[Statement]] = {}
        for n in limits:
            if n.action is not None and not n.caps and n.kind != "medication":
                for code in n.up:
                    by_above.setdefault(code, []).append(n)
        return [
            (p, n)
            for p in asked
            if p.action is not None and p.kind != "medication"
            for n in by_above.get(p.action, ())
            if self.wanted(p, n) and narrows(p, n)
        ]

    def against_facts(self, items: Sequence[T]) -> Sequence[T]:
        """Leave out what is not to be compared with what is recorded of the patient."""
        focus = self.focus
        if focus is None or any(one not in self.by_id for one in focus):
            return items
        return [item for item in items if item.id in focus]

    def couples(self, items: Sequence[T]) -> Iterator[tuple[T, T]]:
        """Give each two of a list once, in the order of the list."""
        focus = self.focus
        places = range(len(items))
        near = places if focus is None else [one for one in places if items[one].id in focus]
        for index, one in enumerate(items) if near else ():
            if focus is None or one.id in focus:
                for other in items[index + 1 :]:
                    yield one, other
            else:
                for place in near:
                    if place > index:
                        yield one, items[place]
