'''Declare an operation once: what it asks for, what it answers, who may call it.

How to declare an operation (in `service/api/<noun>/routes.py`)::

    blp = Blueprint("milestones", __name__, tag="Milestones", description="Steps towards a goal.")

    @blp.operation(
        "POST",
        "/care-plans/<uuid:plan_id>/milestones/<uuid:milestone_id>/start",
        scope=Scope.PLAN_WRITE,
        permission=("milestone", "update"),
        body=MilestoneStart,
        out=MilestoneOut,
        if_match=True,
    )
    def start_milestone(call: Call, plan_id: UUID, milestone_id: UUID) -> View:
        """Start a milestone.

        A blocked one may start; it is flagged.
        """
        return milestones.start(call.session, call.actor, plan_id, milestone_id, call.version, call.body)

The function's name becomes the operationId (`startMilestone`), its docstring the summary and the description.
It returns an object that `out` shows, a `Page` (declare `paged=True`), a `Rendered` document, or None (204).
What has two forms says `out=either("ThingView", ThingOut, PatientThingOut, by=...)`, where `by` names the form of an
object.
An operation without scope and permission is not registered, so the service does not start;
`scope=ANY_TOKEN` says in so many words that every valid token will do. `scope=NO_TOKEN, permission=None` is for
what tells of the service and of nobody: its view is called with nothing, no session and no caller; a token
that is sent all the same has to be valid. What goes away says `deprecation=Deprecation(...)`.
'''

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, cast

import flask_smorest  # type: ignore[import-untyped]
from flask import Flask, Response
from flask_smorest.utils import load_info_from_docstring  # type: ignore[import-untyped]

from service.domain.vocabulary import Scope
from service.web.deprecation import Deprecation
from service.web.dump import compile_dump
from service.web.kernel import kernel, operations_of
from service.web.operation import Locate, Operation, View
from service.web.operation_doc import document
from service.web.schemas import In, Patch, Query, Shown, names_of, query_with_paging
from service.web.transaction import answer

API: Final = "/api/v1"
ANY_TOKEN: Final = "any-token"  # noqa: S105  # no password: it says that any token will do
NO_TOKEN: Final = "no-token"  # noqa: S105  # no password either

_SMORESTS: Final = "_apidoc"  # where smorest looks for documentation
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_PART: Final = re.compile(r"[a-z]+(-[a-z]+)*")
_PARAMETER: Final = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # its package has no types
    """Collect the operations of one noun, under one tag."""

    def __init__(self, name: str, import_name: str, *, tag: str, description: str) -> None:
        super().__init__(name, import_name, url_prefix=API, description=description)
        self.tag = tag
        self.operations: dict[str, Operation] = {}
        # One callback of ours documents an operation whole; smorest's write to the same places.
        self._prepare_doc_cbks = [self._prepare_operation_doc]

    def operation(
        self,
        method: str,
        rule: str,
        *,
        scope: Scope | str,
        permission: tuple[str, str] | None,
        body: type[In | Patch] | None = None,
        body_required: bool = True,
        query: type[Query] | None = None,
        paged: bool = False,
        out: Shown | None = None,
        status: int | None = None,
        if_match: bool = False,
        etag: bool | None = None,
        conditional: bool = False,
        created: bool = False,
        locate: Locate | None = None,
        errors: tuple[int, ...] = (),
        deprecation: Deprecation | None = None,
        name: str | None = None,
        summary: str | None = None,
        description: str | None = None,
    ) -> Callable[[View], View]:
        """Register a function as an operation; see the head of this module."""

        def decorator(view: View) -> View:
            own_name = name or view.__name__
            told = load_info_from_docstring(view.__doc__ or "")
            query_schema = query_with_paging(query) if paged else query
            operation = Operation(
                name=camel(own_name),
                method=method,
                rule=rule,
                scope=_scope(scope, own_name),
                permission=_permission(permission, own_name, is_open=scope == NO_TOKEN),
                view=view,
                summary=_one_line(summary or told.get("summary", "")),
                description=description or told.get("description", ""),
                status=status or (201 if created else 200 if out or paged else 204),
                body=body() if body else None,
                body_required=body_required,
                query=query_schema() if query_schema else None,
                paged=paged,
                out=out,
                dump=compile_dump(out) if out else None,
                if_match=if_match,
                etag=_has_version(out) and not paged if etag is None else etag,
                conditional=conditional,
                created=created,
                locate=locate,
                errors=errors,
                parameters=frozenset(_PARAMETER.findall(rule)),
                deprecation=deprecation,
            )
            self._declare(operation, own_name)
            return view

        return decorator

    def _declare(self, operation: Operation, endpoint: str) -> None:
        if operation.method not in _METHODS:
            raise ValueError(f"{endpoint}: {operation.method} is not a method of this API")
        if not operation.summary:
            raise ValueError(f"{endpoint}: the docstring's first line is missing")
        if operation.is_open and (operation.method != "GET" or operation.query):
            raise ValueError(
                f"{endpoint}: without a token there is one answer to read, and no more"
            )
        if endpoint in self.operations:
            raise ValueError(f"{endpoint} is declared twice")
        self.operations[endpoint] = operation

        def view(**values: Any) -> Response:
            given = answer(kernel(), operation, values)
            # An error is the same for every operation; what is asked for is what goes away.
            if operation.deprecation is not None and given.status_code == operation.status:
                operation.deprecation.announce(given.headers)
            return given

        view.__name__ = endpoint
        view.__doc__ = operation.summary
        setattr(view, _SMORESTS, {"operation": operation})
        self.add_url_rule(
            operation.rule, endpoint, view, methods=[operation.method], tags=[self.tag]
        )

    def register(self, app: Flask, options: dict[str, Any]) -> None:
        """Tell the kernel of the operations, as Flask takes the routes."""
        super().register(app, options)
        known = operations_of(app)
        names = {operation.name for operation in known.values()}
        for endpoint, operation in self.operations.items():
            if operation.name in names:
                raise ValueError(f"two operations are called {operation.name}")
            known[f"{self.name}.{endpoint}"] = operation

    def _prepare_operation_doc(
        self, doc: dict[str, Any], doc_info: dict[str, Any], **_: Any
    ) -> dict[str, Any]:
        operation = cast("Operation", doc_info["operation"])
        described = document(operation)
        # smorest puts the docstring over what we say here; both are then the same words.
        doc_info["docstring"] = {
            key: described[key] for key in ("summary", "description") if key in described
        }
        return {**doc, **deepcopy(described)}


def camel(name: str) -> str:
    """Turn `list_goals` into `listGoals`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _scope(scope: Scope | str | None, name: str) -> str | None:
    if scope in (ANY_TOKEN, NO_TOKEN):
        return None
    try:
        return Scope(cast("str", scope)).value
    except ValueError:
        raise ValueError(f"{name}: an operation needs a scope") from None


def _permission(
    permission: tuple[str, str] | None, name: str, *, is_open: bool
) -> tuple[str, str] | None:
    if is_open and permission is None:
        return None
    if is_open or permission is None:
        raise ValueError(f"{name}: an operation has a scope and a permission, or neither")
    parts = tuple(str(part) for part in permission)
    if len(parts) != 2 or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"{name}: an operation needs a permission, a resource and an action")
    return parts


def _has_version(out: Shown | None) -> bool:
    return out is not None and "version" in names_of(out)
