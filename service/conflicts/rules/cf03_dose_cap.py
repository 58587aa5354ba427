"""A prescribed dose goes beyond a limit that another colleague has set.

Fires when a restriction has a cap in a dimension that the prescription doses, the activity is
covered (or the capped load is met), and the dose exceeds it: a 20 kg deadlift under "lifting up to
5 kg". A dose that lies partly above the cap counts for less. A permit with a cap ("may lift up to
5 kg") limits what others ask like advice does. An undosed activity that always lifts or bears more
than the cap counts as partly above it; any other undosed one is listed as not checked, and so are
units that cannot be compared.

Example: physiotherapy recommends 20 kg deadlifts, the physician limits lifting to 5 kg. Silent at
4 kg, and at 10 lb.

Tier: by points.
Told: both authors; the lead as well when it is critical. Resolves: physiotherapy; of a safety or
legal limit its author and the physicians; of a work capacity its author and occupational therapy.
FHIR: DOSE (DOSEIVL for a frequency). Source: the project's own rule; dose limits in surgeons'
protocols and work certificates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.caps import Comparison, Excess, compare, limits
from service.conflicts.coverage import Coverage
from service.conflicts.day import Day
from service.conflicts.explain import (
    cap_sentence,
    coverage_sentence,
    demand_sentence,
    overlap_sentence,
    summarize,
    weakness,
    what,
    who,
)
from service.conflicts.finding import Dimension, Finding
from service.conflicts.loads import Met
from service.conflicts.meeting import Meeting, against_negative, exempt, exempt_from_cap
from service.conflicts.repairs import both_ways, keep_within
from service.conflicts.rule import Rule, pair_report
from service.conflicts.statement import UNBOUNDED, Statement
from service.conflicts.tiers import by_points, settle
from service.conflicts.units import tidy

How = Coverage | Met


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive under a cap, dimension by dimension."""
    capped: list[tuple[Statement, Statement, How]] = [
        (p, n, coverage) for p, n, coverage in day.covered if p.kind != "medication"
    ]
    capped += day.loaded
    for p, n, how in capped:
        if p.strength > 0 and n.caps:
            yield from judge(day, p, n, how)


def judge(day: Day, p: Statement, n: Statement, how: How) -> Iterator[Finding]:
    """Decide one pair."""
    meeting = against_negative(day.body, p, n, day.as_of, parts_met=isinstance(how, Met))
    left_out = exempt(p, n) if n.strength < 0 else exempt_from_cap(p, n)
    if meeting is None or left_out:
        return
    for cap in limits(n):
        comparison = compare(day.body, p, n, cap)
        if comparison.excess is Excess.INCOMPARABLE:
            day.note("incomparable-units", p.id, n.id)
        elif comparison.excess is Excess.NOT_STATED:
            day.note("dose-not-stated", p.id, n.id)
        elif comparison.excess is not Excess.NONE:
            finding = exceed(day, (p, n), how, meeting, comparison)
            if finding is not None:
                yield finding


def exceed(
    day: Day, sides: tuple[Statement, Statement], how: How, meeting: Meeting, comparison: Comparison
) -> Finding | None:
    """Report one dose beyond one cap."""
    p, n = sides
    partial = comparison.excess is Excess.PARTIAL
    tier = settle(
        RULE.code,
        by_points(p, n, meeting, day.as_of, weak=weak(how), partial=partial),
        sides=(p, n),
        owners=(p.author, n.author),
        hard=n.hard,
        provisional=meeting.provisional,
    )
    if tier is None:
        return None
    cap = comparison.cap
    return pair_report(
        day,
        RULE,
        (p, n),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(n.author), what(n, day.drugs))),
        why=[
            because(day, p, n, how),
            cap_sentence(comparison),
            overlap_sentence(meeting),
        ],
        repairs=[keep_within(p, comparison), *both_ways(p, n, meeting, day.drugs)],
        resolver=("physiotherapy",),
        dimension=dimension(comparison),
        fhir="DOSEIVL" if cap.dimension == "frequency" else "DOSE",
        lower={
            "required_low": figure(comparison.low),
            "required_high": figure(comparison.high),
            "definite": float(not partial),
            "certain": 0.0 if weak(how) else 1.0,
        },
        higher={"allowed_high": cap.high},
        exact={"unit": cap.unit, "load": load_of(n)},
    )


def weak(how: How) -> str | None:
    """Say why the pair counts for less."""
    if isinstance(how, Met):
        return weakness(how)
    return "By its dose it only usually counts as the limited activity" if how.typical else None


def because(day: Day, p: Statement, n: Statement, how: How) -> str:
    """Say why the cap applies at all."""
    if isinstance(how, Coverage):
        return coverage_sentence(p, n, how, day.drugs)
    target = n.load_target
    assert target is not None
    return demand_sentence(p, how, target.load, target.region, 1)


def load_of(n: Statement) -> str | None:
    """Name the capped load, where the cap is on one."""
    return f"{n.load_target.load}@{n.load_target.region}" if n.load_target else None


def figure(value: float | None) -> float | None:
    """Write a figure for JSON: no bound is null."""
    return None if value is None or value == UNBOUNDED else tidy(value)


def dimension(comparison: Comparison) -> Dimension:
    """Give what is asked and what is allowed, in the unit of the cap."""
    cap = comparison.cap
    return Dimension(
        cap.dimension,
        cap.unit,
        (figure(comparison.low), figure(comparison.high)),
        (cap.low, cap.high),
        figure(comparison.over),
    )


RULE = Rule(
    code="CF03",
    type="dose-cap",
    version="1",
    source="The project's own rule; dose limits in protocols and certificates",
    fhir=("DOSE", "DOSEIVL"),
    told="both authors; the lead when critical",
    resolver="physiotherapy; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
