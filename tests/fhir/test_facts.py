"""Allergies, observations and goals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.domain.vocabulary import GoalDirection
from service.fhir.goal import readable
from tests.fhir.build import LOINC, RXNORM, SNOMED, concept, outcome, record


def allergy(own_id: str = "a1", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": own_id,
        "clinicalStatus": concept("active"),
        "patient": {"reference": "Patient/p1"},
        **more,
    }


@pytest.mark.parametrize(
    ("code", "classes"),
    [
        ({"coding": [{"system": RXNORM, "code": "5640"}]}, ["nsaid"]),
        (
            {"coding": [{"system": SNOMED, "code": "293597001", "display": "Codeine allergy"}]},
            ["opioid"],
        ),
        ({"text": "Allergy to tramadol"}, ["tramadol"]),
        ({"coding": [{"system": "http://www.whocc.no/atc", "code": "M01AE"}]}, ["nsaid"]),
        (
            {
                "coding": [
                    {"system": RXNORM, "code": "29046", "display": "Lisinopril"},
                    {"system": RXNORM, "code": "1998", "display": "Captopril"},
                ]
            },
            ["acei-arb"],
        ),
        ({"text": "tramadol and morphine"}, ["opioid"]),  # tramadol is below opioid
        ({"text": "amoxicillin"}, [None]),
        ({"text": "peanuts"}, [None]),
    ],
)
def test_an_allergy_gives_each_class_once(code: dict[str, Any], classes: list[str | None]) -> None:
    found = record(allergy(code=code, category=["medication"]))
    assert [one.drug_class for one in found.allergies] == classes
    assert outcome(found, "a1") == (
        ("mapped", None) if classes != [None] else ("taken", "no-drug-class")
    )


def test_a_group_of_codes_names_all_of_them() -> None:
    codes = [{"system": RXNORM, "code": "29046", "display": "Lisinopril"}, {"display": "Captopril"}]
    assert record(allergy(code={"coding": codes})).allergies[0].text == "Lisinopril, Captopril"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"clinicalStatus": concept("resolved"), "code": {"text": "ibuprofen"}}, "status-resolved"),
        (
            {"verificationStatus": concept("refuted"), "code": {"text": "ibuprofen"}},
            "status-refuted",
        ),
        ({"code": {"text": "No known drug allergies"}}, "says-there-is-none"),
        ({}, "no-code"),
    ],
)
def test_what_is_no_allergy_is_skipped(more: dict[str, Any], reason: str) -> None:
    found = record(allergy(**more))
    assert found.allergies == ()
    assert outcome(found, "a1") == ("skipped", reason)


def test_an_allergy_to_food_is_carried_without_a_class() -> None:
    found = record(allergy(code={"text": "Peanuts"}, category=["food"]))
    assert found.allergies[0].text == "Peanuts"
    assert outcome(found, "a1") == ("taken", "not-a-drug")


def egfr(own_id: str = "o1", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": own_id,
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": concept("33914-3", "eGFR", LOINC),
        "effectiveDateTime": "2024-05-06",
        "valueQuantity": {"value": 48.5, "unit": "mL/min/1.73m2"},
        **more,
    }


def test_a_value_the_tables_know_is_taken_with_its_unit_as_they_write_it() -> None:
    found = record(egfr())
    (one,) = found.observations
    assert (one.code, one.value, one.unit, one.date) == (
        "egfr",
        48.5,
        "mL/min/{1.73_m2}",
        date(2024, 5, 6),
    )
    assert outcome(found, "o1") == ("mapped", None)


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ({"value": 60, "comparator": ">", "code": "mL/min"}, 60.0),
        ({"value": 15, "comparator": "<", "code": "mL/min"}, 14.9),  # below a rule's limit of 15
    ],
)
def test_a_limit_stands_on_the_side_of_the_limit_it_means(
    quantity: dict[str, Any], value: float
) -> None:
    found = record(egfr(valueQuantity=quantity))
    (one,) = found.observations
    assert (one.value, one.bound) == (value, quantity["comparator"])
    assert outcome(found, "o1") == ("mapped", "only-a-limit")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"code": concept("29463-7", "Body weight", LOINC)}, "not-in-the-tables"),
        ({"status": "entered-in-error"}, "status-entered-in-error"),
        ({"valueQuantity": None}, "no-value-with-a-unit"),
        ({"valueQuantity": {"value": 50}}, "no-value-with-a-unit"),
        ({"effectiveDateTime": None}, "no-date"),
    ],
)
def test_a_value_no_rule_can_read_is_skipped(more: dict[str, Any], reason: str) -> None:
    found = record(egfr(**more))
    assert found.observations == ()
    assert outcome(found, "o1") == ("skipped", reason)


def test_the_date_of_issue_serves_where_no_other_is_given() -> None:
    found = record(egfr(effectiveDateTime=None, issued="2024-05-07T08:00:00Z"))
    assert found.observations[0].date == date(2024, 5, 7)


def goal(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "subject": {"reference": "Patient/p1"},
        "description": {"text": "Walk to the shop"},
        **more,
    }


def test_a_goal_is_read_with_its_target() -> None:
    target = {
        "measure": concept("41950-7", "Steps in 24 hours", LOINC),
        "detailQuantity": {"value": 6000, "comparator": ">=", "unit": "/d"},
        "dueDate": "2024-09-01",
    }
    found = record(
        goal(startDate="2024-06-01", target=[target], achievementStatus=concept("improving"))
    )
    (one,) = found.goals
    assert (one.title, one.status, one.achievement) == ("Walk to the shop", "active", "improving")
    assert (one.start, one.due, one.measure) == (
        date(2024, 6, 1),
        date(2024, 9, 1),
        "Steps in 24 hours",
    )
    assert (one.low, one.high, one.unit, one.direction) == (
        6000,
        None,
        "/d",
        GoalDirection.INCREASE,
    )


@pytest.mark.parametrize("status", ["completed", "cancelled", "entered-in-error", "rejected"])
def test_a_goal_that_is_over_is_skipped(status: str) -> None:
    found = record(goal(lifecycleStatus=status))
    assert found.goals == ()
    assert outcome(found, "g1") == ("skipped", f"status-{status}")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{'text': 'Stay active', 'addresses': []}", "Stay active"),
        (
            "{'observation': {'codes': [{'display': 'HbA1c'}], 'operator': '<', 'value': 7}}",
            "HbA1c < 7",
        ),
        ("{'unfinished", "{'unfinished"),
        ("{'a': __import__('os')}", "{'a': __import__('os')}"),
        ("Lose {some} weight", "Lose {some} weight"),
    ],
)
def test_a_description_written_as_a_dictionary_is_made_readable(written: str, read: str) -> None:
    assert readable(written) == read
