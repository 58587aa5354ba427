"""A goal is due while a restriction still forbids what it needs.

Fires when an active goal's activity falls under a restriction without a cap, or always and in the
very region places the load it restricts, and the goal is due on a day on which the restriction
holds. A restriction for one setting or aid, or for flares or ordinary days alone, blocks nothing,
and neither does one whose planned end, not yet recorded, lies before the due day.

Example: a run is the goal for 1 June, the surgeon rules out running until 1 September. Silent when
the goal is due on 1 September.

Tier: warning.
Told: the owner of the goal and the author of the restriction. Resolves: the lead; of a safety or
legal limit its author and the physicians.
FHIR: TIME. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import mention, says, summarize, what, who
from service.conflicts.facts import OPEN_END, Goal, iso
from service.conflicts.finding import Finding, Overlap, Repair
from service.conflicts.goals import active, describe, put_aside
from service.conflicts.loads import meets
from service.conflicts.repairs import by, change, withdraw
from service.conflicts.rule import Rule, authored, fact_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle

ONE_PHASE = (frozenset({"flare"}), frozenset({"baseline"}))


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every goal with every restriction on its due day."""
    goals, bans = day.sides(active(day), [n for n in day.negatives if blocks(n)])
    for goal in goals:
        if goal.action not in day.body.activities or goal.due >= OPEN_END or goal.due < day.as_of:
            continue
        for n in bans:
            if n.start <= goal.due < min(n.end, n.provisional_from) and day.wanted(goal, n):
                why = reason(day, goal, n)
                if why is not None:
                    yield from report(day, goal, n, why)


def blocks(n: Statement) -> bool:
    """Say whether a restriction holds in general: no cap, setting, aid or single phase."""
    context = n.context
    return not n.caps and not context.setting and not context.aid and context.phase not in ONE_PHASE


def reason(day: Day, goal: Goal, n: Statement) -> str | None:
    """Say why a restriction forbids what a goal needs; None where it does not."""
    body, action = day.body, goal.action or ""
    if body.up[action] & n.exclude:
        return None
    if n.action is not None and n.kind != "medication" and n.action in body.up[action]:
        way = " → ".join(body.label(code) for code in body.path(action, n.action))
        return f"The goal needs {body.label(action)}, which falls under the restriction ({way})."
    target = n.load_target
    if target is None:
        return None
    met = meets(body, body.demands[action], target.load, target.region, target.min_level)
    if met is None or not met.definite:
        return None
    return (
        f"The goal needs {body.label(action)}, which always places {body.loads[target.load]} on "
        f"the {body.region_label(met.demand.region)}."
    )


def report(day: Day, goal: Goal, n: Statement, why: str) -> Iterator[Finding]:
    """Report one goal that is due too early."""
    tier = settle(
        RULE.code,
        named("warning", "A goal is due while a restriction forbids it"),
        sides=(n,),
        owners=(goal.owner, n.author),
        hard=n.hard,
    )
    if tier is None:
        return
    repairs = []
    if n.end < OPEN_END:
        text = f"Make “{goal.title}” due on {iso(n.end)}, when the restriction ends."
        repairs.append(Repair(by(goal.owner), "goal", goal.id, {"due": iso(n.end)}, text))
    repairs.append(put_aside(goal))
    left_out = {"exclude_actions": sorted({*n.exclude, goal.action or ""})}
    repairs.append(change(n, left_out, f"Leave {day.body.label(goal.action)} out of it."))
    repairs.append(withdraw(n, day.drugs))
    yield fact_report(
        RULE,
        (n,),
        [describe(goal), mention(n, day.drugs)],
        tier,
        Overlap(goal.due, goal.due + 1, None),
        summary=summarize(
            (who(goal.owner), f"has “{goal.title}” due on {iso(goal.due)}"),
            (who(n.author), what(n, day.drugs)),
        ),
        why=[why, says(n, day.drugs)],
        repairs=repairs,
        resolver=("lead",),
        told=authored(goal.owner, n.author),
        context=n.context,
        fhir="TIME",
        lower={"hard": float(n.hard)},
        exact={"goal": goal.action, "due": iso(goal.due)},
    )


RULE = Rule(
    code="CF14",
    type="goal-blocked",
    version="1",
    source="The project's own rule",
    fhir=("TIME",),
    told="the owner of the goal and the author of the restriction",
    resolver="the lead; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
    among=frozenset({"goals"}),
)
