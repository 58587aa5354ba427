from __future__ import annotations

from datetime import UTC, date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.clinical_record import MedicationLine, PersonKind
from service.domain.vocabulary import Basis, Stance
from service.fhir import dosage
from service.fhir.element import Element
from service.fhir.maps import maps
from service.fhir.product import parse
from tests.fhir.build import NPI, RXNORM, concept, order, outcome, record

IBUPROFEN = "Ibuprofen 600 MG Oral Tablet"
PERCOCET = "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet"


def one_line(*orders: dict[str, Any]) -> MedicationLine:
    (line,) = record(*orders).medications
    return line


def classes(line: MedicationLine) -> list[str | None]:
    return [part.drug_class for part in line.parts]


def test_renewals_are_one_line_and_the_newest_rules() -> None:
    found = record(
        order("m1", IBUPROFEN, "2021-03-20"),
        order("m3", "Ibuprofen 600 MG Oral Tablet [Motrin]", "2023-03-03", status="on-hold"),
        order("m2", IBUPROFEN, "2022-03-03"),
    )
    (line,) = found.medications
    assert line.origin.key.id == "m3"
    assert [key.id for key in line.history] == ["m2", "m1"]
    assert (line.status, line.name) == ("on-hold", "Ibuprofen 600 MG Oral Tablet [Motrin]")
    assert line.period.start == date(2021, 3, 20)  # a renewal is not a drug newly begun
    assert outcome(found, "m3") == ("mapped", None)
    assert outcome(found, "m1") == ("mapped", "earlier-order-of-a-line")


@pytest.mark.parametrize(
    "other",
    [
        "Ibuprofen 200 MG Oral Tablet",  # another strength
        "Ibuprofen 600 MG Oral Capsule",  # another form
        "Naproxen 600 MG Oral Tablet",  # another ingredient
        "Ibuprofen 600 MG / famotidine 26.6 MG Oral Tablet",  # a combination
    ],
)
def test_what_differs_is_another_line(other: str) -> None:
    found = record(order("m1", IBUPROFEN), order("m2", other))
    assert len(found.medications) == 2


def test_another_route_is_another_line() -> None:
    by_mouth = order("m1", "Ketorolac 10 MG", dosageInstruction=[{"route": concept("26643006")}])
    by_needle = order("m2", "Ketorolac 10 MG", dosageInstruction=[{"route": concept("78421000")}])
    assert sorted(line.route or "" for line in record(by_mouth, by_needle).medications) == [
        "injected",
        "oral",
    ]


def test_naproxen_in_two_strengths_stays_two_statements_of_its_class() -> None:
    found = record(
        order("m1", "Naproxen sodium 220 MG Oral Tablet"),
        order("m2", "Naproxen 500 MG Oral Tablet"),
    )
    assert [classes(line) for line in found.medications] == [["nsaid"], ["nsaid"]]


def test_a_combination_states_each_class_once() -> None:
    line = one_line(order("m1", PERCOCET))
    assert classes(line) == ["opioid", "paracetamol"]
    assert {part.origin.part for part in line.parts} == {"opioid", "paracetamol"}


def test_ingredients_of_one_class_are_stated_together() -> None:
    line = one_line(order("m1", "Hydrochlorothiazide 25 MG / Triamterene 37.5 MG Oral Tablet"))
    assert classes(line) == ["diuretic"]
    assert line.parts[0].ingredients == ("hydrochlorothiazide", "triamterene")


def test_the_rest_of_a_combination_is_stated_without_a_class() -> None:
    found = record(
        order("m1", "Acetaminophen 325 MG / Dextromethorphan 10 MG / doxylamine 6 MG Oral Capsule")
    )
    (line,) = found.medications
    assert classes(line) == ["paracetamol", None]
    assert line.parts[1].ingredients == ("dextromethorphan", "doxylamine")
    assert line.parts[1].sedating is True
    assert outcome(found, "m1") == ("taken", "no-class-in-the-tables")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Simvastatin 20 MG Oral Tablet", "no-class-in-the-tables"),
        ("Wonderdrug 5 MG", "unknown-medicine"),
    ],
)
def test_what_cannot_be_mapped_is_kept_by_name_and_told(name: str, reason: str) -> None:
    found = record(order("m1", name))
    assert found.medications[0].name == name
    assert classes(found.medications[0]) == [None]
    assert outcome(found, "m1") == ("taken", reason)


