"""A step back to work goes against a certificate of work capacity.

Fires when a positive work step is covered by a work capacity, in scope of it, that prohibits work
without a cap, or whose cap on hours a day or days a week it exceeds by anything ("fit for up to
four hours" caps as well). A certificate that names no activity is about work everywhere. Takes the
place of what CF01 to CF05 find on the same two in the same dimension.

Example: occupational therapy plans the first day back on 15 February, the certificate rules out
work until 1 March. Silent when the step begins on 1 March.

Tier: critical against a legal limit, else warning.
Told: both authors; the lead as well when it is critical. Resolves: the author of the certificate
and occupational therapy; of a legal limit its author and the physicians.
FHIR: TIME. Source: the project's own rule; fitness-for-work certificates with amended duties.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.conflicts.caps import Comparison, Excess, compare, limits
from service.conflicts.coverage import Coverage
from service.conflicts.day import Day
from service.conflicts.explain import (
    cap_sentence,
    coverage_sentence,
    overlap_sentence,
    summarize,
    what,
    who,
)
from service.conflicts.finding import Finding
from service.conflicts.meeting import Meeting, against_negative, exempt, exempt_from_cap
from service.conflicts.repairs import both_ways, keep_within
from service.conflicts.rule import Rule, pair_report
from service.conflicts.rules.cf03_dose_cap import dimension, figure
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle

REPLACED = frozenset({"CF01", "CF02", "CF03", "CF04", "CF05"})
WORK = frozenset({"work-hours", "work-days"})


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive work step under a certificate."""
    for p, n, coverage in day.covered:
        if p.kind != "work-step" or p.strength <= 0 or n.kind != "work-capacity":
            continue
        for finding in judge(day, p, n, coverage):
            name = finding.dimension.name if finding.dimension else None
            marks = frozenset(
                other.fingerprint
                for other in found
                if other.code in REPLACED
                and other.ids == finding.ids
                and (other.dimension.name if other.dimension else None) == name
            )
            yield replace(finding, replaces=marks)


def judge(day: Day, p: Statement, n: Statement, coverage: Coverage) -> Iterator[Finding]:
    """Decide one pair."""
    meeting = against_negative(day.body, p, n, day.as_of)
    left_out = exempt(p, n) if n.strength < 0 else exempt_from_cap(p, n)
    if meeting is None or left_out:
        return
    if n.stance == "prohibit" and not n.caps:
        yield from report(day, p, n, (coverage, meeting), None)
    for cap in limits(n):
        if cap.dimension not in WORK:
            continue
        comparison = compare(day.body, p, n, cap)
        if comparison.excess is Excess.INCOMPARABLE:
            day.note("incomparable-units", p.id, n.id)
        elif comparison.excess is Excess.NOT_STATED:
            day.note("dose-not-stated", p.id, n.id)
        elif comparison.excess is not Excess.NONE:
            yield from report(day, p, n, (coverage, meeting), comparison)


def report(
    day: Day,
    p: Statement,
    n: Statement,
    how: tuple[Coverage, Meeting],
    comparison: Comparison | None,
) -> Iterator[Finding]:
    """Report one work step against one certificate."""
    coverage, meeting = how
    tier = (
        named("critical", "The certificate is a legal limit")
        if n.hard
        else named("warning", "A work step against a certificate")
    )
    if coverage.typical:
        tier = tier.lowered("By its dose it only usually counts as what is certified")
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
    repairs = both_ways(p, n, meeting, day.drugs)
    why = [coverage_sentence(p, n, coverage, day.drugs), overlap_sentence(meeting)]
    if comparison is not None:
        repairs.insert(0, keep_within(p, comparison))
        why.insert(1, cap_sentence(comparison))
    yield pair_report(
        day,
        RULE,
        (p, n),
        meeting,
        settled,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(n.author), what(n, day.drugs))),
        why=why,
        repairs=repairs,
        resolver=("occupational-therapy",),
        dimension=None if comparison is None else dimension(comparison),
        fhir="TIME",
        lower={} if comparison is None else {"required_high": figure(comparison.high)},
        higher={} if comparison is None else {"allowed_high": comparison.cap.high},
    )


RULE = Rule(
    code="CF11",
    type="work-against-certificate",
    version="1",
    source="The project's own rule; fitness-for-work certificates",
    fhir=("TIME",),
    told="both authors; the lead when critical",
    resolver="the author of the certificate and occupational therapy",
    documentation=__doc__ or "",
    find=find,
    stage=2,
)
