"""Count and time requests by route template, for Prometheus; no id of anybody is a label."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from service.web.request_log import route_template

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class Metrics:
    """Hold one application's figures."""

    def __init__(self, build_id: str) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "concord_requests_total",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "concord_request_seconds",
            "Time from the first line of a request to its answer.",
            ("method", "route"),
            registry=self._registry,
        )
        self._problems = Counter(
            "concord_problems_total",
            "Problems answered, by stable code.",
            ("code",),
            registry=self._registry,
        )
        built = Gauge(
            "concord_build_info", "The build that runs.", ("build",), registry=self._registry
        )
        built.labels(build_id).set(1)

    def install(self, app: Flask) -> None:
        """Count every answer of an application."""
        app.after_request(self._count)

    def page(self) -> Response:
        """Render the figures as Prometheus reads them."""
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)

    def _count(self, response: Response) -> Response:
        method = request.method if request.method in _METHODS else "other"
        route = route_template()
        self._requests.labels(method, route, str(response.status_code)).inc()
        self._seconds.labels(method, route).observe(
            time.perf_counter() - g.get("started", time.perf_counter())
        )
        if "problem_code" in g:
            self._problems.labels(g.problem_code).inc()
        return response
