"""Start the children, watch over them, and stop everything in order.

What can be seen to be wrong is said in one line before anything is started. A child that ends by itself ends
the run. The embedded PostgreSQL is started again when it is found dead, so that the service recovers.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from service.embedded import EmbeddedError, EmbeddedPostgres
from service.running.children import environment_of_a_child
from service.settings import PROJECT, Settings

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 6.0
_LOOK_EVERY_SECONDS: Final = 0.5
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RunError(Exception):
    """Say in one sentence why the service did not start, or did not go on."""


@dataclass(slots=True)
class Supervisor:
    """Run the children of one service until told to stop.

    `prepare` brings the database to where the children can use it; `announce` tells the user where they are.
    """

    settings: Settings
    children: Sequence[Sequence[str]]
    prepare: Callable[[Settings], None]
    announce: Callable[[Settings], None]
    follow_parent: bool = False
    _embedded: EmbeddedPostgres | None = None
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _woken: threading.Event = field(default_factory=threading.Event)
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

    def _start(self) -> None:
        settings = self.settings
        if settings.database_url is None:
            self._embedded = EmbeddedPostgres(settings.var_dir)
            urls = self._embedded.start()
            settings = settings.with_database(urls.service_url, urls.migration_url)
        if not self._asked_to_stop:
            self.prepare(settings)
        if self._asked_to_stop:
            return
        environment = _child_environment(settings)
        for command in self.children:
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops the others in order.
            self._running.append(
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    env=environment,
                    cwd=PROJECT,
                    start_new_session=True,
                )
            )
        if self._wait_until_ready():
            self.announce(settings)

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + _READY_SECONDS
        while not self._asked_to_stop:
            self._refuse_ended_child()
            if answers(self.settings.host, self.settings.port):
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
            self._woken.wait(_LOOK_EVERY_SECONDS)

    def _refuse_ended_child(self) -> None:
        for child in self._running:
            if child.poll() is not None:
                raise RunError(
                    f"A process of the service ended by itself (status {child.returncode})."
                )

    def _stop(self) -> None:
        for child in self._running:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        asked = self._asked_to_stop
        for child in self._running:
            while child.poll() is None:
                # A second Ctrl-C means: now.
                if time.monotonic() > deadline or self._asked_to_stop > asked + 1:
                    child.kill()
                    child.wait()
                    break
                time.sleep(0.02)
        self._running.clear()
        if self._embedded is not None:
            self._embedded.stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop += 1
        self._woken.set()


def serving(settings: Settings, *, workers: int, threads: int) -> list[str]:
    """Return the command that serves the application."""
    return [
        *(sys.executable, "-m", "service.running.serve"),
        *(settings.host, str(settings.port), str(workers), str(threads)),
    ]


def refuse_taken_port(host: str, port: int) -> None:
    """Raise where somebody listens already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise RunError(
                f"Port {port} on {host} is taken; stop what listens there, or set PORT."
            ) from None


def answers(host: str, port: int) -> bool:
    """Tell whether the service there says that it is well."""
    connection = http.client.HTTPConnection(host, port, timeout=1.0)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def _child_environment(settings: Settings) -> dict[str, str]:
    named = {
        "CONCORD_MODE": settings.mode,
        "CONCORD_VAR_DIR": str(settings.var_dir),
        "CONCORD_BUILD_ID": settings.build_id,
        "DATABASE_URL": settings.require_database_url(),
    }
    inherited = environment_of_a_child()
    # The children serve and never migrate: they are not told how the owner comes in.
    inherited.pop("MIGRATION_DATABASE_URL", None)
    return {**inherited, **named}
