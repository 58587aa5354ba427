"""Make a Flask application that behaves as the contract says, before it has any operation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Flask, Response

from service.settings import Settings
from service.web import json, paths, problems, request_log
from service.web.blueprint import API, Blueprint
from service.web.cursor import Cursors
from service.web.health import Check
from service.web.health import blueprint as health_blueprint
from service.web.kernel import Doors, Kernel, Transactions, operations_of
from service.web.metrics import Metrics
from service.web.pages import blueprint as pages_blueprint
from service.web.specification import Specification, Told
from service.web.tokens import Issuers

_JWKS_FOR: Final = "public, max-age=300"


def make_app(
    settings: Settings,
    *,
    database: Transactions,
    doors: Doors,
    blueprints: Iterable[Blueprint],
    checks: dict[str, Check],
    told: Told | None = None,
) -> Flask:
    """Make the application from its parts; refuse an operation of the API without scope and permission."""
    app = Flask("service", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
    )
    kernel = Kernel(
        settings=settings,
        database=database,
        issuers=Issuers.from_settings(settings),
        cursors=Cursors(settings.cursor_key),
        doors=doors,
    )
    app.extensions["concord"] = kernel
    metrics = Metrics(settings.build_id)
    paths.install(app)
    request_log.install(app)
    metrics.install(app)
    specification = Specification(app, told)
    for blueprint in blueprints:
        specification.register(blueprint)
    app.extensions["concord.specification"] = specification
    problems.install(app)
    app.register_blueprint(health_blueprint(metrics, checks))
    app.register_blueprint(pages_blueprint(specification))
    app.add_url_rule("/.well-known/jwks.json", "jwks", lambda: _jwks(kernel))
    refuse_undeclared(app)
    return app


def specification_of(blueprints: Iterable[Blueprint], told: Told | None = None) -> Specification:
    """Make the specification alone; it needs no settings and no database."""
    app = Flask("service", static_folder=None)
    paths.install(app)
    specification = Specification(app, told)
    for blueprint in blueprints:
        specification.register(blueprint)
    return specification


def refuse_undeclared(app: Flask) -> None:
    """Refuse to start with a route of the API that declares no scope and no permission."""
    declared = operations_of(app)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API) and rule.endpoint not in declared:
            raise RuntimeError(f"{rule.rule} has no declared scope and permission")


def _jwks(kernel: Kernel) -> Response:
    return Response(
        json.dumps(kernel.issuers.published()),
        headers={"Cache-Control": _JWKS_FOR},
        content_type="application/jwk-set+json",
    )
