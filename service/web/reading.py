"""Read a request in the order of answers: query, media type, length, JSON, If-Match, then the shape."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final

import marshmallow
from flask import request
from werkzeug.exceptions import NotAcceptable

from service.actions.views import Position
from service.errors import FieldError, Invalid, Malformed, TooLarge, UnsupportedMedia
from service.web import json
from service.web.cursor import Cursors
from service.web.operation import Operation
from service.web.preconditions import NEVER, expected_version
from service.web.problems import PROBLEM_TYPE
from service.web.schemas import USUAL_PAGE, Empty, In, Patch, field_errors
from service.web.tokens import Principal

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
KEY_HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_SANE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_EMPTY: Final = Empty()
# A body can hold more faults than anybody reads; the answer is not to be larger than the question.
MOST_ERRORS: Final = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a request says."""

    body: dict[str, Any]
    filters: dict[str, Any]
    version: int
    after: Position | None
    limit: int
    key: str | None
    body_hash: str


def read(operation: Operation, caller: Principal, cursors: Cursors) -> Reading:
    """Read the request at hand, or raise the first thing that is wrong with it."""
    _accepts_json()
    key = _idempotency_key(operation)
    query = _query(operation)
    filters = {name: value for name, value in query.items() if name not in ("limit", "cursor")}
    after = _position(query, filters, caller, cursors)
    given = _body(operation)
    version = expected_version(request.headers.get("If-Match")) if operation.if_match else NEVER
    body = _shape(operation, given)
    return Reading(
        body=body,
        filters=filters,
        version=version,
        after=after,
        limit=query.get("limit", USUAL_PAGE),
        key=key,
        body_hash=hashlib.sha256(json.canonical(given)).hexdigest() if key else "",
    )


def read_nothing(operation: Operation) -> None:
    """Read a request that has nothing to say; what it says all the same is refused."""
    _accepts_json()
    _query(operation)


def _accepts_json() -> None:
    accepted = request.accept_mimetypes
    if accepted and not accepted[JSON] and not accepted[PROBLEM_TYPE]:
        raise NotAcceptable


def _idempotency_key(operation: Operation) -> str | None:
    if operation.method != "POST":
        return None
    key = request.headers.get(KEY_HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise Malformed("invalid-header")
    return key


def _query(operation: Operation) -> dict[str, Any]:
    if not request.query_string:
        return dict(_no_query(operation))
    known = operation.query.fields if operation.query else {}
    for name, values in request.args.lists():
        if name not in known:
            named = (
                [FieldError(f"/{name}", "unknown-parameter")] if _SANE_NAME.fullmatch(name) else []
            )
            raise Malformed("unknown-parameter", errors=named)
        if len(values) > 1:
            raise Malformed(
                "repeated-parameter", errors=[FieldError(f"/{name}", "repeated-parameter")]
            )
    if operation.query is None:
        return {}
    try:
        return dict(operation.query.load(request.args.to_dict()))
    except marshmallow.ValidationError as error:
        raise Malformed("invalid-parameter", errors=field_errors(error.messages)) from None


def _no_query(operation: Operation) -> dict[str, Any]:
    if operation.query is None:
        return {}
    try:
        return dict(operation.query.load({}))
    except marshmallow.ValidationError as error:
        raise Malformed("invalid-parameter", errors=field_errors(error.messages)) from None


def _position(
    query: dict[str, Any], filters: dict[str, Any], caller: Principal, cursors: Cursors
) -> Position | None:
    if "cursor" not in query:
        return None
    return cursors.open(
        query["cursor"],
        tenant_id=caller.tenant_id,
        subject=caller.subject,
        path=request.path,
        filters=filters,
    )


def _body(operation: Operation) -> Any:
    if operation.method not in _WITH_BODY:
        return {}
    optional = operation.body is None or not operation.body_required
    if optional and not request.content_length and not request.headers.get("Transfer-Encoding"):
        return {}
    _is_json(operation.method)
    raw = _bytes()
    if optional and not raw:
        return {}
    return json.loads(raw)


def _bytes() -> bytes:
    """Read the body; one sent in chunks names no length, and werkzeug stops at the limit in silence."""
    raw = request.get_data(cache=False)
    limit = request.max_content_length
    if request.content_length is None and limit is not None and len(raw) >= limit:
        raise TooLarge
    return raw


def _is_json(method: str) -> None:
    mimetype = request.mimetype
    if mimetype != JSON and not (method == "PATCH" and mimetype == MERGE_PATCH):
        raise UnsupportedMedia
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMedia


def _shape(operation: Operation, given: Any) -> dict[str, Any]:
    if operation.method not in _WITH_BODY:
        return {}
    schema: In | Patch = operation.body or _EMPTY
    if not isinstance(given, dict):
        raise Invalid(errors=[FieldError("", "not-an-object")])
    try:
        return dict(schema.load(given))
    except marshmallow.ValidationError as error:
        raise Invalid(errors=field_errors(error.messages)[:MOST_ERRORS]) from None