@pytest.mark.parametrize(
    "status", ["completed", "stopped", "cancelled", "draft", "entered-in-error"]
)
def test_orders_that_are_not_in_force_are_skipped_and_end_what_was_imported(status: str) -> None:
    found = record(order("m1", IBUPROFEN, status=status))
    assert found.medications == ()
    assert outcome(found, "m1") == ("skipped", f"status-{status}")
    assert [(one.key.id, one.status) for one in found.ended] == [("m1", status)]


def test_a_status_that_fhir_has_not_is_not_repeated() -> None:
    found = record(order("m1", IBUPROFEN, status="Mrs Smith said so"))
    assert outcome(found, "m1") == ("skipped", "status-unknown")


@pytest.mark.parametrize("intent", ["proposal", "option"])
def test_what_is_only_proposed_is_not_ordered(intent: str) -> None:
    found = record(order("m1", IBUPROFEN, intent=intent))
    assert found.medications == ()
    assert outcome(found, "m1") == ("skipped", f"intent-{intent}")


def test_do_not_perform_is_a_negative_line_of_its_own() -> None:
    found = record(order("m1", IBUPROFEN), order("m2", IBUPROFEN, doNotPerform=True))
    assert sorted(line.stance for line in found.medications) == [Stance.PROHIBIT, Stance.RECOMMEND]


def test_a_statement_of_the_patient_is_theirs() -> None:
    statement = {
        "resourceType": "MedicationStatement",
        "id": "s1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": "Ibuprofen 400 mg tablet"},
        "effectivePeriod": {"start": "2024-01-01", "end": "2024-01-31"},
        "informationSource": {"reference": "Patient/p1"},
    }
    line = one_line(statement)
    assert line.basis is Basis.PATIENT_STATEMENT
    assert line.requester is not None
    assert line.requester.kind is PersonKind.PATIENT
    assert (line.period.start, line.period.end) == (date(2024, 1, 1), date(2024, 2, 1))


def test_a_medicine_held_by_reference_is_read_from_its_resource() -> None:
    medicine = {
        "resourceType": "Medication",
        "id": "d1",
        "code": {"text": "house painkiller"},
        "form": concept("385055001", "Tablet"),
        "ingredient": [
            {"itemCodeableConcept": concept("161", "acetaminophen", RXNORM)},
            {"itemCodeableConcept": concept("2670", "codeine", RXNORM)},
        ],
    }
    asked = order("m1", "", medicationReference={"reference": "Medication/d1"})
    del asked["medicationCodeableConcept"]
    found = record(medicine, asked)
    (line,) = found.medications
    assert (line.name, line.form, line.route) == ("house painkiller", "tablet", "oral")
    assert classes(line) == ["opioid", "paracetamol"]
    assert outcome(found, "d1") == ("taken", "named-by-an-order")


def test_a_medicine_that_is_only_named_by_its_reference_is_read_by_name() -> None:
    asked = order(
        "m1",
        "",
        medicationReference={
            "reference": "Medication/away",
            "display": "Tramadol 50 MG Oral Capsule",
        },
    )
    del asked["medicationCodeableConcept"]
    assert classes(one_line(asked)) == ["tramadol"]


def test_an_order_of_nothing_is_told() -> None:
    asked = order("m1", "")
    found = record(asked)
    assert outcome(found, "m1") == ("skipped", "no-medicine")


def test_a_requester_nobody_knows_is_carried_by_identifier() -> None:
    asked = order(
        "m1",
        IBUPROFEN,
        requester={"identifier": {"system": NPI, "value": "5"}, "type": "Practitioner"},
    )
    requester = one_line(asked).requester
    assert requester is not None
    assert (requester.kind, requester.identifiers[0].value) == (PersonKind.PRACTITIONER, "5")


