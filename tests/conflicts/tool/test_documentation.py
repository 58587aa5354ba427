"""Every rule's docstring says what the public has to know of it."""

from __future__ import annotations

import re

import pytest

from service.conflicts.rulebook import PARTS, Entry, entries, entry, pages
from service.conflicts.rules import RULES
from service.conflicts.tiers import ORDER

ENTRIES = entries()
POINTS = {"CF01", "CF02", "CF03", "CF12"}
BY_ROW = {"CF24", "CF25", "CF28"}
IDS = [one.rule.code for one in ENTRIES]


def test_there_are_29_rules_in_the_order_of_their_codes() -> None:
    assert [f"CF{number:02}" for number in range(1, 30)] == IDS
    assert len(RULES) == 29


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_the_title_is_one_sentence(one: Entry) -> None:
    assert re.fullmatch(r"[A-Z][^.]*\.", one.title)
    assert one.rule.documentation.startswith(one.title + "\n\n")


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_it_says_what_it_finds(one: Entry) -> None:
    assert one.paragraphs
    assert len(" ".join(one.paragraphs)) > 80


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
@pytest.mark.parametrize("part", PARTS)
def test_no_part_is_missing_and_each_is_a_sentence(part: str, one: Entry) -> None:
    assert one.parts[part].endswith(".")
    assert one.rule.documentation.count(f"{part}:") == 1
    assert list(one.parts) == list(PARTS)


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_the_example_tells_what_fires_and_what_stays_silent(one: Entry) -> None:
    fires, _, silent = one.parts["Example"].partition("Silent ")
    assert len(fires) > 40
    assert len(silent) > 10


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_the_fhir_codes_are_those_of_the_rule(one: Entry) -> None:
    named = re.findall(r"[A-Z]{3,}", one.parts["FHIR"].replace("FHIR", ""))
    assert sorted(named) == sorted(one.rule.fhir)
    assert one.rule.fhir or one.parts["FHIR"] == "our own code alone."


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_the_tier_is_by_points_by_row_or_named(one: Entry) -> None:
    tier = one.parts["Tier"]
    if one.rule.code in POINTS:
        assert tier == "by points."
    elif one.rule.code in BY_ROW:
        assert tier.startswith("the row's")
    else:
        assert tier.startswith(ORDER)


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_told_and_resolver_begin_as_the_rule_says(one: Entry) -> None:
    def first(text: str) -> str:
        return re.split(r"[;,.]", text.strip())[0]

    assert first(one.parts["Told"]) == first(one.rule.told)
    assert first(one.parts["Resolves"]) == first(one.rule.resolver)


@pytest.mark.parametrize("one", ENTRIES, ids=IDS)
def test_the_page_holds_all_of_it(one: Entry) -> None:
    page = " ".join(pages()[f"rules/{one.page}"].split())
    for text in (one.title, *one.paragraphs, one.parts["Example"], one.rule.code, one.rule.type):
        assert text in page
    for part in PARTS:
        assert one.parts[part].removesuffix(".") in page or part == "FHIR"
    for code in one.rule.fhir:
        assert f"`{code}`" in page


def test_the_index_leads_to_every_page() -> None:
    index = pages()["rules/README.md"]
    assert re.findall(r"\]\((cf\d\d\.md)\)", index) == [one.page for one in ENTRIES]


def test_a_docstring_without_parts_gives_an_entry_without_parts() -> None:
    bare = entry(RULES[0].__class__(**{**vars(RULES[0]), "documentation": "Only a title."}))
    assert (bare.title, bare.paragraphs, bare.parts) == ("Only a title.", (), {})
