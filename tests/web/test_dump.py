"""The compiled dump shows what `Schema.dump` shows."""

from __future__ import annotations

import json as stdlib
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import marshmallow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.actions.views import View
from service.web import fields, json
from service.web.dump import compile_dump
from service.web.schemas import In, Out

OPEN = fields.OpenObject("Open", "Whatever.")


class Shade(StrEnum):
    DARK = "dark"
    LIGHT = "light"


class PartOut(Out):
    name = fields.Text(allow_none=True)
    day = fields.Date(allow_none=True)


class WholeOut(Out):
    id = fields.Uuid()
    text = fields.Text(allow_none=True)
    whole = fields.Integer(allow_none=True)
    number = fields.Number(allow_none=True)
    flag = fields.Boolean(allow_none=True)
    at = fields.DateTime(allow_none=True)
    day = fields.Date(allow_none=True)
    shade = fields.Enum(Shade, allow_none=True)
    part = fields.Nested(PartOut, allow_none=True)
    parts = fields.List(fields.Nested(PartOut), allow_none=True)
    many = fields.Nested(PartOut, many=True, allow_none=True)
    days = fields.List(fields.Date(), allow_none=True)
    numbers = fields.List(fields.Number(allow_none=True), allow_none=True)
    free = fields.Free(OPEN, allow_none=True)
    partly = fields.Free(OPEN, without=("kept",), allow_none=True)
    any = fields.Anything(allow_none=True)
    renamed = fields.Text(attribute="inner_name", data_key="outer-name", allow_none=True)


class Record:
    def __init__(self, members: dict[str, Any]) -> None:
        self.__dict__.update(members)


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_numbers = st.integers(-(2**50), 2**50) | st.floats(allow_nan=False, allow_infinity=False)
_days = st.dates()
_parts = st.fixed_dictionaries({"name": st.none() | _text, "day": st.none() | _days})
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_wholes = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "text": st.none() | _text,
        "whole": st.none() | st.integers(-(2**31), 2**31),
        "number": st.none() | _numbers | st.decimals(-(10**6), 10**6, places=3),
        "flag": st.none() | st.booleans(),
        "at": st.none() | st.datetimes(timezones=_offsets),
        "day": st.none() | _days | _days.map(date.isoformat),
        "shade": st.none() | st.sampled_from(Shade) | st.sampled_from(["dark", "light"]),
        "part": st.none() | _parts | _parts.map(Record),
        "parts": st.none() | st.lists(_parts | _parts.map(Record), max_size=3),
        "many": st.none() | st.lists(_parts.map(Record), max_size=3),
        "days": st.none() | st.lists(_days, max_size=3),
        "numbers": st.none() | st.lists(st.none() | _numbers, max_size=3),
        "free": st.none() | st.dictionaries(_text, _json, max_size=3),
        "partly": st.none() | st.dictionaries(_text | st.just("kept"), _json, max_size=3),
        "any": _json,
        "inner_name": st.none() | _text,
    }
)
WHOLE = WholeOut()
DUMP = compile_dump(WholeOut)


@given(_wholes, st.sampled_from(["mapping", "attributes", "view"]))
def test_the_compiled_dump_is_the_schemas(members: dict[str, Any], form: str) -> None:
    record = Record(members)
    shown: Any = {"mapping": members, "attributes": record, "view": View(record)}[form]
    compiled = stdlib.loads(json.dumps(DUMP(shown)))
    assert compiled == stdlib.loads(stdlib.dumps(WHOLE.dump(members)))
    assert list(compiled) == [field.data_key or name for name, field in WHOLE.fields.items()]


def test_a_hidden_field_is_null_and_a_missing_member_too() -> None:
    record = Record({"name": "a", "day": None})
    assert compile_dump(PartOut)(View(record, hidden=frozenset({"name"}))) == {
        "name": None,
        "day": None,
    }
    assert compile_dump(PartOut)({"name": "a"}) == {"name": "a", "day": None}


def test_what_is_kept_for_ourselves_is_not_shown() -> None:
    source = {"system": "ehr", "kept": {"title": "9f"}}
    shown = DUMP({"partly": source})

    assert shown["partly"] == {"system": "ehr"}
    assert source["kept"] == {"title": "9f"}


def test_an_attribute_that_is_not_there_is_a_fault_of_ours() -> None:
    with pytest.raises(AttributeError):
        compile_dump(PartOut)(Record({"name": "a"}))


def test_times_and_ids_are_written_as_the_contract_says() -> None:
    at = datetime(2026, 2, 1, 9, 0, 0, 5000, tzinfo=timezone(timedelta(hours=1)))
    written = json.dumps({"at": at, "id": uuid.UUID(int=5), "n": Decimal("2.50"), "m": Decimal(3)})
    assert written == (
        b'{"at":"2026-02-01T09:00:00.005000+01:00","id":"00000000-0000-0000-0000-000000000005",'
        b'"n":2.5,"m":3}'
    )


def test_a_schema_is_compiled_once_and_nests_by_class() -> None:
    assert compile_dump(WholeOut) is DUMP

    class Wrong(Out):
        inner = fields.Nested(PartOut())

    class AlsoWrong(Out):
        inner = fields.Nested(type("SomeIn", (In,), {"name": fields.Text()}))

    for schema in (Wrong, AlsoWrong):
        with pytest.raises(TypeError):
            compile_dump(schema)


def test_a_field_of_another_kind_is_shown_by_itself() -> None:
    class Timed(Out):
        length = marshmallow.fields.TimeDelta()

    members = {"length": timedelta(minutes=2)}
    assert compile_dump(Timed)(members) == Timed().dump(members) == {"length": 120.0}
