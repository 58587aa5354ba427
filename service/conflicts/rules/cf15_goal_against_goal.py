"""Two colleagues set targets for one measure that cannot both be reached.

Fires when two active goals of different owners on one measure, in force on the same days, have
targets that do not meet, unless CF07 says so already. Targets in stages are no contradiction: one
direction, and the later due date asks for more of it. Units that cannot be compared are listed as
not checked.

Example: physiotherapy aims at 8000 to 10000 steps a day, psychology at 3000 to 4000, by the same
date. Silent where the lower target is due first, as a stage on the way.

Tier: warning.
Told: the owners of both goals. Resolves: the lead.
FHIR: our own code alone. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import summarize, who
from service.conflicts.facts import OPEN_END, Goal
from service.conflicts.finding import Dimension, Finding, Material, Overlap, Repair
from service.conflicts.goals import describe, put_aside, target, together
from service.conflicts.repairs import by
from service.conflicts.rule import Report, Rule, authored
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, factor, tidy


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two goals on one measure."""
    for one, other, overlap in together(day):
        if {one.direction, other.direction} == {"increase", "decrease"}:
            continue
        if not has_target(one) or not has_target(other) or one.owner.id == other.owner.id:
            continue
        into = factor(one.unit or "1", other.unit or "1")
        if into is None:
            day.note("incomparable-units", one.id, other.id)
        elif (gap := apart(one, other, into)) > 0 and not staged(one, other, into):
            yield from report(one, other, overlap, into, tidy(gap))


def has_target(goal: Goal) -> bool:
    """Say whether a goal names what it aims at."""
    return goal.low is not None or goal.high is not None


def apart(one: Goal, other: Goal, into: float) -> float:
    """Give how far two targets lie apart, in the unit of the second; 0 where they meet."""
    if one.high is not None and other.low is not None and above(other.low, one.high * into):
        return other.low - one.high * into
    if other.high is not None and one.low is not None and above(one.low * into, other.high):
        return one.low * into - other.high
    return 0.0


def staged(one: Goal, other: Goal, into: float) -> bool:
    """Say whether the goal with the later of two due days asks for more of what both want."""
    if one.direction != other.direction or one.direction not in ("increase", "decrease"):
        return False
    if one.due == other.due or OPEN_END in (one.due, other.due):
        return False
    higher_is_later = is_higher(one, other, into) == (one.due > other.due)
    return higher_is_later == (one.direction == "increase")


def is_higher(one: Goal, other: Goal, into: float) -> bool:
    """Say whether the first target lies wholly above the second."""
    return one.low is not None and other.high is not None and above(one.low * into, other.high)


def take_over(goal: Goal, from_: Goal) -> Repair:
    """Offer to take over the other's target."""
    patch = {"target": {"low": from_.low, "high": from_.high, "unit": from_.unit}}
    return Repair(by(goal.owner), "goal", goal.id, patch, f"Agree on {target(from_)}.")


def report(one: Goal, other: Goal, overlap: Overlap, into: float, gap: float) -> Iterator[Finding]:
    """Report two targets that do not meet."""
    tier = settle(
        RULE.code,
        named("warning", "Two targets that do not meet"),
        sides=(),
        owners=(one.owner, other.owner),
    )
    if tier is None:
        return
    asked = tuple(None if value is None else tidy(value * into) for value in (one.low, one.high))
    yield Report(
        rule=RULE,
        tier=tier,
        summary=summarize(
            (who(one.owner), f"aims at {target(one)}"),
            (who(other.owner), f"aims at {target(other)} ({one.measure})"),
        ),
        mentions=[describe(one), describe(other)],
        why=[
            (
                f"Both goals are measured by “{one.measure}”: {target(one)} for one and "
                f"{target(other)} for the other, on the same days."
            )
        ],
        repairs=[take_over(one, other), take_over(other, one), put_aside(one), put_aside(other)],
        resolver=("lead",),
        told=authored(one.owner, other.owner),
        overlap=overlap,
        dimension=Dimension(
            one.measure or "", other.unit or "1", (asked[0], asked[1]), (other.low, other.high), gap
        ),
        material=Material(lower={"apart": gap}, exact={"unit": other.unit}),
    ).freeze()


RULE = Rule(
    code="CF15",
    type="goal-against-goal",
    version="1",
    source="The project's own rule",
    fhir=(),
    told="the owners of both goals",
    resolver="the lead",
    documentation=__doc__ or "",
    find=find,
    among=frozenset({"goals"}),
)
