"""Know the clinical tables: drugs with conditions, with each other, with activities; gaps.

Every row names its source. The tables are drafts for clinicians and pharmacists to review.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.conflicts.knowledge import closure, inverse, load, require
from service.conflicts.taxonomy import Taxonomy, lower_first, taxonomy

TIERS = ("critical", "warning", "notice", "info")


@dataclass(frozen=True, slots=True)
class DrugCondition:
    """Hold one row: a drug class against a condition, a laboratory value or an age."""

    id: str
    drug_class: str
    routes: frozenset[str]
    condition: str | None
    observation: str | None
    at_least: float | None
    below: float | None
    unless_observation: str | None
    min_age: int | None
    tier: str
    fhir: str
    source: str
    mitigated_by: str | None
    mitigated_tier: str | None


@dataclass(frozen=True, slots=True)
class DrugDrug:
    """Hold one row: two drug classes, or three, that should not be taken together."""

    id: str
    classes: tuple[str, ...]
    routes: tuple[frozenset[str], ...]
    tier: str
    fhir: str
    source: str
    mitigated_by: str | None
    mitigated_tier: str | None


@dataclass(frozen=True, slots=True)
class DailyMaximum:
    """Hold the most that may be taken of a class in a day."""

    id: str
    drug_class: str
    mg: float
    tier: str
    fhir: str
    source: str


@dataclass(frozen=True, slots=True)
class LabCode:
    """Hold how a laboratory value counts: its units, and for how long."""

    label: str
    units: tuple[str, ...]
    days: int
    keeps_below: float


@dataclass(frozen=True, slots=True)
class Separation:
    """Hold a gap after an event: what must not be done, and for how many days."""

    id: str
    event: str
    actions: tuple[str, ...]
    loads: tuple[tuple[str, int], ...]
    any_region: bool
    region: str | None
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class Contraindication:
    """Hold one row of a drug class or a condition against an activity or a load."""

    id: str
    fact: str
    action: str | None
    load: tuple[str, int] | None
    regions: tuple[str, ...]
    dose_dimension: str | None
    unless_supervision: str | None
    tier: str
    fhir: str
    source: str


@dataclass(frozen=True, slots=True)
class Sedating:
    """Hold which drugs make drowsy, for how long, and where that is dangerous."""

    classes: frozenset[str]
    window_days: int
    critical_actions: frozenset[str]
    source: str


@dataclass(frozen=True)
class Tables:
    """Answer what the clinical tables say."""

    version: str
    drug_labels: dict[str, str]
    drug_up: dict[str, frozenset[str]]
    drug_down: dict[str, frozenset[str]]
    conditions: frozenset[str]
    observations: dict[str, LabCode]
    events: frozenset[str]
    sedating: Sedating
    allergy_tier: str
    allergy_fhir: str
    allergy_source: str
    drug_condition: tuple[DrugCondition, ...]
    drug_drug: tuple[DrugDrug, ...]
    same_class_silent: frozenset[str]
    daily_maximum: tuple[DailyMaximum, ...]
    separation: tuple[Separation, ...]
    resources: dict[str, tuple[str, ...]]
    drug_activity: tuple[Contraindication, ...]
    condition_activity: tuple[Contraindication, ...]

    def drug_label(self, code: str) -> str:
        """Give the plain name of a drug class, in the middle of a sentence."""
        label = self.drug_labels.get(code)
        return lower_first(label) if label else code


class _Reader:
    """Check each code of the tables against the file itself and the taxonomy."""

    def __init__(self, raw: dict[str, Any], body: Taxonomy) -> None:
        self.raw = raw
        self.body = body
        self.seen: set[str] = set()

    def row_id(self, row: dict[str, Any]) -> str:
        code = str(row["id"])
        require(code not in self.seen, f"tables: row {code} stands twice")
        self.seen.add(code)
        return code

    def drug(self, code: str | None) -> str | None:
        require(code is None or code in self.raw["drug_classes"], f"tables: drug {code} is unknown")
        return code

    def needed_drug(self, code: str) -> str:
        self.drug(code)
        return code

    def condition(self, code: str | None) -> str | None:
        require(
            code is None or code in self.raw["conditions"], f"tables: condition {code} is unknown"
        )
        return code

    def lab(self, code: str | None) -> str | None:
        require(code is None or code in self.raw["observations"], f"tables: lab {code} is unknown")
        return code

    def action(self, code: str | None) -> str | None:
        require(code is None or code in self.body.activities, f"tables: activity {code} is unknown")
        return code

    def needed_action(self, code: str) -> str:
        self.action(code)
        return code

    def region(self, code: str | None) -> str | None:
        require(code is None or code in self.body.regions, f"tables: region {code} is unknown")
        return code

    def load(self, pair: list[Any] | None) -> tuple[str, int] | None:
        if pair is None:
            return None
        require(pair[0] in self.body.loads, f"tables: load {pair[0]} is unknown")
        return str(pair[0]), int(pair[1])

    def tier(self, code: str) -> str:
        require(code in TIERS, f"tables: tier {code} is unknown")
        return code

    def mitigation(self, row: dict[str, Any]) -> tuple[str | None, str | None]:
        require(
            ("mitigated_by" in row) == ("mitigated_tier" in row),
            f"tables: {row['id']} needs both mitigated_by and mitigated_tier",
        )
        if "mitigated_by" not in row:
            return None, None
        return self.drug(row["mitigated_by"]), self.tier(row["mitigated_tier"])

    def drug_condition(self, row: dict[str, Any]) -> DrugCondition:
        lab = row.get("observation") or {}
        by, lowered = self.mitigation(row)
        require(
            sum(key in row for key in ("condition", "observation", "min_age")) == 1,
            f"tables: {row['id']} needs one of condition, observation and min_age",
        )
        return DrugCondition(
            id=self.row_id(row),
            drug_class=self.needed_drug(row["class"]),
            routes=frozenset(row.get("routes", ())),
            condition=self.condition(row.get("condition")),
            observation=self.lab(lab.get("code")),
            at_least=lab.get("at_least"),
            below=lab.get("below"),
            unless_observation=self.lab(row.get("unless_observation")),
            min_age=row.get("min_age"),
            tier=self.tier(row["tier"]),
            fhir=row["fhir"],
            source=row["source"],
            mitigated_by=by,
            mitigated_tier=lowered,
        )

    def drug_drug(self, row: dict[str, Any]) -> DrugDrug:
        names = [name for name in ("a", "b", "c") if name in row]
        by, lowered = self.mitigation(row)
        return DrugDrug(
            id=self.row_id(row),
            classes=tuple(self.needed_drug(row[name]) for name in names),
            routes=tuple(frozenset(row.get(f"{name}_routes", ())) for name in names),
            tier=self.tier(row["tier"]),
            fhir=row.get("fhir", "DRG"),
            source=row["source"],
            mitigated_by=by,
            mitigated_tier=lowered,
        )

    def separation(self, row: dict[str, Any]) -> Separation:
        require(row["event"] in self.raw["event_codes"], f"tables: {row['id']}: unknown event")
        return Separation(
            id=self.row_id(row),
            event=row["event"],
            actions=tuple(self.needed_action(code) for code in row.get("actions", ())),
            loads=tuple(pair for raw in row.get("loads", ()) if (pair := self.load(raw))),
            any_region=bool(row.get("any_region", False)),
            region=self.region(row.get("region")),
            days=int(row["days"]),
            source=row["source"],
        )

    def against_activity(self, row: dict[str, Any], key: str) -> Contraindication:
        fact = self.needed_drug(row[key]) if key == "class" else self.condition(row[key])
        require("action" in row or "load" in row, f"tables: {row['id']} needs action or load")
        return Contraindication(
            id=self.row_id(row),
            fact=str(fact),
            action=self.action(row.get("action")),
            load=self.load(row.get("load")),
            regions=tuple(code for raw in row.get("regions", ()) if (code := self.region(raw))),
            dose_dimension=row.get("dose_dimension"),
            unless_supervision=row.get("unless_supervision"),
            tier=self.tier(row["tier"]),
            fhir=row["fhir"],
            source=row["source"],
        )


@lru_cache(maxsize=1)
def tables() -> Tables:
    """Load the clinical tables and check every code they name."""
    raw = load("clinical_tables.json")
    reader = _Reader(raw, taxonomy())
    up = closure(
        {code: tuple(row.get("is_a", ())) for code, row in raw["drug_classes"].items()},
        "drug classes",
    )
    clash = set(up) & set(taxonomy().activities)
    require(not clash, "a code is both a drug class and an activity")
    sedating = raw["sedating"]
    return Tables(
        version=raw["version"],
        drug_labels={code: row["label"] for code, row in raw["drug_classes"].items()},
        drug_up=up,
        drug_down=inverse(up),
        conditions=frozenset(raw["conditions"]),
        observations={
            code: LabCode(row["label"], tuple(row["units"]), row["days"], row["keeps_below"])
            for code, row in raw["observations"].items()
        },
        events=frozenset(raw["event_codes"]),
        sedating=Sedating(
            frozenset(reader.needed_drug(code) for code in sedating["classes"]),
            int(sedating["window_days"]),
            frozenset(reader.needed_action(code) for code in sedating["critical_actions"]),
            sedating["source"],
        ),
        allergy_tier=reader.tier(raw["allergy"]["tier"]),
        allergy_fhir=raw["allergy"]["fhir"],
        allergy_source=raw["allergy"]["source"],
        drug_condition=tuple(reader.drug_condition(row) for row in raw["drug_condition"]),
        drug_drug=tuple(reader.drug_drug(row) for row in raw["drug_drug"]),
        same_class_silent=frozenset(reader.needed_drug(code) for code in raw["same_class_silent"]),
        daily_maximum=tuple(
            DailyMaximum(
                reader.row_id(row),
                reader.needed_drug(row["class"]),
                float(row["mg"]),
                reader.tier(row["tier"]),
                row["fhir"],
                row["source"],
            )
            for row in raw["daily_maximum"]
        ),
        separation=tuple(reader.separation(row) for row in raw["separation"]),
        resources={
            reader.needed_action(code): tuple(needs) for code, needs in raw["resources"].items()
        },
        drug_activity=tuple(reader.against_activity(row, "class") for row in raw["drug_activity"]),
        condition_activity=tuple(
            reader.against_activity(row, "condition") for row in raw["condition_activity"]
        ),
    )
