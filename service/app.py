"""Build the service: the only file that knows every room."""

from __future__ import annotations

from functools import lru_cache

from alembic.runtime.migration import MigrationContext
from flask import Flask

from service.actions import accounts, audit, idempotency
from service.api import BLUEPRINTS
from service.db import Database, make_engine
from service.schema import newest_revision
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
            )
        )
    ready = database
    return make_app(
        settings,
        database=database,
        doors=DOORS,
        blueprints=BLUEPRINTS,
        checks={
            "database": lambda: _answers(ready),
            "migrations": lambda: _is_up_to_date(ready),
        },
    )


def specification() -> Specification:
    """Make the specification of everything that is served; `export` writes the committed files."""
    return specification_of(BLUEPRINTS)


def _answers(database: Database) -> bool:
    with database.transaction(None, readonly=True):
        return True


def _is_up_to_date(database: Database) -> bool:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@lru_cache(maxsize=1)
def _newest() -> str | None:
    return newest_revision()


def main() -> None:
    """Run a command; the console script `service`."""
    # Commands load much that a server does not need, so they are loaded when one is asked for.
    from service import cli

    cli.main()
