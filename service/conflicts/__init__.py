"""Find advice of one team that one patient cannot follow together.

Facts in, findings out: no clock, no randomness, no query, no network. The engine does not judge
who is right, never picks a winner by rank, and is never silent about what it could not check. Its
knowledge is a draft for clinicians to review.

    check(document)          a plan document in, findings and what could not be checked out
    parse(document)          the same document as facts
    detect(facts, as_of)     the findings on a day
    not_checked(facts, as_of)
    Standing(facts, as_of)   the same findings, kept up to date one change at a time
    next_change(facts, as_of)  the first later day on which time alone may change either
"""

from __future__ import annotations

from service.conflicts.catalogue import KNOWLEDGE_VERSION, is_at_or_below, known_codes, rules
from service.conflicts.catalogue import activities as taxonomy
from service.conflicts.detection import check, detect, examine, not_checked
from service.conflicts.document import parse, parse_item
from service.conflicts.facts import Facts
from service.conflicts.finding import Finding, compare_material
from service.conflicts.horizon import next_change
from service.conflicts.preview import newly_unchecked, opened_or_worse
from service.conflicts.reader import BadDocument
from service.conflicts.standing import Standing

__all__ = [
    "KNOWLEDGE_VERSION",
    "BadDocument",
    "Facts",
    "Finding",
    "Standing",
    "check",
    "compare_material",
    "detect",
    "examine",
    "is_at_or_below",
    "known_codes",
    "newly_unchecked",
    "next_change",
    "not_checked",
    "opened_or_worse",
    "parse",
    "parse_item",
    "rules",
    "taxonomy",
]
