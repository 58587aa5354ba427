"""JSON Merge Patch as RFC 7396 shows it, and what counts as changed."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.merge import changed_fields, jsonable, merge_patch
from service.domain.vocabulary import Stance

# RFC 7396, appendix A.
RFC = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("target", "patch", "result"), RFC)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


@given(JSON, JSON)
def test_merging_twice_is_merging_once(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@given(JSON)
def test_what_is_json_already_stays(value: Any) -> None:
    assert jsonable(value) == value


def test_values_become_what_json_carries() -> None:
    one = uuid.UUID(int=1)
    assert jsonable(
        {
            "d": date(2027, 3, 1),
            "t": datetime(2027, 3, 1, tzinfo=UTC),
            "u": one,
            "s": (Stance.PERMIT,),
        }
    ) == {
        "d": "2027-03-01",
        "t": "2027-03-01T00:00:00+00:00",
        "u": str(one),
        "s": ["permit"],
    }
    with pytest.raises(TypeError):
        jsonable(object())


def test_changed_fields_are_named_in_order() -> None:
    assert changed_fields({"b": 1, "a": 1, "c": 2}, {"b": 2, "c": 2, "d": 3}) == ["a", "b", "d"]
