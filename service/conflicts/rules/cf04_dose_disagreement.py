"""Two colleagues prescribe the same activity in doses that have nothing in common.

Fires when two positive statements on one activity, in scope of each other, give ranges of one
dimension that do not meet: "walk 10 to 15 minutes" and "walk 40 to 60 minutes". A missing bound is
open, and ranges that touch meet. Pain limits belong to CF09. Linked alternatives and parts of one
programme stay silent. Units that cannot be compared are listed as not checked.

Example: physiotherapy recommends walks of 10 to 15 minutes, nursing walks of 40 to 60. Silent for
10 to 30 with 20 to 40, because 25 minutes is both.

Tier: warning.
Told: both authors. Resolves: physiotherapy.
FHIR: DOSE (DOSEIVL for a frequency). Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import amount, dimension_word, overlap_sentence, summarize, what, who
from service.conflicts.facts import Dose
from service.conflicts.finding import Dimension, Finding
from service.conflicts.meeting import Meeting, alternatives, between_two, exempt, parts
from service.conflicts.repairs import change, move_apart, with_dose, withdraw
from service.conflicts.rule import Rule, pair_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, factor, tidy

# A weight in kilograms and a share of the maximum say the same thing in ways that do not compare.
WEIGHTS = {"load", "load-rel"}


def weights_unlike(p: Statement, q: Statement) -> bool:
    """Say whether both name a weight, and no two of them compare."""
    ours, theirs = p.dose.keys() & WEIGHTS, q.dose.keys() & WEIGHTS
    return bool(ours) and bool(theirs) and ours.isdisjoint(theirs)


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two positives on one activity."""
    by_action: dict[str, list[Statement]] = {}
    for p in day.positives:
        if p.action is not None and p.dose:
            by_action.setdefault(p.action, []).append(p)
    for group in by_action.values():
        for p, q in day.couples(group):
            yield from judge(day, p, q)


def judge(day: Day, p: Statement, q: Statement) -> Iterator[Finding]:
    """Decide one pair, dimension by dimension."""
    shared = [name for name in p.dose if name in q.dose and name != "pain-limit"]
    unlike = weights_unlike(p, q)
    if not shared and not unlike:
        return
    meeting = between_two(day.body, p, q, day.as_of)
    if meeting is None or exempt(p, q) or alternatives(p, q) or parts(p, q):
        return
    if unlike:
        day.note("incomparable-units", p.id, q.id)
    for name in shared:
        into = factor(p.dose[name].unit, q.dose[name].unit)
        if into is None:
            day.note("incomparable-units", p.id, q.id)
        elif apart(p.dose[name], q.dose[name], into) > 0:
            finding = disagree(day, (p, q), name, meeting, into)
            if finding is not None:
                yield finding


def apart(one: Dose, other: Dose, into: float) -> float:
    """Give how far two ranges lie apart, in the unit of the second; 0 where they meet."""
    if one.high is not None and other.low is not None and above(other.low, one.high * into):
        return other.low - one.high * into
    if other.high is not None and one.low is not None and above(one.low * into, other.high):
        return one.low * into - other.high
    return 0.0


def disagree(
    day: Day, sides: tuple[Statement, Statement], name: str, meeting: Meeting, into: float
) -> Finding | None:
    """Report one dimension on which two prescriptions lie apart."""
    p, q = sides
    tier = settle(
        RULE.code,
        named("warning", "Two doses of one activity that do not meet"),
        sides=(p, q),
        owners=(p.author, q.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return None
    mine, theirs = p.dose[name], q.dose[name]
    gap = tidy(apart(mine, theirs, into))
    asked = (
        None if mine.low is None else tidy(mine.low * into),
        None if mine.high is None else tidy(mine.high * into),
    )
    return pair_report(
        day,
        RULE,
        (p, q),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(q.author), what(q, day.drugs))),
        why=[
            (
                f"Both ask for {p.label}; the {dimension_word(name)} is {amount(mine)} for one and "
                f"{amount(theirs)} for the other, and the two do not meet."
            ),
            overlap_sentence(meeting),
        ],
        repairs=[
            change(p, with_dose(p, theirs), f"Take over {amount(theirs)}."),
            change(q, with_dose(q, mine), f"Take over {amount(mine)}."),
            *move_apart(p, q, meeting, day.drugs),
            *move_apart(q, p, meeting, day.drugs),
            withdraw(p, day.drugs),
            withdraw(q, day.drugs),
        ],
        resolver=("physiotherapy",),
        dimension=Dimension(name, theirs.unit, asked, (theirs.low, theirs.high), gap),
        fhir="DOSEIVL" if name == "frequency" else "DOSE",
        lower={"apart": gap},
        exact={"unit": theirs.unit},
    )


RULE = Rule(
    code="CF04",
    type="dose-disagreement",
    version="1",
    source="The project's own rule",
    fhir=("DOSE", "DOSEIVL"),
    told="both authors",
    resolver="physiotherapy",
    documentation=__doc__ or "",
    find=find,
)
