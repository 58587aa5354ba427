"""Transactions: whose rows they see, when they commit, and what leaves them when the database fails."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from structlog.testing import capture_logs

from service.db import Database, make_engine
from service.errors import ConcordError, Invalid, RuleConflict, RuleInvalid, Stale, Unavailable
from tests.databases import DatabaseUrls

CLINIC, OTHER = uuid.uuid4(), uuid.uuid4()

TABLES = """
CREATE TABLE probes (
    tenant text NOT NULL,
    name text NOT NULL,
    size smallint,
    CONSTRAINT uq_probes UNIQUE (tenant, name)
);
CREATE TABLE notes (
    name text,
    number int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
    CHECK (number > 0)
);
CREATE TABLE wholes (number int PRIMARY KEY);
CREATE TABLE parts (number int REFERENCES wholes (number));
ALTER TABLE probes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON probes USING (tenant = NULLIF(current_setting('app.tenant', true), ''));
GRANT ALL ON probes, notes, parts TO PUBLIC;
"""


@pytest.fixture
def urls(committed_urls: DatabaseUrls) -> DatabaseUrls:
    with psycopg.connect(committed_urls.owner) as owner:
        owner.execute(TABLES)
    return committed_urls


@pytest.fixture
def one_connection(urls: DatabaseUrls) -> Iterator[Database]:
    """A database with a pool of one: what one transaction leaves behind, the next would find."""
    database = Database(make_engine(urls.service, pool_size=1))
    yield database
    database.dispose()


def tenant_of(session: Session) -> str:
    return str(session.scalar(text("SELECT current_setting('app.tenant')")))


def add(session: Session, tenant: uuid.UUID, name: str) -> None:
    session.execute(
        text("INSERT INTO probes (tenant, name) VALUES (:tenant, :name)"),
        {"tenant": str(tenant), "name": name},
    )


def names(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT name FROM probes ORDER BY name")))


# --- whose rows -----------------------------------------------------------------------------------


def test_each_transaction_sees_its_own_tenant_on_the_same_connection(one_connection):
    with one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "a")
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    with one_connection.transaction(OTHER) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) == backend
        assert names(session) == []
    with one_connection.transaction(CLINIC) as session:
        assert names(session) == ["a"]


def test_who_names_no_tenant_sees_nothing_even_after_one_who_did(one_connection):
    with one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "a")
    with one_connection.transaction(None) as session:
        assert tenant_of(session) == ""
        assert names(session) == []


def test_a_tenant_left_on_the_connection_itself_is_overruled(one_connection):
    with one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "a")
        session.execute(text("SELECT set_config('app.tenant', :t, false)"), {"t": str(CLINIC)})
    with one_connection.transaction(None) as session:
        assert names(session) == []


def test_a_row_of_another_tenant_is_refused(one_connection):
    with pytest.raises(ConcordError) as refusal, one_connection.transaction(CLINIC) as session:
        add(session, OTHER, "a")
    assert refusal.value.code == "internal-error"


@pytest.mark.parametrize("kind", ["database", "committed_database"])
def test_the_tenant_is_reset_at_each_outermost_begin(kind, request):
    database = request.getfixturevalue(kind)
    with database.transaction(CLINIC) as session:
        assert tenant_of(session) == str(CLINIC)
    with database.transaction(None) as session:
        assert tenant_of(session) == ""
    with database.transaction(OTHER, readonly=True) as session:
        assert tenant_of(session) == str(OTHER)
    with pytest.raises(KeyError), database.transaction(CLINIC):
        raise KeyError
    with database.transaction(None, snapshot=True) as session:
        assert tenant_of(session) == ""


def test_a_transaction_within_another_gives_the_tenant_back(database):
    with database.transaction(CLINIC) as outer:
        with database.transaction(OTHER) as inner:
            assert tenant_of(inner) == str(OTHER)
        assert tenant_of(outer) == str(CLINIC)


def test_threads_never_see_each_others_tenant(urls):
    database = Database(make_engine(urls.service, pool_size=3))
    tenants = [uuid.uuid4() for _ in range(8)]
    for tenant in tenants:
        with database.transaction(tenant) as session:
            add(session, tenant, str(tenant))

    def look(tenant: uuid.UUID) -> bool:
        seen = set()
        for _ in range(40):
            with database.transaction(tenant) as session:
                seen.update(names(session))
        return seen == {str(tenant)}

    try:
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(look, tenants))
    finally:
        database.dispose()


def test_what_is_no_tenant_never_reaches_the_statement(one_connection):
    with pytest.raises(ValueError, match="hexadecimal"):
        one_connection.transaction("x', true); DROP TABLE probes; --")


# --- when it commits --------------------------------------------------------------------------------


def test_it_commits_at_the_end_and_rolls_back_on_an_error(one_connection):
    with one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "kept")
    with pytest.raises(KeyError), one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "lost")
        raise KeyError
    with one_connection.transaction(CLINIC) as session:
        assert names(session) == ["kept"]


def test_a_session_is_new_each_time_and_its_transaction_too(one_connection):
    with one_connection.transaction(CLINIC) as first:
        before = first.scalar(text("SELECT pg_current_xact_id()::text"))
    with one_connection.transaction(CLINIC) as second:
        assert second is not first
        assert second.scalar(text("SELECT pg_current_xact_id()::text")) != before


@pytest.mark.parametrize("kind", ["database", "committed_database"])
@pytest.mark.parametrize("how", ["readonly", "snapshot"])
def test_a_reading_transaction_refuses_to_write(kind, how, request):
    database = request.getfixturevalue(kind)
    with (
        pytest.raises(ConcordError) as refusal,
        database.transaction(CLINIC, **{how: True}) as session,
    ):
        session.execute(text("CREATE TEMP TABLE written (n int)"))
    assert refusal.value.code == "internal-error"
    with database.transaction(CLINIC) as session:
        assert session.scalar(text("SHOW transaction_read_only")) == "off"


def test_a_snapshot_shows_one_moment(urls):
    database = Database(make_engine(urls.service, pool_size=2))
    try:
        with database.transaction(CLINIC, snapshot=True) as reading:
            assert names(reading) == []
            with database.transaction(CLINIC) as writing:
                add(writing, CLINIC, "later")
            assert names(reading) == []
        with database.transaction(CLINIC) as session:
            assert names(session) == ["later"]
    finally:
        database.dispose()


def test_what_a_bound_database_wrote_is_gone_with_its_connection(urls):
    engine = make_engine(urls.service, pool_size=1)
    with engine.connect() as connection:
        outer = connection.begin()
        database = Database.bound_to(connection)
        with database.transaction(CLINIC) as session:
            add(session, CLINIC, "a")
        with pytest.raises(KeyError), database.transaction(CLINIC) as session:
            add(session, CLINIC, "b")
            raise KeyError
        with database.transaction(CLINIC) as session:
            assert names(session) == ["a"]
        outer.rollback()
    with Database(engine).transaction(CLINIC) as session:
        assert names(session) == []
    engine.dispose()


# --- when the database fails ----------------------------------------------------------------------


def fault(database: Database, statement: str, **values: object) -> ConcordError:
    with pytest.raises(ConcordError) as caught, database.transaction(CLINIC) as session:
        session.execute(text(statement), values)
    return caught.value


def test_a_name_that_is_taken_is_a_conflict_with_the_code_of_its_constraint(urls):
    engine = make_engine(urls.service, pool_size=1)
    twice = "INSERT INTO probes (tenant, name) VALUES (:t, 'x'), (:t, 'x')"
    error = fault(Database(engine), twice, t=str(CLINIC))
    assert (type(error), error.code) == (RuleConflict, "already-exists")
    database = Database(engine, constraint_codes={"uq_probes": "plan-exists"})
    assert fault(database, twice, t=str(CLINIC)).code == "plan-exists"
    database.dispose()


def test_a_constraint_checked_at_commit_is_translated_too(one_connection):
    error = fault(one_connection, "INSERT INTO notes (number) VALUES (1), (1)")
    assert error.code == "already-exists"


def test_faults_have_the_class_of_their_cause(one_connection):
    unknown = fault(one_connection, "INSERT INTO parts VALUES (99)")
    assert (type(unknown), unknown.code) == (RuleInvalid, "unknown-reference")
    assert type(fault(one_connection, "INSERT INTO notes (number) VALUES (99999999999)")) is Invalid
    assert fault(one_connection, "INSERT INTO notes (number) VALUES (-1)").code == "internal-error"
    assert fault(one_connection, "SELECT nonsense").code == "internal-error"
    slow = fault(one_connection, "SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")
    assert (type(slow), slow.extra) == (Unavailable, {"retry_after": 1})


def test_a_row_changed_underneath_is_stale(one_connection):
    with pytest.raises(Stale), one_connection.transaction(CLINIC):
        raise StaleDataError


def test_what_an_action_catches_itself_stays_its_own(one_connection):
    with one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "x")
        with pytest.raises(IntegrityError), session.begin_nested():
            add(session, CLINIC, "x")
        add(session, CLINIC, "y")
    with one_connection.transaction(CLINIC) as session:
        assert names(session) == ["x", "y"]


def test_two_that_wait_for_a_row_do_not_wait_for_ever(urls):
    database = Database(make_engine(urls.service, pool_size=2, statement_timeout_ms=200))
    with database.transaction(CLINIC) as session:
        add(session, CLINIC, "x")
    try:
        with database.transaction(CLINIC) as holding:
            holding.execute(text("SELECT 1 FROM probes FOR UPDATE"))
            assert type(fault(database, "UPDATE probes SET size = 1")) is Unavailable
    finally:
        database.dispose()


def test_of_two_that_wait_for_each_other_one_is_asked_to_try_again(urls):
    database = Database(make_engine(urls.service, pool_size=2))
    with database.transaction(CLINIC) as session:
        add(session, CLINIC, "x")
        add(session, CLINIC, "y")
    both = threading.Barrier(2)

    def cross(first: str, second: str) -> str:
        try:
            with database.transaction(CLINIC) as session:
                update = text("UPDATE probes SET size = 1 WHERE name = :name")
                session.execute(update, {"name": first})
                both.wait(10)
                session.execute(update, {"name": second})
        except Unavailable:
            return "try again"
        return "done"

    try:
        with ThreadPoolExecutor(2) as threads:
            results = [threads.submit(cross, *order) for order in (("x", "y"), ("y", "x"))]
            assert sorted(one.result(20) for one in results) == ["done", "try again"]
    finally:
        database.dispose()


def test_a_full_pool_is_unavailable_and_says_when_to_come_back(urls, monkeypatch):
    monkeypatch.setattr("service.db._POOL_WAIT_SECONDS", 0.05)
    database = Database(make_engine(urls.service, pool_size=1))
    try:
        with (
            database.transaction(CLINIC),
            pytest.raises(Unavailable) as refusal,
            database.transaction(CLINIC),
        ):
            pass
        assert refusal.value.extra == {"retry_after": 1}
    finally:
        database.dispose()


def test_a_database_that_is_not_there_is_unavailable(urls):
    address = make_url(urls.service)
    nowhere = address.update_query_dict({"host": "/nowhere"}).render_as_string(hide_password=False)
    with (
        pytest.raises(Unavailable) as refusal,
        Database(make_engine(nowhere)).transaction(CLINIC),
    ):
        pass
    assert refusal.value.extra == {"retry_after": 2}


def test_a_connection_that_died_in_the_pool_is_exchanged_unseen(urls, one_connection):
    with one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "x")
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    end(urls, backend)
    with one_connection.transaction(CLINIC) as session:
        assert names(session) == ["x"]
        assert session.scalar(text("SELECT pg_backend_pid()")) != backend


def test_a_connection_that_dies_at_work_is_unavailable_and_the_next_is_well(urls, one_connection):
    with pytest.raises(Unavailable), one_connection.transaction(CLINIC) as session:
        add(session, CLINIC, "lost")
        end(urls, session.scalar(text("SELECT pg_backend_pid()")))
        session.execute(text("SELECT 1"))
    with one_connection.transaction(CLINIC) as session:
        assert names(session) == []


def end(urls: DatabaseUrls, backend: int) -> None:
    """End a connection of the service's, as the service's own role may."""
    with psycopg.connect(urls.service) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])


def test_no_value_of_a_row_reaches_the_log_or_the_error(one_connection):
    secret = "Brenda Jackson, chronic pain"
    with capture_logs() as lines:
        error = fault(
            one_connection,
            "INSERT INTO probes (tenant, name) VALUES (:t, :s), (:t, :s)",
            t=str(CLINIC),
            s=secret,
        )
        fault(one_connection, "INSERT INTO notes (name, number) VALUES (:s, -1)", s=secret)
    assert [(line["event"], line["error_class"], line["sqlstate"]) for line in lines] == [
        ("database.fault", "UniqueViolation", "23505"),
        ("database.fault", "CheckViolation", "23514"),
    ]
    assert secret not in repr(lines)
    chain: BaseException | None = error
    while chain is not None:
        assert secret not in str(chain) + repr(chain)
        chain = chain.__cause__ or chain.__context__


# --- the engine -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_engine_speaks_psycopg_3_in_utc_and_hides_parameters(database_urls, scheme):
    engine: Engine = make_engine(database_urls.service.replace("postgresql", scheme, 1))
    assert engine.driver == "psycopg"
    assert engine.hide_parameters
    with Database(engine).transaction(None) as session:
        assert session.scalar(text("SHOW timezone")) == "UTC"
        assert session.scalar(text("SHOW statement_timeout")) == "15s"
        assert session.scalar(text("SHOW lock_timeout")) == "5s"
    engine.dispose()


def test_beginning_and_binding_cost_one_round_trip(one_connection, tmp_path):
    with one_connection.transaction(CLINIC) as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
    with (tmp_path / "trace").open("w+") as trace:
        driver.pgconn.trace(trace.fileno())
        with one_connection.transaction(CLINIC) as session:
            session.execute(text("SELECT 1"))
        driver.pgconn.untrace()
        trace.seek(0)
        messages = [line.split("\t")[1:4] for line in trace]
    # A round trip ends with the server saying that it is ready: to begin, for the statement, to commit.
    ready = [
        message
        for message in messages
        if message[0] == "B" and message[2].startswith("ReadyForQuery")
    ]
    assert len(ready) == 3
