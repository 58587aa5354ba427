"""Two colleagues tell the patient different things for a flare, when there is least time to ask.

Takes the place of CF01, CF03, CF04 or CF05 where both sides are written for flares, and of
anything else those rules find on the same two. Fires as well where two steps of a flare plan name
one activity and one measure, but begin at different scores.

Example: for flares the physician rules out walking and physiotherapy recommends it. Silent where
one side is written for ordinary days.

Tier: critical where the points give it, else warning; a notice stays one.
Told: both authors; the lead as well when it is critical. Resolves: psychology and physiotherapy;
of a safety or legal limit its author and the physicians.
FHIR: our own code alone. Source: the project's own rule; flare plans are agreed on in advance
(NHS and VA self-management leaflets).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.conflicts.day import Day
from service.conflicts.explain import overlap_sentence, says, summarize, what, who
from service.conflicts.finding import Finding, fingerprint
from service.conflicts.meeting import between_two, exempt
from service.conflicts.repairs import change, move_apart, withdraw
from service.conflicts.rule import Rule, pair_report, resolvers
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import show

UNDERLYING = frozenset({"CF01", "CF03", "CF04", "CF05"})
REPLACED = UNDERLYING | {"CF02"}
BY_RULE = ("psychology", "physiotherapy")


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at what was found where both sides speak of flares, and at flare steps."""
    for finding in found:
        sides = [day.by_id[item.id] for item in finding.statements if item.id in day.by_id]
        if finding.code in UNDERLYING and all("flare" in side.context.phase for side in sides):
            yield in_a_flare(finding, sides, found)
    by_action: dict[str, list[Statement]] = {}
    for p in day.positives:
        if p.action is not None and p.rec is not None and p.rec.trigger is not None:
            by_action.setdefault(p.action, []).append(p)
    for group in by_action.values():
        for p, q in day.couples(group):
            yield from triggers(day, p, q, found)


def others_of(ids: frozenset[str], found: Sequence[Finding]) -> frozenset[str]:
    """Give the findings that this rule takes the place of."""
    return frozenset(
        other.fingerprint for other in found if other.code in REPLACED and other.ids == ids
    )


def in_a_flare(finding: Finding, sides: list[Statement], found: Sequence[Finding]) -> Finding:
    """Report a finding of another rule as one of a flare."""
    return replace(
        finding,
        code=RULE.code,
        type=RULE.type,
        why=(*finding.why, "Both are written for a flare."),
        tier_trace=(*finding.tier_trace, f"As {finding.code} counts it: {finding.tier}."),
        resolver=resolvers(sides, BY_RULE),
        fhir=None,
        rule_version=RULE.version,
        fingerprint=fingerprint(
            RULE.type,
            None,
            [side.id for side in sides],
            finding.dimension.name if finding.dimension else None,
            finding.context,
        ),
        replaces=others_of(finding.ids, found),
    )


def triggers(day: Day, p: Statement, q: Statement, found: Sequence[Finding]) -> Iterator[Finding]:
    """Decide two flare steps of one activity."""
    ours = p.rec.trigger if p.rec else None
    theirs = q.rec.trigger if q.rec else None
    if ours is None or theirs is None or ours[0] != theirs[0] or ours[1] == theirs[1]:
        return
    meeting = between_two(day.body, p, q, day.as_of, any_phase=True)
    if meeting is None or exempt(p, q):
        return
    tier = settle(
        RULE.code,
        named("warning", "One flare step that begins at two different scores"),
        sides=(p, q),
        owners=(p.author, q.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return
    finding = pair_report(
        day,
        RULE,
        (p, q),
        meeting,
        tier,
        summary=summarize(
            (who(p.author), f"{what(p, day.drugs)} from {show(ours[1])} on"),
            (who(q.author), f"from {show(theirs[1])} on"),
        ),
        why=[
            says(p, day.drugs),
            says(q, day.drugs),
            f"The first begins at {show(ours[1])}, the second at {show(theirs[1])}.",
            overlap_sentence(meeting),
        ],
        repairs=[
            change(p, {"trigger": {"low": theirs[1]}}, f"Begin at {show(theirs[1])} too."),
            change(q, {"trigger": {"low": ours[1]}}, f"Begin at {show(ours[1])} too."),
            *move_apart(p, q, meeting, day.drugs),
            *move_apart(q, p, meeting, day.drugs),
            withdraw(p, day.drugs),
            withdraw(q, day.drugs),
        ],
        resolver=BY_RULE,
        lower={"apart": abs(ours[1] - theirs[1])},
        exact={"measure": ours[0]},
    )
    yield replace(finding, replaces=others_of(finding.ids, found))


RULE = Rule(
    code="CF06",
    type="flare-inconsistency",
    version="1",
    source="The project's own rule; flare plans of NHS and VA self-management leaflets",
    fhir=(),
    told="both authors; the lead when critical",
    resolver="psychology and physiotherapy; of a hard limit its author and the physicians",
    documentation=__doc__ or "",
    find=find,
    stage=3,
)
