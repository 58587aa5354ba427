"""An activity places a load on the body that another colleague wants kept off.

Fires when a demand of what is asked (or permitted) meets a restricted load without a cap, at or
above its level, in the region or a part of it: sit-ups under "no lumbar flexion", running under
"no impact". "No bending" is read as the load it stands for. A load that technique can avoid, or
that is known only for a larger region, counts for less. Crutches keep the weight off the one leg
that may bear none.

Example: physiotherapy recommends sit-ups, the physician rules out lumbar flexion. Silent for a hip
hinge without load, which keeps the low back neutral.

Tier: by points.
Told: both authors; the lead as well when it is critical. Resolves: the author of the restriction;
of a safety or legal limit its author and the physicians.
FHIR: our own code alone. Source: the project's own rule over its taxonomy of activities and loads
(anchored in ICF), after the precautions surgeons and therapists write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.coverage import covers
from service.conflicts.day import Day
from service.conflicts.explain import (
    demand_sentence,
    overlap_sentence,
    summarize,
    weakness,
    what,
    who,
)
from service.conflicts.finding import Finding
from service.conflicts.loads import Met
from service.conflicts.meeting import against_negative, exempt
from service.conflicts.repairs import both_ways
from service.conflicts.rule import Rule, authored, pair_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import by_points, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive or permit with a restricted load that it places."""
    for p, n, met in day.loaded:
        if n.strength >= 0 or n.caps:
            continue
        if n.load_target is None and covers(p, n) is not None:
            continue
        finding = judge(day, p, n, met)
        if finding is not None:
            yield finding


def judge(day: Day, p: Statement, n: Statement, met: Met) -> Finding | None:
    """Decide one pair."""
    target = n.load_target or n.reading
    meeting = against_negative(day.body, p, n, day.as_of, parts_met=True)
    if target is None or meeting is None or exempt(p, n):
        return None
    tier = settle(
        RULE.code,
        by_points(p, n, meeting, day.as_of, weak=weakness(met)),
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
        why=[
            demand_sentence(p, met, target.load, target.region, target.min_level),
            overlap_sentence(meeting),
        ],
        repairs=both_ways(p, n, meeting, day.drugs),
        resolver=authored(n.author),
        lower={"demand": float(met.demand.level), "certain": float(met.definite)},
        exact={"load": f"{target.load}@{target.region}:{target.min_level}"},
    )


RULE = Rule(
    code="CF02",
    type="load-restriction",
    version="1",
    source="The project's own rule; load precautions after surgery and injury",
    fhir=(),
    told="both authors; the lead when critical",
    resolver="the author of the restriction; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
)
