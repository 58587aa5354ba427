"""Something is prescribed for which the patient has no place or equipment.

Fires when the activity of a positive statement (or one above it) needs one of several resources,
the patient's resources are recorded, and none of these is among them. What is done only at the
clinic needs nothing of the patient's own.

Example: physiotherapy recommends swimming at home, and no pool is among the patient's means.
Silent where the patient's means are not recorded.

Tier: notice.
Told: the author. Resolves: physiotherapy.
FHIR: COMPLY. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import listing, mention, summarize, upper_first, what, who
from service.conflicts.facts import Capacity
from service.conflicts.finding import Finding, Mention, Overlap, Repair
from service.conflicts.meeting import is_provisional
from service.conflicts.repairs import change, withdraw
from service.conflicts.rule import Rule, fact_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive that needs something the patient does not have."""
    capacity = day.facts.capacity
    if capacity is None or capacity.resources is None:
        return
    for p in day.positives:
        if p.action is None or p.end <= day.as_of or not day.wanted(p, capacity):
            continue
        if p.context.setting == frozenset({"clinic"}):
            continue
        lacking = [
            needs
            for code, needs in day.drugs.resources.items()
            if (code in p.up or (p.says_all and code in p.reach()))
            and capacity.resources.isdisjoint(needs)
        ]
        if lacking:
            yield from report(day, p, capacity, lacking)


def either(needs: tuple[str, ...]) -> str:
    """Say that one of several is enough."""
    return " or ".join(need.replace("-", " ") for need in needs)


def report(
    day: Day, p: Statement, capacity: Capacity, lacking: list[tuple[str, ...]]
) -> Iterator[Finding]:
    """Report one activity without its means."""
    overlap = Overlap(p.start, p.end, None)
    tier = settle(
        RULE.code,
        named("notice", "What it needs is not among the patient's means"),
        sides=(p,),
        provisional=is_provisional(overlap.start, p),
    )
    if tier is None:
        return
    needed = listing(dict.fromkeys(either(needs) for needs in lacking))
    have = capacity.resources or frozenset()
    owned = listing(code.replace("-", " ") for code in sorted(have)) or "none"
    missing = sorted({needs[0] for needs in lacking})
    yield fact_report(
        RULE,
        (p,),
        [
            mention(p, day.drugs),
            Mention("capacity", capacity.id, None, None, f"The patient's means: {owned}."),
        ],
        tier,
        overlap,
        summary=summarize((who(p.author), what(p, day.drugs)), ("the patient", f"has no {needed}")),
        why=[f"{upper_first(p.label)} needs {needed}; the patient's means: {owned}."],
        repairs=[
            change(p, {"context": {"setting": ["clinic"]}}, "Do it at the clinic."),
            Repair(
                "patient",
                "capacity",
                capacity.id,
                {"resources": sorted({*have, *missing})},
                f"Record {listing(missing)} as available, if that is so.",
            ),
            withdraw(p, day.drugs),
        ],
        resolver=("physiotherapy",),
        context=p.context,
        fhir="COMPLY",
        exact={"needs": [list(needs) for needs in lacking]},
    )


RULE = Rule(
    code="CF22",
    type="feasibility",
    version="1",
    source="The project's own rule",
    fhir=("COMPLY",),
    told="the author",
    resolver="physiotherapy",
    documentation=__doc__ or "",
    find=find,
)
