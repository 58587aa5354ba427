from __future__ import annotations

from typing import Any

import pytest

from service.conflicts.tables import tables
from service.domain.clinical_record import Coding
from service.fhir.maps import (
    ICD10,
    SNOMED,
    Conditions,
    MapError,
    Medicines,
    Observations,
    load,
    maps,
)

FILES = ("medicines.json", "conditions.json", "observations.json", "allergies.json", "roles.json")


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_what_it_is_and_that_it_is_a_draft(name: str) -> None:
    raw = load(name)
    assert "draft for clinicians" in raw["about"]
    assert raw["version"]
    assert raw["source"]


def test_a_class_nobody_knows_stops_the_start() -> None:
    raw: dict[str, Any] = load("medicines.json")
    raw["ingredients"]["ibuprofen"]["classes"] = ["nsiad"]
    with pytest.raises(MapError, match="nsiad"):
        Medicines(raw, tables())


def test_one_code_for_two_ingredients_stops_the_start() -> None:
    raw: dict[str, Any] = load("medicines.json")
    raw["ingredients"]["naproxen"]["rxnorm"] = ["5640"]
    with pytest.raises(MapError, match="5640"):
        Medicines(raw, tables())


def test_a_condition_nobody_knows_stops_the_start() -> None:
    raw: dict[str, Any] = load("conditions.json")
    raw["snomed"]["1"] = ["gout"]
    with pytest.raises(MapError, match="gout"):
        Conditions(raw, tables())


def test_an_observation_nobody_knows_stops_the_start() -> None:
    raw: dict[str, Any] = load("observations.json")
    raw["loinc"]["1-1"] = "hba1c"
    with pytest.raises(MapError, match="hba1c"):
        Observations(raw, tables())


@pytest.mark.parametrize(
    ("system", "code", "ours"),
    [
        (SNOMED, "88805009", ("heart-failure",)),
        (SNOMED, "127013003", ("diabetes", "ckd")),
        (SNOMED, "38341003", ()),  # hypertension is not uncontrolled hypertension
        (SNOMED, "84757009", ()),  # epilepsy is not uncontrolled epilepsy
        (ICD10[1], "I50.22", ("heart-failure",)),
        (ICD10[0], "N18.3", ("ckd",)),
        (ICD10[1], "E11.42", ("diabetes", "impaired-sensation")),
        (ICD10[1], "G45.4", ()),  # the longer prefix goes before G45
        (ICD10[1], "M54.5", ()),
        ("http://elsewhere.example", "I50", ()),
    ],
)
def test_condition_codes(system: str, code: str, ours: tuple[str, ...]) -> None:
    assert maps().conditions.codes([Coding(system, code)], None) == ours


def test_a_known_code_goes_before_the_words() -> None:
    codings = [Coding(ICD10[1], "G45.4", "stroke")]
    assert maps().conditions.codes(codings, "stroke") == ()
    assert maps().conditions.codes([], "Stroke (disorder)") == ("cardiovascular-disease",)


def test_every_class_of_the_tables_can_be_reached_by_a_name() -> None:
    """A rule about a class no medicine maps to would never fire on an import."""
    known = maps().medicines
    reached = {
        drug_class
        for one in known.ingredients.values()
        for classes in (one.classes, *one.by_form.values(), *(row[1] for row in one.by_strength))
        for drug_class in classes
    }
    above = {parent for one in reached for parent in maps().drug_up[one]}
    assert set(tables().drug_labels) == reached | above
