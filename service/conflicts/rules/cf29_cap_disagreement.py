"""Two colleagues set different limits on one thing.

Fires when two restrictions (or permits with a limit) of different authors, on the same activity or
the same load, in scope of each other, have different caps in one dimension. An uncapped
prohibition counts as a cap of zero.

Example: one physician limits lifting to 5 kg, occupational therapy to 10 kg. Silent for 5 kg with
5000 g.

Tier: notice; warning where the stricter one is a safety or legal limit.
Told: both authors. Resolves: the authors of the restrictions; of a safety or legal limit its
author and the physicians.
FHIR: our own code alone. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.caps import limits
from service.conflicts.day import Day
from service.conflicts.explain import amount, dimension_word, overlap_sentence, summarize, what, who
from service.conflicts.facts import Dose
from service.conflicts.finding import Dimension, Finding
from service.conflicts.meeting import Meeting, between_restrictions, exempt
from service.conflicts.repairs import change, move_apart, with_dose, withdraw
from service.conflicts.rule import Rule, authored, pair_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, factor, tidy


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two limits on one activity or one load."""
    groups: dict[tuple[str, ...], list[Statement]] = {}
    for n in (*day.negatives, *day.capping):
        if n.kind == "medication" or not (n.caps or n.stance == "prohibit"):
            continue
        if n.load_target is not None:
            groups.setdefault((n.load_target.load, n.load_target.region), []).append(n)
        elif n.action is not None:
            groups.setdefault((n.action,), []).append(n)
    for group in groups.values():
        for one, other in day.couples(sorted(group, key=lambda item: item.id)):
            if one.caps or other.caps:
                yield from judge(day, one, other)


def caps_of(one: Statement, other: Statement) -> dict[str, Dose]:
    """Give the caps that count; a prohibition without one allows nothing of what the other caps."""
    if one.caps:
        return {cap.dimension: cap for cap in limits(one)}
    return {cap.dimension: Dose(cap.dimension, None, 0.0, cap.unit) for cap in limits(other)}


def judge(day: Day, one: Statement, other: Statement) -> Iterator[Finding]:
    """Decide two limits, dimension by dimension."""
    meeting = between_restrictions(day.body, one, other, day.as_of)
    if meeting is None or exempt(one, other):
        return
    ours, theirs = caps_of(one, other), caps_of(other, one)
    for name in ours:
        if name not in theirs:
            continue
        mine, yours = ours[name], theirs[name]
        into = factor(mine.unit, yours.unit)
        if into is None:
            day.note("incomparable-units", one.id, other.id)
            continue
        low, high = (mine.high or 0.0) * into, yours.high or 0.0
        if above(low, high) or above(high, low):
            yield from report(day, (one, other), meeting, (mine, yours), tidy(low))


def report(
    day: Day,
    sides: tuple[Statement, Statement],
    meeting: Meeting,
    caps: tuple[Dose, Dose],
    converted: float,
) -> Iterator[Finding]:
    """Report two limits that differ."""
    one, other = sides
    mine, yours = caps
    stricter = one if converted < (yours.high or 0.0) else other
    name = "warning" if stricter.hard else "notice"
    because = "The stricter limit is one of safety or law" if stricter.hard else "Two limits differ"
    tier = settle(
        RULE.code,
        named(name, because),
        sides=sides,
        owners=(one.author, other.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return
    repairs = []
    if one.caps:
        repairs.append(change(one, with_dose(one, yours), f"Take over {amount(yours)}."))
    if other.caps:
        repairs.append(change(other, with_dose(other, mine), f"Take over {amount(mine)}."))
    yield pair_report(
        day,
        RULE,
        sides,
        meeting,
        tier,
        summary=summarize(
            (who(one.author), what(one, day.drugs)), (who(other.author), what(other, day.drugs))
        ),
        why=[
            (
                f"The {dimension_word(mine.dimension)} is limited to "
                f"{amount(mine).removeprefix('up to ')} by one and to "
                f"{amount(yours).removeprefix('up to ')} by the other."
            ),
            overlap_sentence(meeting),
        ],
        repairs=[
            *repairs,
            *move_apart(one, other, meeting, day.drugs),
            *move_apart(other, one, meeting, day.drugs),
            withdraw(one, day.drugs),
            withdraw(other, day.drugs),
        ],
        resolver=authored(stricter.author, one.author, other.author),
        dimension=Dimension(
            mine.dimension,
            yours.unit,
            (mine.low, converted),
            (yours.low, yours.high),
            tidy(abs(converted - (yours.high or 0.0))),
        ),
        lower={"apart": tidy(abs(converted - (yours.high or 0.0)))},
        exact={"unit": yours.unit},
    )


RULE = Rule(
    code="CF29",
    type="cap-disagreement",
    version="1",
    source="The project's own rule",
    fhir=(),
    told="both authors",
    resolver="the authors of the restrictions; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
