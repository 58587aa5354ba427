"""A real service for a run of end-to-end tests: its own database, its own port, ended at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

PROJECT = Path(__file__).resolve().parents[2]
SERVICE = Path(sys.executable).with_name("service")
START_SECONDS = 120


@dataclass
class Person:
    """Call the API with one account's token."""

    base: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        url = path if path.startswith("http") else f"{self.base}/api/v1{path}"
        return requests.request(method, url, headers=headers, timeout=30, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def read(self, path: str, **options: Any) -> Any:
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("POST", path, json=body, **options)

    def patch(self, path: str, body: Any, tag: str) -> requests.Response:
        return self.call("PATCH", path, json=body, headers={"If-Match": tag})


@dataclass
class Live:
    """Name a running service and mint tokens for its demo accounts."""

    base: str
    environment: dict[str, str]
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def token(self, username: str, clinic: str = "demo") -> str:
        key = (username, clinic)
        if key not in self._tokens:
            role = username.removesuffix("-2").removesuffix("-outsider")
            printed = subprocess.run(
                [SERVICE, "token", "--role", role, "--user", username, "--clinic", clinic],
                env=self.environment,
                cwd=PROJECT,
                check=True,
                capture_output=True,
                text=True,
                timeout=60,
            )
            self._tokens[key] = printed.stdout.strip()
        return self._tokens[key]

    def person(self, username: str, clinic: str = "demo") -> Person:
        return Person(self.base, self.token(username, clinic))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path, port: int) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONCORD_") and name not in ("DATABASE_URL", "EMPTY")
    }
    return {
        **kept,
        "CONCORD_MODE": "demo",
        "CONCORD_VAR_DIR": str(var),
        "PORT": str(port),
    }


@contextlib.contextmanager
def running(var: Path) -> Iterator[Live]:
    """Start the service as `make run` does, and end it as Ctrl-C does."""
    port = free_port()
    settings = environment(var, port)
    log = (var / "service.log").open("ab")
    process = subprocess.Popen(
        [SERVICE, "run"], env=settings, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait(process, base, var)
        yield Live(base, settings)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


def wait(process: subprocess.Popen[bytes], base: str, var: Path) -> None:
    """Wait until the service is ready, or say why it never was."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError((var / "service.log").read_text()[-4000:])
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{base}/readyz", timeout=5).status_code == 200:
                return
        time.sleep(0.2)
    raise RuntimeError((var / "service.log").read_text()[-4000:])


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    var = Path(tempfile.mkdtemp(prefix="cce-"))
    try:
        with running(var) as service:
            yield service
    finally:
        shutil.rmtree(var, ignore_errors=True)
