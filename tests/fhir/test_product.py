from __future__ import annotations

import pytest

from service.domain.clinical_record import Coding
from service.fhir.maps import ATC, RXNORM, maps
from service.fhir.product import Product, identify, parse

MEDICINES = maps().medicines


def parts(product: Product) -> list[tuple[str, str | None]]:
    return [(one.name, one.strength) for one in product.substances]


@pytest.mark.parametrize(
    ("name", "ingredients", "form", "route"),
    [
        (
            "12 HR Oxycodone Hydrochloride 60 MG Extended Release Oral Tablet",
            [("oxycodone", "60 mg")],
            "extended-release-tablet",
            "oral",
        ),
        ("Ibuprofen 400mg tablet", [("ibuprofen", "400 mg")], "tablet", "oral"),
        ("Lasix 40mg", [("furosemide", "40 mg")], None, None),
        (
            "Acetaminophen 325 MG / oxyCODONE Hydrochloride 5 MG Oral Tablet",
            [("paracetamol", "325 mg"), ("oxycodone", "5 mg")],
            "tablet",
            "oral",
        ),
        (
            "10 ML Furosemide 10 MG/ML Injection",
            [("furosemide", "10 mg/ml")],
            "injection",
            "injected",
        ),
        (
            "Fentanyl 0.025 MG/HR Transdermal System",
            [("fentanyl", "0.025 mg/hr")],
            "patch",
            "other",
        ),
        ("Diclofenac 1 % Topical Gel", [("diclofenac", "1 %")], "topical", "topical"),
        ("Naproxen 0.5 g Oral Tablet", [("naproxen", "500 mg")], "tablet", "oral"),
        (
            "Vicodin 5/500 Oral Tablet",
            [("hydrocodone", None), ("paracetamol", None)],
            "tablet",
            "oral",
        ),
        (
            "duloxetine 30 MG Delayed Release Oral Capsule",
            [("duloxetine", "30 mg")],
            "delayed-release-capsule",
            "oral",
        ),
        ("tramadol/paracetamol", [("tramadol", None), ("paracetamol", None)], None, None),
    ],
)
def test_a_name_tells_ingredients_strength_form_and_route(
    name: str, ingredients: list[tuple[str, str | None]], form: str | None, route: str | None
) -> None:
    product = parse(name, MEDICINES)
    assert parts(product) == ingredients
    assert (product.form, product.route) == (form, route)
    assert all(one.known for one in product.substances)


@pytest.mark.parametrize("name", ["Aspirin-free headache tablets", "non-aspirin pain reliever"])
def test_what_a_product_is_free_of_is_not_in_it(name: str) -> None:
    assert "aspirin" not in MEDICINES.named_in(name)


def test_a_name_inside_another_is_not_found() -> None:
    assert MEDICINES.named_in("dihydrocodeine 30 mg") == ("dihydrocodeine",)


def test_a_code_without_words_is_enough() -> None:
    product = identify([Coding(RXNORM, "1049593")], None, MEDICINES)
    assert parts(product) == [("oxycodone", "60 mg")]
    assert product.form == "extended-release-tablet"


def test_a_code_goes_before_words() -> None:
    product = identify([Coding(RXNORM, "161", "painkiller, purple")], "painkiller", MEDICINES)
    assert parts(product) == [("paracetamol", None)]


def test_an_atc_code_of_a_group_gives_its_classes() -> None:
    product = identify([Coding(ATC, "N02AJ17")], "a combination", MEDICINES)
    assert product.atc_classes == ("opioid", "paracetamol")


def test_what_nobody_knows_keeps_its_name() -> None:
    product = parse("Wonderdrug 5 MG Oral Tablet", MEDICINES)
    assert [(one.name, one.known) for one in product.substances] == [("wonderdrug", False)]


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("Aspirin 81 MG Oral Tablet", ("antiplatelet",)),
        ("Aspirin 500 MG Oral Tablet", ("nsaid",)),
        ("Fentanyl 0.025 MG/HR Transdermal System", ("opioid-patch",)),
        ("Fentanyl 0.05 MG/ML Injectable Solution", ("opioid",)),
        ("Hydrocortisone 10 MG/ML Topical Cream", ()),
        ("Hydrocortisone 10 MG Oral Tablet", ("systemic-corticosteroid",)),
        ("Ciprofloxacin 3 MG/ML Ophthalmic Solution", ()),
        ("warfarin sodium 5 MG Oral Tablet", ("vitamin-k-antagonist",)),
    ],
)
def test_form_route_and_strength_decide_the_class(name: str, classes: tuple[str, ...]) -> None:
    product = parse(name, MEDICINES)
    (one,) = product.substances
    ingredient = MEDICINES.ingredients[one.name]
    assert ingredient.classes_as(product.form, product.route, one.mg) == classes
