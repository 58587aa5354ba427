"""Start the children, watch over them, and stop everything in order.

What can be seen to be wrong is said in one line before anything is started. A child that ends by itself ends
the run. The embedded PostgreSQL is started again when it is found dead, so that the service recovers.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Final

from service.embedded import EmbeddedError, EmbeddedPostgres
from service.running import children
from service.running.probe import is_well
from service.settings import Settings

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 6.0
_LOOK_EVERY_SECONDS: Final = 0.5
_PORT_SECONDS: Final = 0.4
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RunError(Exception):
    """Say in one sentence why the service did not start, or did not go on."""


@dataclass(frozen=True, slots=True)
class Child:
    """Name a process of the service, and the work it does until it is told to stop."""

    name: str
    work: Callable[[], None]


class Bell:
    """Wake a waiting process from within a signal handler.

    A pipe, because a handler interrupts its own thread: a `threading.Event` would be waited for by whom it
    has interrupted, and both would wait for ever.
    """

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe()
        for end in (self._heard, self._rung):
            os.set_blocking(end, False)

    def ring(self) -> None:
        """Wake whoever waits, now or next; a pipe that is full has rung already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._rung, b"!")

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; tell whether it rang."""
        rang, _, _ = select.select([self._heard], [], [], seconds)
        if rang:
            os.read(self._heard, 1024)
        return bool(rang)

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._heard)
        os.close(self._rung)


@dataclass(slots=True)
class Supervisor:
    """Run the children of one service until told to stop.

    `prepare` brings the database to where the children can use it, `announce` tells the user where they are.
    """

    settings: Settings
    family: Sequence[Child]
    prepare: Callable[[Settings], None]
    announce: Callable[[Settings], None]
    follow_parent: bool = False
    _embedded: EmbeddedPostgres | None = None
    _running: list[BaseProcess] = field(default_factory=list)
    _bell: Bell = field(default_factory=Bell)
    _asked_to_stop: int = 0
    _parent: int = field(default_factory=os.getppid)

    def run(self) -> None:
        """Start everything, and return when somebody asked for the end and all of it has stopped."""
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            refuse_taken_port(self.settings.host, self.settings.port)
            self._start()
            self._watch()
        except EmbeddedError as fault:
            raise RunError(str(fault)) from None
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)
            self._bell.close()

    def _start(self) -> None:
        settings = self.settings
        if settings.database_url is None:
            self._embedded = EmbeddedPostgres(settings.var_dir)
            urls = self._embedded.start()
            settings = settings.with_database(urls.service_url, urls.migration_url)
        if not self._asked_to_stop:
            self.prepare(settings)
        if not self._asked_to_stop:
            self._spawn(_environment(settings))
        if self._wait_until_ready():
            self.announce(settings)

    def _spawn(self, environment: dict[str, str]) -> None:
        # Forked, the children share the code that has been loaded, and need not load it again.
        context = (
            multiprocessing.get_context("fork")
            if sys.platform == "linux"
            else multiprocessing.get_context("spawn")
        )
        for child in self.family:
            process = context.Process(
                target=children.begin,
                args=(os.getpid(), environment, child.work),
                name=child.name,
            )
            process.start()
            self._running.append(process)

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + _READY_SECONDS
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        address = f"http://{host}:{self.settings.port}/healthz"
        while not self._asked_to_stop:
            self._refuse_ended_child()
            if is_well(address):
                return True
            if time.monotonic() > deadline:
                raise RunError(f"The service did not answer within {_READY_SECONDS:.0f} seconds.")
            time.sleep(0.03)
        return False

    def _watch(self) -> None:
        while not self._asked_to_stop:
            self._refuse_ended_child()
            if self._embedded is not None and not self._embedded.running():
                self._embedded.start()
            if self.follow_parent and os.getppid() != self._parent:
                return
            self._bell.wait(_LOOK_EVERY_SECONDS)

    def _refuse_ended_child(self) -> None:
        for child in self._running:
            if not child.is_alive() and not self._asked_to_stop:
                raise RunError(f"The {child.name} ended by itself (status {child.exitcode}).")

    def _stop(self) -> None:
        for child in self._running:
            child.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        asked = self._asked_to_stop
        for child in self._running:
            while child.is_alive():
                # A second Ctrl-C means: now.
                if time.monotonic() > deadline or self._asked_to_stop > asked + 1:
                    child.kill()
                child.join(0.02)
        self._running.clear()
        if self._embedded is not None:
            self._embedded.stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop += 1
        self._bell.ring()


def refuse_taken_port(host: str, port: int) -> None:
    """Raise where somebody listens already; what was killed a moment ago is given another one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for last_time in (False, True):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                if last_time:
                    raise RunError(
                        f"Port {port} on {host} is taken; stop what listens there, or set PORT."
                    ) from None
                time.sleep(_PORT_SECONDS)
            else:
                return


def _environment(settings: Settings) -> dict[str, str]:
    named = {
        "CONCORD_MODE": settings.mode,
        "CONCORD_VAR_DIR": str(settings.var_dir),
        "CONCORD_BUILD_ID": settings.build_id,
        "DATABASE_URL": settings.require_database_url(),
    }
    # The children serve and never migrate: they are not told how the owner comes in.
    return {
        name: value for name, value in os.environ.items() if name != "MIGRATION_DATABASE_URL"
    } | named
