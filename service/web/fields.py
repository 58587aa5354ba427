"""Read and show values strictly: nothing is coerced that the caller did not write.

Every message is a stable code, never a sentence and never the value. A schema whose `textual` is true reads
query parameters, where a number arrives as text.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import marshmallow
from marshmallow import ValidationError, validate

LONGEST_TEXT: Final = 4000
MOST_ITEMS: Final = 100
INT32: Final = 2_147_483_647
LARGEST_NUMBER: Final = 1_000_000_000

_CODES: Final = {"required": "required", "null": "not-null", "validator_failed": "invalid"}
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_LONG_FRACTION: Final = re.compile(r"(\.[0-9]{6})[0-9]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
CODE_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _messages(**codes: str) -> dict[str, Any]:
    return {**_CODES, **codes}


def _textual(field: marshmallow.fields.Field[Any]) -> bool:
    return bool(getattr(field.root, "textual", False))


def _documented(kwargs: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Add what the specification should say of a field to the field's metadata."""
    known = {name: value for name, value in properties.items() if value is not None}
    kwargs["metadata"] = {**known, **kwargs.get("metadata", {})}
    return kwargs


class Text(marshmallow.fields.String):
    """Take text that a column can hold, within a length."""

    default_error_messages = _messages(
        invalid="not-text",
        invalid_utf8="not-text",
        character="forbidden-character",
        short="too-short",
        long="too-long",
        pattern="not-in-format",
    )

    def __init__(
        self,
        *,
        min_length: int = 1,
        max_length: int = LONGEST_TEXT,
        pattern: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.min_length, self.max_length = min_length, max_length
        self.pattern = re.compile(pattern) if pattern else None
        super().__init__(
            **_documented(
                kwargs, minLength=min_length or None, maxLength=max_length, pattern=pattern
            )
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if UNSTORABLE.search(value):
            raise self.make_error("character")
        if len(value) < self.min_length:
            raise self.make_error("short")
        if len(value) > self.max_length:
            raise self.make_error("long")
        if self.pattern and (not self.pattern.search(value) or value.endswith("\n")):
            raise self.make_error("pattern")
        return value


class Code(Text):
    """Take a kebab-case code."""

    def __init__(self, *, max_length: int = 64, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, pattern=CODE_PATTERN, **kwargs)


class Integer(marshmallow.fields.Integer):
    """Take a whole number, written as one."""

    default_error_messages = _messages(invalid="not-an-integer", too_large="out-of-range")

    def __init__(self, *, minimum: int = -INT32, maximum: int = INT32, **kwargs: Any) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(**_documented(kwargs, minimum=minimum, maximum=maximum))

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> int | None:
        return None if value is None else int(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if _textual(self) and isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer() and not _textual(self):
            # JSON knows one kind of number, and JSON Schema calls 5.0 an integer.
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        if not self.minimum <= value <= self.maximum:
            raise self.make_error("too_large")
        return value


class Number(marshmallow.fields.Float):
    """Take a finite number, whole or not."""

    default_error_messages = _messages(
        invalid="not-a-number", special="not-a-number", too_large="out-of-range"
    )

    def __init__(
        self,
        *,
        minimum: float = -LARGEST_NUMBER,
        maximum: float = LARGEST_NUMBER,
        **kwargs: Any,
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(**_documented(kwargs, minimum=minimum, maximum=maximum))

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return plain_number(value)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if _textual(self) and isinstance(value, str) and _DECIMAL.fullmatch(value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        if not math.isfinite(value):
            raise self.make_error("invalid")
        if not self.minimum <= value <= self.maximum:
            raise self.make_error("too_large")
        return value


def plain_number(value: Any) -> Any:
    """Turn what a numeric column gives into a number that JSON has."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


class Boolean(marshmallow.fields.Boolean):
    """Take true or false."""

    default_error_messages = _messages(invalid="not-a-boolean")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if _textual(self) and value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Uuid(marshmallow.fields.UUID):
    """Take a UUID in its usual form."""

    default_error_messages = _messages(invalid_uuid="not-a-uuid")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> uuid.UUID:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return uuid.UUID(value)


class Date(marshmallow.fields.Date):
    """Take a calendar date, `2026-03-01`."""

    default_error_messages = _messages(invalid="not-a-date", format="not-a-date")

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise self.make_error("invalid")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid") from None


class DateTime(marshmallow.fields.DateTime):
    """Take an RFC 3339 time with its offset; keep it in UTC."""

    default_error_messages = _messages(
        invalid="not-a-time", format="not-a-time", naive="offset-required"
    )

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not _RFC3339.fullmatch(value):
            raise self.make_error("naive" if _RFC3339.fullmatch(value + "Z") else "invalid")
        try:
            text = _LONG_FRACTION.sub(r"\1", value.upper())
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None


class Enum(marshmallow.fields.Field[StrEnum]):
    """Take one of an enumeration's values; the specification names the enumeration once."""

    default_error_messages = _messages(unknown="not-one-of")

    def __init__(self, enum: type[StrEnum], **kwargs: Any) -> None:
        self.enum = enum
        self._by_value = {member.value: member for member in enum}
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return value.value if isinstance(value, StrEnum) else value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> StrEnum:
        member = self._by_value.get(value) if isinstance(value, str) else None
        if member is None:
            raise self.make_error("unknown")
        return member


class Nested(marshmallow.fields.Nested):
    """Take an object of another schema, named by its class."""

    default_error_messages = _messages(type="not-an-object")


class List(marshmallow.fields.List[Any]):
    """Take a list of bounded length."""

    default_error_messages = _messages(invalid="not-a-list", many="too-many", few="too-few")

    def __init__(
        self,
        inner: Any,
        *,
        min_items: int = 0,
        max_items: int = MOST_ITEMS,
        **kwargs: Any,
    ) -> None:
        self.min_items, self.max_items = min_items, max_items
        super().__init__(
            inner, **_documented(kwargs, minItems=min_items or None, maxItems=max_items)
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) > self.max_items:
            raise self.make_error("many")
        if len(value) < self.min_items:
            raise self.make_error("few")
        return list(super()._deserialize(value, attr, data, **kwargs))


class Several(List):
    """Take several values of a query parameter, separated by commas."""

    def __init__(self, inner: Any, *, min_items: int = 1, **kwargs: Any) -> None:
        super().__init__(inner, min_items=min_items, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        parts = value.split(",") if isinstance(value, str) else value
        return super()._deserialize(parts, attr, data, **kwargs)


@dataclass(frozen=True, slots=True)
class OpenObject:
    """Name an object whose members are not fixed; the specification describes it once, by this name."""

    name: str
    says: str


class Free(marshmallow.fields.Field[Any]):
    """Show or take a JSON object whose members are not fixed; bounded by the reader of JSON.

    `without` names members that are kept for ourselves and never shown.
    """

    default_error_messages = _messages(invalid="not-an-object", character="forbidden-character")

    def __init__(self, named: OpenObject, *, without: Sequence[str] = (), **kwargs: Any) -> None:
        self.named = named
        self.without = frozenset(without)
        super().__init__(**kwargs)

    def shown(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """Leave out what is kept for ourselves."""
        return {name: member for name, member in value.items() if name not in self.without}

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:
        return self.shown(value) if isinstance(value, Mapping) else value

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        return value


class Anything(marshmallow.fields.Field[Any]):
    """Show any JSON value; for what has no fixed shape, as a field's value in a history.

    What is expected there although nothing else is refused is said by `named`: such an object, or with `listed`
    a list of them.
    """

    def __init__(
        self, named: OpenObject | None = None, *, listed: bool = False, **kwargs: Any
    ) -> None:
        self.named, self.listed = named, listed
        super().__init__(**kwargs)


MERGE_PATCH: Final = OpenObject(
    "MergePatch", "A JSON Merge Patch (RFC 7396) of one item, as its own PATCH takes it."
)


def one_of(codes: Sequence[str]) -> validate.OneOf:
    """Make a validator for a closed set of codes that is no enumeration of the vocabulary."""
    return validate.OneOf(list(codes), error="not-one-of")


__all__ = [
    "MERGE_PATCH",
    "Anything",
    "Boolean",
    "Code",
    "Date",
    "DateTime",
    "Enum",
    "Free",
    "Integer",
    "List",
    "Nested",
    "Number",
    "OpenObject",
    "Several",
    "Text",
    "Uuid",
    "ValidationError",
    "one_of",
    "plain_number",
]
