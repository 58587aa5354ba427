"""Run migrations as the owner of the tables.

The address comes from whoever calls (`service.schema.migrate`), else from MIGRATION_DATABASE_URL. The role
that the service connects with is read from DATABASE_URL, and is `concord_service` where that is not set;
revisions grant to `context.get_context().opts["service_role"]`.
"""

from __future__ import annotations

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import make_url, text
from sqlalchemy.types import TypeDecorator, UserDefinedType

from service.db import make_engine
from service.models import base

# A migration waits this long for a table, then fails: behind a waiting migration, every request waits too.
_LOCK_TIMEOUT = "5s"


def owner_url() -> str:
    url = context.config.attributes.get("url") or os.environ.get("MIGRATION_DATABASE_URL")
    if not url:
        raise SystemExit(
            "MIGRATION_DATABASE_URL is not set; migrations run as the owner of the tables."
        )
    return str(url)


def service_role() -> str:
    given = context.config.attributes.get("service_role")
    if given:
        return str(given)
    url = os.environ.get("DATABASE_URL")
    return (make_url(url).username if url else None) or "concord_service"


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write a type of ours as the type the database stores: a revision must not change with our code."""
    if kind != "type" or not isinstance(item, TypeDecorator | UserDefinedType):
        return False
    if not type(item).__module__.startswith("service."):
        return False
    if isinstance(item, TypeDecorator):
        stored = item.impl_instance
        module = type(stored).__module__
        if module.startswith("sqlalchemy.dialects.postgresql"):
            autogen.imports.add("from sqlalchemy.dialects import postgresql")
            return f"postgresql.{stored!r}"
        return f"sa.{stored!r}"
    raise TypeError(
        f"{type(item).__name__} cannot be written into a revision; make it a TypeDecorator"
    )


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave the job queue's tables to the queue."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run() -> None:
    engine = make_engine(
        owner_url(), pool_size=1, statement_timeout_ms=600_000, application_name="concord-migrate"
    )
    try:
        with engine.connect() as connection:
            with connection.begin():
                # Two migrations at once take turns: the second finds nothing left to do.
                connection.execute(text("SET lock_timeout = '120s'"))
                connection.execute(text("SELECT pg_advisory_lock(hashtext('concord.migrate'))"))
                connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
            context.configure(
                connection=connection,
                target_metadata=base.Base.metadata,
                render_item=render_item,
                include_name=include_name,
                compare_server_default=True,
                transaction_per_migration=True,
                service_role=service_role(),
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Concord migrates a live database only; write no SQL scripts from here.")
run()
