"""The job asks for what a colleague has ruled out or limited.

Fires as CF01, CF02 or CF03 would, with a task of the job (not removed) as what is required, at
work. On days on which a certificate rules out work altogether the job asks for nothing. A
restriction on work as such, or on its hours and days, is no matter of tasks.

Example: the job asks for patient handling, the physician rules out lifting. Silent once amended
duties have removed the task.

Tier: by points.
Told: the author of the restriction; the lead as well when it is critical. Resolves: occupational
therapy; of a safety or legal limit its author and the physicians.
FHIR: our own code alone. Source: the project's own rule; fitness-for-work practice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.caps import Comparison, Excess, compare, limits
from service.conflicts.coverage import covers
from service.conflicts.day import Day
from service.conflicts.explain import (
    cap_sentence,
    demand_sentence,
    overlap_sentence,
    summarize,
    what,
    who,
)
from service.conflicts.finding import Finding
from service.conflicts.loads import Met, demand_on
from service.conflicts.meeting import Meeting, against_negative, exempt, exempt_from_cap
from service.conflicts.repairs import both_ways, keep_within
from service.conflicts.rule import Rule, pair_report
from service.conflicts.rules.cf03_dose_cap import How, because, dimension, figure, load_of, weak
from service.conflicts.statement import Statement
from service.conflicts.tiers import by_points, settle

OF_WORK_AS_SUCH = frozenset({"work", "any"})
HOURS = frozenset({"work-hours", "work-days"})


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every task of the job with every restriction."""
    tasks, limits = day.sides(day.tasks, [*day.negatives, *day.capping])
    for p in tasks:
        for n in limits:
            if n.kind == "medication" or not day.wanted(p, n):
                continue
            if not n.caps and n.action in OF_WORK_AS_SUCH:
                continue
            how = touches(day, p, n)
            if how is not None:
                yield from judge(day, p, n, how)


def touches(day: Day, p: Statement, n: Statement) -> How | None:
    """Say how a restriction touches a task: by the activity, else by a load."""
    coverage = covers(p, n)
    return coverage if coverage is not None else demand_on(day.body, p, n, widened=False)


def meeting_at_work(day: Day, p: Statement, n: Statement, how: How) -> Meeting | None:
    """Give where a task first meets a restriction, between the days certified off work."""
    for start, end in day.days_at_work:
        p.start, p.end = start, end
        parts_met = isinstance(how, Met)
        meeting = against_negative(day.body, p, n, day.as_of, parts_met=parts_met)
        if meeting is not None:
            return meeting
    return None


def judge(day: Day, p: Statement, n: Statement, how: How) -> Iterator[Finding]:
    """Decide one task with one restriction."""
    left_out = exempt(p, n) if n.strength < 0 else exempt_from_cap(p, n)
    meeting = None if left_out else meeting_at_work(day, p, n, how)
    if meeting is None:
        return
    if not n.caps:
        yield from report(day, (p, n), how, meeting)
    for cap in limits(n):
        if cap.dimension in HOURS:
            continue
        comparison = compare(day.body, p, n, cap)
        if comparison.excess is Excess.INCOMPARABLE:
            day.note("incomparable-units", p.id, n.id)
        elif comparison.excess is Excess.NOT_STATED:
            day.note("dose-not-stated", p.id, n.id)
        elif comparison.excess is not Excess.NONE:
            yield from report(day, (p, n), how, meeting, comparison)


def report(
    day: Day,
    sides: tuple[Statement, Statement],
    how: How,
    meeting: Meeting,
    comparison: Comparison | None = None,
) -> Iterator[Finding]:
    """Report one task against one restriction."""
    p, n = sides
    partial = comparison is not None and comparison.excess is Excess.PARTIAL
    tier = settle(
        RULE.code,
        by_points(p, n, meeting, day.as_of, weak=weak(how), partial=partial),
        sides=(n,),
        hard=n.hard,
        provisional=meeting.provisional,
    )
    if tier is None:
        return
    repairs = both_ways(p, n, meeting, day.drugs)
    why = [reason(day, p, n, how), overlap_sentence(meeting)]
    if comparison is not None:
        repairs.insert(0, keep_within(p, comparison))
        why.insert(1, cap_sentence(comparison))
    figures: dict[str, float | None] = {"certain": 0.0 if weak(how) else 1.0}
    if comparison is not None:
        figures["required_high"] = figure(comparison.high)
        figures["definite"] = float(not partial)
    yield pair_report(
        day,
        RULE,
        (p, n),
        meeting,
        tier,
        summary=summarize((who(None), what(p, day.drugs)), (who(n.author), what(n, day.drugs))),
        why=why,
        repairs=repairs,
        resolver=("occupational-therapy",),
        dimension=None if comparison is None else dimension(comparison),
        lower=figures,
        higher={} if comparison is None else {"allowed_high": comparison.cap.high},
        exact={"load": load_of(n)},
    )


def reason(day: Day, p: Statement, n: Statement, how: How) -> str:
    """Say why a restriction touches a task."""
    target = n.load_target or n.reading
    if isinstance(how, Met) and target is not None:
        return demand_sentence(p, how, target.load, target.region, target.min_level)
    return because(day, p, n, how)


RULE = Rule(
    code="CF12",
    type="job-demand",
    version="1",
    source="The project's own rule; fitness-for-work practice",
    fhir=(),
    told="the author of the restriction; the lead when critical",
    resolver="occupational therapy; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
