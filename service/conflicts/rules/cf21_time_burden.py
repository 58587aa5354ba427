"""The exercises and treatments of a day take more time than the patient has.

For each phase for which the patient has said how many minutes a day there are: on the worst day
from today on, sums the low ends of session by frequency over positive exercises and treatments
(daily minutes count themselves, what is not stated counts nothing, of alternatives the longest
counts; what is for the other phase alone is left out). One finding a phase.

Example: two programmes of 20 minutes a day each, where the patient has 30. Silent where one is
written as the alternative to the other.

Tier: notice; warning above 150 % of the minutes.
Told: the authors of what counts. Resolves: physiotherapy.
FHIR: COMPLY. Source: the project's own rule; burden of treatment.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from service.conflicts.burden import DAYS, Load, loads, minutes_a_week, shorter
from service.conflicts.day import Day
from service.conflicts.explain import asks, listing, mention, summarize, who
from service.conflicts.facts import Capacity, Context
from service.conflicts.finding import Dimension, Finding, Material, Mention, Overlap, Repair
from service.conflicts.meeting import is_provisional
from service.conflicts.repairs import withdraw
from service.conflicts.rule import Report, Rule, Sums, authored, recorded, resolvers
from service.conflicts.statement import BASE_PHASES, Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, show, tidy

COUNTED = frozenset({"exercise", "treatment"})


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at each phase for which minutes are recorded."""
    capacity = day.facts.capacity
    if capacity is None:
        return
    for phase, minutes in (("baseline", capacity.baseline), ("flare", capacity.flare)):
        if minutes is not None:
            yield from judge(day, capacity, phase, minutes)


def is_counted(item: Statement) -> bool:
    """Say whether a statement can take minutes of a day."""
    return item.strength > 0 and item.kind in COUNTED


def counts(item: Statement, phase: str) -> bool:
    """Say whether an item is asked for in a phase."""
    base = item.context.phase & BASE_PHASES
    return item.kind in COUNTED and (not base or phase in base)


def at(groups: Sequence[Load], when: int, amounts: Mapping[str, float]) -> float:
    """Sum what is asked for on one day."""
    return sum(
        max(
            (amounts[item.id] for item in group.members if item.start <= when < item.end),
            default=0.0,
        )
        for group in groups
    )


def worst(day: Day, groups: Sequence[Load], amounts: Mapping[str, float]) -> tuple[int, float]:
    """Give the first day from today on with the highest sum; it can rise only where one begins."""
    begins = {item.start for group in groups for item in group.members if item.start > day.as_of}
    days = sorted({day.as_of} | begins)
    sums = asked_on(days, groups, amounts)
    best = max(range(len(days)), key=lambda place: (tidy(sums[place]), -place))
    return days[best], at(groups, days[best], amounts)


def asked_on(
    days: Sequence[int], groups: Sequence[Load], amounts: Mapping[str, float]
) -> list[float]:
    """Sum what is asked for on each of some days, in their order, adding each item but once."""
    steps = [0.0] * (len(days) + 1)
    rest = [group for group in groups if len(group.members) > 1]
    for group in groups:
        if len(group.members) == 1:
            (item,) = group.members
            steps[bisect_left(days, item.start)] += amounts[item.id]
            steps[bisect_left(days, item.end)] -= amounts[item.id]
    return [
        total + at(rest, when, amounts)
        for when, total in zip(days, accumulate(steps), strict=False)
    ]


def judge(day: Day, capacity: Capacity, phase: str, minutes: float) -> Iterator[Finding]:
    """Decide one phase."""
    items = [p for p in day.positives if counts(p, phase) and p.end > day.as_of]
    amounts = {item.id: minutes_a_week(item) / DAYS for item in items}
    if not above(sum(amounts.values()), minutes):
        return
    groups = loads(items, amounts)
    when, total = worst(day, groups, amounts)
    if not above(total, minutes):
        return
    counted = [
        group for group in groups if any(item.start <= when < item.end for item in group.members)
    ]
    members = [item for group in counted for item in group.members]
    on_day = [item for item in members if item.start <= when < item.end]
    overlap = Overlap(max(item.start for item in on_day), min(item.end for item in on_day), None)
    share = named("notice", f"More minutes are asked in the {phase} than there are")
    if above(total, minutes * 1.5):
        share = named("warning", "More than half as much again as there is")
    tier = settle(
        RULE.code,
        share,
        sides=members,
        provisional=any(is_provisional(when, item) for item in on_day),
    )
    if tier is None:
        return
    disciplines = list(dict.fromkeys(who(item.author) for item in members))
    yield Report(
        rule=RULE,
        tier=tier,
        summary=summarize(
            (
                listing(disciplines),
                f"{asks(disciplines)} {show(round(total, 1))} minutes a day ({phase})",
            ),
            ("the patient", f"has {show(minutes)}"),
        ),
        mentions=[
            *(mention(item, day.drugs) for item in members),
            describe(capacity, phase, minutes),
        ],
        why=[
            f"{item.label[:1].upper()}{item.label[1:]}: {show(round(amounts[item.id], 1))} "
            "minutes a day on average."
            for item in members
        ],
        repairs=offers(day, capacity, (phase, minutes, total), groups, amounts),
        resolver=resolvers(members, ("physiotherapy",)),
        told=authored(*(item.author for item in members)),
        overlap=overlap,
        context=Context(phase=frozenset({phase})),
        dimension=Dimension(
            "daily-minutes",
            "min/d",
            (tidy(total), tidy(total)),
            (None, minutes),
            tidy(total - minutes),
        ),
        fhir="COMPLY",
        material=Material(lower={"total": tidy(total)}, higher={"minutes": minutes}),
        recorded=recorded(members),
        identity=(capacity.id, phase),
    ).freeze()


def describe(capacity: Capacity, phase: str, minutes: float) -> Mention:
    """Say how much time there is."""
    text = f"The patient has {show(minutes)} minutes a day ({phase})."
    return Mention("capacity", capacity.id, None, None, text)


def offers(
    day: Day,
    capacity: Capacity,
    figures: tuple[str, float, float],
    groups: Sequence[Load],
    amounts: Mapping[str, float],
) -> list[Repair]:
    """Offer to leave out or shorten what is enough by itself, or to find more time."""
    phase, minutes, total = figures
    repairs = []
    for group in groups:
        for item in group.members:
            if above(total - amounts[item.id], minutes) or above(
                worst(day, groups, {**amounts, item.id: 0.0})[1], minutes
            ):
                continue
            left = amounts[item.id] - (total - minutes)
            shortened = worst(day, groups, {**amounts, item.id: max(left, 0.0)})[1]
            offer = shorter(item, left / amounts[item.id]) if left > 0 else None
            if offer is not None and not above(shortened, minutes):
                repairs.append(offer)
            repairs.append(withdraw(item, day.drugs))
    more = {"minutes_per_day": {phase: float(-(-total // 1))}}
    text = "Ask the patient whether there is more time."
    return [*repairs, Repair("patient", "capacity", capacity.id, more, text)]


RULE = Rule(
    code="CF21",
    type="time-burden",
    version="1",
    source="The project's own rule; burden of treatment",
    fhir=("COMPLY",),
    told="the authors of what counts",
    resolver="physiotherapy",
    documentation=__doc__ or "",
    sums=Sums(find, is_counted, frozenset({"capacity"})),
)
