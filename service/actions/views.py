"""What an action hands back: an item as its reader may see it, or a page of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Position = tuple[str, ...]


class View:
    """Show an item with derived fields added and unreadable fields as null.

    Attribute access only; `version` and `id` are the item's own.
    """

    __slots__ = ("_derived", "_hidden", "_item")

    def __init__(
        self,
        item: object,
        derived: Mapping[str, Any] | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        self._item = item
        self._derived = derived or {}
        self._hidden = hidden

    def __getattr__(self, name: str) -> Any:
        if name in self._hidden:
            return None
        if name in self._derived:
            return self._derived[name]
        return getattr(self._item, name)


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page of a list, newest first, and the position after which the next one starts."""

    items: Sequence[Any]
    after: Position | None = None

    @classmethod
    def of(cls, found: Sequence[Any], limit: int, shown: Sequence[Any] | None = None) -> Page:
        """Cut a page from `limit` + 1 found rows; `shown` are the views of the first `limit`."""
        rows = found[:limit]
        more = len(found) > limit and len(rows) > 0
        return cls(shown if shown is not None else rows, (str(rows[-1].id),) if more else None)


@dataclass(frozen=True, slots=True)
class Rendered:
    """Hold a finished JSON document and the validator its ETag is made from."""

    body: bytes
    tag: str
