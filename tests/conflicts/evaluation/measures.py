"""Count what was found against what was expected; `docs/evaluation.md` defines each number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

LOUD = ("critical", "warning")


@dataclass
class Count:
    """Hold the counts of one rule under one method."""

    hits: int = 0
    misses: int = 0
    surplus: int = 0
    silent: int = 0
    broken: int = 0
    nuisance: int = 0

    @property
    def precision(self) -> float | None:
        """Give the share of what was found that was expected; None where nothing was found."""
        found = self.hits + self.surplus
        return self.hits / found if found else None

    @property
    def recall(self) -> float | None:
        """Give the share of what was expected that was found; None where nothing was expected."""
        wanted = self.hits + self.misses
        return self.hits / wanted if wanted else None

    def add(self, other: Count) -> None:
        """Add the counts of another."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Match:
    """Hold the outcome of one plan: what was met, what was missed, what was too much."""

    met: list[dict[str, Any]] = field(default_factory=list)
    missed: list[dict[str, Any]] = field(default_factory=list)
    surplus: list[dict[str, Any]] = field(default_factory=list)


def ids(item: dict[str, Any]) -> list[str]:
    """Give the sorted ids of a finding, or of what a case expects."""
    return sorted(
        entry if isinstance(entry, str) else entry["id"] for entry in item.get("statements", [])
    )


def _fits(finding: dict[str, Any], wanted: dict[str, Any]) -> bool:
    if (finding["code"], finding["tier"]) != (wanted["code"], wanted["tier"]):
        return False
    if "statements" in wanted and ids(finding) != ids(wanted):
        return False
    dimension = (finding.get("dimension") or {}).get("name")
    return "dimension" not in wanted or wanted["dimension"] == dimension


def match(findings: Iterable[dict[str, Any]], expected: Iterable[dict[str, Any]]) -> Match:
    """Pair each expected finding with one that was found; each is used once."""
    left = list(findings)
    outcome = Match()
    # The more an expectation says, the earlier it chooses.
    for wanted in sorted(
        expected, key=lambda item: ("dimension" in item) + len(item), reverse=True
    ):
        place = next((index for index, item in enumerate(left) if _fits(item, wanted)), None)
        if place is None:
            outcome.missed.append(wanted)
        else:
            outcome.met.append(left.pop(place))
    outcome.surplus = left
    return outcome


def of_case(
    rule: str,
    findings: list[dict[str, Any]],
    expect: list[dict[str, Any]],
    instead: list[dict[str, Any]],
    *,
    silent: bool,
) -> Count:
    """Count one case, which speaks of its own rule alone.

    What a case expects of other rules is no part of the measures; where it is missed, the case is
    broken.
    """
    own = [finding for finding in findings if finding["code"] == rule]
    mine = [wanted for wanted in expect if wanted["code"] == rule]
    outcome = match(own, mine)
    others = [wanted for wanted in [*expect, *instead] if wanted["code"] != rule]
    missed = match(findings, others).missed
    wrong = bool(outcome.missed or missed or (silent and own))
    return Count(
        hits=len(outcome.met),
        misses=len(outcome.missed),
        surplus=len(outcome.surplus),
        silent=int(silent),
        broken=int(wrong),
    )


def of_plan(
    findings: list[dict[str, Any]], expect: list[dict[str, Any]]
) -> tuple[dict[str, Count], Match]:
    """Count one whole plan, whose every finding is expected."""
    outcome = match(findings, expect)
    counts: dict[str, Count] = {}
    for name, items in (
        ("hits", outcome.met),
        ("misses", outcome.missed),
        ("surplus", outcome.surplus),
    ):
        for item in items:
            count = counts.setdefault(item["code"], Count())
            setattr(count, name, getattr(count, name) + 1)
            if name == "surplus" and item["tier"] in LOUD:
                count.nuisance += 1
    return counts, outcome
