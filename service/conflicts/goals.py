"""Answer what the rules ask of goals: which are active together, and what one says."""

from __future__ import annotations

from collections.abc import Iterator

from service.conflicts.day import Day
from service.conflicts.explain import author_dict, upper_first, who
from service.conflicts.facts import OPEN_END, Goal, iso
from service.conflicts.finding import Mention, Overlap, Repair
from service.conflicts.meeting import allen
from service.conflicts.repairs import by
from service.conflicts.units import show


def active(day: Day) -> list[Goal]:
    """Give the goals that count, in the order of their ids."""
    goals = [goal for goal in day.facts.goals if goal.status == "active"]
    return sorted(goals, key=lambda goal: goal.id)


def together(day: Day) -> Iterator[tuple[Goal, Goal, Overlap]]:
    """Give each two active goals on one measure whose days overlap and are not over."""
    goals = [goal for goal in active(day) if goal.measure is not None]
    for one, other in day.couples(goals):
        if one.measure != other.measure:
            continue
        start, end = max(one.start, other.start), min(one.due, other.due)
        if start < end and end > day.as_of:
            relation = allen((one.start, one.due), (other.start, other.due))
            yield one, other, Overlap(start, end, relation)


def target(goal: Goal) -> str:
    """Say what a goal aims at."""
    unit = f" {goal.unit}" if goal.unit else ""
    if goal.low is not None and goal.high is not None:
        return f"{show(goal.low)} to {show(goal.high)}{unit}"
    if goal.low is not None:
        return f"at least {show(goal.low)}{unit}"
    return f"at most {show(goal.high)}{unit}" if goal.high is not None else "no stated target"


def describe(goal: Goal) -> Mention:
    """Say a goal in one sentence."""
    due = f", due on {iso(goal.due)}" if goal.due < OPEN_END else ""
    aim = f" ({target(goal)})" if goal.low is not None or goal.high is not None else ""
    text = f"{upper_first(who(goal.owner))} has the goal “{goal.title}”{aim}{due}."
    return Mention("goal", goal.id, None, author_dict(goal.owner), text)


def put_aside(goal: Goal) -> Repair:
    """Offer to put a goal on hold."""
    return Repair(
        by(goal.owner), "goal", goal.id, {"status": "on-hold"}, f"Put “{goal.title}” on hold."
    )
