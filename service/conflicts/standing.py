"""Keep what was found on one plan on one day, and bring it up to date with one change at a time.

The same findings as a full detection, from the postings of what has changed alone. What a change
can reach beyond the pairs it is part of stands here, each with its reason: a chain of successors,
the certificates that free from work, the medicines that protect from others or make up a row of
three, the laboratory values, and the sums that some rules draw.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from service.conflicts.day import (
    Day,
    end_of,
    ends_by_succession,
    is_certificate,
    is_medicine,
    live_statement,
)
from service.conflicts.detection import run
from service.conflicts.facts import Facts
from service.conflicts.finding import Finding
from service.conflicts.items import KINDS, Items
from service.conflicts.postings import (
    CERTIFICATE,
    MEDICINE,
    Postings,
    limits_something,
)
from service.conflicts.rules import RULES
from service.conflicts.statement import Statement
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy

SUMS = {rule.code: rule.sums for rule in RULES if rule.sums is not None}
PATIENT = "patient"

Put = Mapping[str, Iterable[Any]]


class Standing:
    """Hold a plan's facts, its statements as they stand on a day, and the findings among them."""

    def __init__(self, facts: Facts, as_of: date) -> None:
        self.as_of = as_of
        self._today = as_of.toordinal()
        self._body, self._drugs = taxonomy(), tables()
        self._items = Items(facts, self._today)
        day = Day(facts, self._today)
        self.statements: dict[str, Statement] = {}
        self.tasks: dict[str, Statement] = {}
        self.postings = Postings(self._body, self._drugs)
        self._summed: dict[str, dict[str, Statement]] = {code: {} for code in SUMS}
        for statement in day.statements:
            self._enter(self.statements, statement)
        for task in day.tasks:
            self._enter(self.tasks, task)
        self._sums: dict[str, tuple[Finding, ...]] = {
            code: tuple(sums.find(day, ())) for code, sums in SUMS.items()
        }
        self._found: dict[str, Finding] = {}
        self._marks: dict[str, set[str]] = {}
        self.looked_at = len(day.statements) + len(day.tasks)
        self._keep(run(day, self._all_sums(), sums=False))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give all findings in their order, as a full detection would."""
        everything = (*self._all_sums(), *self._found.values())
        return tuple(sorted(everything, key=lambda finding: finding.order))

    @property
    def facts(self) -> Facts:
        """Give the plan's facts as they are now."""
        return self._items.facts

    def next_change(self) -> date | None:
        """Give the first later day on which time alone may change the result."""
        return self._items.next_change()

    def change(
        self, put: Put | None = None, drop: Collection[str] = (), *, birth_year: int | None = None
    ) -> None:
        """Take items in, new or changed, by their kind in the plan document, and others out.

        A `birth_year` is taken where one is given.
        """
        given = {kind: tuple(items) for kind, items in (put or {}).items()}
        touched = {item.id for items in given.values() for item in items} | set(drop)
        if given.get("capacity"):
            # Of which a plan has one: another takes its place.
            touched.update(self._items["capacity"])
        changed = {kind for kind in KINDS if given.get(kind) or touched & self._items[kind].keys()}
        if birth_year is not None and birth_year != self._items.birth_year:
            self._items.birth_year = birth_year
            touched.add(PATIENT)
        before, after = self._replace(given, drop, touched)
        self._widen(touched, changed, (*before, *after))
        touched |= self._sum_up((*before, *after), changed)
        for code in touched:
            self._forget(code)
        day = self._day_of(touched)
        self.looked_at = len(day.statements) + len(day.tasks)
        self._keep(run(day, self._all_sums(), sums=False))

    def _replace(
        self, given: Mapping[str, Sequence[Any]], drop: Collection[str], touched: set[str]
    ) -> tuple[list[Statement], list[Statement]]:
        """Exchange items and their statements; give the statements as they were and as they are."""
        affected = self._items.chain(touched)
        for code in drop:
            for kind in KINDS:
                self._items.exchange(kind, code, None)
        for kind, items in given.items():
            for item in items:
                self._items.exchange(kind, item.id, item)
        affected |= self._items.chain(touched)
        before, after = [], []
        for code, now in self._restated(touched, affected).items():
            was = self.statements.get(code)
            if code not in touched and _as_it_was(was, now):
                continue
            touched.add(code)
            before += self._leave(self.statements, code)
            if now is not None:
                after.append(now)
                self._enter(self.statements, now)
        for code in touched & (self.tasks.keys() | self._items["job_demands"].keys()):
            before += self._leave(self.tasks, code)
            demand = self._items["job_demands"].get(code)
            if demand is not None and not demand.removed:
                task = Statement(demand, self._body, self._drugs)
                after.append(task)
                self._enter(self.tasks, task)
        return before, after

    def _restated(self, touched: set[str], affected: set[str]) -> dict[str, Statement | None]:
        """Set out anew the statements whose own words or whose successors have changed."""
        known = self._items["recommendations"]
        codes = affected & (known.keys() | self.statements.keys())
        recs = [known[code] for code in codes if code in known]
        spans = {rec.id: end_of(rec, self._today) for rec in recs}
        ended = ends_by_succession(recs, {code: span[0] for code, span in spans.items()})
        stated: dict[str, Statement | None] = dict.fromkeys(codes)
        for rec in recs:
            end, provisional = spans[rec.id]
            stated[rec.id] = live_statement(
                rec, min(end, ended[rec.id]), provisional, self._body, self._drugs
            )
        return stated

    def _enter(self, where: dict[str, Statement], item: Statement) -> None:
        where[item.id] = item
        self.postings.add(item)
        for code, sums in SUMS.items():
            if where is self.statements and sums.over(item):
                self._summed[code][item.id] = item

    def _leave(self, where: dict[str, Statement], code: str) -> list[Statement]:
        item = where.pop(code, None)
        if item is None:
            return []
        self.postings.remove(item)
        for summed in self._summed.values():
            summed.pop(code, None)
        return [item]

    def _widen(self, touched: set[str], changed: set[str], statements: Sequence[Statement]) -> None:
        """Add what a change reaches beyond the pairs that it is part of."""
        if any(is_certificate(item) for item in statements):
            # In place: a set and a dictionary's keys join to a new one. The days at work are others now.
            touched.update(self.tasks)
        medicines = self.postings.at(*MEDICINE)
        if "observations" in changed:
            touched |= medicines  # another value may count now
        reached = {
            code for item in statements if is_medicine(item) for code in self._reached_classes(item)
        }
        if reached:
            touched |= {
                code for code in medicines if not reached.isdisjoint(self.statements[code].up)
            }

    def _reached_classes(self, drug: Statement) -> Iterable[str]:
        """Give the classes of rows that a medicine protects from, or is one of three of."""
        for row in self._drugs.drug_condition:
            if row.mitigated_by in drug.up:
                yield row.drug_class
        for pair in self._drugs.drug_drug:
            three = len(pair.classes) > 2 and not drug.up.isdisjoint(pair.classes)
            if three or pair.mitigated_by in drug.up:
                yield from pair.classes

    def _sum_up(self, statements: Sequence[Statement], changed: set[str]) -> set[str]:
        """Draw the sums anew that a change is part of; give the pairs that only they speak of."""
        pairs: set[str] = set()
        for code, sums in SUMS.items():
            if not (sums.facts & changed or any(sums.over(item) for item in statements)):
                continue
            summed = sorted(self._summed[code].values(), key=lambda item: item.id)
            day = Day(self.facts, self._today, statements=summed, tasks=())
            drawn = tuple(sums.find(day, ()))
            spoken_of = {finding.ids for finding in self._sums[code]}
            for ids in spoken_of ^ {finding.ids for finding in drawn}:
                if len(ids) == 2 and ids <= self.statements.keys():
                    pairs |= ids
            self._sums[code] = drawn
        return pairs

    def _all_sums(self) -> tuple[Finding, ...]:
        return tuple(finding for found in self._sums.values() for finding in found)

    def _forget(self, code: str) -> None:
        for mark in self._marks.pop(code, ()):
            finding = self._found.pop(mark, None)
            if finding is not None:
                for other in finding.ids - {code}:
                    self._marks[other].discard(mark)

    def _keep(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._found[finding.fingerprint] = finding
            for code in finding.ids:
                self._marks.setdefault(code, set()).add(finding.fingerprint)

    def _day_of(self, touched: set[str]) -> Day:
        """Set out a day of what a change touches and what that can touch."""
        items = self._items
        near = touched & (self.statements.keys() | self.tasks.keys())
        pool = set(near)
        for code in near:
            pool |= self.postings.near(self.statements.get(code) or self.tasks[code])
        limiting = any(
            limits_something(self.statements[one]) for one in near & self.statements.keys()
        )
        goals = items.all_of("goals")
        for kind in KINDS:
            for code in touched & items[kind].keys():
                near.add(code)
                pool |= self._near_fact(kind, items[kind][code])
        if PATIENT in touched:
            near.add(PATIENT)
            pool |= self.postings.at(*MEDICINE)
        tasks = [self.tasks[code] for code in sorted(pool & self.tasks.keys())]
        if tasks:
            pool |= self.postings.at(*CERTIFICATE)
        facts = Facts(
            as_of=self.as_of,
            birth_year=items.birth_year,
            recommendations=(),
            goals=goals if limiting else items.goals_with(touched),
            milestones=items.steps_with(touched),
            preferences=items.all_of("preferences"),
            capacity=items.capacity,
            conditions=items.all_of("conditions"),
            allergies=items.all_of("allergies"),
            observations=items.all_of("observations"),
            job_demands=(),
            events=items.all_of("events"),
            appointments=items.appointments_with(touched),
        )
        statements = [self.statements[code] for code in sorted(pool & self.statements.keys())]
        return Day(facts, self._today, near, statements=statements, tasks=tasks)

    def _near_fact(self, kind: str, item: Any) -> set[str]:
        """Give the statements that a fact of the patient, a goal or a task can touch."""
        if kind == "goals":
            return self.postings.near_goal(item)
        if kind == "preferences":
            return self.postings.at("does", item.action)
        if kind == "conditions":
            return self.postings.near_condition(item)
        if kind in ("allergies", "observations"):
            return self.postings.at(*MEDICINE)
        if kind in ("events", "capacity"):
            return {code for code, one in self.statements.items() if one.strength >= 0}
        return set()


def _as_it_was(was: Statement | None, now: Statement | None) -> bool:
    """Say whether a statement stands as it did: the same words on the same days."""
    if was is None or now is None:
        return was is now
    return (was.source, was.end, was.provisional_from) == (
        now.source,
        now.end,
        now.provisional_from,
    )
