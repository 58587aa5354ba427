"""Hold the items of a plan by their kinds, and the links between them that a change has to follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from service.conflicts.document import MANY, READERS
from service.conflicts.facts import (
    LAST_DAY,
    Appointment,
    Facts,
    Goal,
    Milestone,
    Recommendation,
)
from service.conflicts.horizon import first_day, of_whole

KINDS = tuple(READERS)


class Items:
    """Hold a plan's items in the order of the plan, each kind by the ids of its items."""

    def __init__(self, facts: Facts, today: int) -> None:
        self.birth_year = facts.birth_year
        self._as_of = facts.as_of
        self._today = today
        self._of: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        self._firsts: dict[str, int] = {}
        self._successors: dict[str, set[str]] = {}
        self._dependents: dict[str, set[str]] = {}
        for kind in MANY:
            for item in getattr(facts, kind):
                self.exchange(kind, item.id, item)
        if facts.capacity is not None:
            self.exchange("capacity", facts.capacity.id, facts.capacity)

    def __getitem__(self, kind: str) -> dict[str, Any]:
        return self._of[kind]

    def all_of(self, kind: str) -> tuple[Any, ...]:
        """Give the items of a kind."""
        return tuple(self._of[kind].values())

    @property
    def capacity(self) -> Any | None:
        """Give what the patient has of time and means, where it is recorded."""
        return next(iter(self._of["capacity"].values()), None)

    @property
    def facts(self) -> Facts:
        """Give them all as facts."""
        many = {kind: self.all_of(kind) for kind in MANY}
        return Facts(as_of=self._as_of, birth_year=self.birth_year, capacity=self.capacity, **many)

    def next_change(self) -> date | None:
        """Give the first later day on which time alone may change anything."""
        days = [day for day in of_whole(self.facts, self._today) if day <= LAST_DAY]
        first = min((*days, *self._firsts.values()), default=None)
        return None if first is None else date.fromordinal(first)

    def exchange(self, kind: str, code: str, item: Any | None) -> None:
        """Put one item in the place of the one of its id, keeping the order of the plan."""
        items = self._of[kind]
        old = items.get(code)
        if isinstance(old, Recommendation):
            _unlink(self._successors, code, old.supersedes)
        if isinstance(old, Milestone):
            _unlink(self._dependents, code, old.requires)
        if item is None:
            items.pop(code, None)
            if old is not None:
                self._firsts.pop(code, None)
            return
        if kind == "capacity":
            items.clear()
        items[code] = item
        self._note_first(item)
        if isinstance(item, Recommendation):
            _link(self._successors, code, item.supersedes)
        if isinstance(item, Milestone):
            _link(self._dependents, code, item.requires)

    def _note_first(self, item: Any) -> None:
        first = first_day(item, self._today)
        if first is None:
            self._firsts.pop(item.id, None)
        else:
            self._firsts[item.id] = first

    def chain(self, codes: Iterable[str]) -> set[str]:
        """Give all statements linked with these by any chain of successors, themselves included."""
        known = self._of["recommendations"]
        reached: set[str] = set()
        waiting = list(codes)
        while waiting:
            code = waiting.pop()
            if code in reached:
                continue
            reached.add(code)
            rec = known.get(code)
            waiting += self._successors.get(code, ())
            waiting += () if rec is None else rec.supersedes
        return reached

    def goals_with(self, touched: set[str]) -> tuple[Goal, ...]:
        """Give the goals that a changed one can be against: those on its measure."""
        goals = self._of["goals"]
        measures = {goals[code].measure for code in touched & goals.keys()}
        return (
            tuple(goal for goal in goals.values() if goal.measure in measures) if measures else ()
        )

    def steps_with(self, touched: set[str]) -> tuple[Milestone, ...]:
        """Give the changed milestones, what they require, and what requires them."""
        steps = self._of["milestones"]
        codes = set(touched & steps.keys())
        for code in touched & steps.keys():
            codes |= self._dependents.get(code, set())
            codes.update(steps[code].requires)
        return tuple(steps[code] for code in codes if code in steps)

    def appointments_with(self, touched: set[str]) -> tuple[Appointment, ...]:
        """Give all appointments where one has changed."""
        booked = self._of["appointments"]
        return tuple(booked.values()) if touched & booked.keys() else ()


def _link(links: dict[str, set[str]], code: str, named: Iterable[str]) -> None:
    for one in named:
        links.setdefault(one, set()).add(code)


def _unlink(links: dict[str, set[str]], code: str, named: Iterable[str]) -> None:
    for one in named:
        links[one].discard(code)
        if not links[one]:
            del links[one]
