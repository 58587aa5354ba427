"""Something is asked too soon after an injection, an operation or an injury.

Fires when a positive statement or a permit falls within the days that a row of the separation
table keeps free after an event: its activity is listed, or a demand at or above the row's level
lies in the region of the event (or of the row, where the event names none), on the same side. Of
several rows the longest counts.

Example: loaded shoulder exercise three days after a corticosteroid injection into that shoulder.
Silent for the other shoulder, and once the days are over.

Tier: warning.
Told: the author of the statement. Resolves: physiotherapy; of a safety or legal limit its author
and the physicians.
FHIR: TIMING. Source: each row names its own (local and surgeons' protocols).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import level_words, mention, summarize, upper_first, what, who
from service.conflicts.facts import Event, iso
from service.conflicts.finding import Finding, Mention, Overlap
from service.conflicts.meeting import is_provisional, sides_meet
from service.conflicts.repairs import change, last_day, withdraw
from service.conflicts.rule import Rule, fact_report
from service.conflicts.statement import Statement
from service.conflicts.tables import Separation
from service.conflicts.tiers import named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every event with what falls into the days it keeps free."""
    asked, events = day.sides([*day.positives, *day.permits], day.facts.events)
    for event in sorted(events, key=lambda item: item.id):
        # The longest row first; of two as long the first of the table.
        rows = sorted(
            (row for row in day.drugs.separation if row.event == event.code),
            key=lambda row: -row.days,
        )
        if not rows:
            continue
        for p in asked:
            if p.action is not None and day.wanted(p, event):
                yield from judge(day, p, event, rows)


def judge(day: Day, p: Statement, event: Event, rows: list[Separation]) -> Iterator[Finding]:
    """Decide one statement with one event."""
    for row in rows:
        start, end = max(p.start, event.day), min(p.end, event.day + row.days)
        if start >= end or end <= day.as_of:
            continue
        why = reason(day, p, event, row)
        if why is not None:
            yield from report(day, p, event, (row, why, Overlap(start, end, None)))
            return


def reason(day: Day, p: Statement, event: Event, row: Separation) -> str | None:
    """Say why a row speaks against a statement; None where it does not."""
    body = day.body
    region = None if row.any_region else event.body_region or row.region
    side = None if row.any_region else event.laterality
    if not sides_meet(p.worked_side, side if side in ("left", "right") else None):
        return None
    meant = p.reach() | {p.action} if p.says_all else {p.action}
    listed = [
        code
        for code in row.actions
        if p.action in body.down[code] or not meant.isdisjoint(body.down[code])
    ]
    if listed and parts_meet(day, p, region):
        return f"{upper_first(p.label)} is, or includes, {body.label(listed[0])}, which is to wait."
    for load, level in row.loads:
        for demand in p.demands(widened=True):
            if (
                demand.load == load
                and demand.level >= level
                and body.regions_meet(demand.region, region)
            ):
                return (
                    f"{upper_first(body.label(demand.action))} places {body.loads[load]} on the "
                    f"{body.region_label(demand.region)} ({level_words(body, demand)}), which is "
                    "to wait."
                )
    return None


def parts_meet(day: Day, p: Statement, region: str | None) -> bool:
    """Say whether a statement can be about the part that the event is about."""
    return day.body.regions_meet(p.region, region) or any(
        day.body.regions_meet(part, region) for part in p.worked_regions
    )


def describe(event: Event, day: Day) -> Mention:
    """Say an event in one sentence."""
    part = f" ({day.body.region_label(event.body_region)})" if event.body_region else ""
    side = f" {event.laterality}" if event.laterality in ("left", "right") else ""
    name = upper_first(event.code.replace("-", " "))
    return Mention("event", event.id, None, None, f"{name}{side}{part} on {iso(event.day)}.")


def report(
    day: Day, p: Statement, event: Event, how: tuple[Separation, str, Overlap]
) -> Iterator[Finding]:
    """Report one statement that comes too soon."""
    row, why, overlap = how
    tier = settle(
        RULE.code,
        named("warning", f"Row {row.id} keeps {row.days} days free ({row.source})"),
        sides=(p,),
        provisional=is_provisional(overlap.start, p),
    )
    if tier is None:
        return
    free = iso(event.day + row.days)
    repairs = []
    if free is not None and last_day(p) > event.day + row.days:
        text = f"Begin on {free}, when the days after the event are over."
        repairs.append(change(p, {"period": {"start": free}}, text))
    repairs.append(withdraw(p, day.drugs))
    yield fact_report(
        RULE,
        (p,),
        [mention(p, day.drugs), describe(event, day)],
        tier,
        overlap,
        summary=summarize(
            (who(p.author), what(p, day.drugs)),
            (f"{event.code.replace('-', ' ')} of {iso(event.day)}", f"keeps free until {free}"),
        ),
        why=[why, f"{row.days} days are kept free after it ({row.source})."],
        repairs=repairs,
        resolver=("physiotherapy",),
        context=p.context,
        row=row.id,
        fhir="TIMING",
        exact={"event": iso(event.day)},
    )


RULE = Rule(
    code="CF18",
    type="minimum-separation",
    version="1",
    source="Each row names its own: local and surgeons' protocols",
    fhir=("TIMING",),
    told="the author of the statement",
    resolver="physiotherapy; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
