"""Open transactions: the one place that commits, and the one that says whose rows they see.

`Database.transaction()` opens a session, binds the tenant for the length of that transaction, commits when
its body ends and rolls back when it raises. Row-level security reads the tenant from `app.tenant`; it is set
again at each outermost begin, to nothing where nobody is named, so a pooled connection carries no tenant over.

Faults of the database leave as errors of the house. PostgreSQL repeats row values in the DETAIL of its
messages, so a log line has the class and the SQLSTATE only, and the original is never chained to what is raised.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, cast

import orjson
import psycopg
import structlog
from psycopg.pq import ConnStatus, ExecStatus
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from service.errors import ConcordError, Invalid, RuleConflict, RuleInvalid, Stale, Unavailable

log = structlog.get_logger(__name__)

_POOL_WAIT_SECONDS: Final = 5
_LOCK_TIMEOUT_MS: Final = 5_000
_IDLE_IN_TRANSACTION_MS: Final = 60_000


def make_engine(
    url: str,
    *,
    pool_size: int = 8,
    statement_timeout_ms: int = 15_000,
    application_name: str = "concord",
) -> Engine:
    """Make an engine for psycopg 3 that hides parameters and keeps its sessions in UTC."""
    address = make_url(url)
    if address.drivername in {"postgres", "postgresql"}:
        address = address.set(drivername="postgresql+psycopg")
    options = {
        "timezone": "UTC",
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": min(_LOCK_TIMEOUT_MS, statement_timeout_ms),
        "idle_in_transaction_session_timeout": _IDLE_IN_TRANSACTION_MS,
    }
    return create_engine(
        address,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_SECONDS,
        pool_use_lifo=True,
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "application_name": application_name,
            "connect_timeout": 5,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Database:
    """Give out transactions on one database."""

    def __init__(
        self, engine: Engine, *, constraint_codes: Mapping[str, str] | None = None
    ) -> None:
        """Take an engine, and error codes for the constraints whose breach has a name of its own."""
        self._engine = engine
        self._outer: Connection | None = None
        self._bound: str = ""
        self._codes = dict(constraint_codes or {})

    @classmethod
    def bound_to(
        cls, connection: Connection, *, constraint_codes: Mapping[str, str] | None = None
    ) -> Database:
        """Return a database whose transactions are savepoints on one connection, for tests.

        The connection must be in a transaction; whoever opened it rolls it back.
        """
        database = cls(connection.engine, constraint_codes=constraint_codes)
        database._outer = connection
        return database

    @property
    def engine(self) -> Engine:
        """Return the engine, for what lies beside the tables (pool figures, readiness)."""
        return self._engine

    def transaction(
        self, tenant_id: uuid.UUID | None, *, readonly: bool = False, snapshot: bool = False
    ) -> AbstractContextManager[Session]:
        """Open a transaction that sees one tenant's rows, or nobody's.

        `readonly` refuses writes; `snapshot` is read-only and shows one moment throughout.
        """
        tenant = "" if tenant_id is None else str(uuid.UUID(str(tenant_id)))
        if self._outer is not None:
            return self._savepoint(self._outer, tenant, readonly=readonly or snapshot)
        return self._transaction(tenant, _begin_statement(tenant, readonly, snapshot))

    def dispose(self) -> None:
        """Close the pool's connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, tenant: str, begin: bytes) -> Iterator[Session]:
        # The session takes over a transaction that the connection holds already, so that BEGIN
        # and the tenant travel in one message; `_complete` ends both.
        with (
            self._translated(),
            self._begun(begin) as connection,
            Session(
                connection, expire_on_commit=False, join_transaction_mode="control_fully"
            ) as session,
        ):
            yield session
            _complete(session)

    @contextmanager
    def _savepoint(
        self, connection: Connection, tenant: str, *, readonly: bool
    ) -> Iterator[Session]:
        before, self._bound = self._bound, tenant
        try:
            with self._translated(), connection.begin_nested() as savepoint:
                if readonly:
                    connection.execute(text("SET TRANSACTION READ ONLY"))
                _bind(connection, tenant)
                with Session(
                    connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
                ) as session:
                    yield session
                    _complete(session)
                if readonly:
                    # Read-only ends with its savepoint, and a released one would keep its tenant.
                    savepoint.rollback()
        finally:
            self._bound = before
            _bind(connection, before)

    @contextmanager
    def _begun(self, begin: bytes) -> Iterator[Connection]:
        connection = self._engine.connect()
        try:
            try:
                connection.begin()
                _send(connection, begin)
            except psycopg.OperationalError as fault:
                # Nothing was asked yet, so a connection that died in the pool is exchanged unseen.
                connection.invalidate(fault)
                connection.close()
                connection = self._engine.connect()
                connection.begin()
                _send(connection, begin)
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except StaleDataError:
            translated: ConcordError = Stale()
        except PoolTimeoutError as fault:
            log.warning("database.fault", error_class=type(fault).__name__, sqlstate=None)
            translated = Unavailable(extra={"retry_after": 1})
        except (DBAPIError, psycopg.Error) as fault:
            translated = self._translate(fault)
        else:
            return
        # Raised here, outside the handler, so that no traceback leads back to a DETAIL.
        raise translated

    def _translate(self, fault: DBAPIError | psycopg.Error) -> ConcordError:
        original = fault.orig if isinstance(fault, DBAPIError) else fault
        sqlstate = original.sqlstate if isinstance(original, psycopg.Error) else None
        constraint = original.diag.constraint_name if isinstance(original, psycopg.Error) else None
        log.warning(
            "database.fault",
            error_class=type(original or fault).__name__,
            sqlstate=sqlstate,
            constraint=constraint,
        )
        if sqlstate is None:
            lost = isinstance(fault, InterfaceError) or isinstance(
                original, psycopg.OperationalError
            )
            return Unavailable(extra={"retry_after": 2}) if lost else ConcordError("internal-error")
        if sqlstate in _TRY_AGAIN:
            return Unavailable(extra={"retry_after": 1})
        if sqlstate[:2] in _DOWN:
            return Unavailable(extra={"retry_after": 2})
        if sqlstate in _TAKEN:
            return RuleConflict(self._codes.get(constraint or "", "already-exists"))
        if sqlstate == _NO_SUCH_ROW:
            return RuleInvalid(self._codes.get(constraint or "", "unknown-reference"))
        if sqlstate in _UNSTORABLE:
            return Invalid()
        return ConcordError("internal-error")


