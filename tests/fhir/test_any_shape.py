"""Whatever shape an element has, a file is read, refused by place, or refused as a whole; nothing breaks."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.clinical_record import ClinicalRecord, RefusedRecord
from service.errors import ConcordError
from service.fhir.reader import Result, read_bundle
from tests.fhir.build import LOINC, NPI, RXNORM, bundle, concept, condition, order, patient

WHOLE = bundle(
    patient(communication=[{"language": concept("de"), "preferred": True}]),
    {
        "resourceType": "Practitioner",
        "id": "dr1",
        "name": [{"family": "Weiss", "given": ["Eva"], "prefix": ["Dr."]}],
        "identifier": [{"system": NPI, "value": "77"}],
    },
    {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/dr1"},
        "organization": {"reference": "Organization/o1"},
        "specialty": [concept("x", "Physical therapy")],
        "period": {"start": "2020-01-01"},
    },
    {"resourceType": "Organization", "id": "o1", "name": "Clinic", "active": True},
    condition(
        "c1", "127013003", "Diabetic kidney", abatementDateTime="2024-01-01", recordedDate="2020"
    ),
    order(
        "m1",
        "Ibuprofen 600 MG Oral Tablet",
        requester={"reference": "Practitioner/dr1"},
        reasonReference=[{"reference": "Condition/c1"}],
        dosageInstruction=[
            {
                "sequence": 1,
                "text": "three a day",
                "route": concept("26643006"),
                "timing": {
                    "code": concept("TID"),
                    "repeat": {
                        "frequency": 3,
                        "period": 1,
                        "periodUnit": "d",
                        "boundsPeriod": {"start": "2024-01-01", "end": "2024-02-01"},
                    },
                },
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
                "maxDosePerPeriod": {
                    "numerator": {"value": 1800, "unit": "mg"},
                    "denominator": {"value": 1, "code": "d"},
                },
            }
        ],
    ),
    {
        "resourceType": "Medication",
        "id": "d1",
        "code": concept("161", "acetaminophen", RXNORM),
        "form": concept("1", "Tablet"),
        "ingredient": [{"itemCodeableConcept": concept("161", "acetaminophen", RXNORM)}],
    },
    {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "medicationReference": {"reference": "Medication/d1"},
        "effectivePeriod": {"start": "2024-01-01"},
        "informationSource": {"reference": "Patient/p1"},
    },
    {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": {"reference": "Patient/p1"},
        "category": ["medication"],
        "code": concept("5640", "ibuprofen", RXNORM),
        "onsetDateTime": "2001-01-01T10:00:00Z",
    },
    {
        "resourceType": "Observation",
        "id": "v1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": concept("33914-3", "eGFR", LOINC),
        "effectiveDateTime": "2024-05-06",
        "valueQuantity": {"value": 48.5, "unit": "mL/min", "comparator": "<"},
        "performer": [{"reference": "Practitioner/dr1"}],
    },
    {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "subject": {"reference": "Patient/p1"},
        "description": {"text": "Walk"},
        "startDate": "2024-01-01",
        "target": [
            {"detailRange": {"low": {"value": 1}, "high": {"value": 2}}, "dueDate": "2024-06"}
        ],
    },
    {
        "resourceType": "CarePlan",
        "id": "k1",
        "status": "active",
        "intent": "plan",
        "title": "Back pain",
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2024-01-01"},
        "addresses": [{"reference": "Condition/c1"}],
        "activity": [{"detail": {"status": "in-progress", "code": concept("1", "Exercise")}}],
    },
    {
        "resourceType": "CareTeam",
        "id": "t1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2024-01-01"},
        "participant": [
            {"role": [concept("36682004")], "member": {"reference": "PractitionerRole/r1"}}
        ],
    },
)

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "active",
            "2024-02-30",
            "2024",
            "#x",
            "Patient/p1",
            "urn:uuid:p1",
            "?",
            "/",
            "|",
            "9999-12-31",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = [path] if path else []
    for name, one in inner:
        found += places(one, (*path, name))
    return found


PLACES = places(WHOLE)


def test_as_it_stands_it_is_read() -> None:
    (found,) = read_bundle(WHOLE)
    assert isinstance(found, ClinicalRecord)
    assert len(found.report) == len(WHOLE["entry"])


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=3))
def test_any_change_of_any_element_is_read_or_refused(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    document = changed(changes)
    for one in read(document):
        assert not isinstance(one, RefusedRecord) or one.errors


def changed(changes: list[tuple[tuple[Any, ...], Any]]) -> dict[str, Any]:
    document = copy.deepcopy(WHOLE)
    for path, value in changes:
        target: Any = document
        try:
            for name in path[:-1]:
                target = target[name]
            target[path[-1]] = value
        except (LookupError, TypeError):
            continue
    return document


def read(document: dict[str, Any]) -> tuple[Result, ...]:
    try:
        return read_bundle(document)
    except ConcordError as error:
        if error.code not in {"bad-import", "not-a-bundle", "unsupported-fhir-version"}:
            raise
        return ()
