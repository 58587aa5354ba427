"""The price of a noun: what one more kind of item costs in lines and places, measured on those that stand.

`docs/house.md` states the price; a noun that costs more has found something that wants a home of its own, or a
rule that belongs in its own file.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from service.actions import facts as plain
from service.actions import nouns
from service.actions.noun import Noun
from service.models import facts as rows

PROJECT = Path(__file__).resolve().parents[2]
SERVICE = PROJECT / "service"
API = SERVICE / "api"

# The plainest noun, and the one that came last: it has a life, an end that advice may wait for, and times.
PLAINEST, LAST = "preference", "appointment"
# What is written for a noun alone; a noun that follows the common way stays below this.
MOST_OWN_LINES = 140
# The pieces of it, as the map names their files.
FILES = {
    "model": "models/facts.py",
    "rules": "actions/…",
    "routes": "api/<noun>/routes.py",
    "schemas": "api/<noun>/schemas.py",
}
# What has to name a noun beside its own files, whatever it is; each is a line or a few.
PLACES = {
    "actions/document.py": "its place in the plan document",
    "actions/nouns.py": "its name for `resolve`",
    "api/__init__.py": "its place in the list",
    "api/conflicts/schemas.py": "its patch for `resolve`",
    "api/knowledge/schemas.py": "its place in a document to check",
    "api/plan_reading/schemas.py": "its place in the shown plan document",
    "domain/policy.py": "its rows in the table of rights",
    "domain/vocabulary/flags.py": "its name as a statement",
    "models/document.py": "its table among those read for the document",
}
# What the last noun names elsewhere, because of its life and because advice may end with it.
OF_ITS_OWN = {
    "actions/links.py",
    "domain/lifecycles.py",
    "domain/succession.py",
    "domain/vocabulary/advice.py",
    "web/handbook.py",
}
# What makes more of a noun than a noun: the engine, imports, the demo, and the prose of pages.
ELSEWHERE = ("conflicts/", "fhir/", "demo/")

FACTS = {
    kind: noun
    for kind, noun in nouns.BY_KIND.items()
    if noun.model.__module__ == rows.__name__ and kind != "capacity"
}


def lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def folder_of(noun: Noun) -> Path:
    return API / noun.model.__tablename__


def written_for(noun: Noun) -> dict[str, int]:
    """Count the lines of each piece that a noun has to itself."""
    module = inspect.getmodule(type(noun))
    assert isinstance(module, ModuleType)
    assert module.__file__ is not None
    # A noun with helpers has its file; those with nothing but a rule share one.
    rules = (
        lines(inspect.getsource(type(noun))) + 1
        if module is plain
        else lines(Path(module.__file__).read_text())
    )
    return {
        "model": lines(inspect.getsource(noun.model)),
        "rules": rules,
        "routes": lines((folder_of(noun) / "routes.py").read_text()),
        "schemas": lines((folder_of(noun) / "schemas.py").read_text()),
    }


def places_of(noun: Noun) -> set[str]:
    """Name the files outside its own that name a noun."""
    table, camel = noun.model.__tablename__, noun.model.__name__
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", camel).lower()
    words = rf'"{table}"|"{snake}"|\b{table} = |\b{table},$|\b{snake.upper()}\b|\b{camel}Patch\b'
    own = {folder_of(noun), Path(rows.__file__), Path(inspect.getfile(type(noun)))}
    return {
        path.relative_to(SERVICE).as_posix()
        for path in SERVICE.rglob("*.py")
        if not own & {path, path.parent}
        and not path.relative_to(SERVICE).as_posix().startswith(ELSEWHERE)
        and re.search(words, path.read_text(), flags=re.MULTILINE)
    }


def test_the_plain_nouns_are_the_facts_of_a_plan() -> None:
    assert {PLAINEST, LAST} <= set(FACTS)
    assert len(FACTS) == 7


@pytest.mark.parametrize("kind", FACTS)
def test_a_plain_noun_writes_no_more_than_what_is_its_own(kind: str) -> None:
    written = written_for(FACTS[kind])

    assert all(written.values())
    assert sum(written.values()) <= MOST_OWN_LINES, written


@pytest.mark.parametrize("kind", FACTS)
def test_a_plain_noun_has_a_place_in_each_of_these_files(kind: str) -> None:
    assert set(PLACES) <= places_of(FACTS[kind])


def test_the_plainest_noun_is_named_nowhere_else() -> None:
    assert places_of(FACTS[PLAINEST]) == set(PLACES)


def test_the_last_noun_touches_what_the_plainest_does_and_its_own_rules() -> None:
    assert places_of(FACTS[LAST]) == set(PLACES) | OF_ITS_OWN


def test_the_map_states_the_price_as_it_is() -> None:
    page = (PROJECT / "docs" / "house.md").read_text()
    plainest, last = written_for(FACTS[PLAINEST]), written_for(FACTS[LAST])
    for piece, where in FILES.items():
        row = rf"^\| `{where}`: .* \| {plainest[piece]} \| {last[piece]} \|$"
        assert re.search(row, page, re.MULTILINE), row
    totals = sum(plainest.values()), sum(last.values())
    assert f"| Together | {totals[0]} | {totals[1]} |" in page
    assert f"no more than {MOST_OWN_LINES} lines" in page
    for place in PLACES:
        assert f"`{place}`" in page, place
