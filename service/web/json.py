"""Read JSON strictly and write it fast.

What PostgreSQL or the next reader would choke on is refused here, by a code: deep nesting, duplicate keys,
NUL, halves of surrogate pairs, numbers that are none or have thousands of digits, anything but UTF-8.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from service.errors import Malformed

DEEPEST: Final = 32
MOST_DIGITS: Final = 18
LONGEST_NUMBER: Final = 64

_TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_OPENING: Final = frozenset({b"[", b"{"})
_CLOSING: Final = frozenset({b"]", b"}"})


def loads(raw: bytes) -> Any:
    """Read a body, or raise `Malformed` with the code of what is wrong."""
    if not raw.strip(b" \t\r\n"):
        raise Malformed("body-required")
    if raw.count(b"[") + raw.count(b"{") > DEEPEST:
        _refuse_depth(raw)
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed("malformed-json") from None
    if b"\\u" in raw or b"\x00" in raw:
        _refuse_unstorable(value)
    return value


def dumps(value: Any) -> bytes:
    """Write a value; times carry their offset, enumerations their value."""
    return orjson.dumps(value, default=_default)


def canonical(value: Any) -> bytes:
    """Write a value so that equal values have equal bytes."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_SORT_KEYS)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _refuse_depth(raw: bytes) -> None:
    depth = 0
    for match in _TOKENS.finditer(raw):
        token = match.group()
        if token in _OPENING:
            depth += 1
            if depth > DEEPEST:
                raise Malformed("json-too-deep")
        elif token in _CLOSING:
            depth -= 1


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            raise Malformed("forbidden-character")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Malformed("duplicate-key")
    return result


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise Malformed("number-too-large")
    return int(text)


def _fractional(text: str) -> float:
    if len(text) > LONGEST_NUMBER:
        raise Malformed("number-too-large")
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("number-too-large")
    return number


def _constant(_: str) -> Any:
    raise Malformed("malformed-json")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_fractional,
    parse_constant=_constant,
    strict=True,
)
