from __future__ import annotations

from typing import Any

import pytest

from service.errors import RuleInvalid
from service.fhir.reader import read_bundle
from service.fhir.version import DSTU2, R5, STU3, tell
from tests.fhir.build import bundle, condition, order, patient

OLD: list[tuple[str, dict[str, Any]]] = [
    (DSTU2, {"resourceType": "MedicationOrder", "status": "active"}),
    (DSTU2, {"resourceType": "Patient", "careProvider": []}),
    (DSTU2, {"resourceType": "Patient", "name": [{"family": ["Jackson"]}]}),
    (DSTU2, {"resourceType": "Condition", "patient": {}, "verificationStatus": "confirmed"}),
    (DSTU2, {"resourceType": "CarePlan", "status": "active"}),
    (DSTU2, {"resourceType": "AllergyIntolerance", "substance": {}}),
    (DSTU2, {"resourceType": "Goal", "description": "walk"}),
    (DSTU2, {"resourceType": "Patient", "meta": {"profile": ["http://x.example/DSTU2/p"]}}),
    (STU3, {"resourceType": "Condition", "subject": {}, "clinicalStatus": "active"}),
    (STU3, {"resourceType": "MedicationRequest", "requester": {"agent": {}}}),
    (STU3, {"resourceType": "MedicationStatement", "taken": "y"}),
    (STU3, {"resourceType": "ProcedureRequest"}),
    (STU3, {"resourceType": "CareTeam", "participant": [{"role": {"text": "x"}}]}),
    (STU3, {"resourceType": "CapabilityStatement", "fhirVersion": "3.0.1"}),
    (R5, {"resourceType": "MedicationRequest", "medication": {"concept": {}}}),
    (R5, {"resourceType": "CarePlan", "intent": "plan", "addresses": [{"reference": {}}]}),
]


@pytest.mark.parametrize(("release", "resource"), OLD)
def test_another_release_is_told_and_named(release: str, resource: dict[str, Any]) -> None:
    assert tell(resource) == release
    with pytest.raises(RuleInvalid) as caught:
        read_bundle(bundle(patient(), resource))
    assert caught.value.code == "unsupported-fhir-version"
    assert release in caught.value.detail
    assert "as R4" in caught.value.detail


@pytest.mark.parametrize(
    "resource",
    [
        patient(),
        condition("c1", "69896004", "Rheumatoid arthritis"),
        order("m1", "Ibuprofen 400 MG Oral Tablet"),
        {"resourceType": "CarePlan", "status": "active", "title": "no intent, but R4 by its title"},
        {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"},
    ],
)
def test_r4_is_not_taken_for_another_release(resource: dict[str, Any]) -> None:
    assert tell(resource) is None


def test_the_older_release_is_named_where_signs_of_two_are_seen() -> None:
    stu3_like = {"resourceType": "ProcedureRequest", "id": "x"}
    dstu2 = {"resourceType": "MedicationOrder", "id": "y"}
    with pytest.raises(RuleInvalid) as caught:
        read_bundle(bundle(stu3_like, dstu2))
    assert DSTU2 in caught.value.detail
