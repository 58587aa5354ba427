"""Two appointments of one patient overlap, or leave no time for the way between them.

Fires when two attended appointments (in person or online) overlap, those in person widened by the
way there and back, unless both name one place. Self-paced ones clash with nothing.

Example: physiotherapy until 11:00 in one place, psychology from 11:15 in another, half an hour
away. Silent where one of the two is self-paced.

Tier: notice.
Told: the owners of both. Resolves: care coordination and the lead.
FHIR: TIME. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from service.conflicts.day import Day
from service.conflicts.explain import author_dict, summarize, upper_first, who
from service.conflicts.facts import Appointment
from service.conflicts.finding import Finding, Material, Mention, Overlap, Repair
from service.conflicts.repairs import by
from service.conflicts.rule import Report, Rule, authored
from service.conflicts.tiers import named


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two attended appointments."""
    attended = sorted(
        (item for item in day.facts.appointments if item.mode != "self-paced"),
        key=lambda item: (item.start, item.id),
    )
    for one, other in day.couples(attended):
        yield from judge(day, one, other)


def way(item: Appointment, other: Appointment) -> timedelta:
    """Give the time to keep for the way, unless both are at one place."""
    same_place = item.place is not None and item.place == other.place
    if item.mode != "in-person" or (same_place and other.mode == "in-person"):
        return timedelta(0)
    return timedelta(minutes=item.travel_minutes)


def shared_minutes(one: Appointment, other: Appointment) -> float:
    """Give how many minutes two appointments, with their ways, overlap."""
    mine, theirs = way(one, other), way(other, one)
    start = max(one.start - mine, other.start - theirs)
    end = min(one.end + mine, other.end + theirs)
    if one.start >= one.end or other.start >= other.end:
        return 0.0
    return (end - start).total_seconds() / 60


def judge(day: Day, one: Appointment, other: Appointment) -> Iterator[Finding]:
    """Decide two appointments."""
    minutes = shared_minutes(one, other)
    first = min(one.start, other.start).date().toordinal()
    last = max(one.end, other.end).date().toordinal() + 1
    if minutes <= 0 or last <= day.as_of:
        return
    yield Report(
        rule=RULE,
        tier=named("notice", "Two appointments that cannot both be kept"),
        summary=summarize(
            (who(one.owner), f"has booked {when(one)}"),
            (who(other.owner), f"has booked {when(other)}"),
        ),
        mentions=[describe(one), describe(other)],
        why=[f"With the way between them, they overlap by {minutes:g} minutes."],
        repairs=[after(one, other), after(other, one)],
        resolver=("care-coordination", "lead"),
        told=authored(one.owner, other.owner),
        overlap=Overlap(first, last, None),
        fhir="TIME",
        material=Material(lower={"minutes": minutes}),
    ).freeze()


def when(item: Appointment) -> str:
    """Say when an appointment is."""
    return f"{item.start:%Y-%m-%d %H:%M} to {item.end:%H:%M}"


def describe(item: Appointment) -> Mention:
    """Say an appointment in one sentence."""
    text = f"{upper_first(who(item.owner))}: {item.mode.replace('-', ' ')}, {when(item)}"
    if item.mode == "in-person" and item.travel_minutes:
        text += f", {item.travel_minutes:g} minutes each way"
    return Mention("appointment", item.id, None, author_dict(item.owner), f"{text}.")


def after(item: Appointment, other: Appointment) -> Repair:
    """Offer to move one appointment behind the other."""
    start = other.end + way(other, item) + way(item, other)
    end = start + (item.end - item.start)
    return Repair(
        by(item.owner),
        "appointment",
        item.id,
        {"start": start.isoformat(), "end": end.isoformat()},
        f"Move it to {start:%Y-%m-%d %H:%M}.",
    )


RULE = Rule(
    code="CF19",
    type="appointment-clash",
    version="1",
    source="The project's own rule",
    fhir=("TIME",),
    told="the owners of both",
    resolver="care coordination and the lead",
    documentation=__doc__ or "",
    find=find,
    among=frozenset({"appointments"}),
)
