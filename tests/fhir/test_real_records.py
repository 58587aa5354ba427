"""What the reader makes of records nobody here wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.domain.clinical_record import ClinicalRecord, Directory, Outcome, digest
from service.errors import RuleInvalid
from service.fhir.bundle import read_bytes
from service.fhir.reader import Result, read_file
from tests.fhir import real

FILES = real.files()
if not FILES:
    pytest.skip("the real records (shared/data) are not here", allow_module_level=True)

R4 = [path for path in FILES if not path.name.startswith("dstu2")]


def the_record(start: str) -> ClinicalRecord:
    (found,) = read_file(real.named(start))
    assert isinstance(found, ClinicalRecord)
    return found


def statements(found: ClinicalRecord) -> list[str | None]:
    return sorted(
        (part.drug_class for line in found.medications for part in line.parts),
        key=lambda one: one or "",
    )


def rows(result: Result) -> int:
    return len(result.report)


@pytest.mark.parametrize("path", R4, ids=lambda path: path.name[:24])
def test_every_resource_of_a_file_is_accounted_for(path: Path) -> None:
    (found,) = read_file(path)
    assert isinstance(found, ClinicalRecord | Directory)
    assert rows(found) == len(json.loads(read_bytes(path))["entry"])
    assert not [row for row in found.report if row.outcome is Outcome.REFUSED]
    assert all(row.reason for row in found.report if row.outcome is Outcome.SKIPPED)


@pytest.mark.parametrize("path", R4, ids=lambda path: path.name[:24])
def test_reading_twice_gives_the_same(path: Path) -> None:
    assert [digest(one) for one in read_file(path)] == [digest(one) for one in read_file(path)]


def test_the_dstu2_record_is_refused_and_says_why() -> None:
    with pytest.raises(RuleInvalid) as caught:
        read_file(real.named("dstu2"))
    assert caught.value.code == "unsupported-fhir-version"
    assert "DSTU2" in caught.value.detail


def test_brenda_jacksons_orders_are_seven_lines() -> None:
    found = the_record("brenda")
    assert sum(len(line.sources) for line in found.medications) == 33
    assert len(found.medications) == 7
    assert statements(found) == [
        None,  # macrogol, a laxative: no class of the tables
        "benzodiazepine",
        "duloxetine",
        "nsaid",
        "opioid",
        "opioid",
        "paracetamol",
    ]
    assert found.plan.title.startswith("Care plan: Low back pain")


def test_asa_hermiston_keeps_methotrexate_and_naproxen_twice() -> None:
    found = the_record("Asa")
    assert statements(found).count("nsaid") == 2
    assert "methotrexate" in statements(found)
    assert {
        line.key.split(" | ")[0]
        for line in found.medications
        if line.parts[0].drug_class == "nsaid"
    } == {
        "naproxen 220 mg",
        "naproxen 500 mg",
    }
    assert all(line.requester and line.requester.identifiers for line in found.medications)
    assert found.plan.title == "Musculoskeletal care"
    assert len(found.other_plans) == 5


def test_dennis_durgan_has_heart_failure_furosemide_and_naproxen() -> None:
    found = the_record("Dennis")
    assert "heart-failure" in {one.code for one in found.conditions}
    assert {"nsaid", "diuretic", "beta-blocker"} <= set(statements(found))
    assert any("furosemide 40 mg" in line.key for line in found.medications)
    assert found.patient.deceased


def test_damaris_medhursts_plans_and_teams_are_merged() -> None:
    found = the_record("Damaris")
    assert len([one for one in found.other_plans if one.status == "active"]) == 4
    assert len({key for member in found.team for key in member.teams}) == 19
    assert len(found.team) == 7
    current = [one for one in found.team if one.periods[-1].end is None]
    assert [one.person.name for one in current] == ["Dr. Ahmed Smith"]
    assert len(found.medications) == 12
    assert [one.drug_class for one in found.allergies if one.drug_class] == ["acei-arb"]
    assert not any(one.title.startswith("{") for one in found.goals)


def test_hospitals_and_practitioners_are_directories() -> None:
    (hospitals,) = read_file(real.named("hospital"))
    (people,) = read_file(real.named("practitioner"))
    assert isinstance(hospitals, Directory)
    assert isinstance(people, Directory)
    assert (len(hospitals.organizations), len(people.people)) == (18, 18)
