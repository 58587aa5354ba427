"""Say an OpenAPI 3.1 document in the words of 3.0.3, for tools that know no newer one."""

from __future__ import annotations

from typing import Any, Final

OLDER: Final = "3.0.3"


def to_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """Return the same contract as a 3.0.3 document."""
    older: dict[str, Any] = _convert(document)
    older["openapi"] = OLDER
    for path in older["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "security" in operation:
                # 3.0 knows scopes for OAuth alone; the description names ours.
                operation["security"] = [
                    {name: [] for name in one} for one in operation["security"]
                ]
    return older


def _convert(node: Any) -> Any:
    if isinstance(node, list):
        return [_convert(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {key: value if key == "example" else _convert(value) for key, value in node.items()}
    if isinstance(node.get("type"), list):
        _nullable_type(converted)
    _nullable_choice(converted, "anyOf")
    _nullable_choice(converted, "oneOf")
    _reference_with_siblings(converted)
    _examples(converted)
    _constant(converted)
    return converted


def _nullable_type(schema: dict[str, Any]) -> None:
    kinds = [kind for kind in schema["type"] if kind != "null"]
    if len(kinds) != len(schema["type"]):
        schema["nullable"] = True
    if len(kinds) == 1:
        schema["type"] = kinds[0]
        return
    del schema["type"]
    schema["anyOf"] = [{"type": kind} for kind in kinds]


def _nullable_choice(schema: dict[str, Any], key: str) -> None:
    choices = schema.get(key)
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return
    rest = [choice for choice in choices if choice != {"type": "null"}]
    schema["nullable"] = True
    if len(rest) == 1 and "$ref" in rest[0]:
        del schema[key]
        schema["allOf"] = rest
    else:
        schema[key] = rest


def _reference_with_siblings(schema: dict[str, Any]) -> None:
    if "$ref" in schema and len(schema) > 1:
        schema["allOf"] = [{"$ref": schema.pop("$ref")}]


def _examples(schema: dict[str, Any]) -> None:
    """A schema's list of examples becomes its one example; media types keep theirs, a mapping."""
    if isinstance(schema.get("examples"), list):
        examples = schema.pop("examples")
        if examples:
            schema["example"] = examples[0]


def _constant(schema: dict[str, Any]) -> None:
    if "const" in schema and "type" in schema and not isinstance(schema["type"], dict):
        schema["enum"] = [schema.pop("const")]
