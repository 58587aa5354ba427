"""Say in the document where an answer leads: what was made can be read, what was read can be changed.

Most links follow from where operations stand. The answer of an item leads to what can be done with it and to what
lies one step below it; a list leads to its items and to its next page; an entry of a log to what it is about. What
follows from the meaning alone is handed over by the rooms that know it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Links = Mapping[str, Mapping[str, Mapping[str, Any] | None]]

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_NAME: Final = re.compile(r"\{([^}]+)\}")
_ETAG: Final = "$response.header.ETag"
_IF_MATCH: Final = "If-Match"


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold an operation and where it stands."""

    path: str
    method: str
    operation: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.operation["operationId"])

    @property
    def status(self) -> str:
        return next(str(one) for one in self.operation["responses"] if one.startswith("2"))

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = self.operation["responses"][self.status]
        return found

    def has_header(self, name: str) -> bool:
        return name in self.answer.get("headers", {})

    def asks(self, name: str) -> bool:
        """Tell whether it takes a parameter, of its own or a shared one."""
        shared = f"#/components/parameters/{name.replace('-', '')}"
        return any(
            one.get("name") == name or one.get("$ref") == shared
            for one in self.operation.get("parameters", [])
        )


def add_links(document: dict[str, Any], told: Links) -> None:
    """Give every answer of an operation its links; `told` are those that only a noun knows, or knows better."""
    places = [
        _Place(path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    by_name = {place.name: place for place in places}
    for place in places:
        links = dict(_following(place, places))
        for target, link in told.get(place.name, {}).items():
            if link is None:
                del links[target]
            else:
                links[target] = _link(by_name[target], **link)
        if links:
            place.answer["links"] = dict(sorted(links.items()))


def _following(place: _Place, places: list[_Place]) -> Iterator[tuple[str, dict[str, Any]]]:
    if place.asks("cursor"):
        # An expression for a filter that was left out would have no value, so words have to say it.
        onward = _link(place, cursor="$response.body#/next_cursor")
        yield "nextPage", {**onward, "description": "With the filters of this page, if any."}
        yield from _of_an_entry(place, places)
    elif place.status == "201" and place.has_header("Location"):
        yield from _of_what_was_made(place, places)
    elif place.method == "post":
        yield from _of_an_action(place, places)
    elif place.method != "delete":
        yield from _of_an_item(place.path, place, places)


def _of_an_action(place: _Place, places: list[_Place]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lead from what is done to an item to the item, as it then is, or to the log it was entered in."""
    item = place.path.rsplit("/", 1)[0]
    if place.asks(_IF_MATCH):
        # What was just done may have closed it, so nothing new is proposed.
        standing = [one for one in places if one.method != "post" or one.asks(_IF_MATCH)]
        yield from _of_an_item(item, place, standing)
    elif item.endswith("}"):
        yield from _back_to(item, places)
        yield from _back_to(place.path, places)


def _of_an_item(
    path: str, place: _Place, places: list[_Place], **known: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lead to what can be done with an item, and to what lies one step below it."""
    below = re.compile(rf"{re.escape(path)}(/[^/{{}}]+)?")
    for other in places:
        if not below.fullmatch(other.path) or (other is place and other.method == "get"):
            continue
        given = dict(known)
        if other.asks(_IF_MATCH):
            # What stands below has a version of its own; an action is done to the item itself.
            if not place.has_header("ETag") or (other.path != path and other.method != "post"):
                continue
            given[_IF_MATCH] = _ETAG
        yield other.name, _link(other, **given)


def _of_what_was_made(place: _Place, places: list[_Place]) -> Iterator[tuple[str, dict[str, Any]]]:
    path = _item_of(place.path, places)
    if path is not None:
        name = _NAME.findall(path)[-1]
        yield from _of_an_item(path, place, places, **{name: "$response.body#/id"})


def _of_an_entry(place: _Place, places: list[_Place]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lead from a list to its first item, or from a log to what it is about."""
    path = _item_of(place.path, places)
    if path is not None:
        name = _NAME.findall(path)[-1]
        member = "id" if name.endswith("_id") else name
        for other in places:
            if other.path == path and other.method == "get":
                yield other.name, _link(other, **{name: f"$response.body#/items/0/{member}"})
    elif "{" in place.path:
        yield from _back_to(place.path.rsplit("/", 1)[0], places)


def _back_to(path: str, places: list[_Place]) -> Iterator[tuple[str, dict[str, Any]]]:
    for other in places:
        if other.path == path and other.method == "get":
            yield other.name, _link(other)


def _item_of(collection: str, places: list[_Place]) -> str | None:
    """Find the path of a collection's items."""
    one = re.compile(rf"{re.escape(collection)}/\{{[^/]+\}}")
    return next((place.path for place in places if one.fullmatch(place.path)), None)


def _link(target: _Place, *, body: str | None = None, **known: str) -> dict[str, Any]:
    """Lead to an operation: what the answer gives is taken from there, the rest from the request's path."""
    parameters = {
        name: known.pop(name, f"$request.path.{name}") for name in _NAME.findall(target.path)
    }
    link: dict[str, Any] = {"operationId": target.name}
    if parameters or known:
        link["parameters"] = {**parameters, **known}
    if body is not None:
        link["requestBody"] = body
    return link
