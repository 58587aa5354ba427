"""Decide whether an activity places a restricted load on a restricted part of the body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.conflicts.statement import Statement
from service.conflicts.taxonomy import LIMBS_AND_SPINE, WHOLE_BODY, Demand, Taxonomy


@dataclass(frozen=True, slots=True)
class Met:
    """Hold the demand that meets a load, and whether it is stated only on a larger region."""

    demand: Demand
    coarse: bool

    @property
    def definite(self) -> bool:
        """Say whether the load cannot be avoided and lies in the very region."""
        return self.demand.inherent and not self.coarse


def lies_in(body: Taxonomy, demand: Demand, region: str) -> bool | None:
    """Say whether a demand lies in a region (False), coarsely (True), or not at all (None)."""
    if demand.region in body.region_down[region]:
        return False
    if demand.region not in body.region_up[region]:
        return None
    carried = demand.load in body.transmitted and (
        demand.region in LIMBS_AND_SPINE or (demand.load == "xload" and demand.region == WHOLE_BODY)
    )
    return not carried


def meets(
    body: Taxonomy, demands: Iterable[Demand], load: str, region: str, level: int
) -> Met | None:
    """Give the demand that meets a load best; each is judged by itself."""
    best: Met | None = None
    for demand in demands:
        if demand.load != load or demand.level < level:
            continue
        coarse = lies_in(body, demand, region)
        if coarse is None:
            continue
        met = Met(demand, coarse)
        if best is None or (met.definite, demand.level) > (best.definite, best.demand.level):
            best = met
    return best


def off_the_leg(p: Statement, n: Statement, load: str) -> bool:
    """Say whether crutches keep the weight off the one leg that may not bear any."""
    return (
        load == "wb"
        and p.just_crutches
        and "weight-bearing" not in p.dose
        and n.side is not None
        and not n.caps
    )


def demand_on(body: Taxonomy, p: Statement, n: Statement, *, widened: bool) -> Met | None:
    """Give how p meets the load that n restricts; a capped load is met at any level."""
    target = n.load_target or n.reading
    if target is None or off_the_leg(p, n, target.load):
        return None
    level = 1 if n.caps else target.min_level
    return meets(body, p.demands(widened=widened), target.load, target.region, level)
