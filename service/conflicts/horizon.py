"""Say until when a result holds, if nobody writes anything.

Time alone changes findings only on days that the facts name. An earlier day than necessary costs
one needless check; a later one would hide a change, so every day that could matter is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from service.conflicts.facts import (
    LAST_DAY,
    OPEN_END,
    OPEN_START,
    Allergy,
    Appointment,
    Condition,
    Event,
    Facts,
    Goal,
    Observation,
    Recommendation,
)
from service.conflicts.tables import tables
from service.conflicts.tiers import FAR_AHEAD_DAYS

WEEKLY = ("work-step", "exercise")


def next_change(facts: Facts, as_of: date) -> date | None:
    """Give the first day after `as_of` on which time alone may change the result."""
    today = as_of.toordinal()
    ahead = [day for day in days(facts, today) if today < day <= LAST_DAY]
    return date.fromordinal(min(ahead)) if ahead else None


def edges(start: int, end: int) -> Iterator[int]:
    """Give the days around an interval: its ends, and 28 days before it begins."""
    for day in (start, end):
        if OPEN_START < day < OPEN_END:
            yield from (day - FAR_AHEAD_DAYS, day, day + 1)


def of_recommendation(rec: Recommendation, today: int) -> Iterator[int]:
    """Give the days of one statement: interval, end event, review, sedation window."""
    yield from edges(rec.start, rec.end)
    if rec.end_event is not None:
        if rec.end_event.recorded_on is not None:
            yield from edges(OPEN_START, rec.end_event.recorded_on)
        elif rec.end_event.recorded and rec.start < OPEN_END and today <= rec.start:
            yield from edges(rec.start, OPEN_END)
    if rec.review_by is not None:
        yield rec.review_by + 1
    if rec.medication is not None:
        window = tables().sedating.window_days
        for day in (rec.start, rec.medication.dose_change):
            if day is not None and OPEN_START < day < OPEN_END:
                yield from (day, day + window, day + window + 1)


def of_observation(value: Observation) -> Iterator[int]:
    """Give the days on which a value begins and ceases to count."""
    rule = tables().observations.get(value.code)
    if rule is not None:
        yield from (value.day, value.day + rule.days + 1)


def of_event(event: Event) -> Iterator[int]:
    """Give the day of an event and the ends of what it keeps free."""
    yield event.day
    for row in tables().separation:
        if row.event == event.code:
            yield from edges(event.day, event.day + row.days)


def of_appointment(appointment: Appointment) -> Iterator[int]:
    """Give the days around an appointment."""
    for moment in (appointment.start, appointment.end):
        yield from edges(moment.date().toordinal(), OPEN_END)


def of_item(item: object, today: int) -> Iterator[int]:
    """Give every day on which something about one item begins, ends, lapses or steps."""
    if isinstance(item, Recommendation):
        yield from of_recommendation(item, today)
    elif isinstance(item, Condition | Allergy):
        yield from edges(item.start, item.end)
    elif isinstance(item, Goal):
        yield from edges(item.start, item.due)
    elif isinstance(item, Observation):
        yield from of_observation(item)
    elif isinstance(item, Event):
        yield from of_event(item)
    elif isinstance(item, Appointment):
        yield from of_appointment(item)


def first_day(item: object, today: int) -> int | None:
    """Give the first day after today on which time alone changes anything about one item."""
    ahead = (day for day in of_item(item, today) if today < day <= LAST_DAY)
    return min(ahead, default=None)


def days(facts: Facts, today: int) -> Iterator[int]:
    """Give every day on which something in the facts begins, ends, lapses or steps."""
    timed: tuple[Sequence[object], ...] = (
        facts.recommendations,
        facts.conditions,
        facts.allergies,
        facts.goals,
        facts.observations,
        facts.events,
        facts.appointments,
    )
    for items in timed:
        for item in items:
            yield from of_item(item, today)
    yield from of_whole(facts, today)


def of_whole(facts: Facts, today: int) -> Iterator[int]:
    """Give the days that belong to no item alone: the patient's next year, the next worst week."""
    if facts.birth_year is not None:
        yield date(min(date.fromordinal(today).year + 1, date.max.year), 1, 1).toordinal()
    if facts.capacity is not None and facts.capacity.hours_per_week is not None:
        asks = any(rec.kind in WEEKLY and rec.end > today for rec in facts.recommendations)
        visits = any(item.end.date().toordinal() >= today for item in facts.appointments)
        if asks or visits:
            # The worst week is counted from today on, so each day may change its sum.
            yield today + 1
