"""Work, exercise and appointments of a week take more hours than the patient has.

In the worst week (Monday to Sunday) from today on, sums the low ends of work steps (hours by days,
five where days are not stated), exercise (session by frequency, or daily minutes) and appointments
with the way there and back, each by its share of the week's days. What is for flares alone is left
out, and of alternatives the longest counts. One finding.

Example: 20 hours of work and an hour and a half of exercise, where the patient has 20 hours a
week. Silent where there are 22.

Tier: notice; warning above 125 % of the hours.
Told: the authors and owners of what counts. Resolves: care coordination and the lead.
FHIR: COMPLY. Source: the project's own rule; burden of treatment.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from service.conflicts.burden import DAYS, Load, loads, low_end, minutes_a_week, shorter
from service.conflicts.day import Day
from service.conflicts.explain import asks, listing, mention, summarize, who
from service.conflicts.facts import OPEN_END, Appointment, Capacity, iso
from service.conflicts.finding import Dimension, Finding, Material, Mention, Overlap, Repair
from service.conflicts.meeting import is_provisional
from service.conflicts.repairs import withdraw
from service.conflicts.rule import Report, Rule, Sums, authored, recorded, resolvers
from service.conflicts.rules.cf19_appointment_clash import describe
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, show, tidy

FLARE_ALONE = frozenset({"flare"})
DEFAULT_WORK_DAYS = 5.0


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at the worst week, where the patient's hours are recorded."""
    capacity = day.facts.capacity
    if capacity is not None and capacity.hours_per_week is not None:
        yield from judge(day, capacity, capacity.hours_per_week)


def is_counted(item: Statement) -> bool:
    """Say whether a statement can take hours of a week."""
    return item.strength > 0 and item.kind in ("work-step", "exercise")


def hours_a_week(item: Statement) -> float:
    """Give the hours of a full week."""
    if item.kind == "exercise":
        return minutes_a_week(item) / 60
    hours = low_end(item, "work-hours", "h/d")
    days = low_end(item, "work-days", "d/wk")
    return 0.0 if hours is None else hours * (DEFAULT_WORK_DAYS if days is None else days)


def monday(when: int) -> int:
    """Give the Monday of a day's week."""
    return when - date.fromordinal(when).weekday()


def share(day: Day, item: Statement, week: int) -> float:
    """Give which part of a week's days, from today on, an item takes."""
    first, last = max(item.start, week, day.as_of), min(item.end, week + DAYS)
    return max(last - first, 0) / DAYS


def booked(item: Appointment) -> float:
    """Give the hours of an appointment with the way there and back."""
    travel = 2 * item.travel_minutes if item.mode == "in-person" else 0.0
    return max((item.end - item.start).total_seconds() / 60, 0.0) / 60 + travel / 60


def in_week(day: Day, item: Appointment, week: int) -> bool:
    """Say whether an appointment is in a week, from today on."""
    return max(week, day.as_of) <= item.start.date().toordinal() < week + DAYS


def total_of(day: Day, groups: Sequence[Load], amounts: Mapping[str, float], week: int) -> float:
    """Sum a week."""
    asked = sum(
        max(amounts[item.id] * share(day, item, week) for item in group.members) for group in groups
    )
    return asked + sum(booked(item) for item in day.facts.appointments if in_week(day, item, week))


def worst(day: Day, groups: Sequence[Load], amounts: Mapping[str, float]) -> tuple[int, float]:
    """Give the first week with the highest sum; weeks in which nothing changes are all alike."""
    turns = {day.as_of}
    for group in groups:
        for item in group.members:
            turns |= {edge for edge in (item.start, item.end) if day.as_of < edge < OPEN_END}
    turns |= {item.start.date().toordinal() for item in day.facts.appointments}
    latest = date.max.toordinal() - 2 * DAYS
    weeks = {
        monday(turn) + step for turn in turns if DAYS < turn < latest for step in (-DAYS, 0, DAYS)
    }
    ahead = sorted(week for week in weeks if week + DAYS > day.as_of)
    sums = asked_in(day, ahead, groups, amounts)
    best = max(range(len(ahead)), key=lambda place: (tidy(sums[place]), -place))
    return ahead[best], total_of(day, groups, amounts, ahead[best])


