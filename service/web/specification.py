"""Gather the operations into one OpenAPI document: 3.1.1, and 3.0.3 for older tools.

flask-smorest and apispec do most of it; what they get wrong for our readers is mended here, once: enumerations
are named components, nullability is explicit, what comes in is closed, answers of errors are shared, and path
parameters stand in each operation. The overrides touch private hooks; `tests/web/` holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import flask_smorest  # type: ignore[import-untyped]
import marshmallow
import orjson
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask

from service.web import fields, parts
from service.web.blueprint import Blueprint
from service.web.downgrade import to_3_0
from service.web.examples import add_examples
from service.web.links import Links, add_links
from service.web.operation_doc import schemas_of
from service.web.schemas import Either, Out

OPENAPI: Final = "3.1.1"
METHODS: Final = ("get", "put", "post", "patch", "delete")
_LIMITS: Final = frozenset(
    {"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern"}
)
FILES: Final = ("openapi.json", "openapi-3.0.json")


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what the rooms above know of their operations: links by their meaning, and recorded examples."""

    links: Links = field(default_factory=dict)
    examples: Callable[[], Mapping[str, Any]] = dict


class Specification:
    """Hold the document of one application."""

    def __init__(self, app: Flask, told: Told | None = None) -> None:
        self._told = told or Told()
        app.config.update(
            API_TITLE=parts.TITLE,
            API_VERSION=parts.VERSION,
            OPENAPI_VERSION=OPENAPI,
        )
        plugin = MarshmallowPlugin(schema_name_resolver=component_name)
        plugin.Converter = _Converter
        self._api = _Api(
            app,
            spec_kwargs={
                "marshmallow_plugin": plugin,
                "info": {
                    "description": parts.DESCRIPTION,
                    "contact": parts.CONTACT,
                    "license": parts.LICENSE,
                },
                "servers": parts.SERVERS,
            },
        )
        converter: Any = plugin.converter
        self._resolver: Any = plugin.resolver
        converter.add_attribute_function(_named_enumeration)
        converter.add_attribute_function(_named_object)
        converter.add_parameter_attribute_function(_comma_separated)
        parts.add_components(self._api.spec)
        self._document: dict[str, Any] | None = None
        self._body: bytes | None = None

    def register(self, blueprint: Blueprint) -> None:
        """Take a noun's operations into the application and the document."""
        for operation in blueprint.operations.values():
            if isinstance(operation.out, Either):
                self._add_forms(operation.out)
        self._api.register_blueprint(blueprint)
        self._document = self._body = None

    def _add_forms(self, out: Either) -> None:
        """Name what has several forms, once."""
        spec = self._api.spec
        for name, described in schemas_of(out).items():
            if name not in spec.components.schemas:
                spec.components.schema(name, self._resolver.resolve_schema_dict(described))

    @property
    def document(self) -> dict[str, Any]:
        """Return the document, finished."""
        if self._document is None:
            self._document = _finished(self._api.spec.to_dict(), self._told)
        return self._document

    @property
    def body(self) -> bytes:
        """Return the document as it is served and committed."""
        if self._body is None:
            self._body = rendered(self.document)
        return self._body

    def files(self) -> dict[str, bytes]:
        """Render the committed files by name."""
        return {
            "openapi.json": self.body,
            "openapi-3.0.json": rendered(to_3_0(self.document)),
        }

    def export(self, folder: Path) -> list[Path]:
        """Write the committed files; return their paths."""
        written = []
        for name, content in self.files().items():
            path = folder / name
            path.write_bytes(content)
            written.append(path)
        return written


def rendered(document: dict[str, Any]) -> bytes:
    """Write a document as its committed file has it."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def component_name(schema: Any) -> str:
    """Name a schema's component after its class, without the `Out` at the end."""
    cls = resolve_schema_cls(schema)
    if isinstance(cls, list):
        raise TypeError(f"two schemas are called {cls[0].__name__}")
    return cls.__name__.removesuffix("Out") if issubclass(cls, Out) else cls.__name__


class _Api(flask_smorest.Api):  # type: ignore[misc]  # its package has no types
    """Collect the document; errors and their answers are ours."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave errors to `problems.py`, which keeps `Allow` and answers in one shape."""

    def _register_responses(self) -> None:
        """Leave the shared answers to `parts.py`."""

    def _register_etag_headers(self) -> None:
        """Leave headers to `parts.py`; smorest's tags are hashes of the body."""

    def _register_pagination_header(self) -> None:
        """Pages are walked by cursor here."""

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Take a blueprint, and say its tag once."""
        super().register_blueprint(blp, **options)
        tags = self.spec._tags  # noqa: SLF001  # smorest names a tag after the blueprint, not its noun
        tags.pop()
        if all(tag["name"] != blp.tag for tag in tags):
            self.spec.tag({"name": blp.tag, "description": blp.description})


class _Converter(OpenAPIConverter):
    """Describe schemas as our readers need them."""

    def schema2jsonschema(self, schema: marshmallow.Schema) -> dict[str, Any]:
        """Add what a schema's docstring says, and close what comes in."""
        described: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        cls = type(schema)
        doc = (getattr(cls, "__doc__", None) or "").strip()
        if doc:
            described["description"] = " ".join(doc.split("\n\n")[0].split())
        if issubclass(cls, Out):
            for shown in described["properties"].values():
                _without_limits(shown)
        else:
            described["additionalProperties"] = False
        return described


