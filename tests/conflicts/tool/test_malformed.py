"""Whatever is given to the tool, it ends with an exit code of its own and never with a traceback."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conflicts import known_codes
from tests.conflicts.casebook import cases
from tests.conflicts.tool.faults import ACTIVITIES, TABLES, TEXTS
from tests.conflicts.tool.running import EXAMPLE, Done, run

PLANS = [json.loads(EXAMPLE.read_text())]
PLANS += [case.plan for case in cases({f"CF{number:02}" for number in range(1, 30)})[::8]]
CODES = sorted({code for codes in known_codes().values() for code in codes})
SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(CODES)
    | st.dates().map(str)
    | st.datetimes().map(str)
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
BOUND = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ends_well(done: Done, codes: set[int]) -> None:
    """Hold what any run must be: an exit code of ours, and one line where it is no good one."""
    assert done.code in codes
    assert "Traceback" not in done.err
    if done.code == 2:
        assert done.out == ""
        assert done.err.count("\n") == 1
        assert done.err.endswith("\n")
    else:
        assert done.err == ""


def of_a_plan(done: Done, text: str) -> None:
    """Hold what a run of `check` must be; its errors hold nothing of the document."""
    ends_well(done, {0, 2})
    if done.code == 2:
        error = json.loads(done.err)
        assert error["error"] == "bad-document"
        assert error["problem"].replace("-", "").isalpha()
        assert {"pointer", "problem"} <= set(error) <= {"error", "pointer", "problem", "line"}
        assert 1 <= error.get("line", 1) <= text.count("\n") + 1


def places(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to every value of a document."""
    found = [way] if way else []
    if isinstance(node, dict):
        for key, value in node.items():
            found += places(value, (*way, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += places(value, (*way, index))
    return found


WAYS = [places(plan) for plan in PLANS]


@BOUND
@given(data=st.data())
def test_a_plan_with_anything_anywhere(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(PLANS) - 1))
    document = copy.deepcopy(PLANS[number])
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = document
        way = data.draw(st.sampled_from(WAYS[number]))
        try:
            for key in way[:-1]:
                node = node[key]
            node[way[-1]] = data.draw(JUNK)
        except (LookupError, TypeError):
            continue  # an earlier change took this place away
    text = json.dumps(document, indent=1)
    as_json = run("check", "--explain", "-", stdin=text)
    of_a_plan(as_json, text)
    table = run("check", "--explain", "--format", "table", "-", stdin=text)
    assert (table.code, table.err) == (as_json.code, as_json.err)


CODED = {"action", "alternative", "body_region", "code", "drug_class", "load", "region", "message"}
OF_CODES = [
    [way for way in ways if way[-1] in CODED or "exclude_actions" in way[:-1]] for ways in WAYS
]


@BOUND
@given(data=st.data())
def test_a_plan_with_any_codes_is_checked_and_explained(data: st.DataObject) -> None:
    number = data.draw(st.sampled_from([at for at, ways in enumerate(OF_CODES) if ways]))
    document = copy.deepcopy(PLANS[number])
    for way in data.draw(st.lists(st.sampled_from(OF_CODES[number]), min_size=1, max_size=4)):
        node = document
        for key in way[:-1]:
            node = node[key]
        if isinstance(node[way[-1]], str):
            node[way[-1]] = data.draw(st.sampled_from(CODES) | st.text(min_size=1, max_size=6))
    for shape in ("json", "table"):
        done = run("check", "--explain", "--format", shape, "-", stdin=json.dumps(document))
        ends_well(done, {0, 2})
        # The one thing that may be wrong with a code: that it is no text one can read.
        assert done.code == 0 or json.loads(done.err)["problem"] in {"empty", "not-allowed"}


@BOUND
@given(JUNK)
def test_any_json_at_all(value: Any) -> None:
    text = json.dumps(value, indent=1)
    of_a_plan(run("check", "-", stdin=text), text)


@BOUND
@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_at_all(raw: bytes) -> None:
    done = run("check", "-", stdin=raw)
    assert done.code == 2
    of_a_plan(done, "\n" * len(raw))


@BOUND
@given(data=st.data())
def test_a_plan_that_breaks_off_or_is_hit_anywhere(data: st.DataObject) -> None:
    text = EXAMPLE.read_text()
    at = data.draw(st.integers(0, len(text) - 1))
    hit = data.draw(
        st.sampled_from(["", "{", "]", '"', ",", "\x00", "\\", "NaN", "1e999", "[" * 500])
    )
    rest = data.draw(st.sampled_from(["", text[at + 1 :]]))
    broken = text[:at] + hit + rest
    of_a_plan(run("check", "-", stdin=broken), broken)


@BOUND
@given(st.text(max_size=40) | st.sampled_from(CODES))
def test_any_code_at_all(code: str) -> None:
    # What begins with a hyphen is an option; after `--` it is a code.
    for command in ("explain", "taxonomy"):
        ends_well(run(command, "--format", "table", "--", code), {0, 2})


@BOUND
@given(data=st.data())
def test_a_knowledge_file_hit_anywhere(data: st.DataObject) -> None:
    text = TEXTS[data.draw(st.sampled_from([ACTIVITIES, TABLES]))]
    at = data.draw(st.integers(0, len(text) - 1))
    hit = data.draw(
        st.sampled_from(["", "{", "]", '"', ",", "@", "x", "\x00", "null", "NaN", "[" * 500])
    )
    rest = data.draw(st.sampled_from(["", text[at + 1 :], text[at + 40 :]]))
    validates(text[:at] + hit + rest)


@settings(BOUND, max_examples=50)
@given(JUNK)
def test_any_json_as_a_knowledge_file(value: Any) -> None:
    validates(json.dumps({"activities": value, "regions": value, "opposed": value}))
    validates(json.dumps({"drug_classes": value, "separation": [value], "resources": value}))
    validates(json.dumps(value))


def validates(text: str) -> None:
    """Validate a text; every fault is one line that names a file and a line of it."""
    done = run("validate", "-", stdin=text)
    ends_well(done, {0, 1})
    for said in done.out.splitlines():
        file, line, *_ = said.split(":")
        assert file in {"-", ACTIVITIES, TABLES}
        assert done.code == 0 or int(line) >= 1
