"""Decide whether two statements meet: the same time, setting, side and part of the body."""

from __future__ import annotations

from dataclasses import dataclass

from service.conflicts.facts import Context
from service.conflicts.statement import Statement
from service.conflicts.taxonomy import TRAINING, Taxonomy


@dataclass(frozen=True, slots=True)
class Meeting:
    """Hold where two statements overlap: from when to when, and in which context."""

    start: int
    end: int
    context: Context
    provisional: bool
    relation: str


EVERYWHERE = Context()


def allen(p: tuple[int, int], n: tuple[int, int]) -> str:
    """Name how one overlapping interval lies to another, in Allen's words."""
    if p == n:
        return "equals"
    if p[0] == n[0]:
        return "starts" if p[1] < n[1] else "started-by"
    if p[1] == n[1]:
        return "finishes" if p[0] > n[0] else "finished-by"
    if p[0] < n[0]:
        return "overlaps" if p[1] < n[1] else "contains"
    return "during" if p[1] < n[1] else "overlapped-by"


def interval(p: Statement, n: Statement, as_of: int) -> tuple[int, int] | None:
    """Give the days on which both hold, unless there are none or they are over."""
    start = max(p.start, n.start)
    end = min(p.end, n.end)
    return None if start >= end or end <= as_of else (start, end)


def is_provisional(start: int, *sides: Statement) -> bool:
    """Say whether the overlap lies wholly after a planned end that nobody has recorded."""
    return any(start >= side.provisional_from for side in sides)


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str] | None:
    if not one or not other:
        return one or other
    return (one & other) or None


def contexts(p: Statement, n: Statement, *, split_phase: bool) -> Context | None:
    """Intersect the contexts; None where they exclude each other."""
    if p.context == EVERYWHERE and n.context == EVERYWHERE:
        return EVERYWHERE
    if split_phase:
        pairs = [_both(one, other) for one, other in zip(p.phases, n.phases, strict=True)]
        if pairs[0] is None or pairs[1] is None:
            return None
        phase: frozenset[str] | None = pairs[0] | pairs[1]
    else:
        phase = _both(p.context.phase, n.context.phase)
    rest = [_both(one, other) for one, other in zip(p.facets, n.facets, strict=True)]
    if phase is None or rest[0] is None or rest[1] is None or rest[2] is None:
        return None
    return Context(phase, rest[0], rest[1], rest[2])


def phase_context(p: Statement, n: Statement) -> Context | None:
    """Intersect the phases alone, as two facets (drugs and conditions against activities)."""
    pairs = [_both(one, other) for one, other in zip(p.phases, n.phases, strict=True)]
    if pairs[0] is None or pairs[1] is None:
        return None
    return Context(phase=pairs[0] | pairs[1])


def sides_meet(one: str | None, other: str | None) -> bool:
    """Say whether two sides can be the same: only left against right cannot."""
    return one is None or other is None or one == other


def routes_meet(p: Statement, n: Statement) -> bool:
    """Say whether two medications can be the same by route."""
    if p.kind != "medication" or n.kind != "medication":
        return True
    if p.medication is None or n.medication is None:
        return True
    one, other = p.medication.route, n.medication.route
    return one is None or other is None or one == other


def worked_parts_meet(body: Taxonomy, p: Statement, n: Statement) -> bool:
    """Say whether a positive works on the part a restriction names.

    The part that is treated need not be the part that is loaded, so either will do. Where the
    restriction names a way of training, an unset part means what the activity works on.
    """
    if n.region is None:
        return True
    if p.region is None:
        if not p.region_stated and n.action in TRAINING and p.worked_regions:
            return any(body.regions_meet(part, n.region) for part in p.worked_regions)
        return True
    return body.regions_meet(p.region, n.region) or any(
        body.regions_meet(part, n.region) for part in p.worked_regions
    )


def against_negative(
    body: Taxonomy, p: Statement, n: Statement, as_of: int, *, parts_met: bool = False
) -> Meeting | None:
    """Decide scope between a positive or permit and what restricts it.

    `parts_met` is for a demand that meets the restricted load: it settles the part of the body.
    """
    days = interval(p, n, as_of)
    if days is None or not sides_meet(p.worked_side, n.worked_side) or not routes_meet(p, n):
        return None
    if not parts_met and not worked_parts_meet(body, p, n):
        return None
    context = contexts(p, n, split_phase=True)
    return None if context is None else _meeting(days, context, p, n)


def between_two(
    body: Taxonomy,
    p: Statement,
    q: Statement,
    as_of: int,
    *,
    parts_met: bool = False,
    any_phase: bool = False,
) -> Meeting | None:
    """Decide scope between two statements of which neither is negative."""
    days = interval(p, q, as_of)
    if days is None or not sides_meet(p.side, q.side) or not routes_meet(p, q):
        return None
    if not parts_met and not body.regions_meet(p.region, q.region):
        return None
    if any_phase:
        rest = [_both(one, other) for one, other in zip(p.facets, q.facets, strict=True)]
        if rest[0] is None or rest[1] is None or rest[2] is None:
            return None
        phase = p.context.phase & q.context.phase
        return _meeting(days, Context(phase, rest[0], rest[1], rest[2]), p, q)
    context = contexts(p, q, split_phase=False)
    return None if context is None else _meeting(days, context, p, q)


def between_restrictions(body: Taxonomy, n: Statement, m: Statement, as_of: int) -> Meeting | None:
    """Decide scope between two restrictions."""
    days = interval(n, m, as_of)
    if days is None or not sides_meet(n.side, m.side) or not routes_meet(n, m):
        return None
    context = contexts(n, m, split_phase=True)
    if context is None or not body.regions_meet(n.region, m.region):
        return None
    return _meeting(days, context, n, m)


def _meeting(days: tuple[int, int], context: Context, p: Statement, n: Statement) -> Meeting:
    return Meeting(
        days[0],
        days[1],
        context,
        is_provisional(days[0], p, n),
        allen((p.start, p.end), (n.start, n.end)),
    )


def _excludes(one: Statement, other: Statement) -> bool:
    return bool(one.exclude) and not one.exclude.isdisjoint(other.up)


def excepted(p: Statement, n: Statement) -> bool:
    """Say whether one of two names the other as what it is an exception to."""
    return (p.in_force and n.id in p.exception_to) or (n.in_force and p.id in n.exception_to)


def exempt(p: Statement, n: Statement) -> bool:
    """Say whether two statements were made knowing of each other, or one leaves the other out."""
    return excepted(p, n) or _excludes(p, n) or _excludes(n, p)


def exempt_from_cap(p: Statement, permit: Statement) -> bool:
    """Say the same of a permit that caps: what it leaves out of itself does not lift its cap."""
    return excepted(p, permit) or _excludes(p, permit)


def alternatives(p: Statement, q: Statement) -> bool:
    """Say whether one in force is written as the alternative to the other."""
    return (p.in_force and q.id in p.alternative_to) or (q.in_force and p.id in q.alternative_to)


def parts(p: Statement, q: Statement) -> bool:
    """Say whether one in force is written as a part of the other."""
    return (p.in_force and q.id in p.part_of) or (q.in_force and p.id in q.part_of)
