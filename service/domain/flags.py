"""The life of a flag as one table: what a finding, or its absence, does to what is stored.

Pure: stored states and today's findings in, moves out. Who may call which action stands in `policy`; what an
action does to a status stands in `AFTER_ACTION`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from service.domain.vocabulary import TIER_RANK, FlagStatus, Tier

OPEN = frozenset({FlagStatus.DETECTED, FlagStatus.ACKNOWLEDGED, FlagStatus.IN_DISCUSSION})
SETTLED = frozenset({FlagStatus.RESOLVED, FlagStatus.AUTO_CLOSED, FlagStatus.SUPERSEDED})
ANSWERED = frozenset(
    {
        FlagStatus.ACCEPTED,
        FlagStatus.DISMISSED,
        FlagStatus.ACKNOWLEDGED,
        FlagStatus.IN_DISCUSSION,
    }
)

# What a person's action makes of an open flag. Acknowledging a flag in another open state is recorded only.
AFTER_ACTION: Mapping[str, Mapping[FlagStatus, FlagStatus]] = {
    "acknowledge": {
        FlagStatus.DETECTED: FlagStatus.ACKNOWLEDGED,
        FlagStatus.ACKNOWLEDGED: FlagStatus.ACKNOWLEDGED,
        FlagStatus.IN_DISCUSSION: FlagStatus.IN_DISCUSSION,
    },
    "discuss": dict.fromkeys(OPEN, FlagStatus.IN_DISCUSSION),
    "resolve": dict.fromkeys(OPEN, FlagStatus.RESOLVED),
    "accept": dict.fromkeys(OPEN, FlagStatus.ACCEPTED),
    "dismiss": dict.fromkeys(OPEN, FlagStatus.DISMISSED),
    # Accepting again before the acceptance ends: the dates are new, the flag stays where it is.
    "renew": {FlagStatus.ACCEPTED: FlagStatus.ACCEPTED},
}


class Move(StrEnum):
    RAISE = "raised"
    REOPEN = "reopened"
    WORSEN = "worsened"
    IMPROVE = "improved"
    RESOLVE = "resolved"
    AUTO_CLOSE = "auto-closed"
    SUPERSEDE = "superseded"
    LAPSE = "lapsed"


# The moves that open a flag or make it worse: they tell people, and they may hold what was just asked.
TELLING = frozenset({Move.RAISE, Move.REOPEN, Move.WORSEN, Move.LAPSE})


# What begins an episode of a flag, what ends one, and how people decide on what a rule has found.
OPENING = frozenset({Move.RAISE, Move.REOPEN, Move.LAPSE})
DECISIONS = frozenset({FlagStatus.RESOLVED, FlagStatus.ACCEPTED, FlagStatus.DISMISSED})
CLOSING = DECISIONS | {FlagStatus.AUTO_CLOSED, FlagStatus.SUPERSEDED}

# A rule whose flags are put aside more often than this is looked at by those who keep the rules.
REVIEW_SHARE: Final = Fraction(60, 100)
REVIEW_DECISIONS: Final = 20


def is_for_review(dismissed: int, decisions: int) -> bool:
    """Say whether a rule is dismissed too often for what it finds to be of use."""
    return decisions >= REVIEW_DECISIONS and Fraction(dismissed, decisions) > REVIEW_SHARE


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold what is stored of one flag, as far as its next move depends on it."""

    fingerprint: str
    status: FlagStatus
    tier: Tier
    material: str
    material_fields: Mapping[str, Any]
    statements: frozenset[str]
    expires: date | None = None
    monitor_by: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Hold what today's detection says of one finding."""

    fingerprint: str
    tier: Tier
    material: str
    material_fields: Mapping[str, Any]
    statements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Step:
    """Say what happens to one flag; `by` is the fingerprint of the finding that took its place."""

    fingerprint: str
    move: Move
    status: FlagStatus
    by: str | None = None


Compare = Callable[[Mapping[str, Any], Mapping[str, Any]], str]


def reconcile(
    stored: Iterable[Stored],
    seen: Sequence[Seen],
    day: date,
    *,
    cited: frozenset[str],
    compare: Compare,
) -> list[Step]:
    """Bring stored flags and today's findings together; flags whose state stays get no step.

    `cited` are the fingerprints that a change says it means to clear; `compare` judges two materials as
    same, better, worse or incomparable.
    """
    known = {flag.fingerprint: flag for flag in stored}
    found = {finding.fingerprint: finding for finding in seen}
    steps: list[Step] = []
    opened: list[Seen] = []
    for finding in seen:
        flag = known.get(finding.fingerprint)
        step = _for_finding(flag, finding, day, compare)
        if step is not None:
            steps.append(step)
            if step.move in (Move.RAISE, Move.REOPEN):
                opened.append(finding)
    for fingerprint, flag in known.items():
        if fingerprint in found or flag.status in SETTLED:
            continue
        steps.append(_for_absence(flag, opened, fingerprint in cited))
    return steps


def _for_finding(flag: Stored | None, finding: Seen, day: date, compare: Compare) -> Step | None:
    fingerprint = finding.fingerprint
    if flag is None:
        return Step(fingerprint, Move.RAISE, FlagStatus.DETECTED)
    if flag.status in SETTLED:
        return Step(fingerprint, Move.REOPEN, FlagStatus.DETECTED)
    if flag.status is FlagStatus.ACCEPTED and _lapsed(flag, day):
        return Step(fingerprint, Move.LAPSE, FlagStatus.DETECTED)
    change = _change(flag, finding, compare)
    if change == "same":
        return None
    if change == "better":
        return Step(fingerprint, Move.IMPROVE, flag.status)
    if flag.status in ANSWERED:
        return Step(fingerprint, Move.REOPEN, FlagStatus.DETECTED)
    return Step(fingerprint, Move.WORSEN, flag.status)


def _change(flag: Stored, finding: Seen, compare: Compare) -> str:
    higher = TIER_RANK[finding.tier] - TIER_RANK[flag.tier]
    if higher > 0:
        return "worse"
    if flag.material == finding.material:
        return "better" if higher < 0 else "same"
    return compare(flag.material_fields, finding.material_fields)


def _lapsed(flag: Stored, day: date) -> bool:
    """An acceptance ends on the day it names, from its first minute."""
    return any(end is not None and end <= day for end in (flag.expires, flag.monitor_by))


def _for_absence(flag: Stored, opened: Sequence[Seen], is_cited: bool) -> Step:
    heir = next((one for one in opened if one.statements == flag.statements), None)
    if heir is not None:
        return Step(flag.fingerprint, Move.SUPERSEDE, FlagStatus.SUPERSEDED, heir.fingerprint)
    if is_cited and flag.status in OPEN:
        return Step(flag.fingerprint, Move.RESOLVE, FlagStatus.RESOLVED)
    return Step(flag.fingerprint, Move.AUTO_CLOSE, FlagStatus.AUTO_CLOSED)
