"""Decide how serious a finding is, and say step by step how it came to that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.conflicts.facts import Author
from service.conflicts.finding import TIER_ORDER
from service.conflicts.meeting import Meeting
from service.conflicts.statement import Statement

FAR_AHEAD_DAYS = 28
ORDER = ("critical", "warning", "notice", "info")
AT_MOST_INFO = frozenset({f"CF0{number}" for number in range(1, 10)} | {"CF11", "CF14"})
SILENT = frozenset({"CF10", "CF15", "CF16", "CF23", "CF29"})
VERBS = {
    "require": "required",
    "recommend": "recommended",
    "permit": "permitted",
    "discourage": "advised against",
    "prohibit": "ruled out",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """Hold a tier and the sentences that led to it."""

    name: str
    trace: tuple[str, ...]
    points: int | None = None

    def lowered(self, because: str, steps: int = 1) -> Tier:
        """Give the tier below, with the reason."""
        place = min(ORDER.index(self.name) + steps, len(ORDER) - 1)
        return Tier(ORDER[place], (*self.trace, f"{because}: one tier lower."), self.points)

    def at_most(self, limit: str, because: str) -> Tier:
        """Cap the tier, and say so where it changes anything."""
        if TIER_ORDER[self.name] >= TIER_ORDER[limit]:
            return self
        return Tier(limit, (*self.trace, f"{because}: at most {limit}."), self.points)


def named(name: str, because: str) -> Tier:
    """Give the tier a rule names in its row."""
    return Tier(name, (f"{because}: {name}.",))


def _base(p: Statement, n: Statement, stance: str) -> tuple[int, str]:
    words = f"{VERBS[p.stance]} here, {VERBS[stance]} there"
    if p.strength == 0:
        return (2 if stance == "prohibit" else 1), words
    if p.stance == "recommend" and stance == "discourage":
        one, other = p.discipline, n.discipline
        if one is not None and one == other:
            return 2, f"{words}, within one discipline"
        return 3, f"{words}, between two disciplines"
    return 3, words


def by_points(
    p: Statement,
    n: Statement,
    meeting: Meeting,
    as_of: int,
    *,
    weak: str | None = None,
    partial: bool = False,
) -> Tier:
    """Count the points of a positive (or permit) against a restriction."""
    # A permit with a cap limits what others ask as advice against going beyond it.
    stance = n.stance if n.strength < 0 else "discourage"
    points, words = _base(p, n, stance)
    trace = [f"{words[0].upper()}{words[1:]}: {points} points."]
    if n.hard:
        points += 1
        trace.append("The restriction is a safety or legal limit: one point more.")
    if weak is not None:
        points -= 1
        trace.append(f"{weak}: one point less.")
    if partial:
        points -= 1
        trace.append("Only part of what is asked goes beyond the limit: one point less.")
    if meeting.start - as_of > FAR_AHEAD_DAYS:
        points -= 1
        trace.append(f"It begins more than {FAR_AHEAD_DAYS} days ahead: one point less.")
    name = "critical" if points >= 4 else ORDER[4 - points] if 2 <= points <= 3 else "info"
    trace.append(f"{points} points: {name}.")
    return Tier(name, tuple(trace), points)


def settle(
    code: str,
    tier: Tier,
    *,
    sides: Iterable[Statement],
    owners: tuple[Author | None, Author | None] = (None, None),
    hard: bool = False,
    provisional: bool = False,
) -> Tier | None:
    """Apply what holds for all rules: one author, suggested coding, a provisional overlap."""
    one, other = owners
    if one is not None and other is not None and one.id == other.id:
        if code in SILENT:
            return None
        if code in AT_MOST_INFO:
            limit = "notice" if hard else "info"
            tier = tier.at_most(limit, "One author may refine their own advice")
    if any(side.suggested for side in sides):
        tier = tier.at_most("notice", "The coding of one side is only suggested")
    if provisional:
        tier = tier.at_most("info", "It begins only after a planned end that may yet be recorded")
    return tier
