"""Know activities, the loads they place on the body, and the regions of the body.

Everything a rule asks for again and again is worked out once, when the file is loaded: what lies
above and below each code, which demands an activity has after inheritance, and which regions an
activity works on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from service.conflicts.knowledge import closure, inverse, load, require

WHOLE_BODY = "whole-body"
LIMBS_AND_SPINE = frozenset({"upper-limb", "lower-limb", "spine"})
# A restriction on one of these names a way of training; the part it names is the part trained.
TRAINING = frozenset(
    {"exercise", "resistance", "isometric", "mobility", "motor-control", "physical-activity"}
)
_DEMAND = re.compile(r"([a-z]+)@([a-z-]+):([0-3])([it]?)")


@dataclass(frozen=True, slots=True)
class Activity:
    """Name one activity and its place in the taxonomy."""

    code: str
    label: str
    is_a: tuple[str, ...]
    icf: str | None


@dataclass(frozen=True, slots=True)
class Demand:
    """Say that an activity places a load on a region, how much, and whether it can be avoided."""

    load: str
    region: str
    level: int
    inherent: bool
    action: str


@dataclass(frozen=True, slots=True)
class CountsAs:
    """Say from which dose on an activity is also another one (sitting becomes prolonged)."""

    of: str
    as_: str
    dimension: str
    above: float
    unit: str
    typical: bool


@dataclass(frozen=True, slots=True)
class AsLoad:
    """Read a restriction on an activity as a restriction on the load it stands for."""

    load: str
    region: str
    min_level: int


@dataclass(frozen=True, slots=True)
class Opposed:
    """Hold two activities that undo each other: the first quiets, the second moves."""

    quiets: str
    moves: str


@dataclass(frozen=True)
class Taxonomy:
    """Answer what an activity is, what it demands, and which regions contain which."""

    version: str
    activities: dict[str, Activity]
    up: dict[str, frozenset[str]]
    down: dict[str, frozenset[str]]
    regions: dict[str, tuple[str, str | None]]
    region_up: dict[str, frozenset[str]]
    region_down: dict[str, frozenset[str]]
    loads: dict[str, str]
    levels: dict[str, tuple[str, ...]]
    demands: dict[str, tuple[Demand, ...]]
    worked_regions: dict[str, frozenset[str]]
    opposing_regions: dict[str, frozenset[str]]
    both_sides: frozenset[str]
    passive: frozenset[str]
    as_load: dict[str, AsLoad]
    counts_as: tuple[CountsAs, ...]
    counting: dict[str, tuple[CountsAs, ...]]
    opposed: tuple[Opposed, ...]
    opposed_except: tuple[Opposed, ...]
    rom_levels: dict[tuple[str, str], tuple[float, float | None]]
    transmitted: frozenset[str]

    def label(self, code: str | None) -> str:
        """Give the plain name of an activity, in the middle of a sentence."""
        if code is None:
            return "this"
        activity = self.activities.get(code)
        return lower_first(activity.label) if activity else code

    def region_label(self, code: str) -> str:
        """Give the plain name of a region, in the middle of a sentence."""
        region = self.regions.get(code)
        return lower_first(region[0]) if region else code

    def regions_meet(self, one: str | None, other: str | None) -> bool:
        """Say whether two regions can be the same part: one is unset, or part of the other."""
        if one is None or other is None or WHOLE_BODY in (one, other):
            return True
        return other in self.region_up.get(one, ()) or one in self.region_up.get(other, ())

    def path(self, code: str, above: str) -> tuple[str, ...]:
        """Give the shortest way up from one activity to another, both included."""
        ways: list[tuple[str, ...]] = [(code,)]
        while ways:
            way = ways.pop(0)
            if way[-1] == above:
                return way
            ways += [
                (*way, parent)
                for parent in self.activities[way[-1]].is_a
                if above in self.up[parent]
            ]
        return ()


def lower_first(label: str) -> str:
    """Put a label into a sentence: abbreviations and names keep their capitals."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def _parse_demands(code: str, texts: list[str], known: tuple[set[str], set[str]]) -> list[Demand]:
    demands = []
    for text in texts:
        match = _DEMAND.fullmatch(text)
        require(match is not None, f"{code}: {text} is not a demand")
        assert match is not None
        load_code, region, level, mark = match.groups()
        require(load_code in known[0], f"{code}: load {load_code} is unknown")
        require(region in known[1], f"{code}: region {region} is unknown")
        require((mark == "") == (level == "0"), f"{code}: {text} needs i or t, and 0 neither")
        demands.append(Demand(load_code, region, int(level), mark == "i", code))
    return demands


