"""Run a worker: the rounds at their times and the jobs that wait, until told to stop.

It outlives its database: when that goes away the worker waits, longer each time, and begins again. Asked to
stop, it takes nothing new and lets what it does come to a point where it may be left.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from procrastinate import App

from service.db import Database, make_engine
from service.jobs.queue import POLL_SECONDS, log_as_ours, make_queue, put_back_stalled
from service.jobs.rounds import ROUNDS, Round
from service.settings import Settings

log = structlog.get_logger(__name__)

_GRACE_SECONDS: Final = 4.0
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 30.0
_ALIVE_EVERY_SECONDS: Final = 20.0


class Worker:
    """Work on one database until told to stop."""

    def __init__(
        self,
        settings: Settings,
        *,
        alive: Path | None = None,
        rounds: Sequence[Round] = ROUNDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Take the settings, and a file to touch for whoever watches over the process."""
        self._url = settings.require_database_url()
        self._database = Database(
            make_engine(
                self._url,
                pool_size=2,
                statement_timeout_ms=settings.statement_timeout_ms,
                application_name="concord-worker",
            )
        )
        self._alive = alive
        self._rounds = rounds
        self._poll_seconds = poll_seconds
        # A thread's event: rounds run in threads, and look at it between two plans.
        self._stopping = threading.Event()
        self._asked = asyncio.Event()

    def run(self) -> None:
        """Work until a signal asks for the end."""
        log_as_ours()
        asyncio.run(self.work(signals=True))

    async def work(self, *, signals: bool = False) -> None:
        """Work until `stop` is called, beginning again whenever the queue cannot go on."""
        if signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                loop.add_signal_handler(number, self.stop)
        try:
            await self._go_on()
        finally:
            self._database.dispose()
        log.info("worker.stopped")

    async def _go_on(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._asked.is_set():
            queue = make_queue(self._url, self._rounds, self._database, self._stopping.is_set)
            began = asyncio.get_running_loop().time()
            try:
                async with contextlib.AsyncExitStack() as stack:
                    stack.push_async_callback(queue.close_async)
                    await queue.open_async()
                    await put_back_stalled(queue)
                    log.info("worker.ready", rounds=[one.name for one in self._rounds])
                    await self._serve(queue)
            except Exception as error:  # noqa: BLE001  # whatever it is, waiting and beginning again is the answer
                log.warning("worker.interrupted", error_class=type(error).__name__)
            if self._asked.is_set():
                break
            if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def stop(self) -> None:
        """Ask for the end; call it in the worker's own loop."""
        self._stopping.set()
        self._asked.set()

    async def _serve(self, queue: App) -> None:
        """Run the queue until it ends by itself or the worker is told to stop."""
        running = asyncio.create_task(
            queue.run_worker_async(
                name="concord",
                fetch_job_polling_interval=self._poll_seconds,
                abort_job_polling_interval=_ALIVE_EVERY_SECONDS,
                shutdown_graceful_timeout=_GRACE_SECONDS,
                listen_notify=False,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
        )
        asked = asyncio.create_task(self._asked.wait())
        alive = asyncio.create_task(self._tell_alive(queue))
        try:
            await asyncio.wait({running, asked, alive}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (alive, asked, running):
                task.cancel()
            ended = await asyncio.gather(running, asked, alive, return_exceptions=True)
        for result in ended:
            if isinstance(result, Exception):
                raise result

    async def _tell_alive(self, queue: App) -> None:
        """Touch the file for as long as the queue answers."""
        while True:
            await queue.check_connection_async()
            if self._alive is not None:
                self._alive.touch()
            await asyncio.sleep(_ALIVE_EVERY_SECONDS)
