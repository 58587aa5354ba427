"""Compare a dose with a cap, in the unit of the cap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from service.conflicts.facts import Dose
from service.conflicts.loads import lies_in
from service.conflicts.statement import UNBOUNDED, Statement
from service.conflicts.taxonomy import WHOLE_BODY, Demand, Taxonomy
from service.conflicts.units import above, factor

# From which kg, and from which percent of body weight, a level of the load begins.
BEGINS = {
    "load": ("xload", "kg", {2: 5.0, 3: 20.0}),
    "weight-bearing": ("wb", "%", {2: 50.0, 3: 100.0}),
}


class Excess(Enum):
    """Say how far a dose goes beyond a cap."""

    NONE = "none"
    PARTIAL = "partial"
    DEFINITE = "definite"
    INCOMPARABLE = "incomparable"
    NOT_STATED = "not-stated"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold what is asked, what is allowed, and by how much it is exceeded, in the cap's unit."""

    excess: Excess
    cap: Dose
    low: float | None
    high: float | None
    demand: Demand | None = None

    @property
    def over(self) -> float | None:
        """Give by how much the cap is exceeded; None where the dose has no bound or no figure."""
        if self.high is None or self.cap.high is None or self.high == UNBOUNDED:
            return None
        return self.high - self.cap.high


def limits(n: Statement) -> Iterator[Dose]:
    """Give the caps of a statement that limit anything."""
    for dimension, cap in n.caps.items():
        if dimension == "weight-bearing" and cap.unit == "%" and (cap.high or 0.0) >= 100:
            continue
        yield cap


def compare(body: Taxonomy, p: Statement, n: Statement, cap: Dose) -> Comparison:
    """Compare what p asks with what a cap of n leaves."""
    assert cap.high is not None
    dose = p.dose.get(cap.dimension)
    if dose is None and cap.dimension == "load" and "load-rel" in p.dose:
        # A share of an unknown maximum is a dose, but says nothing in kilograms.
        return Comparison(Excess.INCOMPARABLE, cap, None, None)
    if dose is None:
        demand = _implied(body, p, n, cap)
        return Comparison(
            Excess.NOT_STATED if demand is None else Excess.PARTIAL, cap, None, None, demand
        )
    into = factor(dose.unit, cap.unit)
    if into is None:
        return Comparison(Excess.INCOMPARABLE, cap, dose.low, dose.high)
    asked_low, asked_high = p.asked(dose)
    low = None if asked_low is None else asked_low * into
    high = asked_high * into
    if low is not None and above(low, cap.high):
        excess = Excess.DEFINITE
    elif above(high, cap.high):
        excess = Excess.PARTIAL
    else:
        excess = Excess.NONE
    return Comparison(excess, cap, low, high)


def _implied(body: Taxonomy, p: Statement, n: Statement, cap: Dose) -> Demand | None:
    """Give the demand by which an activity without a dose is still above a cap."""
    known = BEGINS.get(cap.dimension)
    if known is None or cap.high is None:
        return None
    load, unit, levels = known
    into = factor(cap.unit, unit)
    if into is None or (load == "wb" and p.just_crutches):
        return None
    region = n.load_target.region if n.load_target else n.region or WHOLE_BODY
    if region not in body.region_up:
        region = WHOLE_BODY
    for demand in p.demands():
        begins = levels.get(demand.level)
        if demand.load != load or not demand.inherent or begins is None:
            continue
        if lies_in(body, demand, region) is not None and not above(cap.high * into, begins):
            return demand
    return None


def bears(p: Statement, cap: Dose) -> bool:
    """Say whether an activity demands at all what a cap on kilograms or weight bearing limits."""
    known = BEGINS.get(cap.dimension)
    return known is None or any(demand.load == known[0] for demand in p.demands())