# Serialization failure, deadlock, lock not available, statement cancelled by its timeout.
_TRY_AGAIN: Final = frozenset({"40001", "40P01", "55P03", "57014"})
# Connection, resources (a full disk), operator intervention (a restart), system error.
_DOWN: Final = frozenset({"08", "53", "57", "58"})
_TAKEN: Final = frozenset({"23505", "23P01"})
_NO_SUCH_ROW: Final = "23503"
# A number out of the column's range, and characters that no text column can hold.
_UNSTORABLE: Final = frozenset({"22003", "22021", "22P05"})


def _begin_statement(tenant: str, readonly: bool, snapshot: bool) -> bytes:
    """Write BEGIN and the binding of the tenant as one message; the tenant is a UUID or empty."""
    modes = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if snapshot else ""
    if readonly and not snapshot:
        modes = " READ ONLY"
    return f"BEGIN{modes}; SELECT set_config('app.tenant', '{tenant}', true)".encode()


def _send(connection: Connection, statement: bytes) -> None:
    """Send a statement beneath SQLAlchemy, which then finds the transaction begun."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        result = driver.pgconn.exec_(statement)
    except MemoryError:  # how the driver calls it when nothing could be sent
        raise psycopg.OperationalError("the connection is lost") from None
    if driver.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection is lost")
    if result.status != ExecStatus.TUPLES_OK:
        raise psycopg.errors.error_from_result(result, encoding="utf-8")


def _bind(connection: Connection, tenant: str) -> None:
    connection.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})


def _complete(session: Session) -> None:
    """Commit; do before and after it what waits in `session.info` under these names."""
    for call in session.info.pop("before_commit", ()):
        call()
    session.commit()
    for call in session.info.pop("after_commit", ()):
        call()
