"""Two goals pull one measure in opposite directions.

Fires when two active goals on one measure, in force on the same days, are to increase and to
decrease it. To maintain opposes nothing.

Example: physiotherapy has the goal to increase daily steps, the physician to decrease them. Silent
where one of the two is to maintain them.

Tier: warning.
Told: the owners of both goals. Resolves: the lead.
FHIR: our own code alone. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import summarize, who
from service.conflicts.finding import Finding, Material, Overlap
from service.conflicts.goals import describe, put_aside, together
from service.conflicts.rule import Report, Rule, authored
from service.conflicts.tiers import named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two goals on one measure."""
    for one, other, overlap in together(day):
        if {one.direction, other.direction} != {"increase", "decrease"}:
            continue
        tier = settle(
            RULE.code,
            named("warning", "Two goals in opposite directions"),
            sides=(),
            owners=(one.owner, other.owner),
        )
        if tier is None:
            continue
        yield Report(
            rule=RULE,
            tier=tier,
            summary=summarize(
                (who(one.owner), f"wants to {one.direction} it: “{one.title}”"),
                (who(other.owner), f"to {other.direction} it: “{other.title}”"),
            ),
            mentions=[describe(one), describe(other)],
            why=[
                f"Both goals are measured by “{one.measure}”, in opposite directions.",
            ],
            repairs=[put_aside(one), put_aside(other)],
            resolver=("lead",),
            told=authored(one.owner, other.owner),
            overlap=Overlap(overlap.start, overlap.end, overlap.relation),
            material=Material(exact={"measure": one.measure}),
        ).freeze()


RULE = Rule(
    code="CF07",
    type="inverse-direction",
    version="1",
    source="The project's own rule",
    fhir=(),
    told="the owners of both goals",
    resolver="the lead",
    documentation=__doc__ or "",
    find=find,
    among=frozenset({"goals"}),
)