def _inherit(
    activities: dict[str, Activity], stated: dict[str, list[Demand]]
) -> dict[str, tuple[Demand, ...]]:
    """Give each activity its own demands and, for pairs it does not state, its parents'."""
    done: dict[str, tuple[Demand, ...]] = {}

    def of(code: str) -> tuple[Demand, ...]:
        if code not in done:
            own = {(demand.load, demand.region) for demand in stated[code]}
            best: dict[tuple[str, str, bool], Demand] = {}
            inherited = (d for parent in activities[code].is_a for d in of(parent))
            for demand in inherited:
                key = (demand.load, demand.region, demand.inherent)
                if key[:2] not in own and (key not in best or best[key].level < demand.level):
                    best[key] = demand
            kept = [demand for demand in stated[code] if demand.level > 0]
            done[code] = (*kept, *best.values())
        return done[code]

    for code in activities:
        of(code)
    return done


def _regions(demands: tuple[Demand, ...], *, skip: str, whole: frozenset[str]) -> frozenset[str]:
    """Give the regions of the demands from level 2; if this leaves none, of all demands."""
    strong = frozenset(
        demand.region
        for demand in demands
        if demand.level >= 2
        and demand.load != skip
        and (demand.region != WHOLE_BODY or demand.load in whole)
    )
    return strong or frozenset(demand.region for demand in demands)


@lru_cache(maxsize=1)
def taxonomy() -> Taxonomy:
    """Load the taxonomy and check that it holds together."""
    raw = load("activity_taxonomy.json")
    regions = {code: (row["label"], row["part_of"]) for code, row in raw["regions"].items()}
    region_up = closure(
        {code: (row[1],) if row[1] else () for code, row in regions.items()}, "regions"
    )
    require(
        all(WHOLE_BODY in above for above in region_up.values()), "a region outside the whole body"
    )
    activities = {
        code: Activity(code, row["label"], tuple(row["is_a"]), row["icf"])
        for code, row in raw["activities"].items()
    }
    up = closure({code: activity.is_a for code, activity in activities.items()}, "activities")
    down = inverse(up)
    known = (set(raw["loads"]), set(regions))
    stated = {
        code: _parse_demands(code, row["demands"], known) for code, row in raw["activities"].items()
    }
    demands = _inherit(activities, stated)

    def listed(codes: list[str], where: str) -> list[str]:
        for code in codes:
            require(code in activities, f"{where}: activity {code} is unknown")
        return codes

    both = listed(raw["both_sides"], "both_sides")
    as_load = {code: AsLoad(*row) for code, row in raw["as_load"].items()}
    listed(list(as_load), "as_load")
    for row in as_load.values():
        require(row.load in known[0] and row.region in known[1], "as_load: unknown load or region")
    counts = tuple(
        CountsAs(
            row["of"],
            row["as"],
            row["dimension"],
            float(row["above"]),
            row["unit"],
            bool(row.get("typical", False)),
        )
        for row in raw["counts_as"]
    )
    listed([code for row in counts for code in (row.of, row.as_)], "counts_as")
    pairs = {
        key: tuple(Opposed(*listed(row, key)) for row in raw[key])
        for key in ("opposed", "opposed_except")
    }
    rom: dict[tuple[str, str], tuple[float, float | None]] = {}
    for key, bounds in raw["rom_levels"].items():
        load_code, _, region = key.partition("@")
        require(load_code in known[0] and region in known[1], f"rom_levels: {key} is unknown")
        rom[(load_code, region)] = (bounds[0], bounds[1])
    require(set(raw["transmitted"]) <= known[0], "transmitted: unknown load")
    passive = down["passive"]
    none: frozenset[str] = frozenset()
    return Taxonomy(
        version=raw["version"],
        activities=activities,
        up=up,
        down=down,
        regions=regions,
        region_up=region_up,
        region_down=inverse(region_up),
        loads=dict(raw["loads"]),
        levels={key: tuple(words) for key, words in raw["levels"].items()},
        demands=demands,
        worked_regions={
            code: none if code in passive else _regions(own, skip="", whole=frozenset({"xload"}))
            for code, own in demands.items()
        },
        opposing_regions={
            code: _regions(own, skip="wb", whole=frozenset({"xload", "vigil"}))
            for code, own in demands.items()
        },
        both_sides=frozenset(code for top in both for code in down[top]),
        passive=passive,
        as_load=as_load,
        counts_as=counts,
        counting={
            code: rows
            for code in activities
            if (rows := tuple(row for row in counts if row.of in up[code]))
        },
        opposed=pairs["opposed"],
        opposed_except=pairs["opposed_except"],
        rom_levels=rom,
        transmitted=frozenset(raw["transmitted"]),
    )
