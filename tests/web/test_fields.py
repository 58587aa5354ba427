"""What each field takes, and the code of what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import marshmallow
import pytest

from service.errors import FieldError
from service.web import fields
from service.web.schemas import In, Query, field_errors, patch_of


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Inner(In):
    name = fields.Text(required=True)
    note = fields.Text()


class Body(In):
    text = fields.Text(max_length=5)
    loose = fields.Text(min_length=0)
    code = fields.Code()
    whole = fields.Integer(minimum=-5, maximum=5)
    number = fields.Number(minimum=0)
    flag = fields.Boolean()
    id = fields.Uuid()
    day = fields.Date()
    at = fields.DateTime()
    side = fields.Enum(Side)
    inner = fields.Nested(Inner)
    rows = fields.List(fields.Nested(Inner), min_items=1, max_items=2)
    free = fields.Free(fields.OpenObject("Box", "Whatever."))
    chosen = fields.Text(validate=fields.one_of(["a", "b"]))


class Search(Query):
    whole = fields.Integer(minimum=0)
    number = fields.Number()
    flag = fields.Boolean()
    sides = fields.Several(fields.Enum(Side))


BODY, SEARCH = Body(), Search()
AN_ID = "018f0000-0000-7000-8000-00000000000a"


def errors_of(schema: marshmallow.Schema, given: Any) -> list[FieldError]:
    with pytest.raises(marshmallow.ValidationError) as refused:
        schema.load(given)
    return field_errors(refused.value.messages)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("text", 5, "not-text"),
        ("text", "", "too-short"),
        ("text", "abcdef", "too-long"),
        ("text", "a\x00", "forbidden-character"),
        ("text", "\ud800", "forbidden-character"),
        ("code", "Not-Kebab", "not-in-format"),
        ("code", "ends-", "not-in-format"),
        ("whole", 1.9, "not-an-integer"),
        ("whole", "1", "not-an-integer"),
        ("whole", True, "not-an-integer"),
        ("whole", 6, "out-of-range"),
        ("whole", [], "not-an-integer"),
        ("number", "1", "not-a-number"),
        ("number", False, "not-a-number"),
        ("number", -0.1, "out-of-range"),
        ("number", float("inf"), "not-a-number"),
        ("number", 1e300, "out-of-range"),
        ("flag", "true", "not-a-boolean"),
        ("flag", 1, "not-a-boolean"),
        ("id", "x", "not-a-uuid"),
        ("id", "{" + AN_ID + "}", "not-a-uuid"),
        ("id", 5, "not-a-uuid"),
        ("day", "2026-02-30", "not-a-date"),
        ("day", "20260201", "not-a-date"),
        ("day", "2026-W01-1", "not-a-date"),
        ("day", "2026-02-01T00:00:00Z", "not-a-date"),
        ("at", "2026-02-01T10:00:00", "offset-required"),
        ("at", "2026-02-01 10:00:00Z", "not-a-time"),
        ("at", "2026-02-30T10:00:00Z", "not-a-time"),
        ("at", "2026-02-01T25:00:00Z", "not-a-time"),
        ("at", "0001-01-01T00:00:00+14:00", "not-a-time"),
        ("at", "9999-12-31T23:59:59-14:00", "not-a-time"),
        ("at", 5, "not-a-time"),
        ("side", "up", "not-one-of"),
        ("side", 5, "not-one-of"),
        ("side", ["left"], "not-one-of"),
        ("inner", 5, "not-an-object"),
        ("rows", {}, "not-a-list"),
        ("rows", [], "too-few"),
        ("rows", [{"name": "a"}] * 3, "too-many"),
        ("free", [], "not-an-object"),
        ("chosen", "c", "not-one-of"),
    ],
)
def test_a_wrong_value_has_a_code_and_is_not_repeated(name: str, value: Any, code: str) -> None:
    assert errors_of(BODY, {name: value}) == [FieldError(f"/{name}", code)]


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("text", "héllo", "héllo"),
        ("loose", "", ""),
        ("code", "knee-flexion-2", "knee-flexion-2"),
        ("whole", -5, -5),
        ("whole", 5.0, 5),
        ("number", 2, 2),
        ("number", 0.5, 0.5),
        ("flag", False, False),
        ("id", AN_ID.upper(), UUID(AN_ID)),
        ("day", "2028-02-29", date(2028, 2, 29)),
        ("at", "2026-02-01T10:00:00+01:00", datetime(2026, 2, 1, 9, tzinfo=UTC)),
        (
            "at",
            "2026-02-01t10:00:00.123456789z",
            datetime(2026, 2, 1, 10, 0, 0, 123456, tzinfo=UTC),
        ),
        ("side", "left", Side.LEFT),
        ("inner", {"name": "a"}, {"name": "a"}),
        ("free", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ("chosen", "a", "a"),
    ],
)
def test_a_right_value_is_read(name: str, value: Any, read: Any) -> None:
    assert BODY.load({name: value}) == {name: read}


def test_pointers_go_as_deep_as_the_fault() -> None:
    found = errors_of(BODY, {"rows": [{"name": "a"}, {"name": 5, "x": 1}], "inner": {}})
    assert sorted((one.pointer, one.code) for one in found) == [
        ("/inner/name", "required"),
        ("/rows/1/name", "not-text"),
        ("/rows/1/x", "unknown-field"),
    ]


def test_an_unknown_name_that_could_be_a_value_is_not_repeated() -> None:
    assert errors_of(BODY, {"John Smith, 1970": 1}) == [FieldError("", "unknown-field")]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"whole": "12"}, {"whole": 12}),
        ({"number": "-1.5"}, {"number": -1.5}),
        ({"flag": "false"}, {"flag": False}),
        ({"sides": "left,right"}, {"sides": [Side.LEFT, Side.RIGHT]}),
    ],
)
def test_parameters_are_read_from_text(given: dict[str, str], read: Any) -> None:
    assert SEARCH.load(given) == read


@pytest.mark.parametrize(
    "given",
    [
        {"whole": "1.0"},
        {"whole": ""},
        {"whole": "９"},
        {"whole": "9" * 30},
        {"number": "nan"},
        {"number": "1e5"},
        {"flag": "yes"},
        {"sides": "left,,right"},
        {"sides": "left,up"},
    ],
)
def test_parameters_are_as_strict(given: dict[str, str]) -> None:
    assert errors_of(SEARCH, given)


def test_null_is_as_absent_at_any_depth_of_what_comes_in() -> None:
    given = {
        "text": None,
        "inner": {"name": "a", "note": None},
        "rows": [{"name": "b", "note": None}],
        "free": {"kept": None},
    }
    assert BODY.load(given) == {
        "inner": {"name": "a"},
        "rows": [{"name": "b"}],
        "free": {"kept": None},
    }
    assert errors_of(BODY, {"inner": {"name": None}}) == [FieldError("/inner/name", "required")]


def test_a_patch_is_the_creation_with_everything_optional() -> None:
    class GoalCreate(In):
        title = fields.Text(required=True)
        note = fields.Text()
        inner = fields.Nested(Inner)
        rows = fields.List(fields.Nested(Inner))
        kind = fields.Text(required=True)

    patch = patch_of("GoalPatch", GoalCreate, without=["kind"])()
    assert patch.load({}) == {}
    assert patch.load({"note": None, "inner": {"note": None}}) == {
        "note": None,
        "inner": {"note": None},
    }
    assert errors_of(patch, {"title": None}) == [FieldError("/title", "not-null")]
    assert errors_of(patch, {"inner": {"name": None}}) == [FieldError("/inner/name", "not-null")]
    # A list is replaced whole, so its objects are read as in a creation.
    assert patch.load({"rows": [{"name": "a", "note": None}]}) == {"rows": [{"name": "a"}]}
    assert errors_of(patch, {"rows": [{}]}) == [FieldError("/rows/0/name", "required")]
    assert errors_of(patch, {"kind": "x"}) == [FieldError("/kind", "unknown-field")]
    with pytest.raises(LookupError):
        patch_of("Broken", GoalCreate, without=["nothing"])
