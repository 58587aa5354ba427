"""Show for one finding how its sides come to meet: ways up the taxonomy, demands, a table's row.

The rules say so in sentences (`why`). Here the same is given as codes, worked out anew with the
functions the rules use, so that somebody who edits the knowledge sees which entry was decisive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import permutations
from typing import Any

from service.conflicts.coverage import covers
from service.conflicts.explain import coverage_sentence, level_words
from service.conflicts.facts import Facts, JobDemand, Recommendation
from service.conflicts.loads import Met, demand_on, meets
from service.conflicts.statement import Statement
from service.conflicts.tables import (
    Contraindication,
    DailyMaximum,
    DrugCondition,
    DrugDrug,
    Separation,
    tables,
)
from service.conflicts.taxonomy import WHOLE_BODY, Demand, taxonomy

Row = Contraindication | DailyMaximum | DrugCondition | DrugDrug | Separation
VIGIL = ("vigil", 2)
DRIVING = "driving"
# What a finding rests on is one statement's code being another's, or a kind of it.
BETWEEN_STATEMENTS = frozenset(
    {"CF01", "CF03", "CF04", "CF06", "CF08", "CF09", "CF10", "CF11", "CF12", "CF14", "CF16", "CF20"}
    | {"CF23", "CF25", "CF27", "CF29"}
)
LOADED = frozenset({"CF02", "CF03", "CF06", "CF08", "CF10", "CF12", "CF14"})


class Explainer:
    """Know one plan's items by their ids, and explain its findings."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.body, self.drugs = taxonomy(), tables()
        sources: tuple[Recommendation | JobDemand, ...] = (
            *facts.recommendations,
            *facts.job_demands,
        )
        self.statements = {one.id: Statement(one, self.body, self.drugs) for one in sources}
        self.rows: dict[str, Row] = {
            row.id: row
            for table in (
                self.drugs.drug_condition,
                self.drugs.drug_drug,
                self.drugs.daily_maximum,
                self.drugs.separation,
                self.drugs.drug_activity,
                self.drugs.condition_activity,
            )
            for row in table
        }
        self.actions = {
            **{one.id: one.action for one in facts.goals},
            **{one.id: one.action for one in facts.preferences},
        }

    def explain(self, finding: dict[str, Any]) -> dict[str, Any]:
        """Explain one finding, as `check` gives it."""
        ids = [mention["id"] for mention in finding["statements"]]
        sides = [self.statements[one] for one in ids if one in self.statements]
        row = self.rows.get(finding["row"] or "")
        paths = list(self._between(finding["code"], ids, sides))
        met = list(self._loaded(finding["code"], ids, sides)) if not paths else []
        for target, says in self._targets(finding, row):
            for side in sides:
                way = self._way(side, target)
                if way:
                    paths.append({"of": side.id, "to": None, "path": way, "says": says})
        met += self._demands_of_rows(finding, row, sides)
        return {
            "paths": [path for index, path in enumerate(paths) if path not in paths[:index]],
            "demands": met,
            "row": None if row is None else _plain(row),
        }

    def _code(self, id_: str) -> str | None:
        side = self.statements.get(id_)
        return self.actions.get(id_) if side is None else side.term

    def _up(self, code: str) -> frozenset[str]:
        found = self.body.up.get(code) or self.drugs.drug_up.get(code)
        return found or frozenset({code})

    def _path(self, code: str, above: str) -> list[str]:
        """Give the way up from one code to another: activities, or classes of drugs."""
        if code in self.body.activities:
            return list(self.body.path(code, above))
        up = self.drugs.drug_up.get(code, frozenset({code}))
        between = [one for one in up if above in self._up(one)]
        return sorted(between, key=lambda one: (-len(self._up(one)), one))

    def _way(self, side: Statement, target: str) -> list[str]:
        """Give the way from what a statement asks to a code; from it down where all is meant."""
        if side.term is not None and target in side.up:
            start = side.term if target in self._up(side.term) else side.action or side.term
            return self._path(start, target)
        if side.says_all and target in side.reach():
            return self._path(target, side.action or "")
        return []

    def _between(
        self, code: str, ids: Sequence[str], sides: Sequence[Statement]
    ) -> Iterator[dict[str, Any]]:
        """Give the way from one item's code to another's."""
        if code not in BETWEEN_STATEMENTS:
            return
        covered = set()
        for p, n in permutations(sides, 2):
            restricts = n.strength < 0 or (n.strength == 0 and bool(n.caps))
            coverage = covers(p, n) if p.strength >= 0 and restricts else None
            if coverage is not None:
                covered.add(frozenset((p.id, n.id)))
                way = self._path(p.term or "", n.term or "")
                if coverage.counts is not None:
                    way = [p.term or "", *self._path(coverage.counts.as_, n.term or "")]
                elif coverage.all_of:
                    way = self._path(n.term or "", p.term or "")
                says = coverage_sentence(p, n, coverage, self.drugs)
                yield {"of": p.id, "to": n.id, "path": way, "says": says}
        for one, other in permutations(ids, 2):
            lower, upper = self._code(one), self._code(other)
            if frozenset((one, other)) in covered or lower is None or upper is None:
                continue
            if upper in self._up(lower) and (lower != upper or one < other):
                way = self._path(lower, upper)
                yield {"of": one, "to": other, "path": way, "says": self._says(way)}

    def _says(self, way: Sequence[str]) -> str:
        names = [
            self.body.activities[code].label
            if code in self.body.activities
            else self.drugs.drug_labels.get(code, code)
            for code in way
        ]
        if len(names) == 1:
            return f"Both speak of {names[0]}."
        return f"{names[0]} is a kind of {names[-1]}."

    def _loaded(
        self, code: str, ids: Sequence[str], sides: Sequence[Statement]
    ) -> Iterator[dict[str, Any]]:
        """Give the demand that meets a load which a statement restricts."""
        if code not in LOADED:
            return
        for n in sides:
            target = n.load_target or n.reading
            if target is None:
                continue
            level = 1 if n.caps else target.min_level
            for id_ in ids:
                p = self.statements.get(id_)
                if p is n:
                    continue
                action = self._code(id_)
                met: Met | None = None
                if p is not None:
                    met = demand_on(self.body, p, n, widened=not n.caps)
                elif action in self.body.demands:
                    demands = self.body.demands[action]
                    met = meets(self.body, demands, target.load, target.region, level)
                if met is not None:
                    yield self._met(id_, action, met, (target.region, level))

    def _met(
        self, id_: str, action: str | None, met: Met, against: tuple[str, int]
    ) -> dict[str, Any]:
        demand = met.demand
        up = demand.action in self._up(action or "")
        way = (
            self._path(action or "", demand.action)
            if up
            else self._path(demand.action, action or "")
        )
        region, level = against
        certain = "always" if demand.inherent else "usually, avoidable by technique,"
        part = ", known only for this larger region" if met.coarse else ""
        return {
            "of": id_,
            "load": demand.load,
            "region": demand.region,
            "level": demand.level,
            "inherent": demand.inherent,
            "coarse": met.coarse,
            "stated_by": demand.action,
            "path": way,
            "against": {"region": region, "level": level},
            "says": (
                f"{self.body.activities[demand.action].label} {certain} places "
                f"{self.body.loads[demand.load]} on the {self.body.region_label(demand.region)} "
                f"({level_words(self.body, demand)}{part}); at the "
                f"{self.body.region_label(region)} it counts from level {level}."
            ),
        }

    def _targets(self, finding: dict[str, Any], row: Row | None) -> Iterator[tuple[str, str]]:
        """Give the codes that a rule or a row of a table looks for, and as what."""
        code, exact = finding["code"], finding["material_fields"]["exact"]
        if code == "CF05" or (code == "CF06" and "opposed" in exact):
            quiets, moves = exact["opposed"]
            yield quiets, f"{self._label(quiets)} quiets."
            yield moves, f"{self._label(moves)} moves."
        elif code == "CF22":
            for needing, needs in self.drugs.resources.items():
                if list(needs) in exact["needs"]:
                    yield needing, f"{self._label(needing)} needs {' or '.join(needs)}."
        elif code == "CF24" and row is None:
            ids = {mention["id"] for mention in finding["statements"]}
            for allergy in self.facts.allergies:
                if allergy.id in ids:
                    yield allergy.drug_class, "The patient is allergic to it."
        elif code == "CF26":
            sedating = self.drugs.sedating
            for one in sorted(sedating.classes):
                yield one, f"{self._label(one)}: the class makes drowsy."
            for one in sorted(sedating.critical_actions | {DRIVING}):
                yield one, f"{self._label(one)}: dangerous with a clouded head."
        elif row is not None:
            for one in _named_by(row):
                yield one, f"{self._label(one)} stands in row {row.id}."

    def _label(self, code: str) -> str:
        if code in self.body.activities:
            return self.body.activities[code].label
        return self.drugs.drug_labels.get(code, code)

    def _demands_of_rows(
        self, finding: dict[str, Any], row: Row | None, sides: Sequence[Statement]
    ) -> list[dict[str, Any]]:
        """Give the demands that a row of a table, or the rule on drowsiness, looks for."""
        found = []
        for side in sides:
            if side.kind == "medication":
                continue
            best: tuple[Met, str, int] | None = None
            if finding["code"] == "CF26":
                best = self._best(side.demands(), [VIGIL], (WHOLE_BODY,))
            elif isinstance(row, Contraindication) and row.load is not None:
                best = self._best(side.demands(), [row.load], row.regions or (WHOLE_BODY,))
            elif isinstance(row, Separation):
                region = self._where(finding, row)
                if region in self.body.region_up:
                    best = self._best(side.demands(widened=True), row.loads, (region,))
            if best is not None:
                met, region, level = best
                found.append(self._met(side.id, side.action, met, (region, level)))
        return found

    def _where(self, finding: dict[str, Any], row: Separation) -> str:
        """Give the region of the body that a row on an event is about."""
        ids = {mention["id"] for mention in finding["statements"]}
        event = next((one for one in self.facts.events if one.id in ids), None)
        if row.any_region:
            return WHOLE_BODY
        return (event.body_region if event else None) or row.region or WHOLE_BODY

    def _best(
        self,
        demands: Sequence[Demand],
        loads: Sequence[tuple[str, int]],
        regions: Sequence[str],
    ) -> tuple[Met, str, int] | None:
        found = [
            (met, region, level)
            for load, level in loads
            for region in regions
            if (met := meets(self.body, demands, load, region, level)) is not None
        ]
        return max(found, key=lambda one: (one[0].definite, one[0].demand.level), default=None)


def _named_by(row: Row) -> Iterator[str]:
    if isinstance(row, DrugCondition | DailyMaximum):
        yield row.drug_class
    elif isinstance(row, DrugDrug):
        yield from row.classes
    elif isinstance(row, Separation):
        yield from row.actions
    else:
        yield row.fact
        if row.action is not None:
            yield row.action


def _plain(row: Row) -> dict[str, Any]:
    """Give a row of a table as JSON, without what it leaves open."""
    return {
        name: [sorted(one) if isinstance(one, frozenset) else one for one in value]
        if isinstance(value, tuple)
        else sorted(value)
        if isinstance(value, frozenset)
        else value
        for name, value in asdict(row).items()
        if value not in (None, (), frozenset())
    }
