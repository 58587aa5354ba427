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
from tests.conflicts.tool.running import KNOWLEDGE, run

ACTIVITIES, TABLES = "activity_taxonomy.json", "clinical_tables.json"
TEXTS = {name: (KNOWLEDGE / name).read_text() for name in (ACTIVITIES, TABLES)}


def test_what_is_shipped_is_clean() -> None:
    done = run("validate")
    assert done.code == 0
    assert done.out == f"{ACTIVITIES}: nothing is wrong\n{TABLES}: nothing is wrong\n"
    assert run("validate", "--format", "json").json == []


# What is changed, in which file, on the one line that holds the first text; and what is said of it.
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "unknown parent": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', '["aerobics"]',
        "activity hiit: parent 'aerobics' is unknown; did you mean aerobic?",
    ),
    "parent twice": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', '["aerobic", "aerobic"]',
        "is_a of activity hiit: 'aerobic' stands twice",
    ),
    "activity below nothing": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', "[]",
        "activity hiit is below nothing; the topmost is any",
    ),
    "activity twice": (
        ACTIVITIES, '"hiit": {', '"hiit"', '"cycling"', "'cycling' stands twice (first on line ",
    ),
    "unknown load": (
        ACTIVITIES, '"hiit": {', "cardio@", "cardo@",
        "activity hiit: load 'cardo' is unknown; did you mean cardio?",
    ),
    "unknown region": (
        ACTIVITIES, '"hiit": {', "whole-body:", "whole-bdy:",
        "activity hiit: region 'whole-bdy' is unknown; did you mean whole-body?",
    ),
    "demand without its mark": (
        ACTIVITIES, '"hiit": {', ":3i", ":3",
        "activity hiit: 'cardio@whole-body:3' needs i (inherent) or t (typical)",
    ),
    "demand of level 4": (
        ACTIVITIES, '"hiit": {', ":3i", ":4i",
        "activity hiit: the level of 'cardio@whole-body:4i' must be from 0 to 3",
    ),
    "nothing, inherently": (
        ACTIVITIES, '"hiit": {', ":3i", ":0i",
        "activity hiit: 'cardio@whole-body:0i' takes a demand away, so without i or t",
    ),
    "demand that cannot be read": (
        ACTIVITIES, '"hiit": {', "cardio@whole-body:3i", "hard",
        "activity hiit: 'hard' is not load@region:level with i or t",
    ),
    "demand twice": (
        ACTIVITIES, '"hiit": {', '"cardio@whole-body:3i"',
        '"cardio@whole-body:3i", "cardio@whole-body:3i"',
        "demands of activity hiit: 'cardio@whole-body:3i' stands twice",
    ),
    "label that is a number": (
        ACTIVITIES, '"hiit": {', '"High-intensity interval training"', "7",
        "the label of activity hiit must be a text that is not empty",
    ),
    "misspelt field": (
        ACTIVITIES, '"hiit": {', '"label"', '"lable"',
        "activity hiit has an unknown field 'lable'; did you mean label?",
    ),
    "parents that are a text": (
        ACTIVITIES, '"hiit": {', '["aerobic"]', '"aerobic"', "is_a of activity hiit must be a list",
    ),
    "region of an unknown one": (
        ACTIVITIES, '"thumb": {', '"hand"', '"hnad"',
        "region thumb: parent 'hnad' is unknown; did you mean head or hand?",
    ),
    "region of nothing": (
        ACTIVITIES, '"thumb": {', '"hand"', "null", "region thumb is part of nothing",
    ),
    "levels of an unknown load": (
        ACTIVITIES, '"flex@knee": ["to 45', "flex@", "flexx@",
        "levels: load 'flexx' is unknown; did you mean flex?",
    ),
    "two levels": (
        ACTIVITIES, '"grip": ["light', '"light tool", ', "",
        "levels of grip must be three texts",
    ),
    "bounds out of order": (
        ACTIVITIES, '"rom_levels"', "[60, 90]", "[90, 60]",
        "rom_levels of flex@hip: the second bound must be above the first",
    ),
    "transmitted load that is unknown": (
        ACTIVITIES, '"transmitted"', '"axial"', '"axle"', "transmitted: load 'axle' is unknown",
    ),
    "as_load of an unknown activity": (
        ACTIVITIES, '"bending": ["flex"', '"bending"', '"bendin"',
        "as_load: activity 'bendin' is unknown; did you mean bending?",
    ),
    "as_load in an unknown region": (
        ACTIVITIES, '"bending": ["flex"', '"lumbar"', '"lumber"',
        "as_load of bending: region 'lumber' is unknown; did you mean lumbar?",
    ),
    "counts_as in an unknown dimension": (
        ACTIVITIES, '"as": "walking-long"', '"bout"', '"boot"',
        "counts_as: dimension 'boot' is unknown; did you mean bout?",
    ),
    "opposed to itself": (
        ACTIVITIES, '["bed-rest", "work"]', '"work"', '"bed-rest"',
        "opposed: bed-rest cannot oppose itself",
    ),
    "both_sides of an unknown activity": (
        ACTIVITIES, '"both_sides"', '"standing"', '"standin"',
        "both_sides: activity 'standin' is unknown; did you mean standing",
    ),
    "drug class below an unknown one": (
        TABLES, '"duloxetine": {', '"snri"', '"snris"',
        "drug class duloxetine: parent 'snris' is unknown; did you mean snri",
    ),
    "drug class that is an activity": (
        TABLES, '"ppi": {', '"ppi"', '"walking"', "drug class walking is the code of an activity",
    ),
    "condition twice": (
        TABLES, '"conditions"', '"ckd"', '"ckd", "ckd"', "conditions: 'ckd' stands twice",
    ),
    "observation of a wrong type": (
        TABLES, '"observations"', "365", '"a year"',
        "days of observation egfr must be a whole number from 1 to 36500",
    ),
    "sedating class that is unknown": (
        TABLES, '"classes": ["opioid"', '"opioid"', '"opiod"',
        "sedating classes: drug class 'opiod' is unknown; did you mean opioid",
    ),
    "row on an unknown drug class": (
        TABLES, '"id": "DC07"', '"opioid"', '"opiod"',
        "row DC07: drug class 'opiod' is unknown; did you mean opioid",
    ),
    "row twice": (
        TABLES, '"id": "DC07"', '"DC07"', '"DC06"', "row DC06 stands twice (first on line ",
    ),
    "row of an unknown tier": (
        TABLES, '"id": "DC07"', '"warning"', '"warnin"',
        "row DC07: tier 'warnin' is unknown; did you mean warning?",
    ),
    "row of an unknown FHIR code": (
        TABLES, '"id": "DC07"', '"COND"', '"CONDITION"',
        "row DC07: FHIR code 'CONDITION' is unknown",
    ),
    "row on an unknown condition": (
        TABLES, '"id": "DC07"', '"sleep-apnoea"', '"sleep-apnea"',
        "row DC07: condition 'sleep-apnea' is unknown; did you mean sleep-apnoea?",
    ),
    "row on two facts": (
        TABLES, '"id": "DC07"', '"tier"', '"min_age": 65, "tier"',
        "row DC07 needs exactly one of condition, observation and min_age",
    ),
    "row without a source": (
        TABLES, '"id": "DC07"', '"source"', '"sauce"', "row DC07 has no source",
    ),
    "row for an unknown route": (
        TABLES, '"id": "DC06"', '"oral"', '"aural"',
        "routes of row DC06: route 'aural' is unknown; did you mean oral?",
    ),
    "row lowered to its own tier": (
        TABLES, '"id": "DC15"', '"notice"', '"warning"',
        "row DC15: mitigated_tier must be below its tier, warning",
    ),
    "row lowered by nothing": (
        TABLES, '"id": "DC15"', ', "mitigated_by": "ppi"', "",
        "row DC15 needs both mitigated_by and mitigated_tier",
    ),
    "pair with an unknown class": (
        TABLES, '"id": "DD10"', '"benzodiazepine"', '"benzo"',
        "row DD10: drug class 'benzo' is unknown; did you mean benzodiazepine?",
    ),
    "row on an unknown load": (
        TABLES, '"id": "DA05"', '"impact"', '"impct"',
        "row DA05: load 'impct' is unknown; did you mean impact?",
    ),
    "row on an unknown region": (
        TABLES, '"id": "CA02"', '"thoracic"', '"thorax"',
        "regions of row CA02: region 'thorax' is unknown",
    ),
    "row on an unknown activity": (
        TABLES, '"id": "CA05"', '"electrotherapy"', '"electro"',
        "row CA05: activity 'electro' is unknown; did you mean electrotherapy?",
    ),
    "gap after an unknown event": (
        TABLES, '"id": "SP03"', '"arthroplasty"', '"arthoplasty"',
        "row SP03: event 'arthoplasty' is unknown; did you mean arthroplasty?",
    ),
    "gap that is a text": (
        TABLES, '"id": "SP03"', "180", '"180"',
        "days of row SP03 must be a whole number from 1 to 36500",
    ),
    "gap with a level that is none": (
        TABLES, '"id": "SP01"', '["xload", 2]', '["xload", 9]',
        "row SP01: the level must be a whole number from 1 to 3",
    ),
    "resource of an unknown activity": (
        TABLES, '"resources"', '"treadmill-walk"', '"treadmil-walk"',
        "resources: activity 'treadmil-walk' is unknown; did you mean treadmill-walk?",
    ),
    "maximum of nothing": (
        TABLES, '"id": "DM01"', "4000", "0", "mg of row DM01 must be above 0",
    ),
    "not JSON": (
        TABLES, '"event_codes"', "[", "[,", "this is not JSON (column ",
    ),
    "not a number": (
        TABLES, '"id": "SP03"', "180", "NaN", "this is not a number of JSON",
    ),
}  # fmt: skip


def planted(file: str, anchor: str, old: str, new: str) -> tuple[str, int]:
    """Change the one line that holds a text; give the whole text and the line of the change."""
    lines = TEXTS[file].splitlines(keepends=True)
    [at] = [number for number, line in enumerate(lines) if anchor in line]
    start = lines[at].index(anchor)
    following = "".join(lines[at:])
    changed = following.index(old, start)
    text = "".join(lines[:at]) + following[:changed] + new + following[changed + len(old) :]
    return text, at + 1 + following[:changed].count("\n")


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_planted_fault_is_found_on_its_line(tmp_path: Path, name: str) -> None:
    file, anchor, old, new, message = FAULTS[name]
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
