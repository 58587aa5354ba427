"""Put examples into the document: every request and answer shows one that was really asked and really given.

They are recorded from a run, by operationId; what was not recorded has none, and the linter asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

_METHODS: Final = ("get", "put", "post", "patch", "delete")
# Of what was not asked on the way to an example, any value will do.
_USUAL: Final[dict[str, Any]] = {"date": "2027-02-15", "boolean": True}


def add_examples(document: dict[str, Any], recorded: Mapping[str, Any]) -> None:
    """Give the document its examples: of operations, of errors and of headers."""
    operations = recorded.get("operations", {})
    usual = {**_USUAL, "cursor": _a_cursor(operations)}
    for item in document["paths"].values():
        for method in _METHODS:
            if method in item and item[method]["operationId"] in operations:
                _of_operation(
                    item[method], operations[item[method]["operationId"]], document, usual
                )
    components = document["components"]
    for name, problems in recorded.get("errors", {}).items():
        for media in components.get("responses", {}).get(name, {}).get("content", {}).values():
            media["examples"] = {
                code: {"summary": problem["title"], "value": problem}
                for code, problem in problems.items()
            }
    for name, header in components.get("headers", {}).items():
        if name in recorded.get("headers", {}):
            header["example"] = recorded["headers"][name]


def _a_cursor(operations: Mapping[str, Any]) -> str | None:
    """Find a cursor that was given; one looks as another."""
    return next(
        (
            shown["next_cursor"]
            for told in operations.values()
            for shown in told.get("responses", {}).values()
            if shown.get("next_cursor")
        ),
        None,
    )


def _of_operation(
    operation: dict[str, Any],
    told: Mapping[str, Any],
    document: dict[str, Any],
    usual: Mapping[str, Any],
) -> None:
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "request" in told:
            media["example"] = told["request"]
    for media in _answered(operation):
        shown = told.get("responses", {})
        if len(shown) == 1:
            [media["example"]] = shown.values()
        elif shown:
            media["examples"] = {name: {"value": value} for name, value in shown.items()}
    for parameter in operation.get("parameters", []):
        if "$ref" not in parameter:
            example = _of_parameter(parameter, told, document, usual)
            if example is not None:
                parameter["example"] = example


def _answered(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield from response.get("content", {}).values()


def _of_parameter(
    parameter: Mapping[str, Any],
    told: Mapping[str, Any],
    document: dict[str, Any],
    usual: Mapping[str, Any],
) -> Any:
    """Take what was asked, or a value of the first thing a list showed, or the first of an enumeration."""
    name, schema = parameter["name"], parameter["schema"]
    if parameter["in"] == "path":
        return told.get("path", {}).get(name)
    if name in told.get("query", {}):
        value = told["query"][name]
        return [value] if schema.get("type") == "array" else value
    if schema.get("type") == "array":
        one = _one_of_many(name, schema["items"], told, document)
        return None if one is None else [one]
    kind = schema.get("format", schema.get("type"))
    return usual.get(name, usual.get(kind, _first(schema, document)))


def _one_of_many(
    name: str, schema: Mapping[str, Any], told: Mapping[str, Any], document: dict[str, Any]
) -> Any:
    for shown in told.get("responses", {}).values():
        for item in shown.get("items", []):
            if isinstance(item.get(name), str):
                return item[name]
    return _first(schema, document)


def _first(schema: Mapping[str, Any], document: dict[str, Any]) -> Any:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found = document["components"].get("schemas", {}).get(name, schema)
    return next(iter(found.get("enum", ())), None)