def asked_in(
    day: Day, weeks: Sequence[int], groups: Sequence[Load], amounts: Mapping[str, float]
) -> list[float]:
    """Sum each of some weeks, in their order, looking at each item in its own weeks alone."""
    rest = [group for group in groups if len(group.members) > 1]
    sums = [total_of(day, rest, amounts, week) for week in weeks]
    for group in groups:
        if len(group.members) == 1:
            (item,) = group.members
            first = bisect_left(weeks, item.start - DAYS + 1)
            for place in range(first, bisect_left(weeks, item.end)):
                sums[place] += amounts[item.id] * share(day, item, weeks[place])
    return sums


def judge(day: Day, capacity: Capacity, hours: float) -> Iterator[Finding]:
    """Decide the worst week."""
    items = [
        p
        for p in day.positives
        if is_counted(p) and p.context.phase != FLARE_ALONE and p.end > day.as_of
    ]
    amounts = {item.id: hours_a_week(item) for item in items}
    most = sum(amounts.values()) + sum(booked(item) for item in day.facts.appointments)
    if not above(most, hours):
        return
    groups = loads(items, amounts)
    week, total = worst(day, groups, amounts)
    if not above(total, hours):
        return
    members = [
        item
        for group in groups
        if any(share(day, member, week) for member in group.members)
        for item in group.members
    ]
    visits = [item for item in day.facts.appointments if in_week(day, item, week)]
    visits = sorted((item for item in visits if booked(item) > 0), key=lambda item: item.id)
    name = named("notice", "More hours are asked than there are")
    if above(total, hours * 1.25):
        name = named("warning", "More than a quarter more than there is")
    tier = settle(
        RULE.code,
        name,
        sides=members,
        provisional=any(is_provisional(week, item) for item in members),
    )
    if tier is None:
        return
    people = [*(item.author for item in members), *(item.owner for item in visits)]
    disciplines = list(dict.fromkeys(who(author) for author in people))
    yield Report(
        rule=RULE,
        tier=tier,
        summary=summarize(
            (
                listing(disciplines),
                f"{asks(disciplines)} {show(round(total, 1))} hours in the week of {iso(week)}",
            ),
            ("the patient", f"has {show(hours)}"),
        ),
        mentions=[
            *(mention(item, day.drugs) for item in members),
            *(describe(item) for item in visits),
            Mention(
                "capacity", capacity.id, None, None, f"The patient has {show(hours)} hours a week."
            ),
        ],
        why=[
            *(
                f"{item.label[:1].upper()}{item.label[1:]}: "
                f"{show(round(amounts[item.id] * share(day, item, week), 1))} hours."
                for item in members
            ),
            *(
                f"Appointment with the way: {show(round(booked(item), 1))} hours."
                for item in visits
            ),
        ],
        repairs=offers(day, capacity, (hours, total), groups, amounts),
        resolver=resolvers(members, ("care-coordination", "lead")),
        told=authored(*people),
        overlap=Overlap(week, week + DAYS, None),
        dimension=Dimension(
            "hours-per-week",
            "h/wk",
            (tidy(total), tidy(total)),
            (None, hours),
            tidy(total - hours),
        ),
        fhir="COMPLY",
        material=Material(lower={"total": tidy(total)}, higher={"hours": hours}),
        recorded=recorded(members),
        identity=(capacity.id,),
    ).freeze()


def offers(
    day: Day,
    capacity: Capacity,
    figures: tuple[float, float],
    groups: Sequence[Load],
    amounts: Mapping[str, float],
) -> list[Repair]:
    """Offer to leave out or shorten what is enough by itself, or to find more time."""
    hours, total = figures
    repairs = []
    for group in groups:
        for item in group.members:
            if above(total - amounts[item.id], hours) or above(
                worst(day, groups, {**amounts, item.id: 0.0})[1], hours
            ):
                continue
            left = amounts[item.id] - (total - hours)
            shortened = worst(day, groups, {**amounts, item.id: max(left, 0.0)})[1]
            if item.kind == "exercise" and left > 0 and not above(shortened, hours):
                offer = shorter(item, left / amounts[item.id])
                repairs += [offer] if offer is not None else []
            repairs.append(withdraw(item, day.drugs))
    more = {"hours_per_week": float(-(-total // 1))}
    text = "Ask the patient whether there is more time."
    return [*repairs, Repair("patient", "capacity", capacity.id, more, text)]


RULE = Rule(
    code="CF13",
    type="day-overload",
    version="1",
    source="The project's own rule; burden of treatment",
    fhir=("COMPLY",),
    told="the authors and owners of what counts",
    resolver="care coordination and the lead",
    documentation=__doc__ or "",
    sums=Sums(find, is_counted, frozenset({"capacity", "appointments"})),
    among=frozenset({"statements", "appointments"}),
)
