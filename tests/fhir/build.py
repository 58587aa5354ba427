"""Write small FHIR R4 bundles for the tests, in the words a test speaks."""

from __future__ import annotations

from typing import Any

from service.domain.clinical_record import ClinicalRecord
from service.fhir.reader import read_bundle

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
NPI = "http://hl7.org/fhir/sid/us-npi"
MRN = "http://clinic.example/mrn"

Resource = dict[str, Any]


def concept(code: str | None = None, display: str | None = None, system: str = SNOMED) -> Resource:
    coding = {"system": system, "code": code, "display": display}
    return {"coding": [{name: value for name, value in coding.items() if value is not None}]}


def patient(own_id: str = "p1", **more: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": own_id,
        "name": [{"given": ["Ada"], "family": "Muster"}],
        "birthDate": "1961-01-25",
        "gender": "female",
        "identifier": [{"system": MRN, "value": own_id}],
        **more,
    }


def order(own_id: str, name: str, on: str | None = "2024-01-10", **more: Any) -> Resource:
    found: Resource = {
        "resourceType": "MedicationRequest",
        "id": own_id,
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": name},
        **({"authoredOn": on} if on else {}),
        **more,
    }
    return found


def condition(
    own_id: str, code: str, display: str, onset: str | None = "2020-02-01", **more: Any
) -> Resource:
    return {
        "resourceType": "Condition",
        "id": own_id,
        "clinicalStatus": concept("active"),
        "verificationStatus": concept("confirmed"),
        "subject": {"reference": "Patient/p1"},
        "code": concept(code, display),
        **({"onsetDateTime": onset} if onset else {}),
        **more,
    }


def bundle(*resources: Resource, kind: str = "collection", full_urls: bool = False) -> Resource:
    entries: list[Resource] = []
    for one in resources:
        entry: Resource = {"resource": one}
        if full_urls:
            entry["fullUrl"] = f"urn:uuid:{one['id']}"
        entries.append(entry)
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def record(*resources: Resource, with_patient: bool = True) -> ClinicalRecord:
    """Read the one record of a patient and these resources."""
    whole = (patient(), *resources) if with_patient else resources
    (found,) = read_bundle(bundle(*whole))
    assert isinstance(found, ClinicalRecord)
    return found


def outcome(found: ClinicalRecord, own_id: str) -> tuple[str, str | None]:
    """Give what the report says of one resource."""
    (row,) = [row for row in found.report if row.id == own_id]
    return row.outcome.value, row.reason
