"""Say an OpenAPI 3.1 document in the words of 3.0.3, for tools that know no newer one."""

from __future__ import annotations

from typing import Any, Final

OLDER: Final = "3.0.3"
NULL: Final[dict[str, Any]] = {"type": "object", "nullable": True, "enum": [None]}


def to_3_0(document: dict[str, Any]) -> dict[str, Any]:
    """Return the same contract as a 3.0.3 document."""
    older: dict[str, Any] = _convert(document)
    older["openapi"] = OLDER
    older["info"].get("license", {}).pop("identifier", None)
    return older


def _convert(node: Any) -> Any:
    if isinstance(node, list):
        return [_convert(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {
        key: value if _is_shown(key, value) else _convert(value) for key, value in node.items()
    }
    if isinstance(node.get("type"), list):
        _nullable_type(converted)
    _nullable_choice(converted, "anyOf")
    _nullable_choice(converted, "oneOf")
    _reference_with_siblings(converted)
    _examples(converted)
    _constant(converted)
    return converted


def _is_shown(key: str, value: Any) -> bool:
    """Tell an example, which stays as it is, from what describes."""
    return key == "example" or (key == "examples" and isinstance(value, dict))


def _nullable_type(schema: dict[str, Any]) -> None:
    kinds = [kind for kind in schema["type"] if kind != "null"]
    has_null = len(kinds) != len(schema["type"])
    if len(kinds) == 1:
        schema["type"] = kinds[0]
        if has_null:
            schema["nullable"] = True
        return
    del schema["type"]
    schema["anyOf"] = [*({"type": kind} for kind in kinds), *([NULL] if has_null else [])]


def _nullable_choice(schema: dict[str, Any], key: str) -> None:
    choices = schema.get(key)
    if not isinstance(choices, list) or {"type": "null"} not in choices:
        return
    # `nullable` counts only beside a `type`; generators read this choice as "or null", too.
    schema[key] = [NULL if choice == {"type": "null"} else choice for choice in choices]


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
