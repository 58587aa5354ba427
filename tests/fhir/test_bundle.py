from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from service.domain.clinical_record import ClinicalRecord, Directory, Identifier, RefusedRecord
from service.errors import ConcordError, Malformed
from service.fhir import bundle as reading
from service.fhir.bundle import Bundle, parse
from service.fhir.element import Element
from service.fhir.reader import read_bundle, read_file
from tests.fhir.build import MRN, NPI, bundle, condition, order, outcome, patient, record

PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "dr1",
    "name": [{"family": "Weiss", "given": ["Eva"], "prefix": ["Dr."]}],
    "identifier": [{"system": NPI, "value": "77"}],
}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "malformed-json"),
        (b"\xff\xfe", "malformed-json"),
        (b"[]", "not-a-bundle"),
        (b'{"a": NaN}', "malformed-json"),
        (b'{"a": 1, "a": 2}', "duplicate-key"),
        (b'{"a": "\\u0000"}', "bad-import"),
        (b'{"a": "\\ud800"}', "bad-import"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json-too-deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "malformed-json"),
    ],
)
def test_what_is_not_good_json_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(ConcordError) as caught:
        parse(raw)
    assert caught.value.code == code


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert parse(b'{"a": "\\ud83d\\ude42"}') == {"a": "🙂"}


def test_a_plain_and_a_gzip_file_read_alike(tmp_path: Path) -> None:
    text = json.dumps(bundle(patient())).encode()
    (tmp_path / "a.json").write_bytes(text)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(text))
    (tmp_path / "c.json").write_bytes(b"\xef\xbb\xbf" + text)
    found = [read_file(tmp_path / name) for name in ("a.json", "b.json.gz", "c.json")]
    assert found[0] == found[1] == found[2]


def test_half_a_gzip_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "half.gz").write_bytes(gzip.compress(b"{}" * 1000)[:20])
    with pytest.raises(Malformed) as caught:
        read_file(tmp_path / "half.gz")
    assert caught.value.code == "bad-import"


def test_a_file_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 1000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b" " * 5000))
    with pytest.raises(ConcordError) as caught:
        read_file(tmp_path / "bomb.gz")
    assert caught.value.code == "body-too-large"


@pytest.mark.parametrize(
    "document",
    [
        {"resourceType": "Patient", "id": "p1"},
        {"resourceType": "Bundle", "type": "document", "entry": []},
        {"resourceType": "Bundle", "type": "batch-response", "entry": []},
    ],
)
def test_only_exports_of_records_are_read(document: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        read_bundle(document)
    assert caught.value.code == "not-a-bundle"


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "searchset"])
def test_all_kinds_of_export_are_read(kind: str) -> None:
    (found,) = read_bundle(bundle(patient(), kind=kind))
    assert isinstance(found, ClinicalRecord)


@pytest.mark.parametrize(
    ("reference", "full_urls"),
    [
        ({"reference": "Practitioner/dr1"}, False),
        ({"reference": "Practitioner/dr1/_history/3"}, False),
        ({"reference": "https://clinic.example/fhir/Practitioner/dr1"}, False),
        ({"reference": "urn:uuid:dr1"}, True),
        ({"reference": f"Practitioner?identifier={NPI}|77"}, False),
        ({"type": "Practitioner", "identifier": {"system": NPI, "value": "77"}}, False),
    ],
)
def test_every_kind_of_reference_finds_the_person(
    reference: dict[str, Any], full_urls: bool
) -> None:
    asked = order("m1", "Ibuprofen 400 MG Oral Tablet", requester=reference)
    if full_urls:
        asked["subject"] = {"reference": "urn:uuid:p1"}
    (found,) = read_bundle(bundle(patient(), PRACTITIONER, asked, full_urls=full_urls))
    assert isinstance(found, ClinicalRecord)
    (line,) = found.medications
    assert line.requester is not None
    assert line.requester.name == "Dr. Eva Weiss"
    assert line.requester.identifiers == (Identifier(NPI, "77"),)


def test_a_contained_person_is_found_inside_the_resource() -> None:
    inner = {**PRACTITIONER, "id": "inner"}
    found = record(order("m1", "Ibuprofen", requester={"reference": "#inner"}, contained=[inner]))
    (line,) = found.medications
    assert line.requester is not None
    assert line.requester.identifiers == (Identifier(NPI, "77"),)


def test_a_conditional_reference_to_nobody_in_the_file_keeps_the_identifier() -> None:
    found = record(
        order("m1", "Ibuprofen", requester={"reference": f"Practitioner?identifier={NPI}|9"})
    )
    (line,) = found.medications
    assert line.requester is not None
    assert line.requester.identifiers == (Identifier(NPI, "9"),)
    assert line.requester.key is None


def test_a_reference_in_circles_ends() -> None:
    read = Bundle(bundle(patient(link=[{"other": {"reference": "Patient/p1"}}])))
    found = read.follow(Element({"reference": "Patient/p1"}, ""))
    assert found is not None
    assert found.entry is not None


