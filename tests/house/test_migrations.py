"""The migrated database is the one the models describe, and it is guarded."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import service.models  # noqa: F401  # the metadata is complete only when every class is mapped
from service.db import make_engine
from service.models.base import Base
from service.models.revision import REVISION
from service.schema import configuration, downgrade, migrate
from tests.databases import DatabaseUrls

GROWING_ONLY = ("audit_events", "item_changes", "milestone_progress", "plan_events")


def test_the_migrations_make_what_the_models_say(database_urls: DatabaseUrls) -> None:
    engine = make_engine(database_urls.owner, pool_size=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    not (kind == "table" and str(name).startswith("procrastinate_"))
                )
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_classes_map_the_newest_revision_and_revisions_are_numbered_in_their_order() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    newest_first = [one.revision for one in scripts.walk_revisions()]
    assert newest_first[0] == REVISION
    assert newest_first == sorted(newest_first, reverse=True)
    assert {len(one) for one in newest_first} == {4}


def test_every_table_of_a_clinic_is_guarded_by_forced_row_level_security(
    database_urls: DatabaseUrls,
) -> None:
    engine = make_engine(database_urls.service, pool_size=1)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, "
                "pg_get_userbyid(c.relowner) = current_user "
                "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
                "WHERE c.relkind = 'r' AND a.attname = 'tenant_id' AND NOT a.attisdropped"
            )
        ).all()
        role = connection.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
    engine.dispose()
    guarded = {name for name, enabled, forced, owned in rows if enabled and forced and not owned}
    assert guarded == {
        table.name for table in Base.metadata.tables.values() if table.name != "tenants"
    }
    assert tuple(role) == (False, False)


@pytest.mark.parametrize("table", [*GROWING_ONLY, "alembic_version"])
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_what_only_grows_cannot_be_changed_by_the_service(
    database_urls: DatabaseUrls, table: str, right: str
) -> None:
    engine = make_engine(database_urls.service, pool_size=1)
    with engine.connect() as connection:
        may = connection.execute(
            text("SELECT has_table_privilege(current_user, :table, :right)"),
            {"table": table, "right": right},
        ).scalar_one()
    engine.dispose()
    assert may is False


def test_an_empty_database_goes_down_and_up_again(committed_urls: DatabaseUrls) -> None:
    role = make_engine(committed_urls.service).url.username
    downgrade(committed_urls.owner, "base", service_role=role)
    migrate(committed_urls.owner, service_role=role)
    engine = make_engine(committed_urls.service, pool_size=1)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tenants")).scalar_one() == 0
    engine.dispose()
