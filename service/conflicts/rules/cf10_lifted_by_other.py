"""One colleague permits what another still rules out, advises against or limits.

Fires when a permit covers what a restriction of another author negates, in scope of it: "cleared
for all sport" under "no running". Against a cap it fires when the permitted dose reaches above it,
or when all of the activity is permitted without a dose; a permit of some of it without a dose is
listed as not checked. A cap on weight or weight bearing counts only for an activity that lifts or
bears weight. A restricted load without a cap is CF02's.

Example: physiotherapy clears the patient for all sport, the surgeon rules out running. Silent
where the permit is for leisure and the ban for work.

Tier: warning; critical against a safety or legal limit; notice against a cap in a dimension that
the permit does not dose.
Told: both authors; the lead as well when it is critical. Resolves: the author of the restriction;
of a safety or legal limit its author and the physicians; of a medicine the prescriber.
FHIR: our own code alone. Source: the project's own rule; lifting of precautions is for whom set
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.caps import Comparison, Excess, bears, compare, limits
from service.conflicts.coverage import Coverage
from service.conflicts.day import Day
from service.conflicts.explain import cap_sentence, overlap_sentence, summarize, what, who
from service.conflicts.finding import Finding
from service.conflicts.meeting import Meeting, against_negative, exempt
from service.conflicts.repairs import both_ways, keep_within, leave_out
from service.conflicts.rule import Rule, authored, pair_report
from service.conflicts.rules.cf03_dose_cap import How, because, dimension, figure, load_of
from service.conflicts.statement import Statement
from service.conflicts.tiers import Tier, named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every permit of what a restriction of another author is about."""
    pairs: list[tuple[Statement, Statement, How]] = list(day.covered)
    pairs += [(q, n, met) for q, n, met in day.loaded if n.caps]
    for q, n, how in pairs:
        if q.strength == 0 > n.strength and not (n.caps and q.kind == "medication"):
            yield from judge(day, q, n, how)


def judge(day: Day, q: Statement, n: Statement, how: How) -> Iterator[Finding]:
    """Decide one pair."""
    meeting = against_negative(day.body, q, n, day.as_of)
    if meeting is None or exempt(q, n):
        return
    if not n.caps:
        tier = named("critical", "It lifts a safety or legal limit") if n.hard else warning()
        yield from lifted(day, (q, n), how, meeting, tier)
        return
    if q.author and n.author and q.author.id == n.author.id:
        return
    for cap in limits(n):
        if cap.dimension in ("load", "weight-bearing") and not bears(q, cap):
            continue
        comparison = compare(day.body, q, n, cap)
        if comparison.excess is Excess.INCOMPARABLE:
            day.note("incomparable-units", q.id, n.id)
        elif cap.dimension not in q.dose:
            if q.quantifier == "all":
                tier = named("notice", "It is permitted without a dose that the limit could bound")
                yield from lifted(day, (q, n), how, meeting, tier, comparison=comparison)
            else:
                day.note("dose-not-stated", q.id, n.id)
        elif comparison.excess is not Excess.NONE:
            tier = named("critical", "It lifts a safety or legal limit") if n.hard else warning()
            yield from lifted(day, (q, n), how, meeting, tier, comparison=comparison)


def warning() -> Tier:
    """Give the tier of a restriction that is no safety or legal limit."""
    return named("warning", "One permits what another restricts")


def lifted(
    day: Day,
    sides: tuple[Statement, Statement],
    how: How,
    meeting: Meeting,
    tier: Tier,
    *,
    comparison: Comparison | None = None,
) -> Iterator[Finding]:
    """Report one permit above one restriction."""
    q, n = sides
    if isinstance(how, Coverage) and how.typical:
        tier = tier.lowered("By its dose it only usually counts as the restricted activity")
    settled = settle(
        RULE.code,
        tier,
        sides=(q, n),
        owners=(q.author, n.author),
        hard=n.hard,
        provisional=meeting.provisional,
    )
    if settled is None:
        return
    repairs = both_ways(q, n, meeting, day.drugs)
    why = [because(day, q, n, how)]
    if comparison is not None:
        repairs.insert(0, keep_within(q, comparison))
        if comparison.cap.dimension in q.dose:
            why.append(cap_sentence(comparison))
        else:
            why.append(f"What is permitted has no bound on the {comparison.cap.dimension}.")
    elif q.term != n.term and q.term in n.up:
        narrower = leave_out(q, n, day.drugs)
        repairs[:0] = [] if narrower is None else [narrower]
    why.append(overlap_sentence(meeting))
    yield pair_report(
        day,
        RULE,
        (q, n),
        meeting,
        settled,
        summary=summarize((who(q.author), what(q, day.drugs)), (who(n.author), what(n, day.drugs))),
        why=why,
        repairs=repairs,
        resolver=authored(n.author),
        dimension=None if comparison is None else dimension(comparison),
        lower={} if comparison is None else {"required_high": figure(comparison.high)},
        higher={} if comparison is None else {"allowed_high": comparison.cap.high},
        exact={"load": load_of(n), "dosed": bool(comparison and comparison.high is not None)},
    )


RULE = Rule(
    code="CF10",
    type="lifted-by-other",
    version="1",
    source="The project's own rule",
    fhir=(),
    told="both authors; the lead when critical",
    resolver="the author of the restriction; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
