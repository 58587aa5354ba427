"""Give every schema its manners: what comes in is closed, what goes out is complete.

`In` refuses unknown members and reads null as absent; `Patch` is the merge-patch twin of an `In`; `Query` reads
parameters; `Out` shows every field it has. Components of the specification are named after the classes, an
`Out` at the end of a name being dropped: `GoalOut` is the component `Goal`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import marshmallow
from marshmallow import EXCLUDE, RAISE

from service.errors import FieldError
from service.web import fields

_SANE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MESSAGES = {"unknown": "unknown-field", "type": "not-an-object", "required": "required"}
LARGEST_PAGE = 200
USUAL_PAGE = 50


class In(marshmallow.Schema):
    """Read an object: unknown members are errors, and a member that is null is as absent."""

    error_messages = _MESSAGES

    class Meta:
        unknown = RAISE

    @marshmallow.pre_load
    def drop_nulls(self, data: Any, **_: Any) -> Any:
        """Read null as absent, wherever the object stands; in a merge patch, the twin keeps it."""
        if isinstance(data, dict) and None in data.values():
            return {name: value for name, value in data.items() if value is not None}
        return data

    def on_bind_field(self, field_name: str, field_obj: marshmallow.fields.Field[Any]) -> None:
        if not field_obj.required and field_obj.load_default is marshmallow.missing:
            field_obj.allow_none = True


class Patch(marshmallow.Schema):
    """Read a merge patch: every member is optional, null clears what may be cleared."""

    error_messages = _MESSAGES

    class Meta:
        unknown = RAISE


class Query(marshmallow.Schema):
    """Read query parameters, which are text."""

    textual: ClassVar[bool] = True
    error_messages = _MESSAGES

    class Meta:
        unknown = RAISE


class Paging(Query):
    """Read where a page of a list starts and how long it is."""

    limit = fields.Integer(
        minimum=1,
        maximum=LARGEST_PAGE,
        load_default=USUAL_PAGE,
        metadata={"description": "The most items to return."},
    )
    cursor = fields.Text(
        max_length=2048,
        pattern=r"^[A-Za-z0-9_-]+$",
        metadata={"description": "`next_cursor` of the page before, as it was given."},
    )


class Out(marshmallow.Schema):
    """Show a resource: no field is ever left out; what may be null says `allow_none`."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: marshmallow.fields.Field[Any]) -> None:
        field_obj.required = True


@dataclass(frozen=True, slots=True)
class Either:
    """Hold the forms a resource has; `by` says of what is shown which of them it is shown in.

    The specification knows them together by `name`.
    """

    name: str
    forms: tuple[type[Out], ...]
    by: Callable[[Any], type[Out]]


Shown = type[Out] | Either


def either(name: str, *forms: type[Out], by: Callable[[Any], type[Out]]) -> Either:
    """Give a resource several forms, as where some readers see less of it than others."""
    if len(set(forms)) < 2:
        raise ValueError("a resource with one form is declared by its schema")
    return Either(name, forms, by)


class Empty(In):
    """Read the body of an action that takes none: nothing, or an empty object."""


def names_of(schema: type[marshmallow.Schema] | Either) -> set[str]:
    """Name the fields a schema declares, or any of several forms."""
    if isinstance(schema, Either):
        return set().union(*(_declared(form) for form in schema.forms))
    return set(_declared(schema))


def _declared(
    schema: type[marshmallow.Schema],
) -> Mapping[str, marshmallow.fields.Field[Any]]:
    return schema._declared_fields  # noqa: SLF001  # marshmallow has no public name for it


def patch_of(name: str, create: type[In], *, without: Iterable[str] = ()) -> type[Patch]:
    """Make the merge-patch twin of a creation schema.

    A field that creation requires can be changed but not cleared; nested objects merge member by member, lists
    are replaced whole (RFC 7396).
    """
    left_out = frozenset(without)
    unknown = left_out - names_of(create)
    if unknown:
        raise LookupError(f"{create.__name__} has no field {sorted(unknown)}")
    twins = {
        key: _optional(field) for key, field in _declared(create).items() if key not in left_out
    }
    base = create.__name__.removesuffix("Create").removesuffix("In")
    described = {"__doc__": f"Change a {_WORD.sub(' ', base).lower()} by a merge patch."}
    return cast("type[Patch]", type(name, (Patch,), {**twins, **described}))


_nested_twins: dict[type[In], type[Patch]] = {}


def _optional(field: marshmallow.fields.Field[Any]) -> marshmallow.fields.Field[Any]:
    twin = copy.copy(field)
    if not field.required:
        twin.allow_none = True
    twin.required = False
    twin.load_default = marshmallow.missing
    if isinstance(twin, marshmallow.fields.Nested):
        nested = twin.nested
        if isinstance(nested, type) and issubclass(nested, In):
            if nested not in _nested_twins:
                name = nested.__name__.removesuffix("In") + "Patch"
                _nested_twins[nested] = patch_of(name, nested)
            twin.nested = _nested_twins[nested]
    return twin


def page_of(item: type[Out]) -> type[Out]:
    """Make the schema of one page of a list."""
    if item not in _pages:
        name = item.__name__.removesuffix("Out") + "PageOut"
        _pages[item] = cast(
            "type[Out]",
            type(
                name,
                (Out,),
                {
                    "items": fields.List(fields.Nested(item), max_items=LARGEST_PAGE),
                    "next_cursor": fields.Text(
                        allow_none=True,
                        max_length=2048,
                        metadata={
                            "description": "Give this as `cursor` for the next page; null at the end."
                        },
                    ),
                    "__doc__": "Hold one page of a list.",
                },
            ),
        )
    return _pages[item]


_pages: dict[type[Out], type[Out]] = {}


def query_with_paging(query: type[Query] | None) -> type[Query]:
    """Add limit and cursor to the filters of a list."""
    if query is None:
        return Paging
    return cast("type[Query]", type(query.__name__ + "Paged", (query, Paging), {}))


def field_errors(messages: Any, pointer: str = "") -> list[FieldError]:
    """Turn marshmallow's messages into pointers and codes; a name we do not know is not repeated back."""
    if isinstance(messages, Mapping):
        found: list[FieldError] = []
        for key, inner in messages.items():
            found.extend(field_errors(inner, _deeper(pointer, key, inner)))
        return found
    entries = messages if isinstance(messages, list) else [messages]
    return [FieldError(pointer, _code_of(entry)) for entry in entries]


def _deeper(pointer: str, key: Any, inner: Any) -> str:
    if key == "_schema":
        return pointer
    if isinstance(key, int):
        return f"{pointer}/{key}"
    unknown = inner == ["unknown-field"]
    if unknown and not _SANE_NAME.fullmatch(str(key)):
        return pointer
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _code_of(entry: Any) -> str:
    return entry if isinstance(entry, str) and _CODE.fullmatch(entry) else "invalid"
