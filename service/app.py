"""Build the service: the only file that knows every room."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import inspect

from service.actions import accounts, audit, idempotency
from service.api import BLUEPRINTS, TOLD
from service.db import Database, make_engine
from service.models.base import Base
from service.models.plans import CONSTRAINT_CODES
from service.models.revision import is_migrated
from service.settings import Settings
from service.web import request_log
from service.web.kernel import Doors
from service.web.setup import make_app, specification_of
from service.web.specification import Specification

DOORS = Doors(
    identify=accounts.identify,
    denied=audit.denied,
    admit=idempotency.admit,
    keep=idempotency.keep,
)


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> Flask:
    """Build the application on a database; without one, on the settings' own."""
    request_log.configure()
    if settings is None:
        settings = Settings.from_env()
    if database is None:
        database = Database(
            make_engine(
                settings.require_database_url(),
                pool_size=settings.pool_size,
                statement_timeout_ms=settings.statement_timeout_ms,
            ),
            constraint_codes=CONSTRAINT_CODES,
        )
    ready = database
    return make_app(
        settings,
        database=database,
        doors=DOORS,
        blueprints=BLUEPRINTS,
        told=TOLD,
        checks={
            "database": lambda: _answers(ready),
            "migrations": lambda: _is_migrated(ready),
            "schema": _SchemaCheck(database),
        },
    )


def specification() -> Specification:
    """Make the specification of everything that is served; `export` writes the committed files."""
    return specification_of(BLUEPRINTS, TOLD)


def _answers(database: Database) -> bool:
    with database.transaction(None, readonly=True):
        return True


def _is_migrated(database: Database) -> bool:
    with database.transaction(None, readonly=True) as session:
        return is_migrated(session)


class _SchemaCheck:
    """Tell whether the database has every table and column that this release maps.

    The revision says that the migrations ran; this, that what they made is there.
    What was found once is not looked for again: migrations do not take away what a running release needs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found = False

    def __call__(self) -> bool:
        if not self._found:
            with self._database.engine.connect() as connection:
                present = {
                    table: {column["name"] for column in columns}
                    for (_, table), columns in inspect(connection).get_multi_columns().items()
                }
            self._found = all(
                set(table.columns.keys()) <= present.get(name, set())
                for name, table in Base.metadata.tables.items()
            )
        return self._found


def main() -> None:
    """Run a command; the console script `service`."""
    # Commands load much that a server does not need, so they are loaded when one is asked for.
    from service import cli

    cli.main()
