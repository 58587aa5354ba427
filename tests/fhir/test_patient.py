from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.domain.clinical_record import ClinicalRecord, Identifier, RefusedRecord
from service.fhir.reader import read_bundle
from tests.fhir.build import MRN, bundle, patient


def read(**more: Any) -> ClinicalRecord:
    (found,) = read_bundle(bundle(patient(**more)))
    assert isinstance(found, ClinicalRecord)
    return found


def test_demographics_are_read() -> None:
    found = read(
        communication=[
            {"language": {"coding": [{"code": "de"}]}},
            {"language": {"coding": [{"code": "tr"}]}, "preferred": True},
        ]
    ).patient
    assert (found.name, found.birth_date, found.birth_year) == (
        "Ada Muster",
        date(1961, 1, 25),
        1961,
    )
    assert (found.gender, found.language, found.deceased) == ("female", "tr", False)
    assert found.origin.identifiers == (Identifier(MRN, "p1"),)


def test_the_official_name_goes_before_others_and_a_former_one_is_never_used() -> None:
    names = [
        {"use": "maiden", "family": "Before"},
        {"use": "nickname", "given": ["Addy"]},
        {"use": "official", "given": ["Ada", "M."], "family": "Muster"},
    ]
    assert read(name=names).patient.name == "Ada M. Muster"


@pytest.mark.parametrize("written", ["1961", "1961-01"])
def test_a_birth_date_that_is_not_a_day_gives_only_the_year(written: str) -> None:
    found = read(birthDate=written).patient
    assert (found.birth_date, found.birth_year) == (None, 1961)


def test_old_identifiers_are_not_carried() -> None:
    found = read(identifier=[{"system": MRN, "value": "9", "use": "old"}, {"system": MRN}])
    assert found.patient.origin.identifiers == ()


@pytest.mark.parametrize(
    ("field", "value"), [("deceasedBoolean", True), ("deceasedDateTime", "2020")]
)
def test_a_death_is_carried_and_told(field: str, value: object) -> None:
    found = read(**{field: value})
    assert found.patient.deceased
    assert found.report[0].reason == "deceased"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"name": None}, "/entry/0/resource/name"),
        ({"gender": "F"}, "/entry/0/resource/gender"),
        ({"birthDate": "25.01.1961"}, "/entry/0/resource/birthDate"),
        ({"identifier": {"system": MRN, "value": "1"}}, "/entry/0/resource/identifier"),
    ],
)
def test_a_patient_that_cannot_be_read_is_refused_by_place(
    more: dict[str, Any], pointer: str
) -> None:
    (found,) = read_bundle(bundle(patient(**more)))
    assert isinstance(found, RefusedRecord)
    assert found.errors[0][0] == pointer
