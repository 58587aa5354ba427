"""One colleague asks for an activity or a medicine that another rules out or advises against.

Fires when a positive statement is covered by a restriction without a cap, on the same days, in the
same context, on the same side and part of the body: "deadlift" under "no lifting". Where the
restriction is narrower than what is asked, both can be followed, and CF27 says so instead.

Example: physiotherapy recommends a deadlift, the physician rules out lifting until 1 March. Silent
when the ban is on another side of the body, or ends before the exercise begins.

Tier: by points.
Told: both authors; the lead as well when it is critical. Resolves: the author of the restriction;
of a safety or legal limit its author and the physicians; of a medicine the prescriber.
FHIR: our own code alone. Source: the project's own rule, drawn from consensus on contradictory
recommendations in multimorbidity (conflicting guideline advice).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.coverage import Coverage
from service.conflicts.day import Day
from service.conflicts.explain import coverage_sentence, overlap_sentence, summarize, what, who
from service.conflicts.finding import Finding
from service.conflicts.meeting import against_negative, exempt
from service.conflicts.repairs import both_ways
from service.conflicts.rule import Rule, authored, pair_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import by_points, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive under a restriction that has no cap."""
    for p, n, coverage in day.covered:
        if p.strength > 0 > n.strength and not n.caps:
            finding = judge(day, p, n, coverage)
            if finding is not None:
                yield finding


def judge(day: Day, p: Statement, n: Statement, coverage: Coverage) -> Finding | None:
    """Decide one pair."""
    meeting = against_negative(day.body, p, n, day.as_of)
    if meeting is None or exempt(p, n):
        return None
    weak = "By its dose it only usually counts as the restricted activity"
    tier = settle(
        RULE.code,
        by_points(p, n, meeting, day.as_of, weak=weak if coverage.typical else None),
        sides=(p, n),
        owners=(p.author, n.author),
        hard=n.hard,
        provisional=meeting.provisional,
    )
    if tier is None:
        return None
    return pair_report(
        day,
        RULE,
        (p, n),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(n.author), what(n, day.drugs))),
        why=[coverage_sentence(p, n, coverage, day.drugs), overlap_sentence(meeting)],
        repairs=both_ways(p, n, meeting, day.drugs),
        resolver=authored(n.author),
        lower={"typical": 0.0 if coverage.typical else 1.0},
        exact={"counts_as": coverage.counts.as_ if coverage.counts else None},
    )


RULE = Rule(
    code="CF01",
    type="direct-contradiction",
    version="1",
    source="The project's own rule; conflicting recommendations in multimorbidity guidelines",
    fhir=(),
    told="both authors; the lead when critical",
    resolver="the author of the restriction; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
