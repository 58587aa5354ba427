"""Render every error as a problem (RFC 9457): a status, a stable code, and no value of anybody's.

The table below is the only place where an error of the house meets HTTP. What nobody expected becomes a 500
that says nothing; its log line has the class, the SQLSTATE and the route template.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from service import errors
from service.errors import CODES, ConcordError
from service.web import json

log = structlog.get_logger("service.web")

PROBLEM_TYPE: Final = "application/problem+json"
INTERNAL: Final = "internal-error"

STATUS: Final[dict[type[ConcordError], int]] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotVisible: 404,
    errors.RuleConflict: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Invalid: 422,
    errors.RuleInvalid: 422,
    errors.PreconditionRequired: 428,
    errors.Unavailable: 503,
}

_HTTP_CODES: Final = {
    400: "malformed-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "malformed-request",
    411: "malformed-request",
    413: "body-too-large",
    414: "malformed-request",
    415: "unsupported-media-type",
    431: "malformed-request",
}
_RESERVED: Final = frozenset({"type", "title", "status", "code", "detail", "errors", "request_id"})


def status_of(error: ConcordError) -> int:
    """Give the status of an error, by its class."""
    for cls in type(error).__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return 500


def title_of(code: str) -> str:
    """Say a code as words."""
    return code.replace("-", " ").capitalize()


def problem(error: ConcordError) -> Response:
    """Render an error of the house."""
    status = status_of(error)
    if status >= 500 and error.code == INTERNAL:
        return _plain(500, INTERNAL)
    extra = dict(error.extra)
    headers = _headers(error, status, extra)
    body: dict[str, Any] = {**_members(status, error.code, error.detail)}
    body["errors"] = [{"pointer": one.pointer, "code": one.code} for one in error.errors]
    body.update({key: value for key, value in extra.items() if key not in _RESERVED})
    return _response(status, body, headers)


def _headers(error: ConcordError, status: int, extra: dict[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    retry_after = extra.pop("retry_after", None)
    if status == 503 or retry_after is not None or error.code == "key-in-flight":
        headers["Retry-After"] = str(retry_after or 1)
    if status == 401:
        challenge = 'Bearer realm="concord"'
        if error.code != "missing-token":
            challenge += ', error="invalid_token"'
        headers["WWW-Authenticate"] = challenge
    elif error.code == "insufficient-scope":
        scope = extra.get("scope", "")
        headers["WWW-Authenticate"] = (
            f'Bearer realm="concord", error="insufficient_scope", scope="{scope}"'
        )
    return headers


def _members(status: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": title_of(code),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": g.get("request_id", ""),
    }


def _plain(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    return _response(status, {**_members(status, code, CODES[code]), "errors": []}, headers or {})


def _response(status: int, body: dict[str, Any], headers: dict[str, str]) -> Response:
    g.problem_code = body["code"]
    return Response(json.dumps(body), status, headers, content_type=PROBLEM_TYPE)


def _from_http(error: HTTPException) -> Response:
    """Render what Flask itself raises: an unknown route, another method, a body that is too long."""
    if error.response is not None:
        return error.response  # type: ignore[return-value]  # a redirect brings its own response
    status = error.code or 500
    code = _HTTP_CODES.get(status, "malformed-request" if status < 500 else INTERNAL)
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return _plain(status, code, headers)


def _from_unknown(error: Exception) -> Response:
    """Answer what nobody expected, and log its class, its SQLSTATE and its place: never its words."""
    original = getattr(error, "orig", error)
    log.error(
        "request.fault",
        error_class=type(original).__name__,
        sqlstate=getattr(original, "sqlstate", None),
        route=request.url_rule.rule if request.url_rule else None,
        where=_place(error),
        request_id=g.get("request_id", ""),
    )
    return _plain(500, INTERNAL)


def _place(error: BaseException) -> str | None:
    """Name the file and line that raised, which hold no data."""
    trace = error.__traceback__
    place = None
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return place


def install(app: Flask) -> None:
    """Make the application answer with problems alone."""
    app.register_error_handler(ConcordError, problem)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_unknown)


def phrase(status: int) -> str:
    """Give the reason phrase of a status."""
    return HTTPStatus(status).phrase
