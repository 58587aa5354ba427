"""The worker as a process sees it: rounds at their times, jobs of dead workers, a database that comes back."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from service.actions import idempotency
from service.db import Database
from service.domain import clock
from service.domain.ids import new_id
from service.jobs import queue as queues
from service.jobs.forgetting import forget_answers
from service.jobs.queue import make_queue, put_back_stalled
from service.jobs.rounds import ROUNDS, Round
from service.jobs.worker import Worker
from service.settings import Settings
from tests.databases import DatabaseUrls
from tests.jobs.conftest import OpenClinic


@pytest.fixture
def settings(committed_urls: DatabaseUrls, tmp_path: Path) -> Settings:
    return Settings.from_env(
        {"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(tmp_path)}
    ).with_database(committed_urls.service, None)


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Look again and again: what is waited for comes true in another thread or in the database."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise TimeoutError


def work_for(worker: Worker, condition: Callable[[], bool]) -> None:
    """Let a worker work until something has come true, then stop it."""

    async def both() -> None:
        working = asyncio.create_task(worker.work())
        try:
            await until(condition)
        finally:
            worker.stop()
            await asyncio.wait_for(working, 15)

    asyncio.run(both())


def jobs(urls: DatabaseUrls) -> list[tuple[str, str]]:
    with psycopg.connect(urls.owner) as connection:
        found = connection.execute(
            "SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"
        ).fetchall()
    return [(name, status) for name, status in found]


def test_rounds_come_at_their_times_and_leave_nothing_behind(
    settings: Settings, committed_urls: DatabaseUrls, tmp_path: Path
) -> None:
    came = threading.Event()
    seen: list[Database] = []

    def work(database: Database, stopping: Callable[[], bool]) -> None:
        seen.append(database)
        came.set()

    # A round that is overdue by less than ten minutes is made up for at once.
    alive = tmp_path / "alive"
    worker = Worker(
        settings, alive=alive, rounds=[Round("look", "* * * * *", work)], poll_seconds=0.1
    )
    work_for(worker, lambda: came.is_set() and jobs(committed_urls) == [])
    assert len(seen) >= 1
    assert alive.exists()
    with psycopg.connect(committed_urls.owner) as connection:
        (workers,) = (
            connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone() or ()
        )
    assert workers == 0


def test_a_round_that_fails_is_logged_by_its_class_and_leaves_the_worker_running(
    settings: Settings, committed_urls: DatabaseUrls
) -> None:
    other = threading.Event()

    def fails(database: Database, stopping: Callable[[], bool]) -> None:
        raise ValueError("deadlift 20 kg")

    def works(database: Database, stopping: Callable[[], bool]) -> None:
        other.set()

    rounds = [Round("fails", "* * * * *", fails), Round("works", "* * * * *", works)]
    worker = Worker(settings, rounds=rounds, poll_seconds=0.1)
    queues.log_as_ours()
    with capture_logs() as lines:
        work_for(worker, lambda: other.is_set() and ("fails", "failed") in jobs(committed_urls))
    assert "deadlift" not in str(lines)
    (line,) = [one for one in lines if one.get("task") == "fails"]
    assert (line["event"], line["action"], line["error_class"]) == (
        "queue",
        "job_error",
        "ValueError",
    )


def test_asked_to_stop_it_lets_a_round_come_to_its_end(
    settings: Settings, committed_urls: DatabaseUrls
) -> None:
    began, ended = threading.Event(), threading.Event()

    def long(database: Database, stopping: Callable[[], bool]) -> None:
        began.set()
        for _ in range(200):
            if stopping():
                ended.set()
                return
            threading.Event().wait(0.02)

    worker = Worker(settings, rounds=[Round("long", "* * * * *", long)], poll_seconds=0.1)
    work_for(worker, began.is_set)
    assert ended.is_set()
    assert "long" not in dict(jobs(committed_urls))


def test_it_begins_again_when_its_database_was_away(
    settings: Settings, committed_urls: DatabaseUrls
) -> None:
    """Every connection is cut, twice; the rounds go on."""
    came = threading.Semaphore(0)

    def work(database: Database, stopping: Callable[[], bool]) -> None:
        with database.transaction(None, readonly=True):
            came.release()

    worker = Worker(settings, rounds=[Round("look", "* * * * * */1", work)], poll_seconds=0.1)

    async def story() -> None:
        working = asyncio.create_task(worker.work())
        try:
            for _ in range(2):
                await until(lambda: came.acquire(blocking=False))
                cut(committed_urls)
            while came.acquire(blocking=False):
                pass
            await until(lambda: came.acquire(blocking=False), 30)
            assert not working.done()
        finally:
            worker.stop()
            await asyncio.wait_for(working, 15)

    with capture_logs():
        asyncio.run(story())


def cut(urls: DatabaseUrls) -> None:
    """End every other session of the service's role, as a restart would."""
    with psycopg.connect(urls.service, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user"
            " AND pid <> pg_backend_pid()"
        )


