"""Hold one statement as it stands on one day, with all that the rules ask of it worked out.

A job demand becomes a statement too: it asks like a `require` does, at work.
"""

from __future__ import annotations

from service.conflicts.facts import (
    OPEN_END,
    OPEN_START,
    STANCES,
    Author,
    Context,
    Dose,
    JobDemand,
    LoadTarget,
    Medication,
    Recommendation,
)
from service.conflicts.tables import Tables
from service.conflicts.taxonomy import WHOLE_BODY, AsLoad, CountsAs, Demand, Taxonomy
from service.conflicts.units import above, factor

BASE_PHASES = frozenset({"baseline", "flare"})
EVENT_PHASES = frozenset({"post-op", "post-injection", "acute"})
NOTHING: frozenset[str] = frozenset()
UNBOUNDED = float("inf")


class Statement:
    """Know one statement's stance, coverage, demands, doses, side, place and interval."""

    __slots__ = (
        "_all_demands",
        "_demands",
        "_reach",
        "action",
        "alternative_to",
        "author",
        "body",
        "caps",
        "context",
        "counted",
        "dose",
        "end",
        "exception_to",
        "exclude",
        "facets",
        "figures",
        "hard",
        "id",
        "in_force",
        "kind",
        "load_target",
        "medication",
        "part_of",
        "phases",
        "progresses",
        "provisional_from",
        "quantifier",
        "reading",
        "rec",
        "region",
        "region_stated",
        "side",
        "source",
        "stance",
        "start",
        "strength",
        "suggested",
        "term", "texts",
        "up",
        "version",
    )  # fmt: skip

    def __init__(self, source: Recommendation | JobDemand, body: Taxonomy, drugs: Tables) -> None:
        self.source = source
        self.body = body
        self.id = source.id
        self.dose: dict[str, Dose] = {dose.dimension: dose for dose in source.dose}
        self.start = OPEN_START
        self.end = OPEN_END
        self.provisional_from = OPEN_END
        self.in_force = False
        # What has been worked out of it before, since it is asked for again and again.
        self.texts: dict[str, str] = {}
        self.figures: dict[str, float] = {}
        self.rec = source if isinstance(source, Recommendation) else None
        self._demands: tuple[Demand, ...] | None = None
        self._all_demands: tuple[Demand, ...] | None = None
        self._reach: frozenset[str] | None = None
        if isinstance(source, Recommendation):
            self._from_recommendation(source)
        else:
            self._from_job_demand(source)
        self._place(source, drugs)

    def _from_recommendation(self, rec: Recommendation) -> None:
        self.kind = rec.kind
        self.version: int | None = rec.version
        self.author: Author | None = rec.author
        self.stance = rec.stance
        self.hard = rec.hard
        self.suggested = rec.coding_status == "suggested"
        self.progresses = rec.progression != "none"
        self.context = rec.context
        self.exclude = frozenset(rec.exclude_actions)
        self.exception_to = frozenset(rec.exception_to)
        self.alternative_to = frozenset(rec.alternative_to)
        self.part_of = frozenset(rec.part_of)
        self.medication: Medication | None = rec.medication
        default = "all" if rec.stance == "permit" and rec.kind != "work-capacity" else "some"
        self.quantifier = rec.quantifier or default
        self.start, self.end = rec.start, rec.end

    def _from_job_demand(self, demand: JobDemand) -> None:
        self.kind = "job_demand"
        self.version = None
        self.author = None
        self.stance = "require"
        self.hard = self.suggested = self.progresses = False
        self.context = Context(setting=frozenset({"work"}))
        self.exclude = self.exception_to = self.alternative_to = self.part_of = NOTHING
        self.medication = None
        self.quantifier = "some"

    def _place(self, source: Recommendation | JobDemand, drugs: Tables) -> None:
        """Look the codes up; one that is unknown matches nothing."""
        body = self.body
        self.strength = STANCES[self.stance]
        action = source.action
        rec = self.rec
        target = rec.load_target if rec else None
        if action is None and target is None and self.kind == "work-capacity":
            action = "work"
        self.action = action if action in body.activities else None
        self.load_target: LoadTarget | None = None
        if target and target.load in body.loads and target.region in body.region_up:
            self.load_target = target
        drug = self.medication.drug_class if self.medication else None
        known_drug = drug if drug in drugs.drug_up else None
        self.term = known_drug if self.kind == "medication" else self.action
        # Everything this is or is a kind of: activities, and the classes of a drug.
        self.up = body.up[self.action] if self.action else NOTHING
        if self.kind == "medication" and known_drug:
            self.up = self.up | drugs.drug_up[known_drug]
        self.region_stated = source.body_region is not None
        self.region = None if source.body_region == WHOLE_BODY else source.body_region
        side = rec.laterality if rec else None
        self.side = side if side in ("left", "right") else None
        self.caps = {name: dose for name, dose in self.dose.items() if dose.high is not None}
        if self.strength > 0 or (self.kind == "job_demand"):
            self.caps = {}
        self.reading: AsLoad | None = None
        if self.strength < 0 and not self.caps and self.action:
            self.reading = body.as_load.get(self.action)
        ctx = self.context
        self.phases = (ctx.phase & BASE_PHASES, ctx.phase & EVENT_PHASES)
        self.facets = (ctx.setting, ctx.supervision, ctx.aid)
        self.counted = self._count() if self.strength >= 0 and self.action else {}

    def _count(self) -> dict[str, CountsAs]:
        """Give what a dose makes of the activity: long sitting is prolonged sitting too."""
        counted: dict[str, CountsAs] = {}
        for row in self.body.counting.get(self.action or "", ()):
            dose = self.dose.get(row.dimension)
            if dose is None:
                continue
            value = dose.high if dose.high is not None else dose.low
            into = factor(dose.unit, row.unit)
            if value is None or into is None or not above(value * into, row.above):
                continue
            for code in self.body.up[row.as_]:
                if code not in self.up and (code not in counted or counted[code].typical):
                    counted[code] = row
        return counted

    @property
    def label(self) -> str:
        """Give the plain name of what the statement is about."""
        return self.body.label(self.action)

    @property
    def discipline(self) -> str | None:
        """Give the author's discipline."""
        return self.author.discipline if self.author else None

    @property
    def says_all(self) -> bool:
        """Say whether `all` is written, not only the default of a permit."""
        return self.quantifier == "all" and self.rec is not None and self.rec.quantifier == "all"

    @property
    def worked_side(self) -> str | None:
        """Give the side against a restriction: an activity of both sides has none."""
        return None if self.action in self.body.both_sides else self.side

    @property
    def worked_regions(self) -> frozenset[str]:
        """Give the regions the activity works on, whatever part is treated."""
        return self.body.worked_regions[self.action] if self.action else NOTHING

    @property
    def just_crutches(self) -> bool:
        """Say whether it is done on crutches and no other way."""
        return self.context.aid == frozenset({"crutches"})

    def reach(self) -> frozenset[str]:
        """Give the activities below this one that are not excepted, itself included."""
        if self._reach is None:
            below = self.body.down[self.action] if self.action else NOTHING
            self._reach = frozenset(
                code for code in below if not (self.body.up[code] & self.exclude)
            )
        return self._reach

    def demands(self, *, widened: bool = False) -> tuple[Demand, ...]:
        """Give the demands at the stated dose; with `all`, those of every activity meant.

        A written `all` always widens; the default of a permit only where the rule says so.
        """
        if self.says_all or (widened and self.quantifier == "all"):
            if self._all_demands is None:
                own = self._dosed(self.body.demands[self.action]) if self.action else ()
                below = (
                    demand
                    for code in sorted(self.reach() - {self.action})
                    for demand in self._dosed(self.body.demands[code])
                )
                self._all_demands = tuple(dict.fromkeys((*own, *below)))
            return self._all_demands
        if self._demands is None:
            self._demands = self._dosed(self.body.demands[self.action]) if self.action else ()
        return self._demands

    def _dosed(self, demands: tuple[Demand, ...]) -> tuple[Demand, ...]:
        """Set the levels that a stated dose settles; it adds no demand."""
        if not self.dose:
            return demands
        kg = self._stated("load", "kg")
        percent = self._stated("weight-bearing", "%")
        carried = self._stated("weight-bearing", "kg")
        degrees = self._stated("rom", "deg")
        if kg is None and percent is None and carried is None and degrees is None:
            return demands
        result = []
        for demand in demands:
            level = demand.level
            if demand.load == "xload" and kg is not None:
                level = 1 if above(5, kg) else 3 if above(kg, 20) else 2
            elif demand.load == "wb" and percent is not None:
                if percent <= 0:
                    continue
                level = 1 if above(50, percent) else level if above(percent, 100) else 2
            elif demand.load == "wb" and carried is not None:
                if carried <= 0:
                    continue
                level = level if above(carried, 30) else 1
            elif degrees is not None:
                level = self._rom_level(demand, degrees)
            result.append(
                demand
                if level == demand.level
                else Demand(demand.load, demand.region, level, demand.inherent, demand.action)
            )
        return tuple(result)

    def _rom_level(self, demand: Demand, degrees: float) -> int:
        bounds = self.body.rom_levels.get((demand.load, demand.region))
        if bounds is None or not self.body.regions_meet(demand.region, self.region):
            return demand.level
        first, second = bounds
        if not above(degrees, first):
            return 1
        if second is None:
            return demand.level
        return 3 if above(degrees, second) else 2

    def _stated(self, dimension: str, unit: str) -> float | None:
        dose = self.dose.get(dimension)
        if dose is None:
            return None
        value = dose.high if dose.high is not None else dose.low
        into = factor(dose.unit, unit)
        return None if value is None or into is None else value * into

    def asked(self, dose: Dose) -> tuple[float | None, float]:
        """Give the range that is asked: its low end, and how far it may go.

        A missing high is the low, unless the dose is meant to grow: then it has no bound.
        """
        if dose.high is not None:
            return dose.low, dose.high
        assert dose.low is not None
        return dose.low, UNBOUNDED if self.progresses else dose.low
