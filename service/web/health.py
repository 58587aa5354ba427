"""Say whether the service lives and whether it can work."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, g

from service.errors import ConcordError
from service.web import json
from service.web.metrics import Metrics

log = structlog.get_logger("service.web")

Check = Callable[[], bool]


def blueprint(metrics: Metrics, checks: dict[str, Check]) -> Blueprint:
    """Make the routes outside the API: `/healthz`, `/readyz`, `/metrics`.

    `checks` name what readiness depends on; a check that fails or raises makes the answer 503.
    """
    blp = Blueprint("health", __name__)

    @blp.get("/healthz")
    def healthz() -> Response:
        return _answer(200, {"status": "ok"})

    @blp.get("/readyz")
    def readyz() -> Response:
        found = {
            name: "ok" if _passes(name, check) else "failing" for name, check in checks.items()
        }
        ready = all(state == "ok" for state in found.values())
        response = _answer(
            200 if ready else 503, {"status": "ready" if ready else "not-ready", "checks": found}
        )
        if not ready:
            response.headers["Retry-After"] = "1"
        return response

    @blp.get("/metrics")
    def figures() -> Response:
        return metrics.page()

    return blp


def _passes(name: str, check: Check) -> bool:
    try:
        return check()
    # Whatever a check meets means "not ready"; the line names the class and nothing of its message.
    except Exception as fault:  # noqa: BLE001
        code = fault.code if isinstance(fault, ConcordError) else None
        log.warning(
            "readiness.fault",
            check=name,
            error_class=type(fault).__name__,
            code=code,
            request_id=g.get("request_id", ""),
        )
        return False


def _answer(status: int, body: dict[str, object]) -> Response:
    return Response(
        json.dumps(body), status, {"Cache-Control": "no-store"}, content_type="application/json"
    )
