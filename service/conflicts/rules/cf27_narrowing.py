"""A restriction leaves out a part of what another colleague asks for; both can be followed.

Notes a restriction without a cap that is strictly narrower than a positive statement in scope of
it ("resistance training" with "no deadlifts"), so that whoever plans the sessions knows. It stands
only where nothing else is found of exactly these two.

Example: physiotherapy recommends strength training, the physician rules out deadlifts. Silent
where all strength training is meant: then CF01 speaks.

Tier: info.
Told: both authors, on request only (it is information). Resolves: the author of the restriction.
FHIR: our own code alone. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import overlap_sentence, summarize, upper_first, what, who
from service.conflicts.finding import Finding
from service.conflicts.meeting import against_negative, exempt
from service.conflicts.repairs import both_ways, leave_out
from service.conflicts.rule import Rule, authored, pair_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive with a ban on a part of it that nothing else speaks of."""
    taken = {finding.ids for finding in found if len(finding.ids) == 2}
    for p, n in day.narrowed:
        if frozenset((p.id, n.id)) not in taken:
            finding = judge(day, p, n)
            if finding is not None:
                yield finding


def judge(day: Day, p: Statement, n: Statement) -> Finding | None:
    """Decide one pair."""
    meeting = against_negative(day.body, p, n, day.as_of)
    if meeting is None or exempt(p, n):
        return None
    tier = settle(
        RULE.code,
        named("info", "The restriction is narrower, so both can be followed"),
        sides=(p, n),
        owners=(p.author, n.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return None
    repairs = both_ways(p, n, meeting, day.drugs)
    narrower = leave_out(p, n, day.drugs)
    if narrower is not None:
        repairs.insert(0, narrower)
    way = " → ".join(day.body.label(code) for code in day.body.path(n.action or "", p.action or ""))
    return pair_report(
        day,
        RULE,
        (p, n),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(n.author), what(n, day.drugs))),
        why=[
            f"{upper_first(n.label)} is only one kind of {p.label} ({way}); the rest remains.",
            overlap_sentence(meeting),
        ],
        repairs=repairs,
        resolver=authored(n.author),
    )


RULE = Rule(
    code="CF27",
    type="narrowing",
    version="1",
    source="The project's own rule",
    fhir=(),
    told="both authors, on request only",
    resolver="the author of the restriction; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
    stage=4,
)
