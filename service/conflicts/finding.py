"""Hold a finding: what cannot be followed together, why, and what would put it right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from service.conflicts.facts import Context, iso

Verdict = Literal["same", "better", "worse", "incomparable"]

TIER_ORDER = {"critical": 0, "warning": 1, "notice": 2, "info": 3}
SEVERITY = {"critical": "high", "warning": "moderate", "notice": "low", "info": "low"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Name one item that decided a finding."""

    kind: str
    id: str
    version: int | None
    author: Mapping[str, str | None] | None
    says: str

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "kind": self.kind,
            "id": self.id,
            "version": self.version,
            "author": dict(self.author) if self.author else None,
            "says": self.says,
        }


@dataclass(frozen=True, slots=True)
class Dimension:
    """Hold what is asked and what is allowed, in the unit of the restriction."""

    name: str
    unit: str
    required: tuple[float | None, float | None]
    allowed: tuple[float | None, float | None]
    excess: float | None

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "name": self.name,
            "unit": self.unit,
            "required": list(self.required),
            "allowed": list(self.allowed),
            "excess": self.excess,
        }


@dataclass(frozen=True, slots=True)
class Overlap:
    """Hold the days on which both sides hold, as day numbers."""

    start: int
    end: int
    relation: str | None

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON; an open end has no date."""
        return {"start": iso(self.start), "end": iso(self.end), "relation": self.relation}


@dataclass(frozen=True, slots=True)
class Repair:
    """Offer one change to one item that clears the finding."""

    by: str
    kind: str
    id: str | None
    change: Mapping[str, Any]
    says: str

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "by": self.by,
            "statement": {"kind": self.kind, "id": self.id},
            "change": dict(self.change),
            "says": self.says,
        }


@dataclass(frozen=True, slots=True)
class Material:
    """Hold only the fields that decided, sorted by what would be an improvement."""

    lower: Mapping[str, float | None] = field(default_factory=dict)
    higher: Mapping[str, float | None] = field(default_factory=dict)
    exact: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self, tier: str, overlap: Overlap | None) -> dict[str, Any]:
        """Give it as JSON, with the tier and the overlap beside it."""
        return {
            "lower_is_better": {**self.lower, "tier": 3 - TIER_ORDER[tier]},
            "higher_is_better": dict(self.higher),
            "overlap": None if overlap is None else [iso(overlap.start), iso(overlap.end)],
            "exact": dict(self.exact),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one finding of one rule, with everything a person needs to judge it."""

    code: str
    type: str
    tier: str
    summary: str
    statements: tuple[Mention, ...]
    dimension: Dimension | None
    overlap: Overlap | None
    context: Context
    why: tuple[str, ...]
    tier_trace: tuple[str, ...]
    since: Mapping[str, str | None]
    repairs: tuple[Repair, ...]
    told: tuple[str, ...]
    resolver: tuple[str, ...]
    fhir: str | None
    row: str | None
    rule_version: str
    knowledge_version: str
    fingerprint: str
    material_fields: Mapping[str, Any]
    replaces: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Give the ids of the items that decided."""
        return frozenset(mention.id for mention in self.statements)

    @property
    def severity(self) -> str:
        """Give FHIR's word for the tier."""
        return SEVERITY[self.tier]

    @property
    def material(self) -> str:
        """Give the hash of the fields that decided."""
        return digest(self.material_fields)

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Give the place among findings: tier, overlap (none first), code, fingerprint."""
        start = -(10**10) if self.overlap is None else self.overlap.start
        return TIER_ORDER[self.tier], start, self.code, self.fingerprint

    def to_dict(self) -> dict[str, Any]:
        """Give the finding as JSON."""
        result: dict[str, Any] = {
            "code": self.code,
            "type": self.type,
            "tier": self.tier,
            "severity": SEVERITY[self.tier],
            "summary": self.summary,
            "statements": [mention.to_dict() for mention in self.statements],
            "overlap": None if self.overlap is None else self.overlap.to_dict(),
            "context": context_dict(self.context),
            "why": list(self.why),
            "tier_trace": list(self.tier_trace),
            "since": dict(self.since),
            "repairs": [repair.to_dict() for repair in self.repairs],
            "told": list(self.told),
            "resolver": list(self.resolver),
            "fhir": self.fhir,
            "row": self.row,
            "rule_version": self.rule_version,
            "knowledge_version": self.knowledge_version,
            "fingerprint": self.fingerprint,
            "material": self.material,
            "material_fields": dict(self.material_fields),
        }
        if self.dimension is not None:
            result["dimension"] = self.dimension.to_dict()
        return result


def context_dict(context: Context) -> dict[str, list[str]]:
    """Give a context as JSON: only the facets that are restricted."""
    facets = {
        "phase": context.phase,
        "setting": context.setting,
        "supervision": context.supervision,
        "aid": context.aid,
    }
    return {name: sorted(values) for name, values in facets.items() if values}


def digest(content: object) -> str:
    """Hash JSON content; the same content gives the same hash everywhere."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def fingerprint(
    type_: str, row: str | None, ids: Sequence[str], dimension: str | None, context: Context
) -> str:
    """Identify a finding across revisions: what it is about, not which version."""
    return digest([type_, row or "", sorted(ids), dimension or "", context_dict(context)])


def _direction(key: str, old: object, new: object, *, lower: bool) -> Verdict:
    if old == new:
        return "same"
    # A missing low end is open below, every other missing figure is open above.
    missing = float("-inf") if key.endswith("_low") else float("inf")
    before = missing if old is None else old
    after = missing if new is None else new
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        return "incomparable"
    return "better" if (after < before) == lower else "worse"


def _span(old: Any, new: Any) -> Verdict:
    if old == new:
        return "same"
    if old is None or new is None:
        return "incomparable"
    before, after = (old[0] or "", old[1] or "~"), (new[0] or "", new[1] or "~")
    if after[0] >= before[0] and after[1] <= before[1]:
        return "better"
    if after[0] <= before[0] and after[1] >= before[1]:
        return "worse"
    return "incomparable"


def compare_material(old: Mapping[str, Any], new: Mapping[str, Any]) -> Verdict:
    """Say whether what decided a finding got better, worse, or cannot be compared.

    A lower dose, a shorter overlap, a weaker stance is better. Better in one and worse in another
    cannot be compared.
    """
    if old.get("exact") != new.get("exact"):
        return "incomparable"
    verdicts: set[Verdict] = {_span(old.get("overlap"), new.get("overlap"))}
    for group, lower in (("lower_is_better", True), ("higher_is_better", False)):
        before, after = old.get(group) or {}, new.get(group) or {}
        if before.keys() != after.keys():
            return "incomparable"
        verdicts |= {_direction(key, before[key], after[key], lower=lower) for key in before}
    verdicts.discard("same")
    if not verdicts:
        return "same"
    return verdicts.pop() if len(verdicts) == 1 else "incomparable"
