"""What keeps clinics apart below the code: row-level security, the service's role, and no tenant left behind."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, make_url, select, text

from service.actions import items
from service.actions.milestones import MILESTONES
from service.db import Database, make_engine
from service.errors import ConcordError
from service.models.audit import AuditEvent
from service.models.users import User
from tests.clinic import Clinic
from tests.concurrency.conftest import at_once
from tests.databases import DatabaseUrls

# Whose rows no clinic owns: the clinics themselves, the tables' revision, and the queue, which holds ids only.
WITHOUT_TENANT = {"tenants", "alembic_version"}
QUEUE = "procrastinate_"


@pytest.fixture
def catalog(committed_urls: DatabaseUrls) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(committed_urls.owner, autocommit=True) as connection:
        yield connection


def tables(catalog: psycopg.Connection[Any]) -> list[str]:
    found = catalog.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    ).fetchall()
    return [name for (name,) in found if name not in WITHOUT_TENANT and not name.startswith(QUEUE)]


def bound(urls: DatabaseUrls, tenant: uuid.UUID | None) -> psycopg.Connection[Any]:
    """Open a session as the service does, bound to a clinic or to none."""
    connection = psycopg.connect(urls.service)
    connection.execute(
        "SELECT set_config('app.tenant', %s, false)", [str(tenant) if tenant else ""]
    )
    return connection


def test_every_table_forces_row_level_security_on_its_tenant(
    catalog: psycopg.Connection[Any],
) -> None:
    names = tables(catalog)
    assert len(names) > 20
    for name in names:
        enabled, forced = catalog.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [name],
        ).fetchone() or (None, None)
        assert (enabled, forced) == (True, True), name
        policies = catalog.execute(
            "SELECT permissive, cmd, qual, with_check FROM pg_policies WHERE tablename = %s", [name]
        ).fetchall()
        assert len(policies) == 1, name
        permissive, command, sees, writes = policies[0]
        assert (permissive, command) == ("PERMISSIVE", "ALL"), name
        for condition in (sees, writes):
            assert condition.startswith("(tenant_id = "), name
            assert "current_setting('app.tenant'" in condition, name
        key = catalog.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a"
            " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE i.indrelid = %s::regclass AND i.indisprimary",
            [name],
        ).fetchone()
        assert key == ("tenant_id",), name


def test_every_reference_between_tables_stays_within_its_tenant(
    catalog: psycopg.Connection[Any],
) -> None:
    keys = catalog.execute(
        "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid), condeferrable"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    assert len(keys) > 30
    for name, table, definition, deferrable in keys:
        assert not deferrable, f"{name} is checked at commit; such a breach needs a test of its own"
        if table.startswith(QUEUE) or "REFERENCES tenants(id)" in definition:
            continue
        assert definition.startswith("FOREIGN KEY (tenant_id, "), (name, definition)
        assert "(tenant_id, id)" in definition, (name, definition)


def test_the_services_role_owns_nothing_and_passes_no_rule_by(
    catalog: psycopg.Connection[Any], committed_urls: DatabaseUrls
) -> None:
    role = make_url(committed_urls.service).username
    rights = catalog.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " FROM pg_roles WHERE rolname = %s",
        [role],
    ).fetchone()
    assert rights == (False,) * 5
    (owned,) = catalog.execute(
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = %s",
        [role],
    ).fetchone() or (None,)
    assert owned == 0
    memberships = catalog.execute(
        "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
        " WHERE r.rolname = %s",
        [role],
    ).fetchone()
    assert memberships == (0,)
    assert catalog.execute(
        "SELECT has_schema_privilege(%s, 'public', 'CREATE'),"
        " has_database_privilege(%s, current_database(), 'CREATE')",
        [role, role],
    ).fetchone() == (False, False)
    for name in tables(catalog):
        further = catalog.execute(
            "SELECT has_table_privilege(%s, %s, 'TRUNCATE'), has_table_privilege(%s, %s, 'TRIGGER'),"
            " has_table_privilege(%s, %s, 'REFERENCES')",
            [role, name] * 3,
        ).fetchone()
        assert further == (False, False, False), name


def test_another_clinics_session_sees_and_changes_none_of_the_rows(
    committed_database: Database,
    committed_urls: DatabaseUrls,
    catalog: psycopg.Connection[Any],
    clinic: Clinic,
    other_clinic: Clinic,
) -> None:
    with committed_database.transaction(clinic.tenant_id) as session:
        items.create(
            session,
            clinic.actor("physiotherapist"),
            MILESTONES,
            clinic.plan_id,
            {"title": "Walk to the shop", "owner_discipline": "physiotherapy"},
        )
    held = 0
    for tenant in (other_clinic.tenant_id, None):
        with bound(committed_urls, tenant) as stranger:
            for name in tables(catalog):
                table = sql.Identifier(name)
                seen = stranger.execute(
                    sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s").format(table),
                    [clinic.tenant_id],
                ).fetchone()
                assert seen == (0,), name
                if tenant is None:
                    everything = stranger.execute(
                        sql.SQL("SELECT count(*) FROM {}").format(table)
                    ).fetchone()
                    assert everything == (0,), name
    with bound(committed_urls, clinic.tenant_id) as own:
        for name in tables(catalog):
            (count,) = own.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ).fetchone() or (0,)
            held += count > 0
    assert held >= 8, "too few tables had rows for this to say anything"


def test_another_clinics_session_cannot_write_or_take_rows(
    committed_urls: DatabaseUrls, clinic: Clinic, other_clinic: Clinic
) -> None:
    with bound(committed_urls, other_clinic.tenant_id) as stranger:
        changed = stranger.execute(
            "UPDATE care_plans SET title = 'taken' WHERE id = %s", [clinic.plan_id]
        )
        removed = stranger.execute("DELETE FROM consents WHERE tenant_id = %s", [clinic.tenant_id])
        assert (changed.rowcount, removed.rowcount) == (0, 0)
        locked = stranger.execute(
            "SELECT id FROM care_plans WHERE id = %s FOR UPDATE", [clinic.plan_id]
        )
        assert locked.rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stranger.execute(
                "INSERT INTO audit_events (tenant_id, id, at, action, outcome, operation)"
                " VALUES (%s, gen_random_uuid(), now(), 'read', 'success', 'x')",
                [clinic.tenant_id],
            )
    # Giving one's own row away is refused like writing another's.
    with (
        bound(committed_urls, other_clinic.tenant_id) as stranger,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        stranger.execute("UPDATE care_plans SET tenant_id = %s", [clinic.tenant_id])


def test_a_pooled_connection_carries_no_tenant_over(
    committed_urls: DatabaseUrls, clinic: Clinic
) -> None:
    database = Database(make_engine(committed_urls.service, pool_size=1))

    def left_behind() -> str | None:
        with database.engine.connect() as connection:
            return connection.scalar(text("SELECT current_setting('app.tenant', true)"))

    def fails() -> None:
        with database.transaction(clinic.tenant_id) as session:
            session.execute(text("SELECT 1/0"))

    try:
        with database.transaction(clinic.tenant_id) as session:
            assert session.scalar(select(func.count()).select_from(User))
        assert not left_behind()
        with database.transaction(clinic.tenant_id, readonly=True):
            pass
        assert not left_behind()
        with database.transaction(clinic.tenant_id, snapshot=True):
            pass
        assert not left_behind()
        with pytest.raises(ConcordError):
            fails()
        assert not left_behind()
        with database.transaction(None) as session:
            assert session.scalar(select(func.count()).select_from(User)) == 0
    finally:
        database.dispose()


def test_threads_that_share_few_connections_each_see_their_own_clinic(
    committed_urls: DatabaseUrls, clinic: Clinic, other_clinic: Clinic
) -> None:
    database = Database(make_engine(committed_urls.service, pool_size=3))

    def look(seed: int) -> int:
        choice = random.Random(seed)
        wrong = 0
        for _ in range(60):
            wanted = choice.choice([clinic.tenant_id, other_clinic.tenant_id, None])
            gives_up = choice.random() < 0.2
            with suppress(ConcordError), database.transaction(wanted) as session:
                seen = set(session.scalars(select(User.tenant_id)))
                wrong += seen != ({wanted} if wanted else set())
                if gives_up:
                    session.execute(text("SELECT 1/0"))
        return wrong

    try:
        [answers] = at_once([lambda seed=seed: look(seed) for seed in range(8)])  # type: ignore[misc]
        assert answers == [0] * 8
    finally:
        database.dispose()


@pytest.mark.parametrize(
    "table", ["audit_events", "item_changes", "milestone_progress", "plan_events"]
)
def test_what_only_grows_can_be_neither_changed_nor_removed(
    table: str, committed_urls: DatabaseUrls, committed_database: Database, clinic: Clinic
) -> None:
    with committed_database.transaction(clinic.tenant_id) as session:
        view = items.create(
            session,
            clinic.actor("physiotherapist"),
            MILESTONES,
            clinic.plan_id,
            {"title": "Walk to the shop", "owner_discipline": "physiotherapy"},
        )
        assert (
            session.scalar(select(AuditEvent.action).where(AuditEvent.item_id == view.id))
            == "create"
        )
    for statement in ("UPDATE {} SET tenant_id = tenant_id", "DELETE FROM {}", "TRUNCATE {}"):
        with (
            bound(committed_urls, clinic.tenant_id) as service,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            service.execute(sql.SQL(statement).format(sql.Identifier(table)))
