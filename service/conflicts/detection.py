"""Run the rules over one plan on one day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from service.conflicts.day import Day
from service.conflicts.document import parse
from service.conflicts.facts import Facts
from service.conflicts.finding import Finding
from service.conflicts.not_checked import REASONS, note_statements
from service.conflicts.reader import BadDocument
from service.conflicts.rule import Rule
from service.conflicts.rules import RULES

STAGES = tuple(
    tuple(rule for rule in RULES if rule.stage == stage)
    for stage in sorted({rule.stage for rule in RULES})
)


def run(day: Day, before: Sequence[Finding] = (), *, sums: bool = True) -> tuple[Finding, ...]:
    """Run all rules, stage by stage; what a later stage replaces is taken out.

    `before` are findings that stand already, which later stages see too. Without `sums` those that
    some rules draw over the whole plan are left to the caller.
    """
    found: list[Finding] = []
    there = day.there
    for rules in STAGES:
        seen = (*before, *found)
        fresh = [
            finding
            for rule in rules
            if not there.isdisjoint(rule.among)
            for finding in _of(rule, day, seen, sums=sums and day.whole)
        ]
        replaced = {mark for finding in fresh for mark in finding.replaces}
        found = [finding for finding in found if finding.fingerprint not in replaced] + fresh
    return tuple(sorted(found, key=lambda finding: finding.order))


def _of(rule: Rule, day: Day, found: Sequence[Finding], *, sums: bool) -> Iterator[Finding]:
    yield from rule.find(day, found)
    if rule.sums is not None and sums:
        yield from rule.sums.find(day, found)


def detect(
    facts: Facts, as_of: date, *, focus: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """Find what cannot be followed together; given ids, look at what touches one of them alone.

    Pure and deterministic: the same facts, day and knowledge give the same findings in the same
    order. Sums over the whole plan are drawn only without a focus.
    """
    return run(Day(facts, as_of.toordinal(), focus))


def not_checked(facts: Facts, as_of: date) -> tuple[dict[str, Any], ...]:
    """List what could not be checked on that day."""
    day = Day(facts, as_of.toordinal())
    run(day)
    return notes(day)


def notes(day: Day) -> tuple[dict[str, Any], ...]:
    """Give what a run has noted, in a fixed order."""
    note_statements(day)
    place = {reason: index for index, reason in enumerate(REASONS)}
    ordered = sorted(day.notes, key=lambda note: (place[note[0]], note[1]))
    return tuple({"reason": reason, "statements": list(ids)} for reason, ids in ordered)


def examine(facts: Facts, as_of: date) -> dict[str, Any]:
    """Give findings and what could not be checked, from one run, as JSON."""
    day = Day(facts, as_of.toordinal())
    findings = run(day)
    return {
        "findings": [finding.to_dict() for finding in findings],
        "not_checked": list(notes(day)),
    }


def check(document: dict[str, Any]) -> dict[str, Any]:
    """Read a plan document and give its findings and what could not be checked, as JSON."""
    facts = parse(document)
    if facts.as_of is None:
        raise BadDocument("/as_of", "required")
    return examine(facts, facts.as_of)
