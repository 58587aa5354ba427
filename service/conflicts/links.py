"""Check what the items of a plan document say of each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from service.conflicts.facts import Facts
from service.conflicts.reader import BadDocument


class HasId(Protocol):
    """Have an id."""

    @property
    def id(self) -> str:
        """Name the item."""


def refuse_cycles(links: Mapping[str, tuple[str, ...]], at: Callable[[str], str]) -> None:
    """Refuse links that lead back to where they began."""
    settled: set[str] = set()
    for first in links:
        trail: list[tuple[str, int]] = [(first, 0)]
        on_way = {first}
        while trail:
            node, index = trail.pop()
            targets = links.get(node, ())
            if node in settled or index >= len(targets):
                settled.add(node)
                on_way.discard(node)
                continue
            trail.append((node, index + 1))
            target = targets[index]
            if target in on_way:
                raise BadDocument(at(node), "cycle")
            if target in links and target not in settled:
                trail.append((target, 0))
                on_way.add(target)


def check_links(facts: Facts) -> None:
    """Refuse ids that stand twice, unknown prerequisites, and cycles."""
    seen: set[str] = {"patient"}
    groups: dict[str, Sequence[HasId]] = {
        "recommendations": facts.recommendations,
        "goals": facts.goals,
        "milestones": facts.milestones,
        "preferences": facts.preferences,
        "conditions": facts.conditions,
        "allergies": facts.allergies,
        "observations": facts.observations,
        "job_demands": facts.job_demands,
        "events": facts.events,
        "appointments": facts.appointments,
    }
    if facts.capacity is not None:
        seen.add(facts.capacity.id)
    for key, items in groups.items():
        for index, item in enumerate(items):
            if item.id in seen:
                raise BadDocument(f"/{key}/{index}/id", "stands-twice")
            seen.add(item.id)
    steps = {item.id: index for index, item in enumerate(facts.milestones)}
    for step in facts.milestones:
        for index, needed in enumerate(step.requires):
            if needed not in steps:
                pointer = f"/milestones/{steps[step.id]}/requires/{index}"
                raise BadDocument(pointer, "unknown-reference")
    refuse_cycles(
        {item.id: item.requires for item in facts.milestones},
        lambda code: f"/milestones/{steps[code]}/requires",
    )
    places = {item.id: index for index, item in enumerate(facts.recommendations)}
    refuse_cycles(
        {item.id: item.supersedes for item in facts.recommendations},
        lambda code: f"/recommendations/{places[code]}/supersedes",
    )
