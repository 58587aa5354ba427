"""The queue's tables: made as procrastinate makes them, silent at commit, usable by the service's role."""

from __future__ import annotations

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from sqlalchemy import make_url

from service import schema
from tests.databases import DatabaseUrls


@pytest.fixture
def queue(committed_urls: DatabaseUrls) -> App:
    return App(connector=PsycopgConnector(conninfo=committed_urls.service, min_size=1, max_size=1))


def test_a_deferred_job_commits_without_a_notice(queue: App, committed_urls: DatabaseUrls) -> None:
    with psycopg.connect(committed_urls.owner, autocommit=True) as listener:
        listener.execute("LISTEN procrastinate_any_queue_v1")
        with queue.open():
            queue.configure_task("something", queue="rounds").defer(id="1")
        listener.execute("SELECT 1")
        assert list(listener.notifies(timeout=0.2)) == []
        found = listener.execute("SELECT task_name, args FROM procrastinate_jobs").fetchall()
    assert found == [("something", {"id": "1"})]


def test_every_notifying_trigger_is_off_and_every_other_on(committed_urls: DatabaseUrls) -> None:
    with psycopg.connect(committed_urls.owner) as connection:
        found = connection.execute(
            "SELECT t.tgname, t.tgenabled, p.prosrc LIKE '%pg_notify%' FROM pg_trigger t"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = 'procrastinate_jobs'::regclass AND NOT t.tgisinternal"
        ).fetchall()
    assert {notifies for _, _, notifies in found} == {True, False}
    assert {name: state for name, state, notifies in found if notifies and state != "D"} == {}
    assert {name: state for name, state, notifies in found if not notifies and state != "O"} == {}


def test_a_job_and_what_it_tells_of_are_committed_together_or_not_at_all(
    queue: App, committed_urls: DatabaseUrls
) -> None:
    with queue.open(), psycopg.connect(committed_urls.service) as request:
        deferrer = queue.configure_task("something", connection=request)
        deferrer.defer(id="rolled-back")
        request.rollback()
        deferrer.defer(id="committed")
        request.commit()
        found = request.execute("SELECT args->>'id' FROM procrastinate_jobs").fetchall()
    assert found == [("committed",)]


def test_the_downgrade_refuses_to_drop_jobs_that_wait(
    queue: App, committed_urls: DatabaseUrls
) -> None:
    with queue.open():
        queue.configure_task("something").defer(id="1")
    role = make_url(committed_urls.service).username
    with pytest.raises(RuntimeError, match="refused"):
        schema.downgrade(committed_urls.owner, "0002", service_role=role)
    with psycopg.connect(committed_urls.owner) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    schema.downgrade(committed_urls.owner, "0002", service_role=role)
    with psycopg.connect(committed_urls.owner) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'procrastinate%'"
            " UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%'"
            " UNION ALL SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate%'"
        ).fetchall()
    assert left == []
    schema.migrate(committed_urls.owner, service_role=role)
