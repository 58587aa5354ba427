"""The reader that keeps lines reads what the standard reader reads, and refuses what that refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conflicts.tool.positions import MOST_LEVELS, Malformed, line_at, scan

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_it_reads_what_was_written(value: Any, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    node, flaws = scan(f"\n {text}\r\n")
    assert node.plain() == value
    assert flaws == []


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsnN\\u \n"') | st.text())
def test_it_refuses_what_the_standard_reader_refuses(text: str) -> None:
    try:
        wanted = json.loads(text)
    except ValueError:
        with pytest.raises(Malformed):
            scan(text)
    else:
        node, _ = scan(text)
        # Compared as text, because NaN is not equal to itself.
        assert json.dumps(node.plain()) == json.dumps(wanted)


@given(VALUES)
def test_each_value_stands_on_its_line(value: Any) -> None:
    text = json.dumps(value, indent=1)
    lines = text.splitlines() if text.isascii() else text.split("\n")
    node, _ = scan(text)

    def walk(node: Any) -> None:
        for member in node.members:
            assert json.dumps(member.key) in lines[member.line - 1]
            walk(member.node)
        for item in node.items:
            if not item.is_object and not item.is_list:
                assert json.dumps(item.value) in lines[item.line - 1]
            walk(item)

    walk(node)


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ('{"a": 1,\n "b" 2}', 2, 6, "a colon is missing after a key"),
        ('{"a": 1\n "b": 2}', 2, 2, "a comma or } is missing"),
        ("[1\n\n2]", 3, 1, "a comma or ] is missing"),
        ("[1,\n]", 2, 1, "a value is missing or misspelt"),
        ("{\n a: 1}", 2, 2, "a key in double quotes is missing"),
        ('["one\n"]', 1, 6, "a text holds a line break or control character"),
        ('{"a": "one', 1, 7, "a text does not end"),
        ("[1]\n]", 2, 1, "something stands after the end"),
        ("", 1, 1, "a value is missing or misspelt"),
        ("[True]", 1, 2, "a value is missing or misspelt"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(
    text: str, line: int, column: int, problem: str
) -> None:
    with pytest.raises(Malformed) as caught:
        scan(text)
    assert (caught.value.line, caught.value.column, caught.value.problem) == (line, column, problem)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_what_is_nested_without_end_is_refused(opening: str) -> None:
    with pytest.raises(Malformed, match="too deeply"):
        scan(opening * (MOST_LEVELS + 2))


def test_a_number_too_long_to_read_is_refused() -> None:
    with pytest.raises(Malformed, match="too many digits"):
        scan("[" + "9" * 5000 + "]")


def test_what_the_standard_reader_lets_pass_is_noted() -> None:
    node, flaws = scan('{"a": 1,\n"b/~": [NaN,\n-Infinity],\n"a": {"c": 1,\n"c": 2}}')
    assert [(flaw.pointer, flaw.line, flaw.problem, flaw.first) for flaw in flaws] == [
        ("/b~1~0/0", 2, "not-a-number", 0),
        ("/b~1~0/1", 3, "not-a-number", 0),
        ("/a", 4, "key-stands-twice", 1),
        ("/a/c", 5, "key-stands-twice", 4),
    ]
    assert [member.line for member in node.distinct()] == [1, 2]


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("", 1),
        ("/a", 2),
        ("/a/0", 2),
        ("/a/1", 3),
        ("/a/1/b~1c", 4),
        ("/a/1/nothing", 3),
        ("/a/9", 2),
        ("/a/x", 2),
        ("/d/deep/er", 5),
        ("/nowhere", 1),
    ],
)
def test_a_pointer_leads_to_a_line_or_as_far_as_there_is_one(pointer: str, line: int) -> None:
    node, _ = scan('{\n"a": [1,\n{\n"b/c": 2}],\n"d": 3}')
    assert line_at(node, pointer) == line