def times(per_day: int, dose: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "timing": {"repeat": {"frequency": per_day, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": dose or {"value": 1}}],
            **more,
        }
    ]


def test_a_changed_daily_dose_says_since_when() -> None:
    line = one_line(
        order("m1", IBUPROFEN, "2024-01-01", dosageInstruction=times(1)),
        order("m2", IBUPROFEN, "2024-06-01", dosageInstruction=times(3)),
    )
    assert line.parts[0].daily_mg == 1800
    assert (line.period.start, line.dose_change_date) == (date(2024, 1, 1), date(2024, 6, 1))


def test_an_unchanged_daily_dose_has_no_day_of_change() -> None:
    line = one_line(
        order("m1", IBUPROFEN, "2024-01-01", dosageInstruction=times(3)),
        order("m2", IBUPROFEN, "2024-06-01", dosageInstruction=times(3)),
    )
    assert line.dose_change_date is None


def daily(name: str, instructions: list[dict[str, Any]]) -> list[float | None]:
    product = parse(name, maps().medicines)
    said = dosage.read([Element(one, "") for one in instructions], UTC)
    return [said.daily_mg(one, product) for one in product.substances]


@pytest.mark.parametrize(
    ("name", "instructions", "expected"),
    [
        (PERCOCET, times(4), [1300, 20]),
        (IBUPROFEN, times(2, {"value": 400, "unit": "mg"}), [800]),
        (IBUPROFEN, times(1, {"value": 1.2, "code": "g"}), [1200]),
        ("Morphine 2 MG/ML Oral Solution", times(4, {"value": 5, "unit": "mL"}), [40]),
        (IBUPROFEN, times(1, asNeededBoolean=True), [600]),
        (
            IBUPROFEN,
            [{"timing": {"code": concept("TID")}, "doseAndRate": [{"doseQuantity": {"value": 1}}]}],
            [1800],
        ),
        (
            IBUPROFEN,
            [
                {
                    "maxDosePerPeriod": {
                        "numerator": {"value": 4, "unit": "tablets"},
                        "denominator": {"value": 1, "code": "d"},
                    }
                }
            ],
            [2400],
        ),
        (
            "Methotrexate 10 MG Oral Tablet",
            [
                {
                    "timing": {
                        "repeat": {
                            "frequency": 1,
                            "period": 1,
                            "periodUnit": "wk",
                            "dayOfWeek": ["mon"],
                        }
                    },
                    "doseAndRate": [{"doseQuantity": {"value": 1}}],
                }
            ],
            [pytest.approx(10 / 7, abs=1e-6)],
        ),
        (
            IBUPROFEN,
            [{**times(1)[0], "sequence": 1}, {**times(2)[0], "sequence": 1}],
            [1800],
        ),
    ],
)
def test_a_daily_amount_is_worked_out_where_it_is_said(
    name: str, instructions: list[dict[str, Any]], expected: list[Any]
) -> None:
    assert daily(name, instructions) == expected


@pytest.mark.parametrize(
    ("name", "instructions"),
    [
        (IBUPROFEN, [{"asNeededBoolean": True}]),  # how often is not said
        (IBUPROFEN, []),
        (
            IBUPROFEN,
            [{**times(1)[0], "sequence": 1}, {**times(2)[0], "sequence": 2}],
        ),  # one after another
        (IBUPROFEN, [times(1)[0], times(2)[0]]),  # together or not is not said
        ("Ibuprofen", times(3)),  # no strength
        (PERCOCET, times(4, {"value": 330, "unit": "mg"})),  # milligrams of which of the two?
        ("Morphine 2 MG/ML Oral Solution", times(4)),  # one of what?
        (IBUPROFEN, times(3, {"value": 1, "unit": "spoon"})),
        (IBUPROFEN, times(3, {"value": 1e12, "unit": "mg"})),  # a slip of the pen
        (IBUPROFEN, times(3, {"value": 1, "comparator": "<"})),
    ],
)
def test_a_daily_amount_is_never_guessed(name: str, instructions: list[dict[str, Any]]) -> None:
    assert set(daily(name, instructions)) == {None}


@given(st.permutations([f"2024-0{month}-01" for month in range(1, 7)]))
def test_the_line_does_not_depend_on_the_order_of_the_file(days: list[str]) -> None:
    orders = [order(f"m{day}", IBUPROFEN, day) for day in days]
    line = one_line(*orders)
    assert [key.id for key in line.sources] == [f"m{day}" for day in sorted(days, reverse=True)]


def test_an_order_that_ends_before_it_starts_is_told() -> None:
    bounds = {"timing": {"repeat": {"boundsPeriod": {"start": "2024-05-01", "end": "2024-04-01"}}}}
    found = record(order("m1", IBUPROFEN, dosageInstruction=[bounds]))
    assert outcome(found, "m1") == ("skipped", "ends-before-it-starts")
