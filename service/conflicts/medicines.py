"""Answer what the drug rules ask: classes, routes, protective medicines, laboratory values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.conflicts.day import Day
from service.conflicts.facts import OPEN_END, OPEN_START, Observation
from service.conflicts.finding import TIER_ORDER, Mention, Overlap
from service.conflicts.meeting import is_provisional
from service.conflicts.statement import Statement
from service.conflicts.tables import DrugCondition, DrugDrug
from service.conflicts.tiers import Tier


def is_of(drug: Statement, drug_class: str) -> bool:
    """Say whether a medicine is of a class or of one below it."""
    return drug.term is not None and drug_class in drug.up


def by_route(drug: Statement, routes: frozenset[str]) -> bool:
    """Say whether a row holds for the route; an unstated route may be any."""
    route = drug.medication.route if drug.medication else None
    return not routes or route is None or route in routes


def protected(day: Day, drug_class: str, start: int, end: int) -> bool:
    """Say whether one protective medicine in force covers all of an overlap that is still ahead."""
    first = max(start, day.as_of)
    return any(
        item.strength > 0
        and item.in_force
        and is_of(item, drug_class)
        and item.start <= first
        and item.end >= end
        and item.provisional_from >= end
        for item in day.medicines
    )


def mitigate(
    day: Day, tier: Tier, row: DrugCondition | DrugDrug, overlap: Overlap
) -> tuple[Tier, bool]:
    """Lower a tier where a protective medicine is taken; say whether one could still be added."""
    by, lowered = row.mitigated_by, row.mitigated_tier
    if by is None or lowered is None:
        return tier, False
    if not protected(day, by, overlap.start, overlap.end):
        return tier, TIER_ORDER[tier.name] < TIER_ORDER[lowered]
    because = f"{day.drugs.drug_label(by)} is taken all the while"
    return tier.at_most(lowered, because[:1].upper() + because[1:]), False


@dataclass(frozen=True, slots=True)
class Lab:
    """Hold the value that counts today, and whether it is old."""

    observation: Observation
    lapsed: bool


def counting(day: Day, code: str) -> Lab | None:
    """Give the newest value that counts; one in another unit is passed over and noted."""
    rule = day.drugs.observations[code]
    dated = [
        (item.day, place, item)
        for place, item in enumerate(day.facts.observations)
        if item.code == code and item.day <= day.as_of
    ]
    for when, _, item in sorted(dated, key=lambda row: row[:2], reverse=True):
        if item.unit not in rule.units:
            day.note("incomparable-units", item.id)
            continue
        if day.as_of - when <= rule.days:
            return Lab(item, False)
        return Lab(item, True) if item.value < rule.keeps_below else None
    return None


def overlap_with(day: Day, drug: Statement, start: int, end: int) -> Overlap | None:
    """Give the days on which a medicine meets a fact, unless there are none or they are over."""
    first, last = max(drug.start, start), min(drug.end, end)
    return None if first >= last or last <= day.as_of else Overlap(first, last, None)


def provisional(overlap: Overlap, *drugs: Statement) -> bool:
    """Say whether an overlap begins only after a planned end that may yet be recorded."""
    return is_provisional(overlap.start, *drugs)


def patient(age: int) -> Mention:
    """Name the patient's age as what decided."""
    return Mention("patient", "patient", None, None, f"The patient is {age} or older.")


def groups(items: Sequence[Statement]) -> list[list[Statement]]:
    """Gather statements that are written as alternatives to each other."""
    by_id = {item.id: item for item in items}
    linked: dict[str, set[str]] = {}
    for item in items:
        for other in item.alternative_to if item.in_force else ():
            if other in by_id:
                linked.setdefault(item.id, set()).add(other)
                linked.setdefault(other, set()).add(item.id)
    gathered = []
    taken: set[str] = set()
    for item in items:
        if item.id in taken:
            continue
        waiting, together = [item.id], []
        while waiting:
            code = waiting.pop()
            if code not in taken:
                taken.add(code)
                together.append(by_id[code])
                waiting += linked.get(code, ())
        gathered.append(together)
    return gathered


ALWAYS = (OPEN_START, OPEN_END)
