"""One colleague quiets the body or a part of it, another gets it moving.

Fires when two statements ask for activities below an opposed pair of the taxonomy ("immobilise"
with "mobilise", "bed rest" with "physical activity"), in scope of each other; or when the quieting
is asked for and the moving is permitted. Where no part of the body is named, the parts that the
activity works on count. Pairs that belong together (a sling with pendulum exercise), linked
alternatives, and rest of a stated length are no contradiction.

Example: the physician recommends bed rest, psychology physical activity. Silent for a sling with
pendulum exercise, which belong together.

Tier: warning; notice with a permit, or where one side is for flares alone and the other names no
phase.
Told: both authors. Resolves: psychology and physiotherapy.
FHIR: our own code alone. Source: the project's own rule; guideline advice to stay active (NICE
NG59) beside advice to rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import kind_of, overlap_sentence, summarize, what, who
from service.conflicts.finding import Finding
from service.conflicts.meeting import Meeting, alternatives, between_two, exempt
from service.conflicts.repairs import move_apart, withdraw
from service.conflicts.rule import Rule, pair_report
from service.conflicts.statement import NOTHING, Statement
from service.conflicts.taxonomy import Opposed
from service.conflicts.tiers import Tier, named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at what quiets and what moves, pair by pair of the taxonomy."""
    best: dict[tuple[str, str], tuple[int, Statement, Statement, Opposed]] = {}
    up = day.body.up
    for pair in day.body.opposed:
        quieting = [item for item in day.positives if pair.quiets in item.up and not timed(item)]
        if not quieting:
            continue
        moving = [item for item in (*day.positives, *day.permits) if pair.moves in item.up]
        depth = len(up[pair.quiets]) + len(up[pair.moves])
        still, active = day.sides(quieting, moving)
        for p in still:
            for q in active:
                if p is q or timed(q) or not day.wanted(p, q):
                    continue
                key = (min(p.id, q.id), max(p.id, q.id))
                if key not in best or best[key][0] < depth:
                    best[key] = (depth, p, q, pair)
    for _, p, q, pair in best.values():
        finding = judge(day, p, q, pair)
        if finding is not None:
            yield finding


def timed(item: Statement) -> bool:
    """Say whether it is plain rest of a stated length: a break, not a way of treating."""
    return item.action == "rest" and not item.dose.keys().isdisjoint(("bout", "session"))


def regions(day: Day, item: Statement) -> frozenset[str]:
    """Give the parts meant: the one named, else those the activity works on."""
    if item.region is not None:
        return frozenset({item.region})
    if item.region_stated or item.action is None:
        return NOTHING
    return day.body.opposing_regions[item.action]


def parts_meet(day: Day, p: Statement, q: Statement) -> bool:
    """Say whether the two can mean the same part of the body."""
    ours, theirs = regions(day, p), regions(day, q)
    if not ours or not theirs:
        return True
    return any(day.body.regions_meet(one, other) for one in ours for other in theirs)


def tier_of(p: Statement, q: Statement) -> Tier:
    """Name the tier: lower with a permit, or where only one side speaks of a flare."""
    tier = named("warning", "Two activities that undo each other")
    if q.strength == 0:
        return tier.at_most("notice", "One of them is only permitted")
    return for_phases(tier, p, q)


def for_phases(tier: Tier, p: Statement, q: Statement) -> Tier:
    """Lower a tier where one side holds in flares alone and the other says nothing of phases."""
    phases = (p.context.phase, q.context.phase)
    if frozenset() in phases and frozenset({"flare"}) in phases:
        return tier.at_most("notice", "One side is for flares alone, the other names no phase")
    return tier


def belongs_together(day: Day, p: Statement, q: Statement) -> bool:
    """Say whether the pair is one that is meant to be used together."""
    return any(
        (pair.quiets in p.up and pair.moves in q.up) or (pair.quiets in q.up and pair.moves in p.up)
        for pair in day.body.opposed_except
    )


def judge(day: Day, p: Statement, q: Statement, pair: Opposed) -> Finding | None:
    """Decide one pair of statements."""
    if (
        exempt(p, q)
        or alternatives(p, q)
        or belongs_together(day, p, q)
        or not parts_meet(day, p, q)
    ):
        return None
    meeting = between_two(day.body, p, q, day.as_of, parts_met=True)
    if meeting is None:
        return None
    tier = settle(
        RULE.code,
        tier_of(p, q),
        sides=(p, q),
        owners=(p.author, q.author),
        provisional=meeting.provisional,
    )
    return None if tier is None else oppose(day, (p, q), pair, meeting, tier)


def oppose(
    day: Day, sides: tuple[Statement, Statement], pair: Opposed, meeting: Meeting, tier: Tier
) -> Finding:
    """Report two activities that undo each other."""
    p, q = sides
    body = day.body
    repairs = [
        *move_apart(p, q, meeting, day.drugs),
        *move_apart(q, p, meeting, day.drugs),
        withdraw(p, day.drugs),
        withdraw(q, day.drugs),
    ]
    return pair_report(
        day,
        RULE,
        (p, q),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(q.author), what(q, day.drugs))),
        why=[
            (
                f"{kind_of(body, p.action, pair.quiets)} quiets. "
                f"{kind_of(body, q.action, pair.moves)} moves."
            ),
            overlap_sentence(meeting),
        ],
        repairs=repairs,
        resolver=("psychology", "physiotherapy"),
        exact={"opposed": [pair.quiets, pair.moves]},
    )


RULE = Rule(
    code="CF05",
    type="opposed-activities",
    version="1",
    source="The project's own rule; NICE NG59 on keeping active",
    fhir=(),
    told="both authors",
    resolver="psychology and physiotherapy",
    documentation=__doc__ or "",
    find=find,
)