def test_the_job_of_a_worker_that_died_begins_again(
    committed_database: Database, committed_urls: DatabaseUrls
) -> None:
    done: list[int] = []

    def work(database: Database, stopping: Callable[[], bool]) -> None:
        done.append(1)

    async def story() -> None:
        queue = make_queue(
            committed_urls.service,
            [Round("once", "0 0 1 1 *", work)],
            committed_database,
            lambda: False,
        )
        async with queue.open_async():
            await queue.configure_task("once").defer_async(timestamp=1)
            dead = await queue.job_manager.register_worker()
            await queue.job_manager.fetch_job(queues=None, worker_id=dead)
            assert await put_back_stalled(queue) == 0
            await queue.job_manager.unregister_worker(dead)
            assert await put_back_stalled(queue) == 1
            await queue.run_worker_async(
                wait=False, listen_notify=False, install_signal_handlers=False
            )

    asyncio.run(story())
    assert done == [1]
    assert ("once", "succeeded") in jobs(committed_urls)


def test_a_dead_workers_round_is_dropped_where_the_same_waits_already(
    committed_database: Database, committed_urls: DatabaseUrls
) -> None:
    async def story() -> None:
        queue = make_queue(committed_urls.service, ROUNDS, committed_database, lambda: False)
        async with queue.open_async():
            for _ in range(2):
                await queue.configure_task("turn-days").defer_async(timestamp=1)
                if not jobs(committed_urls)[1:]:
                    dead = await queue.job_manager.register_worker()
                    await queue.job_manager.fetch_job(queues=None, worker_id=dead)
                    await queue.job_manager.unregister_worker(dead)
            assert await put_back_stalled(queue) == 1

    asyncio.run(story())
    assert jobs(committed_urls) == [("turn-days", "todo")]


def test_kept_answers_are_forgotten_after_a_day_and_not_before(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinics = [opened("first"), opened("second")]
    moment = clock.now()

    def keep(index: int, hours: float) -> None:
        clinic = clinics[index]
        with (
            clock.set_to(moment - timedelta(hours=hours)),
            committed_database.transaction(clinic.tenant_id) as session,
        ):
            idempotency.keep(
                session,
                tenant_id=clinic.tenant_id,
                principal=clinic.users["physician"].id,
                method="POST",
                path="/api/v1/patients",
                key=str(new_id()),
                body_hash="x",
                status=201,
                headers={},
                body=b"{}",
            )

    for index, hours in ((0, 23.9), (0, 24.1), (0, 400.0), (1, 25.0), (1, 1.0)):
        keep(index, hours)
    with clock.set_to(moment):
        assert forget_answers(committed_database, lambda: True) == 0
        assert forget_answers(committed_database) == 3
        assert forget_answers(committed_database) == 0


def test_every_round_has_a_name_of_its_own() -> None:
    names = [one.name for one in ROUNDS]
    assert len(set(names)) == len(names)
    assert all(one.name.replace("-", "").isalpha() for one in ROUNDS)


@pytest.fixture(autouse=True)
def _loggers_as_before() -> Any:
    names = ("procrastinate", "psycopg.pool", "asyncio")
    before = [
        (
            logging.getLogger(name),
            list(logging.getLogger(name).handlers),
            logging.getLogger(name).propagate,
        )
        for name in names
    ]
    yield
    for logger, handlers, propagate in before:
        logger.handlers, logger.propagate = handlers, propagate
