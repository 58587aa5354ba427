"""Set up the job queue: procrastinate on our database, asked at intervals, quiet about what jobs say.

Its triggers that notify are switched off (a notice makes commits wait for each other), so workers poll. Jobs
carry ids only: the queue's tables serve every clinic and have no row-level security.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy import make_url

from service.db import Database
from service.jobs.rounds import Round, Stopping

log = structlog.get_logger(__name__)

# What a job's tail waits for its turn at most; an idle worker asks this often.
POLL_SECONDS: Final = 3.0
_HOUSEKEEPING: Final = "queue-housekeeping"
_FAILED_KEPT_HOURS: Final = 7 * 24


def make_queue(url: str, rounds: Sequence[Round], database: Database, stopping: Stopping) -> App:
    """Make the queue's application, which knows every round; whoever runs it opens and closes it."""
    queue = App(
        connector=PsycopgConnector(
            conninfo=_plain(url),
            min_size=1,
            max_size=2,
            timeout=10,
            kwargs={"application_name": "concord-queue"},
        )
    )
    for one in rounds:
        _register(queue, one, database, stopping)
    _register_housekeeping(queue)
    return queue


def _register(queue: App, one: Round, database: Database, stopping: Stopping) -> None:
    # One waits at most: after an outage the rounds that were missed are not made up for one by one.
    @queue.periodic(cron=one.cron)
    @queue.task(name=one.name, queue="rounds", queueing_lock=one.name)
    def work(timestamp: int) -> None:
        one.work(database, stopping)


def _register_housekeeping(queue: App) -> None:
    @queue.periodic(cron="*/10 * * * *")
    @queue.task(name=_HOUSEKEEPING, queue="rounds", queueing_lock=_HOUSEKEEPING)
    async def keep_house(timestamp: int) -> None:
        """Give jobs of workers that died to others, and drop what failed a week ago."""
        await put_back_stalled(queue)
        await queue.job_manager.delete_old_jobs(
            nb_hours=_FAILED_KEPT_HOURS,
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )


async def put_back_stalled(queue: App) -> int:
    """Let jobs that were begun by a worker that is gone begin again; give their number."""
    put_back = 0
    for job in await queue.job_manager.get_stalled_jobs():
        try:
            await queue.job_manager.retry_job(job)
        except (UniqueViolation, ConnectorException):
            # The same round waits already, so this one is not needed.
            await queue.job_manager.finish_job(job, Status.ABORTED, delete_job=True)
        put_back += 1
    if put_back:
        log.warning("queue.put_back", jobs=put_back)
    return put_back


class _Line(logging.Handler):
    """Turn a record of the queue into a line of ours: its action and classes, never its message."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        job = getattr(record, "job", None) or {}
        log.log(
            record.levelno,
            "queue",
            action=getattr(record, "action", None),
            task=job.get("task_name"),
            error_class=type(error).__name__ if error else None,
        )


def log_as_ours(make: Callable[[], logging.Handler] = _Line) -> None:
    """Send the warnings and errors of the queue's libraries into our log."""
    for name in ("procrastinate", "psycopg.pool", "asyncio"):
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.handlers = [make()]


def _plain(url: str) -> str:
    """Write an address as libpq reads it."""
    address = make_url(url).set(drivername="postgresql")
    return address.render_as_string(hide_password=False)
