"""Run the PostgreSQL that comes with the service, where no DATABASE_URL is set.

Several processes of one project share one server: each holds a shared lock while it uses it, and the last to
leave stops it. A guard process waits for that lock alone, so that the server also stops when its users were
killed. No lock outlives its process, so nothing has to be counted and no dead process has to be forgotten.

The server is closed to the other users of the machine: it listens on a socket inside a directory that only
its owner may enter, and asks everybody, its superuser included, for a generated password.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

import psycopg
from psycopg import sql

from service.embedded.cluster import Cluster, EmbeddedError, reap, spawn
from service.settings import keep_private, private_directory

__all__ = ["OWNER", "SERVICE", "EmbeddedError", "EmbeddedPostgres", "Urls"]

OWNER: Final = "concord_owner"
SERVICE: Final = "concord_service"
DATABASE: Final = "concord"

_LOCK_WAIT_SECONDS: Final = 30.0
_GUARD: Final = Path(__file__).with_name("guard.py")


@dataclass(frozen=True, slots=True)
class Urls:
    """Name the two ways in: the service's role, and the owner's for migrations."""

    service_url: str = field(repr=False)
    migration_url: str = field(repr=False)


class EmbeddedPostgres:
    """Start, share and stop the PostgreSQL that lives under one `var/` directory."""

    def __init__(self, var_dir: Path, *, durable: bool = True) -> None:
        """Name the directory; `durable=False` is for tests, which may lose what they wrote."""
        self._var = var_dir.absolute()
        self._run = self._var / "run"
        self._cluster = Cluster(self._var / "pg", durable=durable)
        self._users: int | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> Urls:
        """Join the server, or start it; a first start makes the roles and the database."""
        self._cluster.refuse_unusable_place()
        self._var.mkdir(parents=True, exist_ok=True)
        private_directory(self._run)
        if self._users is None:
            self._users = self._join()
        try:
            with self._alone("start.lock"):
                passwords = self._passwords()
                if not self._cluster.running():
                    self._cluster.start(superuser_password=passwords["postgres"])
                self._watch()
                if not self._cluster.furnished.exists():
                    self._make_roles_and_database(passwords)
                    self._cluster.furnished.touch(mode=0o600)
        except BaseException:
            self.stop()
            raise
        return Urls(
            service_url=self._url(SERVICE, passwords[SERVICE], DATABASE),
            migration_url=self._url(OWNER, passwords[OWNER], DATABASE),
        )

    def stop(self) -> None:
        """Leave the server; whoever leaves last stops it."""
        if self._users is None:
            return
        users, self._users = self._users, None
        try:
            if _lock(users, fcntl.LOCK_EX, wait=0):
                self._cluster.stop()
            elif not _lock(users, fcntl.LOCK_SH, wait=0):
                # The guard was quicker and is stopping the server; leave when it has.
                _lock(users, fcntl.LOCK_SH, wait=_LOCK_WAIT_SECONDS)
        finally:
            os.close(users)
            reap()
        if self._guard is not None and not self._cluster.running():
            # It has nothing left to guard, and goes at once.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(5)
            self._guard = None

    def running(self) -> bool:
        """Tell whether the server is up, whoever started it."""
        return self._cluster.running()

    def stop_abandoned(self) -> None:
        """Stop the server for users that are gone; the caller holds the lock they held."""
        self._cluster.stop()

    def admin_url(self, database: str = "postgres") -> str:
        """Return the superuser's address, for making databases and for repairs."""
        return self._url("postgres", self._passwords()["postgres"], database)

    def __enter__(self) -> Urls:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # --- sharing ------------------------------------------------------------------------------

    def _join(self) -> int:
        users = self._open("users.lock")
        if not _lock(users, fcntl.LOCK_SH, wait=_LOCK_WAIT_SECONDS):
            os.close(users)
            raise EmbeddedError(
                "The embedded PostgreSQL is being stopped and does not come to an end."
            )
        return users

    def _open(self, name: str) -> int:
        try:
            return os.open(self._run / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            raise EmbeddedError(
                f"{self._run / name} cannot be opened; it may belong to another user."
            ) from None

    @contextlib.contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        handle = self._open(name)
        try:
            if not _lock(handle, fcntl.LOCK_EX, wait=2 * _LOCK_WAIT_SECONDS):
                raise EmbeddedError(
                    "Another process is starting the embedded PostgreSQL and does not finish."
                )
            yield
        finally:
            os.close(handle)

    def _watch(self) -> None:
        """Start the guard, unless one is waiting already."""
        probe = self._open("guard.lock")
        try:
            if not _lock(probe, fcntl.LOCK_EX, wait=0):
                return
            # The guard inherits the lock with its handle, so there is no moment with two of them.
            self._guard = spawn(
                [sys.executable, "-I", str(_GUARD), str(self._var)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(probe,),
                cwd="/",
            )
        finally:
            os.close(probe)

    # --- roles --------------------------------------------------------------------------------

    def _passwords(self) -> dict[str, str]:
        private_directory(self._var / "keys")
        file = self._var / "keys" / "postgres.json"
        if self._cluster.made() and not file.exists():
            raise EmbeddedError(
                f"{file} is gone, and the database's passwords with it; make reset."
            )
        kept = keep_private(file, _new_passwords)
        passwords: dict[str, str] = json.loads(kept)
        return passwords

    def _url(self, role: str, password: str, database: str) -> str:
        # The port is said, because PGPORT would otherwise choose another socket.
        place = f"host={self._cluster.socket_in_url()}&port=5432"
        return f"postgresql://{role}:{password}@/{database}?{place}"

    def _make_roles_and_database(self, passwords: dict[str, str]) -> None:
        """Make what is missing; a first start that was killed half-way is finished by the next."""
        with psycopg.connect(
            self._url("postgres", passwords["postgres"], "postgres"), autocommit=True
        ) as admin:
            for role in (OWNER, SERVICE):
                if not admin.execute(
                    "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
                ).fetchone():
                    verifier = admin.pgconn.encrypt_password(
                        passwords[role].encode(), role.encode(), b"scram-sha-256"
                    )
                    admin.execute(
                        sql.SQL(
                            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
                        ).format(sql.Identifier(role), sql.Literal(verifier.decode()))
                    )
            known = admin.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if not known:
                admin.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )
            for database in (DATABASE, "postgres", "template1"):
                name = sql.Identifier(database)
                admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            admin.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(SERVICE)
                )
            )


def _new_passwords() -> bytes:
    return json.dumps(
        {role: secrets.token_urlsafe(24) for role in ("postgres", OWNER, SERVICE)}
    ).encode()


def _lock(handle: int, kind: int, *, wait: float) -> bool:
    """Take a lock within so many seconds; give False where it stays taken."""
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True
