"""Two colleagues give the patient different rules on how much pain is allowed.

Fires for two positive statements of which one names the same activity as the other or one above
it, in scope: when their pain limits differ by two points or more, or when one progresses by
symptoms and the other by time. Where such limits differ and one of them is zero, it weighs more.

Example: for one exercise physiotherapy allows pain up to 5 of 10, the physician none. Silent for 4
with 5.

Tier: notice; warning where the limits differ by two or more and one of them is zero.
Told: both authors. Resolves: physiotherapy.
FHIR: our own code alone. Source: the project's own rule; pain-monitoring rules in exercise therapy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import overlap_sentence, summarize, what, who
from service.conflicts.facts import Dose
from service.conflicts.finding import Dimension, Finding, Repair
from service.conflicts.meeting import between_two, exempt
from service.conflicts.repairs import change, move_apart, with_dose, withdraw
from service.conflicts.rule import Rule, pair_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import Tier, named, settle
from service.conflicts.units import above, factor, show

PAIN = "pain-limit"
OPPOSED = {"symptom-contingent", "time-contingent"}


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two positives that carry a pain rule."""
    ruled = [p for p in day.positives if is_ruled(p)]
    for p, q in day.couples(ruled):
        if p.action in q.up or q.action in p.up:
            yield from judge(day, p, q)


def is_ruled(item: Statement) -> bool:
    """Say whether a statement carries a rule on pain."""
    return (
        item.strength > 0
        and item.action is not None
        and (limit(item) is not None or mode(item) in OPPOSED)
    )


def limit(item: Statement) -> Dose | None:
    """Give the highest pain that is allowed, where it is stated."""
    dose = item.dose.get(PAIN)
    return dose if dose is not None and dose.high is not None else None


def mode(item: Statement) -> str:
    """Give how a programme progresses."""
    return item.rec.progression if item.rec else "none"


def limits_of(day: Day, p: Statement, q: Statement) -> tuple[float, float] | None:
    """Give the two limits in one unit, where they differ by two points or more."""
    ours, theirs = limit(p), limit(q)
    if ours is None or theirs is None or ours.high is None or theirs.high is None:
        return None
    into = factor(ours.unit, theirs.unit)
    if into is None:
        day.note("incomparable-units", p.id, q.id)
        return None
    pair = ours.high * into, theirs.high
    return None if above(2.0, abs(pair[0] - pair[1])) else pair


def judge(day: Day, p: Statement, q: Statement) -> Iterator[Finding]:
    """Decide one pair."""
    meeting = between_two(day.body, p, q, day.as_of)
    if meeting is None or exempt(p, q):
        return
    differ = limits_of(day, p, q)
    modes = {mode(p), mode(q)} == OPPOSED
    if differ is None and not modes:
        return
    tier = settle(
        RULE.code,
        tier_of(differ),
        sides=(p, q),
        owners=(p.author, q.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return
    why = [overlap_sentence(meeting)]
    dimension = None
    if differ is not None:
        ours, theirs = differ
        why.insert(0, f"Pain up to {show(ours)} is allowed by one, up to {show(theirs)} by other.")
        unit = q.dose[PAIN].unit
        gap = abs(ours - theirs)
        dimension = Dimension(PAIN, unit, (None, ours), (None, theirs), gap)
    if modes:
        why.insert(0, "One progresses as symptoms allow, the other by time.")
    yield pair_report(
        day,
        RULE,
        (p, q),
        meeting,
        tier,
        summary=summarize(
            (who(p.author), f"{what(p, day.drugs)}{manner(p)}"),
            (who(q.author), f"{what(q, day.drugs)}{manner(q)}"),
        ),
        why=why,
        repairs=[
            *agree(p, q, differ is not None, modes),
            *agree(q, p, differ is not None, modes),
            *move_apart(p, q, meeting, day.drugs),
            *move_apart(q, p, meeting, day.drugs),
            withdraw(p, day.drugs),
            withdraw(q, day.drugs),
        ],
        resolver=("physiotherapy",),
        dimension=dimension,
        lower={"apart": abs(differ[0] - differ[1]) if differ else 0.0, "modes": float(modes)},
    )


def tier_of(differ: tuple[float, float] | None) -> Tier:
    """Name the tier: higher where one allows no pain at all and the other does."""
    if differ is not None and 0.0 in differ:
        return named("warning", "Pain limits that differ, one of them zero")
    return named("notice", "Two rules on pain that differ")


def manner(item: Statement) -> str:
    """Say how a programme progresses, where it matters."""
    return f", {mode(item)}" if mode(item) in OPPOSED else ""


def agree(one: Statement, other: Statement, limits: bool, modes: bool) -> list[Repair]:
    """Offer to take over the other's rule on pain."""
    patch: dict[str, object] = {}
    if limits:
        patch |= with_dose(one, other.dose[PAIN])
    if modes:
        patch["progression"] = {"mode": mode(other)}
    return [change(one, patch, "Take over the other's rule on pain.")]


RULE = Rule(
    code="CF09",
    type="pain-rule",
    version="1",
    source="The project's own rule; pain-monitoring rules in exercise therapy",
    fhir=(),
    told="both authors",
    resolver="physiotherapy",
    documentation=__doc__ or "",
    find=find,
)
