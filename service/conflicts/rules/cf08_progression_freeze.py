"""A programme is meant to progress while a limit waits for a review that has not been held.

Fires when a restriction has a cap and ends only with an event that is not recorded, and a positive
statement that falls under it (or meets its load) progresses without a stated end within any of its
caps: "add weight every week" under "5 kg until reviewed". "1 to 4 kg by criterion" is within.

Example: the surgeon limits lifting to 5 kg until the review, physiotherapy adds weight to the
lifts by criterion and names no end. Silent once the review is recorded.

Tier: warning.
Told: both authors. Resolves: physiotherapy; of a safety or legal limit its author and the
physicians.
FHIR: TIME. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.caps import limits
from service.conflicts.coverage import Coverage
from service.conflicts.day import Day
from service.conflicts.explain import overlap_sentence, summarize, what, who
from service.conflicts.facts import Dose
from service.conflicts.finding import Finding, Repair
from service.conflicts.meeting import Meeting, against_negative, exempt
from service.conflicts.repairs import both_ways, change, hold_at
from service.conflicts.rule import Rule, pair_report
from service.conflicts.rules.cf03_dose_cap import How, because, load_of, weak
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, factor


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at what progresses under a limit that waits for an event."""
    pairs: list[tuple[Statement, Statement, How]] = [
        (p, n, coverage) for p, n, coverage in day.covered if p.kind != "medication"
    ]
    pairs += day.loaded
    for p, n, how in pairs:
        if p.strength > 0 > n.strength and p.progresses and waits(n):
            caps = list(limits(n))
            if caps and not any(within(p, cap) for cap in caps):
                yield from judge(day, p, n, how, caps)


def waits(n: Statement) -> bool:
    """Say whether a restriction ends with an event that is not recorded."""
    event = n.rec.end_event if n.rec else None
    return event is not None and not event.recorded


def within(p: Statement, cap: Dose) -> bool:
    """Say whether a dose has a stated end within a cap."""
    dose = p.dose.get(cap.dimension)
    if dose is None or dose.high is None or cap.high is None:
        return False
    into = factor(dose.unit, cap.unit)
    return into is not None and not above(dose.high * into, cap.high)


def judge(day: Day, p: Statement, n: Statement, how: How, caps: list[Dose]) -> Iterator[Finding]:
    """Decide one pair."""
    meeting = against_negative(day.body, p, n, day.as_of)
    if meeting is None or exempt(p, n):
        return
    tier = named("warning", "It progresses while a limit waits for its review")
    if isinstance(how, Coverage) and how.typical:
        tier = tier.lowered(weak(how) or "")
    settled = settle(
        RULE.code,
        tier,
        sides=(p, n),
        owners=(p.author, n.author),
        hard=n.hard,
        provisional=meeting.provisional,
    )
    if settled is None:
        return
    yield pair_report(
        day,
        RULE,
        (p, n),
        meeting,
        settled,
        summary=summarize(
            (who(p.author), f"{what(p, day.drugs)}, progressing"),
            (who(n.author), f"{what(n, day.drugs)} until reviewed"),
        ),
        why=[
            because(day, p, n, how),
            "The limit ends with an event that is not recorded; the programme names no end.",
            overlap_sentence(meeting),
        ],
        repairs=offers(day, p, n, meeting, caps),
        resolver=("physiotherapy",),
        fhir="TIME",
        exact={"load": load_of(n), "caps": [cap.dimension for cap in caps]},
    )


def offers(
    day: Day, p: Statement, n: Statement, meeting: Meeting, caps: list[Dose]
) -> list[Repair]:
    """Offer to stop progressing, or to end it within a cap."""
    repairs = [change(p, {"progression": {"mode": "none"}}, "Do not progress for now.")]
    for cap in caps:
        offer = hold_at(p, cap)
        if offer is not None:
            repairs.append(offer)
    return [*repairs, *both_ways(p, n, meeting, day.drugs)]


RULE = Rule(
    code="CF08",
    type="progression-freeze",
    version="1",
    source="The project's own rule",
    fhir=("TIME",),
    told="both authors",
    resolver="physiotherapy; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
