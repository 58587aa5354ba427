"""Read FHIR's JSON by type, so that a wrong shape is named by its place instead of breaking later."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

# No dose, value or target of a plan is larger; what is, is a slip of the pen.
LARGEST_NUMBER = 1e12


class ElementError(Exception):
    """Name the place of an element that is not what FHIR says; never its value."""

    def __init__(self, pointer: str, code: str) -> None:
        self.pointer = pointer
        self.code = code
        super().__init__(f"{pointer}: {code}")


@dataclass(frozen=True, slots=True)
class Element:
    """Hold a JSON object and its JSON pointer."""

    data: dict[str, Any]
    pointer: str

    def at(self, name: str) -> str:
        return f"{self.pointer}/{name}"

    def has(self, name: str) -> bool:
        return self.data.get(name) is not None

    def bad(self, name: str, code: str) -> ElementError:
        return ElementError(self.at(name), code)

    def text(self, name: str) -> str | None:
        """Give a string without surrounding space; an empty one is as absent."""
        value = self.data.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.bad(name, "not-a-string")
        return value.strip() or None

    def flag(self, name: str) -> bool | None:
        value = self.data.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.bad(name, "not-a-boolean")
        return value

    def number(self, name: str) -> float | None:
        value = self.data.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.bad(name, "not-a-number")
        try:
            number = float(value)
        except OverflowError:
            raise self.bad(name, "number-too-large") from None
        if not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
            raise self.bad(name, "number-too-large")
        return number

    def child(self, name: str) -> Element | None:
        value = self.data.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.bad(name, "not-an-object")
        return Element(value, self.at(name))

    def children(self, name: str) -> list[Element]:
        return [Element(value, place) for value, place in self._items(name, dict, "not-an-object")]

    def texts(self, name: str) -> list[str]:
        found = (value.strip() for value, _ in self._items(name, str, "not-a-string"))
        return [value for value in found if value]

    def _items(self, name: str, kind: type, code: str) -> list[tuple[Any, str]]:
        values = self.data.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            raise self.bad(name, "not-a-list")
        result = []
        for index, value in enumerate(values):
            place = f"{self.at(name)}/{index}"
            if value is None:
                continue
            if not isinstance(value, kind):
                raise ElementError(place, code)
            result.append((value, place))
        return result
