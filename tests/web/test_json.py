"""What the strict reader of JSON takes and refuses."""

from __future__ import annotations

import json as stdlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Malformed
from service.web import json

_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=12,
)


@given(_values, st.booleans())
def test_what_json_can_say_is_read_as_it_was_said(value: Any, escaped: bool) -> None:
    raw = stdlib.dumps(value, ensure_ascii=escaped).encode()
    assert json.loads(raw) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        json.loads(raw)
    except Malformed:
        return


@given(st.text(alphabet='[]{}",:\\u0d8\x00 1eE.-', max_size=60))
def test_any_scrap_of_json_is_read_or_refused(text: str) -> None:
    try:
        json.loads(text.encode())
    except Malformed:
        return


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body-required"),
        (b" \r\n\t ", "body-required"),
        (b"{", "malformed-json"),
        (b"{} {}", "malformed-json"),
        (b"{'a': 1}", "malformed-json"),
        (b"\xef\xbb\xbf{}", "malformed-json"),
        ("{}".encode("utf-16"), "malformed-json"),
        (b'{"a": "\xff"}', "malformed-json"),
        (b'{"a": "\xed\xa0\x80"}', "malformed-json"),
        (b'{"a": "\x00"}', "malformed-json"),
        (b'{"a": NaN}', "malformed-json"),
        (b'{"a": -Infinity}', "malformed-json"),
        (b'{"a": 01}', "malformed-json"),
        (b'{"a": "\\u0000"}', "forbidden-character"),
        (b'{"\\u0000": 1}', "forbidden-character"),
        (b'["\\ud800"]', "forbidden-character"),
        (b'{"a": {"b": ["x", "\\udfff"]}}', "forbidden-character"),
        (b'{"a": 1, "a": 1}', "duplicate-key"),
        (b'{"a": {"b": 1, "b": 2}}', "duplicate-key"),
        (b'{"a": 1, "\\u0061": 2}', "duplicate-key"),
        (b'{"a": 1e999}', "number-too-large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number-too-large"),
        (b'{"a": 1234567890123456789}', "number-too-large"),
        (b'{"a": 0.' + b"1" * 5000 + b"}", "number-too-large"),
        (b"[" * 33 + b"]" * 33, "json-too-deep"),
        (b"[" * 100_000, "json-too-deep"),
        (b'{"a":' * 100_000, "json-too-deep"),
    ],
)
def test_what_is_refused_has_its_code(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        json.loads(raw)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 32 + b"]" * 32,
        b'"' + b"[" * 100 + b'"',
        b'["\\"' + b"{[" * 50 + b'\\\\", 1]',
        b'"\\ud83d\\ude00"',
    ],
)
def test_brackets_in_text_are_no_depth_and_pairs_are_whole(raw: bytes) -> None:
    assert json.loads(raw) == stdlib.loads(raw)


def test_a_long_text_of_escaped_quotes_is_read_in_linear_time() -> None:
    raw = b"[" * 40 + b'"' + b'\\"' * 400_000
    with pytest.raises(Malformed) as refused:
        json.loads(raw)
    assert refused.value.code == "json-too-deep"


def test_equal_bodies_have_equal_canonical_bytes() -> None:
    assert json.canonical({"b": 1, "a": [1]}) == json.canonical({"a": [1], "b": 1})
