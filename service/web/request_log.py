"""Log one line a request, as JSON, with route templates only; give every request an id.

Paths carry ids of patients' plans and queries carry filters, so neither is logged: the template says enough.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any, Final, TextIO, cast

import orjson
import structlog
from flask import Flask, Response, g, request

from service.domain.ids import new_id

REQUEST_ID: Final = "X-Request-Id"
_SANE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

log = structlog.get_logger("service.web")


class _StandardError:
    """Write to standard error as it is at the moment, which tests and supervisors exchange."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure() -> None:
    """Write log lines as JSON on standard error; once a process, because loggers remember it."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(serializer=_serialized),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )


def _serialized(line: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(line, default=str).decode()


def install(app: Flask) -> None:
    """Give every request an id, its common headers and its line."""
    app.before_request(_begin)
    app.after_request(_finish)


def route_template() -> str:
    """Name the route of the request at hand as it was declared."""
    return request.url_rule.rule if request.url_rule else "unmatched"


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if _SANE_ID.fullmatch(given) else str(new_id())


def _finish(response: Response) -> Response:
    headers = response.headers
    headers[REQUEST_ID] = g.get("request_id", "")
    headers["X-Content-Type-Options"] = "nosniff"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache"
    headers.setdefault("Vary", "Authorization")
    log.info("request", **_line(response))
    return response


def _line(response: Response) -> dict[str, Any]:
    line: dict[str, Any] = {
        "request_id": g.get("request_id", ""),
        "method": request.method
        if request.method.isalpha() and len(request.method) < 10
        else "other",
        "route": route_template(),
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 2),
    }
    if "tenant_id" in g:
        line["tenant"] = str(g.tenant_id)
    if "problem_code" in g:
        line["code"] = g.problem_code
    return line