def test_several_patients_give_several_records() -> None:
    mine = condition("c1", "69896004", "Rheumatoid arthritis")
    other = condition("c2", "88805009", "Heart failure", subject={"reference": "Patient/p2"})
    first, second = read_bundle(bundle(patient("p1"), patient("p2"), mine, other))
    assert isinstance(first, ClinicalRecord)
    assert isinstance(second, ClinicalRecord)
    assert [one.code for one in first.conditions] == ["rheumatoid-arthritis"]
    assert [one.code for one in second.conditions] == ["heart-failure"]


def test_a_bad_resource_refuses_its_patient_and_nobody_else() -> None:
    bad = condition("c1", "69896004", "Rheumatoid arthritis", onset="2020-02-31")
    fine = condition("c2", "88805009", "Heart failure", subject={"reference": "Patient/p2"})
    first, second = read_bundle(bundle(patient("p1"), patient("p2"), bad, fine))
    assert isinstance(first, RefusedRecord)
    assert first.errors == (("/entry/2/resource/onsetDateTime", "not-a-date"),)
    assert {(row.id, row.outcome.value) for row in first.report} == {
        ("p1", "refused"),
        ("c1", "refused"),
    }
    assert isinstance(second, ClinicalRecord)
    assert [one.code for one in second.conditions] == ["heart-failure"]


def test_a_file_of_people_is_a_directory() -> None:
    clinic = {"resourceType": "Organization", "id": "o1", "name": "Clinic"}
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/dr1"},
        "organization": {"reference": "Organization/o1"},
        "specialty": [{"text": "Physical therapy"}],
    }
    (found,) = read_bundle(bundle(PRACTITIONER, clinic, role))
    assert isinstance(found, Directory)
    (person,) = found.people
    assert person.discipline == "physiotherapy"
    assert [one.name for one in found.organizations] == ["Clinic"]


def test_every_resource_is_accounted_for_once() -> None:
    found = record(
        order("m1", "Ibuprofen 400 MG Oral Tablet"),
        order("m2", "Ibuprofen 400 MG Oral Tablet", "2023-01-01"),
        order("m3", "Ibuprofen 400 MG Oral Tablet", status="stopped"),
        {"resourceType": "Encounter", "id": "e1"},
        {"resourceType": "Condition", "id": "c0", "code": {"text": "lost"}},
        {
            "resourceType": "Condition",
            "id": "c9",
            "code": {"text": "x"},
            "subject": {"reference": "Patient/zz"},
        },
        {"resourceType": "Medication", "id": "d1", "code": {"text": "Ibuprofen"}},
    )
    assert len(found.report) == 8
    assert outcome(found, "e1") == ("skipped", "type-not-taken")
    assert outcome(found, "c0") == ("skipped", "names-no-patient")
    assert outcome(found, "c9") == ("skipped", "patient-not-in-file")
    assert outcome(found, "d1") == ("skipped", "named-by-no-order")
    assert outcome(found, "m3") == ("skipped", "status-stopped")


def test_a_resource_sent_twice_is_taken_once_and_counted_twice() -> None:
    twice = condition("c1", "69896004", "Rheumatoid arthritis")
    found = record(twice, twice)
    assert len(found.conditions) == 1
    assert [(row.id, row.reason) for row in found.report if row.id == "c1"] == [
        ("c1", None),
        ("c1", "repeated-in-file"),
    ]


def test_entries_without_a_resource_are_reported() -> None:
    whole = bundle(patient())
    whole["entry"].append({"request": {"method": "DELETE", "url": "Patient/9"}})
    (found,) = read_bundle(whole)
    assert isinstance(found, ClinicalRecord)
    assert ("no-resource", "DELETE") in [(row.reason, row.detail) for row in found.report]


def test_a_resource_without_an_id_is_known_again_by_its_content() -> None:
    nameless = condition("x", "69896004", "Rheumatoid arthritis")
    del nameless["id"]
    first, second = record(nameless), record(nameless)
    assert first.conditions[0].origin.key == second.conditions[0].origin.key


@pytest.mark.parametrize(
    ("change", "source"),
    [
        ({"meta": {"source": "https://ehr.example/x#17"}}, "https://ehr.example/x"),
        ({}, MRN),
    ],
)
def test_the_source_is_named_by_the_bundle_else_by_the_patients_identifiers(
    change: dict[str, Any], source: str
) -> None:
    (found,) = read_bundle({**bundle(patient()), **change})
    assert isinstance(found, ClinicalRecord)
    assert found.source == source


def test_the_source_is_named_by_the_server() -> None:
    whole = bundle(patient())
    whole["entry"][0]["fullUrl"] = "https://ehr.example/fhir/Patient/p1"
    (found,) = read_bundle(whole)
    assert isinstance(found, ClinicalRecord)
    assert found.source == "https://ehr.example/fhir"
