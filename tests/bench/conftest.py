"""A server as in production over a busy plan, and a client that keeps its connection."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from service.db import Database, make_engine
from service.domain.ids import new_id
from service.domain.vocabulary import Scope
from service.embedded import EmbeddedPostgres
from service.schema import migrate
from service.settings import PROJECT, Settings
from service.web.tokens import mint
from tests.bench import busy_plan
from tests.clinic import Clinic, open_clinic, tenant_id_of
from tests.databases import DatabaseUrls


@dataclass
class Client:
    """Ask again and again over one connection, and note how long each answer took."""

    port: int
    token: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[float, Any, bytes]:
        raw = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token}"}
        if raw is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        began = time.perf_counter()
        self.connection.request(method, path, body=raw, headers=sent)
        response = self.connection.getresponse()
        data = response.read()
        took = time.perf_counter() - began
        assert response.status == 200, (method, path, response.status, data[:400])
        return took, response.headers, data


@dataclass
class Bench:
    """Name the server, the plan and the milestone to write to."""

    port: int
    process_id: int
    settings: Settings
    clinic: Clinic
    milestone_id: UUID
    urls: DatabaseUrls
    _clients: list[Client] = field(default_factory=list)

    def client(self, username: str = "physiotherapist") -> Client:
        token = mint(
            self.settings,
            tenant_id=self.clinic.tenant_id,
            subject=self.clinic.users[username].id,
            scopes=tuple(Scope),
            client_id="bench",
            purpose="",
            lifetime=timedelta(hours=1),
        )
        self._clients.append(Client(self.port, token))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.connection.close()

    @property
    def plan(self) -> str:
        return f"/api/v1/care-plans/{self.clinic.plan_id}"

    @property
    def limit(self) -> str:
        return f"/limits/{self.clinic.tenant_id}/{self.clinic.plan_id}"

    def keep_for_the_limit(self, body: bytes) -> None:
        """Store the summary's bytes in the row that its limit reads."""
        with psycopg.connect(self.urls.owner, autocommit=True) as owner:
            owner.execute("DELETE FROM bench_limit")
            owner.execute("INSERT INTO bench_limit VALUES (%s, %s)", [self.clinic.plan_id, body])


@pytest.fixture(scope="session")
def durable_urls() -> Iterator[DatabaseUrls]:
    """A server that writes what it commits to the disk, as `make run` starts it; that of the tests does not."""
    directory = Path(tempfile.mkdtemp(prefix="concord-bench-"))
    try:
        with EmbeddedPostgres(directory / "v") as urls:
            migrate(urls.migration_url)
            yield DatabaseUrls(urls.service_url, urls.migration_url)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def bench(durable_urls: DatabaseUrls, tmp_path: Path) -> Iterator[Bench]:
    slug = f"bench-{new_id()}"
    database = Database(make_engine(durable_urls.service, pool_size=2))
    with database.transaction(tenant_id_of(slug)) as session:
        clinic = open_clinic(session, slug)
    with database.transaction(clinic.tenant_id) as session:
        milestone_id = busy_plan.fill(session, clinic)
        assert len(busy_plan.open_flags(session, clinic)) == busy_plan.FLAGS
    database.dispose()
    with psycopg.connect(durable_urls.owner, autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE IF NOT EXISTS bench_limit (plan_id uuid PRIMARY KEY, body bytea NOT NULL)"
        )
        owner.execute("GRANT SELECT ON bench_limit TO PUBLIC")
        owner.execute("ANALYZE")
    named = {"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(tmp_path)}
    settings = Settings.from_env(named)
    with _serving(durable_urls, named) as (port, process_id):
        made = Bench(port, process_id, settings, clinic, milestone_id, durable_urls)
        yield made
        made.close()


@contextlib.contextmanager
def _serving(urls: DatabaseUrls, named: dict[str, str]) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.server", str(port)],
        env={**kept, **named, "DATABASE_URL": urls.service},
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(port, process)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server did not come up"
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            with contextlib.closing(connection):
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
        time.sleep(0.05)
    raise TimeoutError
