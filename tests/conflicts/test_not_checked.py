"""Hold the list of what could not be checked: every reason fires, and its near miss does not."""

from __future__ import annotations

from typing import Any

import pytest

from service.conflicts import check

PT = {"id": "pt", "discipline": "physiotherapy"}
DR = {"id": "dr", "discipline": "physician"}


def walk(**fields: Any) -> dict[str, Any]:
    return {"id": "p", "kind": "activity", "stance": "recommend", "action": "walking",
            "author": PT, **fields}  # fmt: skip


def ban(**fields: Any) -> dict[str, Any]:
    return {"id": "n", "kind": "activity", "stance": "discourage", "action": "walking",
            "author": DR, "review_by": "2026-06-01", **fields}  # fmt: skip


def drug(code: str, drug_class: str | None, **fields: Any) -> dict[str, Any]:
    medication = {"drug_class": drug_class, **fields.pop("medication", {})}
    return {"id": code, "kind": "medication", "stance": "recommend", "author": DR,
            "medication": medication, **fields}  # fmt: skip


def dose(dimension: str, unit: str, **bounds: float) -> list[dict[str, Any]]:
    return [{"dimension": dimension, "unit": unit, **bounds}]


def notes(*items: dict[str, Any], **more: Any) -> list[tuple[str, list[str]]]:
    result = check({"as_of": "2026-01-05", "recommendations": list(items), **more})
    return [(note["reason"], note["statements"]) for note in result["not_checked"]]


UNITS = ("incomparable-units", ["n", "p"])
DOSE = ("dose-not-stated", ["n", "p"])
BOUT = dose("bout", "min", high=20)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        # a cap and a dose in units that do not compare, and in units that do
        ([walk(dose=dose("bout", "km", high=2)), ban(dose=BOUT)], [UNITS]),
        ([walk(dose=dose("bout", "h", high=0.2)), ban(dose=BOUT)], []),
        ([walk(action="deadlift", dose=dose("load-rel", "%", high=60)),
          ban(action="lifting", dose=dose("load", "kg", high=5))], [UNITS]),
        ([walk(dose=dose("bout", "km", high=2)), walk(id="n", author=DR, dose=BOUT)], [UNITS]),
        # a cap in a dimension that is not dosed; past, narrower, or limiting nothing it is none
        ([walk(), ban(dose=BOUT)], [DOSE]),
        ([walk(period={"end": "2026-01-05"}), ban(dose=BOUT)], []),
        ([walk(), ban(dose=dose("weight-bearing", "%", high=100))], []),
        ([walk(action="cycling-stationary"), ban(dose=BOUT)], []),
        ([walk(exception_to=["n"]), ban(dose=BOUT)], []),
        # a permit of some of it without a dose; of all of it, it is a finding instead
        ([walk(stance="permit", quantifier="some"), ban(dose=BOUT)], [DOSE]),
        ([walk(stance="permit", quantifier="all"), ban(dose=BOUT)], []),
        # a sedating medicine without a date, beside what needs a clear head
        ([drug("d", "opioid"), walk(action="driving")], [("start-not-stated", ["d"])]),
        ([drug("d", "opioid"), walk()], []),
        ([drug("d", "opioid", period={"start": "2025-01-01"}), walk(action="driving")], []),
        ([drug("d", "opioid", medication={"sedating": False}), walk(action="driving")], []),
        # a restriction without an end, and what counts as one
        ([ban(review_by=None)], [("restriction-without-end", ["n"])]),
        ([ban(review_by=None, end_event={"kind": "review", "recorded": False})], []),
        ([ban(review_by=None, period={"end": "2026-02-01"})], []),
        ([walk()], []),
        # a review that is overdue, from the day after
        ([ban(review_by="2026-01-04")], [("review-overdue", ["n"])]),
        ([ban(review_by="2026-01-05")], []),
        # what it depends on is gone
        ([walk(depends_on=["q"])], [("dependency-revoked", ["p"])]),
        ([walk(depends_on=["q"]), walk(id="q", status="revoked")], [("dependency-revoked", ["p"])]),
        ([walk(depends_on=["q"]), walk(id="q", status="completed")], []),
        ([walk(coding_status="suggested")], [("suggested-coding", ["p"])]),
        ([walk(coding_status="suggested", status="revoked")], []),
        ([walk(coding_status="suggested", period={"end": "2026-01-05"})], []),
        # codes that are missing where the kind needs one
        ([walk(action=None)], [("missing-coding", ["p"])]),
        ([walk(kind="work-capacity", action=None, stance="permit")], []),
        ([walk(kind="education", action=None)], [("missing-coding", ["p"])]),
        ([walk(kind="education", action=None, message="sleep-first")], []),
        ([drug("d", None)], [("missing-coding", ["d"])]),
        ([drug("d", "ppi")], []),
        # an analgesic message that names no class
        ([walk(kind="education", action=None, message="analgesic-regular")],
         [("drug-class-not-stated", ["p"])]),
        ([walk(kind="education", action=None, message="analgesic-regular",
               medication={"drug_class": "paracetamol"})], []),
        # one of several medicines of a class with a daily maximum has no milligrams
        ([drug("d", "paracetamol", medication={"daily_mg": 3000}), drug("e", "paracetamol")],
         [("dose-not-stated", ["d", "e"])]),
        ([drug("e", "paracetamol")], []),
        ([drug("d", "paracetamol", medication={"daily_mg": 3000}),
          drug("e", "paracetamol", period={"end": "2026-01-05"})], []),
    ],
)  # fmt: skip
def test_each_reason_and_its_near_miss(
    items: list[dict[str, Any]], expected: list[tuple[str, list[str]]]
) -> None:
    assert notes(*items) == expected


def test_an_allergy_to_a_kind_of_the_class_is_not_checked() -> None:
    allergy = [{"id": "a", "drug_class": "tramadol"}]
    assert notes(drug("d", "opioid"), allergies=allergy) == [("drug-class-not-stated", ["d"])]
    assert notes(drug("d", "nsaid"), allergies=allergy) == []


def test_a_value_in_another_unit_is_passed_over_and_noted() -> None:
    def value(code: str, unit: str, day: str) -> dict[str, Any]:
        return {"id": code, "code": "egfr", "value": 20, "unit": unit, "date": day}

    wrong = value("o2", "mmol/L", "2026-01-03")
    right = value("o1", "mL/min", "2026-01-02")
    plan = {"observations": [right, wrong]}
    assert notes(drug("d", "nsaid"), **plan) == [("incomparable-units", ["o2"])]
    findings = check({"as_of": "2026-01-05", "recommendations": [drug("d", "nsaid")], **plan})
    assert [item["row"] for item in findings["findings"]] == ["DC01"]
    newer = {"observations": [{**wrong, "date": "2026-01-01"}, right]}
    assert notes(drug("d", "nsaid"), **newer) == []


def test_the_reasons_stand_in_a_fixed_order() -> None:
    found = notes(
        ban(review_by=None), walk(id="z", action=None), walk(id="a", action=None, depends_on=["x"])
    )
    assert found == [
        ("restriction-without-end", ["n"]),
        ("dependency-revoked", ["a"]),
        ("missing-coding", ["a"]),
        ("missing-coding", ["z"]),
    ]
