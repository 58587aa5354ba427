"""Know what codes of clinic systems mean in our tables: medicines, conditions, laboratory values, roles.

The files in `knowledge/` are checked against the clinical tables when they are loaded: a map that names a class
or a condition nobody knows stops the start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from service.conflicts.tables import Tables, tables
from service.domain.clinical_record import Coding
from service.domain.vocabulary import Discipline

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
NUCC = "http://nucc.org/provider-taxonomy"
ICD10 = ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm")


class MapError(RuntimeError):
    """Say that a map names something our tables do not know."""


def load(name: str) -> dict[str, Any]:
    """Read one knowledge file of this package."""
    text = resources.files("service.fhir.knowledge").joinpath(name).read_text(encoding="utf-8")
    content = json.loads(text)
    if not isinstance(content, dict) or not {"about", "version", "source"} <= content.keys():
        raise MapError(f"{name} must say what it is about, its version and its source")
    return content


def _known(found: Iterable[str], known: Iterable[str], where: str) -> tuple[str, ...]:
    codes = tuple(found)
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise MapError(f"{where}: {', '.join(unknown)} is not in the clinical tables")
    return codes


def plain(text: str) -> str:
    """Lower a name and take off the semantic tag SNOMED CT puts behind it."""
    return re.sub(r"\s*\([a-z /]+\)$", "", text.strip().lower())


@dataclass(frozen=True, slots=True)
class Ingredient:
    """Hold a substance and when it belongs to which drug classes."""

    name: str
    classes: tuple[str, ...]
    routes: frozenset[str]
    by_form: Mapping[str, tuple[str, ...]]
    by_strength: tuple[tuple[float, tuple[str, ...]], ...]
    sedating: bool | None

    def classes_as(self, form: str | None, route: str | None, mg: float | None) -> tuple[str, ...]:
        """Give the classes of a product of this form, route and strength."""
        if self.routes and route is not None and route not in self.routes:
            return ()
        if form is not None and form in self.by_form:
            return self.by_form[form]
        if mg is not None:
            for limit, classes in self.by_strength:
                if mg <= limit:
                    return classes
        return self.classes


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """Hold a clinical drug: ingredients with their strength in mg (or as written), form and route."""

    parts: tuple[tuple[str, str | None], ...]
    form: str | None
    route: str | None


class Medicines:
    """Find ingredients and drug classes by code or name."""

    def __init__(self, raw: dict[str, Any], known: Tables) -> None:
        labels = known.drug_labels
        self.version = str(raw["version"])
        self.salts = frozenset(raw["salts"])
        self.ingredients: dict[str, Ingredient] = {}
        self.of_rxnorm: dict[str, str] = {}
        self.of_atc: dict[str, str] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        for name, row in raw["ingredients"].items():
            where = f"medicines: {name}"
            self.ingredients[name] = Ingredient(
                name,
                _known(row["classes"], labels, where),
                frozenset(row.get("routes", ())),
                {
                    form: _known(classes, labels, where)
                    for form, classes in row.get("by_form", {}).items()
                },
                tuple(
                    (float(limit["at_most_mg"]), _known(limit["classes"], labels, where))
                    for limit in row.get("by_strength", ())
                ),
                row.get("sedating"),
            )
            for code in row.get("rxnorm", ()):
                self._once(self.of_rxnorm, code, name)
            for code in row.get("atc", ()):
                self._once(self.of_atc, code, name)
            for spelling in (name, *row.get("names", ()), *row.get("brands", ())):
                self._once(self._names, spelling, (name,))
        for brand, names in raw["combinations"].items():
            self._once(self._names, brand, _known(names, self.ingredients, f"medicines: {brand}"))
        self.products = {
            code: KnownProduct(
                tuple((name, strength) for name, strength in row["ingredients"]),
                row["form"],
                row["route"],
            )
            for code, row in raw["products"].items()
        }
        for code, product in self.products.items():
            _known((name for name, _ in product.parts), self.ingredients, f"medicines: {code}")
        self._atc = {
            row["prefix"]: _known(row["classes"], labels, f"medicines: {row['prefix']}")
            for row in raw["atc"]
        }
        longest_first = sorted(self._names, key=lambda name: (-len(name), name))
        self._pattern = re.compile(
            r"(?<![a-z0-9])(?<!non-)(?<!non )(?:"
            + "|".join(re.escape(name) for name in longest_first)
            + r")(?![a-z0-9])(?![- ]free\b)"
        )

    @staticmethod
    def _once(table: dict[str, Any], key: str, value: object) -> None:
        if table.setdefault(key, value) != value:
            raise MapError(f"medicines: {key} stands for two things")

    def named_in(self, text: str) -> tuple[str, ...]:
        """Find every ingredient a text names, by its own name, a synonym or a brand."""
        found = (self._names[one.group()] for one in self._pattern.finditer(text.lower()))
        return tuple(dict.fromkeys(name for names in found for name in names))

    def classes_of_atc(self, code: str) -> tuple[str, ...] | None:
        """Give the classes of the longest known prefix of an ATC code, or None."""
        for length in range(len(code), 1, -1):
            if code[:length] in self._atc:
                return self._atc[code[:length]]
        return None


class Conditions:
    """Find our condition codes by SNOMED CT or ICD-10 code, or by the exact name."""

    def __init__(self, raw: dict[str, Any], known: Tables) -> None:
        def ours(codes: Iterable[str], where: str) -> tuple[str, ...]:
            return _known(codes, known.conditions, f"conditions: {where}")

        self.version = str(raw["version"])
        self._snomed = {code: ours(codes, code) for code, codes in raw["snomed"].items()}
        self._icd = {row["prefix"]: ours(row["conditions"], row["prefix"]) for row in raw["icd10"]}
        self._names = {name: ours(codes, name) for name, codes in raw["names"].items()}
        self._pain = frozenset(raw["musculoskeletal"]["snomed"])
        self._pain_icd = tuple(raw["musculoskeletal"]["icd10"])
        self._other = frozenset(raw["not_a_condition"])

    def codes(self, codings: Iterable[Coding], text: str | None) -> tuple[str, ...]:
        """Give our codes for a condition; none where nothing is known of it."""
        found: list[str] = []
        judged = False
        for coding in codings:
            ours = self._of(coding)
            if ours is not None:
                judged = True
                found.extend(ours)
        if not judged and text:
            found.extend(self._names.get(plain(text), ()))
        return tuple(dict.fromkeys(found))

    def _of(self, coding: Coding) -> tuple[str, ...] | None:
        if coding.code is None:
            return None
        if coding.system == SNOMED:
            return self._snomed.get(coding.code)
        if coding.system in ICD10:
            code = coding.code.upper()
            for length in range(len(code), 2, -1):
                if code[:length] in self._icd:
                    return self._icd[code[:length]]
        return None

    def is_musculoskeletal(self, codings: Iterable[Coding]) -> bool:
        return any(
            coding.code is not None
            and (
                (coding.system == SNOMED and coding.code in self._pain)
                or (coding.system in ICD10 and coding.code.upper().startswith(self._pain_icd))
            )
            for coding in codings
        )

    def is_something_else(self, codings: Iterable[Coding]) -> bool:
        """Say whether a finding is social or administrative and no health problem."""
        return any(coding.system == SNOMED and coding.code in self._other for coding in codings)


class Observations:
    """Find our observation codes by LOINC code, and write units as the tables do."""

    def __init__(self, raw: dict[str, Any], known: Tables) -> None:
        self.version = str(raw["version"])
        self._loinc = dict(raw["loinc"])
        _known(self._loinc.values(), known.observations, "observations")
        self._units = dict(raw["units"])

    def code(self, codings: Iterable[Coding]) -> str | None:
        for coding in codings:
            if coding.system == LOINC and coding.code in self._loinc:
                return str(self._loinc[coding.code])
        return None

    def unit(self, written: str) -> str:
        return str(self._units.get(written, written))


class Allergies:
    """Find the drug class of an allergy that is coded as a finding."""

    def __init__(self, raw: dict[str, Any], known: Tables) -> None:
        self.version = str(raw["version"])
        self._snomed = dict(raw["snomed"])
        _known(self._snomed.values(), known.drug_labels, "allergies")

    def drug_class(self, codings: Iterable[Coding]) -> str | None:
        for coding in codings:
            if coding.system == SNOMED and coding.code in self._snomed:
                return str(self._snomed[coding.code])
        return None


class Roles:
    """Find the discipline of a role or specialty."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._snomed = {code: Discipline(one) for code, one in raw["snomed"].items()}
        self._nucc = [(row["prefix"], Discipline(row["discipline"])) for row in raw["nucc"]]
        self._words = {word: Discipline(one) for word, one in raw["words"].items()}

    def discipline(self, codings: Iterable[Coding], texts: Iterable[str] = ()) -> Discipline | None:
        words = list(texts)
        for coding in codings:
            code = coding.code or ""
            if coding.system == SNOMED and code in self._snomed:
                return self._snomed[code]
            if coding.system == NUCC:
                for prefix, discipline in self._nucc:
                    if code.startswith(prefix):
                        return discipline
            if coding.display:
                words.append(coding.display)
        for word in words:
            if plain(word) in self._words:
                return self._words[plain(word)]
        return None


@dataclass(frozen=True, slots=True)
class Maps:
    medicines: Medicines
    conditions: Conditions
    observations: Observations
    allergies: Allergies
    roles: Roles
    drug_up: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def maps() -> Maps:
    """Load the maps and check every code they name."""
    known = tables()
    return Maps(
        Medicines(load("medicines.json"), known),
        Conditions(load("conditions.json"), known),
        Observations(load("observations.json"), known),
        Allergies(load("allergies.json"), known),
        Roles(load("roles.json")),
        known.drug_up,
    )
