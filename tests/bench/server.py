"""The product's own application, with two limits beside it: what this machine could do at best.

A limit does in the fewest statements what no honest answer can do without: the bytes of the summary from one row,
the milestone's row updated; each with the audit row and its commit. There is no token, no right, no lock,
no detection and no history in a limit. It stands here and nowhere in the product.
"""

from __future__ import annotations

import sys
from typing import Any, cast
from uuid import UUID

import psycopg
from flask import Flask, Response, request
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from sqlalchemy import Engine

from service.app import create_app
from service.db import Database, make_engine
from service.domain import clock
from service.domain.ids import new_id
from service.running import memory
from service.settings import PROJECT, Settings

_AUDIT = (
    "INSERT INTO audit_events (tenant_id, id, at, user_id, role, client_id, purpose, action, outcome,"
    " operation, resource, item_id, plan_id, patient_id, request_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_SUMMARY = "SELECT body FROM bench_limit WHERE plan_id = %s"
_UPDATE = (
    "UPDATE milestones SET title = %s, version = version + 1, updated_at = %s"
    " WHERE tenant_id = %s AND id = %s RETURNING version"
)


class Limits:
    """Answer from one row, and write one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def summary(self, tenant_id: UUID, plan_id: UUID) -> Response:
        with self._engine.connect() as connection:
            driver = _begun(connection, tenant_id)
            (body,) = driver.execute(_SUMMARY, (plan_id,)).fetchone() or (b"",)
            driver.execute(_AUDIT, _audit_row(tenant_id, "read", "getSummary", None, plan_id))
            driver.commit()
        return Response(body, content_type="application/json")

    def patch(self, tenant_id: UUID, plan_id: UUID, milestone_id: UUID) -> Response:
        title = request.get_json()["title"]
        with self._engine.connect() as connection:
            driver = _begun(connection, tenant_id)
            (version,) = driver.execute(
                _UPDATE, (title, clock.now(), tenant_id, milestone_id)
            ).fetchone() or (0,)
            row = _audit_row(tenant_id, "update", "patchMilestone", milestone_id, plan_id)
            driver.execute(_AUDIT, row)
            driver.commit()
        return Response(b'{"version":%d}' % version, content_type="application/json")


def _begun(connection: Any, tenant_id: UUID) -> psycopg.Connection[Any]:
    """Begin and bind the tenant in one message, beneath everything else."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    driver.pgconn.exec_(f"BEGIN; SELECT set_config('app.tenant', '{tenant_id}', true)".encode())
    return driver


def _audit_row(
    tenant_id: UUID, action: str, operation: str, item_id: UUID | None, plan_id: UUID
) -> tuple[Any, ...]:
    return (
        *(tenant_id, new_id(), clock.now(), plan_id, "physiotherapist", "bench", "TREAT"),
        *(action, "success", operation, "care-plan", item_id, plan_id, plan_id, "bench"),
    )


def make() -> Flask:
    """Make the application as production does, and put the limits beside it."""
    settings = Settings.from_env()
    engine = make_engine(settings.require_database_url(), pool_size=settings.pool_size)
    app = create_app(settings, database=Database(engine))
    limits = Limits(engine)
    app.add_url_rule("/limits/<uuid:tenant_id>/<uuid:plan_id>", view_func=limits.summary)
    app.add_url_rule(
        "/limits/<uuid:tenant_id>/<uuid:plan_id>/<uuid:milestone_id>",
        view_func=limits.patch,
        methods=["PATCH"],
    )
    memory.settle()
    return app


def serve(port: int) -> None:
    """Serve as the product does, in one process of one worker, so that both sides share everything."""
    Granian(
        "tests.bench.server:make",
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        working_dir=PROJECT,
    ).serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
