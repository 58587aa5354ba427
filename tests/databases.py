"""Databases for tests: one server a run, one migrated template, a copy for whoever needs one.

The server is the embedded one, shared by all workers of a run, unless the environment names another:
TEST_DATABASE_URL (an administrator; roles of the run's own are made and dropped), or DATABASE_URL with
MIGRATION_DATABASE_URL (the two roles; the owner may create databases).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from service.embedded import EmbeddedPostgres
from service.schema import migrate

PREFIX = "concord-test-"
OLDEST_SERVER = 150000


class DatabaseUrls(NamedTuple):
    """The two ways into a database."""

    service: str
    owner: str


@dataclass(frozen=True)
class Access:
    """What a worker needs to know about the run's server."""

    admin_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    service_url: str = field(repr=False)
    template: str
    own_roles: bool


class Run:
    """The databases of one test run, seen from one of its workers."""

    def __init__(self, directory: Path, worker: str) -> None:
        self._directory = directory
        self._worker = worker
        self._embedded: EmbeddedPostgres | None = None
        self._access: Access | None = None
        self._made: list[str] = []

    def create(self, purpose: str) -> DatabaseUrls:
        """Make a database that has just been migrated."""
        access = self._opened()
        name = f"{access.template}_{self._worker}_{purpose}"
        with _connected(access.admin_url) as admin:
            _copy(admin, access.template, name, access)
        self._made.append(name)
        return DatabaseUrls(_at(access.service_url, name), _at(access.owner_url, name))

    def drop(self, urls: DatabaseUrls) -> None:
        """Drop a database, whoever is connected to it."""
        name = make_url(urls.owner).database or ""
        self._made.remove(name)
        with _connected(self._opened().admin_url) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Drop what this worker made, and leave the server."""
        if self._access is not None and self._embedded is None:
            for name in self._made:
                with _connected(self._access.admin_url) as admin:
                    admin.execute(
                        sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                    )
        if self._embedded is not None:
            self._embedded.stop()

    def _opened(self) -> Access:
        if self._access is None:
            with locked(self._directory / "server.lock"):
                self._access = self._open()
        return self._access

    def _open(self) -> Access:
        known = self._directory / "access.json"
        if not any(name in os.environ for name in ("TEST_DATABASE_URL", "DATABASE_URL")):
            self._embedded = EmbeddedPostgres(self._directory / "v", durable=False)
            self._embedded.start()
        if known.exists():
            return Access(**json.loads(known.read_text()))
        access = _access(self._directory, self._embedded)
        _make_template(access)
        known.touch(mode=0o600)
        known.write_text(json.dumps(asdict(access)))
        return access


def _access(directory: Path, embedded: EmbeddedPostgres | None) -> Access:
    run = directory.name.removeprefix(PREFIX)
    template = f"ct_{run}"
    if embedded is not None:
        urls = embedded.start()
        return Access(
            embedded.admin_url(), urls.migration_url, urls.service_url, template, own_roles=False
        )
    if "TEST_DATABASE_URL" in os.environ:
        admin = _plain(os.environ["TEST_DATABASE_URL"])
        password = secrets.token_urlsafe(18)
        owner = make_url(admin).set(username=f"ct_{run}_owner", password=password)
        service = make_url(admin).set(username=f"ct_{run}_service", password=password)
        return Access(admin, _shown(owner), _shown(service), template, own_roles=True)
    owner_url = _plain(os.environ["MIGRATION_DATABASE_URL"])
    return Access(
        owner_url, owner_url, _plain(os.environ["DATABASE_URL"]), template, own_roles=False
    )


def _make_template(access: Access) -> None:
    owner, service = make_url(access.owner_url), make_url(access.service_url)
    with _connected(access.admin_url) as admin:
        if admin.info.server_version < OLDEST_SERVER:
            raise RuntimeError("the tests need PostgreSQL 15 or newer")
        if access.own_roles:
            for role in (owner, service):
                admin.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role.username or ""), sql.Literal(role.password)
                    )
                )
                # To give a database to the one, and to end what the other left connected to it.
                admin.execute(
                    sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role.username or ""))
                )
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(access.template), sql.Identifier(owner.username or "")
            )
        )
    migrate(_at(access.owner_url, access.template), service_role=service.username)


def _copy(admin: psycopg.Connection, template: str, name: str, access: Access) -> None:
    owner, service = make_url(access.owner_url).username, make_url(access.service_url).username
    identifier = sql.Identifier(name)
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            identifier, sql.Identifier(template), sql.Identifier(owner or "")
        )
    )
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identifier))
    admin.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            identifier, sql.Identifier(service or "")
        )
    )


def new_directory() -> Path:
    """Make the run's directory, short enough for a socket, and clear those of runs that were killed."""
    base = Path(tempfile.gettempdir())
    for left in base.glob(f"{PREFIX}*"):
        if left.stat().st_uid == os.geteuid() and not _in_use(left):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))


def remove_directory(directory: Path) -> None:
    """Remove the run's directory, when its server has gone, and the roles it made elsewhere."""
    known = directory / "access.json"
    if known.exists():
        access = Access(**json.loads(known.read_text()))
        if access.own_roles or "DATABASE_URL" in os.environ:
            _drop_elsewhere(access)
    deadline = time.monotonic() + 20
    while EmbeddedPostgres(directory / "v").running() and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(directory, ignore_errors=True)


def _drop_elsewhere(access: Access) -> None:
    with _connected(access.admin_url) as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(access.template)
            )
        )
        if access.own_roles:
            for url in (access.owner_url, access.service_url):
                role = make_url(url).username or ""
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock, which ends with the process that holds it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def hold(directory: Path) -> int:
    """Mark a run's directory as in use for as long as this process lives."""
    handle = os.open(directory / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _in_use(directory: Path) -> bool:
    try:
        with (directory / "run.lock").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        # Another run may just be making it.
        return time.time() - directory.stat().st_mtime < 60
    return False


def _plain(url: str) -> str:
    address = make_url(url)
    return _shown(address.set(drivername="postgresql"))


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _at(url: str, database: str) -> str:
    return _shown(make_url(url).set(database=database))


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
