"""Read JSON strictly: every field is of the type it must be, and no field is unknown.

A misspelt field would silently change what the engine checks, so it is refused. An error names
the place (an RFC 6901 pointer) and a stable word for what is wrong, never a value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import ClassVar

from service.errors import FieldError, Invalid

# Days that are counted from have to leave room for the days that are added to them.
FIRST_YEAR, LAST_YEAR = 1900, 2999
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadDocument(Invalid, ValueError):
    """Say that a plan document cannot be read, and where."""

    default_code: ClassVar[str] = "bad-document"

    def __init__(self, pointer: str, problem: str) -> None:
        self.pointer = pointer
        self.problem = problem
        super().__init__(
            detail=f"The plan document is not valid at {pointer or 'its top'}: {problem}.",
            errors=(FieldError(pointer, problem),),
        )


class Reader:
    """Read the fields of one object, and refuse those nobody asked for."""

    def __init__(self, value: object, pointer: str = "") -> None:
        if not isinstance(value, dict):
            raise BadDocument(pointer, "not-an-object")
        self._raw: dict[object, object] = value
        self._pointer = pointer
        self._read: set[str] = set()

    def at(self, key: str) -> str:
        """Give the pointer of one field."""
        return f"{self._pointer}/{key.replace('~', '~0').replace('/', '~1')}"

    def bad(self, key: str, problem: str) -> BadDocument:
        """Make the error for one field."""
        return BadDocument(self.at(key), problem)

    def close(self) -> None:
        """Refuse fields that nobody read."""
        for key in self._raw:
            if not isinstance(key, str):
                raise BadDocument(self._pointer, "key-not-text")
            if key not in self._read:
                raise self.bad(key, "unknown-field")

    def raw(self, key: str) -> object:
        """Give a field as it is; null is as absent."""
        self._read.add(key)
        return self._raw.get(key)

    def text(self, key: str) -> str | None:
        """Read a text; empty is refused."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.bad(key, "not-text")
        if not value.strip():
            raise self.bad(key, "empty")
        return value

    def needed_text(self, key: str) -> str:
        """Read a text that must be there."""
        value = self.text(key)
        if value is None:
            raise self.bad(key, "required")
        return value

    def note(self, key: str) -> str | None:
        """Read a free text that may be empty."""
        value = self.raw(key)
        if value is not None and not isinstance(value, str):
            raise self.bad(key, "not-text")
        return value

    def choice(self, key: str, allowed: Iterable[str]) -> str | None:
        """Read one of a fixed set of words."""
        value = self.text(key)
        if value is not None and value not in allowed:
            raise self.bad(key, "not-allowed")
        return value

    def needed_choice(self, key: str, allowed: Iterable[str]) -> str:
        """Read one of a fixed set of words that must be there."""
        value = self.choice(key, allowed)
        if value is None:
            raise self.bad(key, "required")
        return value

    def flag(self, key: str) -> bool | None:
        """Read true or false."""
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            raise self.bad(key, "not-a-boolean")
        return value

    def number(self, key: str) -> float | None:
        """Read a finite number."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.bad(key, "not-a-number")
        try:
            number = float(value)
        except OverflowError:
            raise self.bad(key, "out-of-range") from None
        if not math.isfinite(number) or abs(number) > 1e12:
            raise self.bad(key, "out-of-range")
        return number

    def whole(self, key: str, low: int, high: int) -> int | None:
        """Read a whole number between two bounds."""
        number = self.number(key)
        if number is None:
            return None
        if number != int(number):
            raise self.bad(key, "not-a-whole-number")
        if not low <= number <= high:
            raise self.bad(key, "out-of-range")
        return int(number)

    def day(self, key: str) -> int | None:
        """Read an ISO date as a day number."""
        value = self.date(key)
        return None if value is None else value.toordinal()

    def date(self, key: str) -> date | None:
        """Read an ISO date."""
        value = self.text(key)
        if value is None:
            return None
        if not _DATE.fullmatch(value):
            raise self.bad(key, "not-a-date")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.bad(key, "not-a-date") from None

    def instant(self, key: str, *, local: bool) -> datetime | None:
        """Read a date-time; a local one carries no zone."""
        value = self.text(key)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise self.bad(key, "not-a-date-time") from None
        if local and (moment.tzinfo is not None or _DATE.fullmatch(value)):
            raise self.bad(key, "not-a-local-date-time")
        if local and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise self.bad(key, "out-of-range")
        return moment

    def texts(self, key: str, allowed: Iterable[str] | None = None) -> tuple[str, ...]:
        """Read a list of texts; one text stands for a list of one."""
        value = self.raw(key)
        if value is None:
            return ()
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list):
            raise self.bad(key, "not-a-list")
        for index, item in enumerate(items):
            if not isinstance(item, str) or not item.strip():
                raise BadDocument(f"{self.at(key)}/{index}", "not-text")
            if allowed is not None and item not in allowed:
                raise BadDocument(f"{self.at(key)}/{index}", "not-allowed")
        return tuple(dict.fromkeys(items))

    def child(self, key: str) -> Reader | None:
        """Open an object within this one."""
        value = self.raw(key)
        return None if value is None else Reader(value, self.at(key))

    def children(self, key: str) -> Iterator[Reader]:
        """Open the objects of a list, one after the other."""
        value = self.raw(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.bad(key, "not-a-list")
        for index, item in enumerate(value):
            yield Reader(item, f"{self.at(key)}/{index}")