def _without_limits(described: dict[str, Any]) -> None:
    """Drop what limits callers: what is shown may come from an import that had other limits."""
    for limit in _LIMITS & described.keys():
        del described[limit]
    if isinstance(described.get("items"), dict):
        _without_limits(described["items"])


def _named_enumeration(
    self: Any, field: marshmallow.fields.Field[Any], ret: dict[str, Any]
) -> dict[str, Any]:
    """Refer to an enumeration by its name, with its type, once for the whole document."""
    if not isinstance(field, fields.Enum):
        return {}
    name = field.enum.__name__
    if name not in self.spec.components.schemas:
        described: dict[str, Any] = {
            "type": "string",
            "enum": [one.value for one in field.enum],
            # Generators else make names of the values: `IN_MINUS_PROGRESS`, `GREATER_THAN_OR_EQUAL_TO`.
            "x-enum-varnames": [one.name for one in field.enum],
        }
        doc = (field.enum.__doc__ or "").strip()
        if doc:
            described["description"] = " ".join(doc.split())
        self.spec.components.schema(name, described)
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference


def _named_object(
    self: Any, field: marshmallow.fields.Field[Any], ret: dict[str, Any]
) -> dict[str, Any]:
    """Refer to an object with members of any name, or to a list of such, by its name."""
    named = field.named if isinstance(field, fields.Free | fields.Anything) else None
    if named is None:
        return {}
    if named.name not in self.spec.components.schemas:
        self.spec.components.schema(
            named.name,
            {"type": "object", "additionalProperties": True, "description": named.says},
        )
    reference = {"$ref": f"#/components/schemas/{named.name}"}
    ret.pop("type", None)
    if isinstance(field, fields.Anything) and field.listed:
        return {"type": ["array", "null"] if field.allow_none else "array", "items": reference}
    return {"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference


def _comma_separated(
    self: Any, field: marshmallow.fields.Field[Any], ret: dict[str, Any]
) -> dict[str, Any]:
    if not isinstance(field, fields.Several):
        return {}
    return {"explode": False, "style": "form"}


def _finished(document: dict[str, Any], told: Told) -> dict[str, Any]:
    found = deepcopy(document)
    # The version as apispec has it went in last; the document opens with it.
    result: dict[str, Any] = {
        "openapi": found.pop("openapi"),
        "info": {**found.pop("info"), "version": parts.VERSION},
        "servers": found.pop("servers"),
        "tags": sorted(found.pop("tags", []), key=lambda tag: str(tag["name"])),
    }
    paths = found.pop("paths")
    for path in paths.values():
        _parameters_into_operations(path)
    result["paths"] = dict(sorted(paths.items()))
    components = found.pop("components", {})
    result["components"] = {
        kind: dict(sorted(members.items())) for kind, members in sorted(components.items())
    }
    _drop_unused(result)
    add_links(result, told.links)
    add_examples(result, told.examples())
    return {**result, **found}


def _drop_unused(document: dict[str, Any]) -> None:
    """Drop components that nothing refers to, and then those that only they referred to."""
    components = document["components"]
    while True:
        used = set(_references({**document, "components": {}}))
        used |= set(_references(components))
        unused = [
            (kind, name)
            for kind, members in components.items()
            if kind != "securitySchemes"
            for name in members
            if f"#/components/{kind}/{name}" not in used
        ]
        if not unused:
            break
        for kind, name in unused:
            del components[kind][name]
    document["components"] = {kind: members for kind, members in components.items() if members}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _parameters_into_operations(path: dict[str, Any]) -> None:
    """Put path parameters first in each operation; generators else order arguments by chance."""
    shared = path.pop("parameters", [])
    for parameter in shared:
        if parameter.get("in") == "path":
            parameter.setdefault("description", parts.path_parameter(parameter["name"]))
    for method in METHODS:
        if method in path:
            operation = path[method]
            own = operation.pop("parameters", [])
            for parameter in own:
                if parameter.get("in") == "query" and not parameter.get("description"):
                    parameter["description"] = parts.query_parameter(
                        parameter["name"], parameter["schema"]
                    )
            known = {one.get("name") for one in shared}
            rest = [one for one in own if one.get("in") != "path" or one.get("name") not in known]
            if shared or rest:
                operation["parameters"] = [*deepcopy(shared), *rest]
