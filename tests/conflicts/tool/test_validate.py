"""`validate` finds each planted fault on its line, and nothing wrong with what is shipped."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conflicts.knowledge import BrokenKnowledge, load
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy
from service.conflicts.tool.validate import Source, check_files
from tests.conflicts.tool.faults import ACTIVITIES, FAULTS, TABLES, TEXTS, planted
from tests.conflicts.tool.faults_of_form import FAULTS_OF_FORM
from tests.conflicts.tool.running import run


def test_what_is_shipped_is_clean() -> None:
    done = run("validate")
    assert done.code == 0
    assert done.out == f"{ACTIVITIES}: nothing is wrong\n{TABLES}: nothing is wrong\n"
    assert run("validate", "--format", "json").json == []


PLANTED = FAULTS | FAULTS_OF_FORM


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_planted_fault_is_found_on_its_line(tmp_path: Path, name: str) -> None:
    file, anchor, old, new, message = PLANTED[name]
    text, line = planted(file, anchor, old, new)
    path = tmp_path / file
    path.write_text(text)
    done = run("validate", str(path))
    assert done.code == 1
    assert done.err == ""
    found = [said for said in done.out.splitlines() if message in said]
    assert found, done.out
    assert any(said.startswith(f"{path}:{line}: ") for said in found), (line, done.out)


@pytest.mark.parametrize(
    ("file", "anchor", "old", "new", "kind"),
    [
        (ACTIVITIES, '"exercise": {', '["physical-activity"]', '["hiit"]', "activity"),
        (ACTIVITIES, '"any": {', "[]", '["walking"]', "activity"),
        (ACTIVITIES, '"walking": {', '["locomotion"]', '["walking"]', "activity"),
        (ACTIVITIES, '"trunk": {', '"whole-body"', '"lumbar"', "region"),
        (TABLES, '"opioid": {', '["respiratory-depressant"]', '["tramadol"]', "drug class"),
    ],
)
def test_a_circle_is_told_with_all_its_lines(
    tmp_path: Path, file: str, anchor: str, old: str, new: str, kind: str
) -> None:
    text, line = planted(file, anchor, old, new)
    path = tmp_path / file
    path.write_text(text)
    done = run("validate", str(path))
    assert done.code == 1
    circles = [said for said in done.out.splitlines() if "is above itself" in said]
    assert circles
    assert any(f": {kind} " in said and f"(line {line})" in said for said in circles)


def test_no_fault_is_listed_twice() -> None:
    assert len(PLANTED) == len(FAULTS) + len(FAULTS_OF_FORM)


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        TEXTS[TABLES]
        .replace('"id": "DC07"', '"id": "DC06"')
        .replace('"benzodiazepine", "t', '"benzo", "t')
    )
    path = tmp_path / "tables.json"
    path.write_text(text)
    done = run("validate", str(path), "--format", "json")
    assert done.code == 1
    lines = [fault["line"] for fault in done.json]
    assert len(lines) >= 2
    assert lines == sorted(lines)
    assert {fault["file"] for fault in done.json} == {str(path)}


def test_the_shipped_tables_are_held_against_an_edited_taxonomy(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(TEXTS[ACTIVITIES].replace('"electrotherapy"', '"electrical-therapy"'))
    done = run("validate", str(path))
    line = next(
        number
        for number, said in enumerate(TEXTS[TABLES].splitlines(), 1)
        if '"id": "CA05"' in said
    )
    assert done.code == 1
    assert f"{TABLES}:{line}: row CA05: activity 'electrotherapy' is unknown" in done.out


def test_two_edited_files_are_held_against_each_other(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text.replace('"electrotherapy"', '"electrical-therapy"'))
    done = run("validate", str(tmp_path / TABLES), str(tmp_path / ACTIVITIES))
    assert (done.code, done.err) == (0, "")


def test_a_code_that_the_rules_name_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(TEXTS[ACTIVITIES].replace('"passive"', '"done-to"'))
    done = run("validate", str(path))
    assert done.code == 1
    assert "activities: the rules need 'passive'" in done.out


@pytest.mark.parametrize("content", ["{}", "[]", "7", '"text"', "null", '{"activities": []}', ""])
def test_what_is_no_knowledge_file_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(content)
    done = run("validate", str(path))
    assert done.code == 1
    assert done.out.startswith(f"{path}:1: ")


def test_the_same_part_twice_is_told(tmp_path: Path) -> None:
    for name in ("one.json", "other.json"):
        (tmp_path / name).write_text(TEXTS[TABLES])
    done = run("validate", str(tmp_path / "one.json"), str(tmp_path / "other.json"))
    assert done.code == 1
    assert done.out == (
        f"{tmp_path / 'other.json'}:1: {tmp_path / 'one.json'} holds the same part of the knowledge\n"
    )


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_bytes(content)
    done = run("validate", str(path))
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(f"{path}: it ")
    assert done.err.count("\n") == 1


def test_a_chain_of_parents_may_be_longer_than_calls_may_be_deep(tmp_path: Path) -> None:
    raw = load(ACTIVITIES)
    above = "any"
    for number in range(3000):
        letters = "".join(chr(97 + int(digit)) for digit in str(number))
        code = f"deep-{letters}"
        raw["activities"][code] = {"label": code, "is_a": [above], "icf": None, "demands": []}
        above = code
    raw["activities"]["any"]["is_a"] = [above]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(raw))
    done = run("validate", str(path))
    assert done.code == 1
    assert "is above itself" in done.out


def places(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to every value of a document."""
    found = [way] if way else []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    else:
        inner = []
    for key, value in inner:
        found += places(value, (*way, key))
    return found


PLACES = {name: places(json.loads(text)) for name, text in TEXTS.items()}
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.5, "", "nonsense", "knee", "walking", "nsaid", [], {}, ["a", "b"], [[]]]
)


def change(document: Any, way: tuple[Any, ...], junk: Any, how: str) -> None:
    for key in way[:-1]:
        document = document[key]
    if how == "replace":
        document[way[-1]] = junk
    elif how == "drop":
        del document[way[-1]]
    elif isinstance(document, dict):
        document["nonsense"] = document.pop(way[-1])
    else:
        document.append(document[way[-1]])


def loads(name: str, raw: dict[str, Any]) -> bool:
    """Say whether the engine would start with a file as it stands."""
    build: Callable[[], object] = {ACTIVITIES: taxonomy, TABLES: tables}[name].__wrapped__
    module = sys.modules[build.__module__]
    kept = module.__dict__["load"]
    module.__dict__["load"] = lambda _: raw
    try:
        build()
    except (BrokenKnowledge, LookupError, TypeError, ValueError, AttributeError):
        return False
    finally:
        module.__dict__["load"] = kept
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_would_stop_the_engine_is_never_called_clean(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    way = data.draw(st.sampled_from(PLACES[name]))
    raw = copy.deepcopy(load(name))
    change(raw, way, data.draw(JUNK), data.draw(st.sampled_from(["replace", "drop", "move"])))
    text = json.dumps(raw, indent=1)
    faults = list(check_files([Source(name, text)]))
    assert faults or loads(name, raw)
    for fault in faults:
        assert fault.file in TEXTS
        assert 1 <= fault.line <= max(text.count("\n"), TEXTS[fault.file].count("\n")) + 1
