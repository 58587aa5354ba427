"""Compile an Out schema once into a function that builds the dictionary of its answer.

marshmallow walks its fields again for every row; the compiled function reads attributes (of an entity, a row or a
view) or the members of a mapping in one expression, and leaves ids, times and enumerations to the writer of JSON.
A test holds it equal to `Schema.dump`. A field of a kind it does not know is serialized by the field itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import marshmallow

from service.web import fields
from service.web.schemas import Either, Out, Shown

Dump = Callable[[Any], dict[str, Any]]

_AS_THEY_ARE = (
    fields.Anything,
    fields.Text,
    fields.Boolean,
    fields.Uuid,
    fields.Date,
    fields.DateTime,
    fields.Enum,
    fields.Free,
)

_compiled: dict[type[Out], Dump] = {}


def compile_dump(schema: Shown) -> Dump:
    """Return the function that shows an object as this schema does, or as the form that is its own."""
    if isinstance(schema, Either):
        return _choosing(schema)
    if schema not in _compiled:
        _compiled[schema] = _compile(schema)
    return _compiled[schema]


def _choosing(either: Either) -> Dump:
    dumps = {form: compile_dump(form) for form in either.forms}
    form_of = either.by

    def dump(obj: Any) -> dict[str, Any]:
        return dumps[form_of(obj)](obj)

    return dump


def _compile(schema: type[Out]) -> Dump:
    instance = schema()
    scope: dict[str, Any] = {}
    by_attribute: list[str] = []
    by_member: list[str] = []
    for number, (name, field) in enumerate(instance.dump_fields.items()):
        source = field.attribute or name
        if not source.isidentifier():
            raise TypeError(f"{schema.__name__}.{name}: {source} is not an attribute's name")
        key = field.data_key or name
        convert = _converter(field)
        for target, read in (
            (by_attribute, f"o.{source}"),
            (by_member, f"o.get({source!r})"),
        ):
            if convert is None:
                target.append(f"{key!r}: {read}")
            else:
                scope[f"c{number}"] = convert
                target.append(f"{key!r}: None if (v := {read}) is None else c{number}(v)")
    code = (
        f"def by_attribute(o): return {{{', '.join(by_attribute)}}}\n"
        f"def by_member(o): return {{{', '.join(by_member)}}}\n"
    )
    # The text is made of this schema's field names, which are identifiers of our own source.
    exec(compile(code, f"<dump of {schema.__name__}>", "exec"), scope)  # noqa: S102
    by_attribute_of: Dump = scope["by_attribute"]
    by_member_of: Dump = scope["by_member"]

    def dump(obj: Any) -> dict[str, Any]:
        return by_member_of(obj) if isinstance(obj, Mapping) else by_attribute_of(obj)

    return dump


def _converter(field: marshmallow.fields.Field[Any]) -> Callable[[Any], Any] | None:
    """Say how a value that is not null is turned into what JSON shows; None where it stays as it is."""
    if isinstance(field, fields.Free) and field.without:
        return field.shown
    if isinstance(field, _AS_THEY_ARE):
        return None
    if isinstance(field, fields.Integer):
        return int
    if isinstance(field, fields.Number):
        return fields.plain_number
    if isinstance(field, marshmallow.fields.Nested):
        nested = field.nested
        if not (isinstance(nested, type) and issubclass(nested, Out)):
            raise TypeError(f"{field.name}: an Out schema nests Out schemas, by class")
        one = compile_dump(nested)
        if field.many:
            return lambda values: [one(value) for value in values]
        return one
    if isinstance(field, marshmallow.fields.List):
        inner = _converter(field.inner)
        if inner is None:
            return list
        return lambda values: [None if value is None else inner(value) for value in values]
    own = field._serialize  # noqa: SLF001  # what `Schema.dump` calls, too
    return lambda value: own(value, "", None)
