"""Answer a request in one transaction: the view, its dump and the kept answer, or none of them.

The transaction commits before the response leaves, so an error at commit is an answer like any other. A refusal
of somebody we know is rolled back and then recorded in a second transaction; if that record fails, so does
the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response, g, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from service.domain.actor import Actor
from service.errors import ConcordError, Forbidden, NotVisible, Unauthenticated
from service.web import identity
from service.web.kernel import Kernel
from service.web.operation import Call, Operation, Path
from service.web.reading import Reading, read, read_nothing
from service.web.responding import respond, shown
from service.web.tokens import Principal

REPLAYED_HEADER: Final = "Idempotency-Replayed"
_KEPT_HEADERS: Final = ("Content-Type", "ETag", "Location")


class Replay(Exception):  # not an error: the answer is there already
    """Carry the kept answer of a request that is repeated; it never leaves this module."""

    def __init__(self, stored: Any) -> None:
        self.stored = stored
        super().__init__()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Hold what is known of one request before the database is asked."""

    kernel: Kernel
    operation: Operation
    caller: Principal
    path: Path


def answer(kernel: Kernel, operation: Operation, values: Mapping[str, Any]) -> Response:
    """Answer the request at hand."""
    if operation.is_open:
        # It tells of the service only, so the database is not asked. A token that is no good is refused here
        # too: whoever sends one wants to know.
        if "Authorization" in request.headers:
            identity.principal(kernel.issuers)
        read_nothing(operation)
        return shown(operation, operation.view())
    caller = identity.principal(kernel.issuers)
    g.tenant_id = caller.tenant_id
    path = Path(values, any(value is None for value in values.values()))
    exchange = Exchange(kernel, operation, caller, path)
    if operation.scope is not None and operation.scope not in caller.scopes:
        _record_scope(exchange)
        raise Forbidden("insufficient-scope", extra={"scope": operation.scope})
    # Read before a connection is taken: a slow sender holds none. What is wrong with the request is
    # said after the account has been looked up.
    read_or_wrong = _try_to_read(exchange)
    actor: Actor | None = None
    try:
        with kernel.database.transaction(caller.tenant_id) as session:
            if isinstance(read_or_wrong, Exception):
                actor = _identified(exchange, session, None)
                raise read_or_wrong
            reading, purpose = read_or_wrong
            actor = _identified(exchange, session, purpose)
            return _act(exchange, session, actor, reading)
    except Replay as replay:
        return _again(replay.stored)
    except (Forbidden, NotVisible) as error:
        if actor is not None:
            with kernel.database.transaction(caller.tenant_id) as session:
                _denied(exchange, session, actor, error.code)
        raise


def _try_to_read(
    exchange: Exchange,
) -> tuple[Reading, str | None] | ConcordError | HTTPException:
    try:
        purpose = identity.purpose_of(exchange.caller)
        return read(exchange.operation, exchange.caller, exchange.kernel.cursors), purpose
    except (ConcordError, HTTPException) as error:
        return error


def _identified(exchange: Exchange, session: Session, purpose: str | None) -> Actor:
    caller = exchange.caller
    actor = exchange.kernel.doors.identify(
        session,
        tenant_id=caller.tenant_id,
        subject=caller.subject,
        scopes=caller.scopes,
        purpose=purpose,
        client_id=caller.client_id,
    )
    return replace(actor, request_id=g.request_id, operation=exchange.operation.name)


def _act(exchange: Exchange, session: Session, actor: Actor, reading: Reading) -> Response:
    if exchange.path.malformed:
        # What is no identifier is nobody's: the same answer, at the same point, as for what is hidden.
        raise NotVisible
    admission = None
    if reading.key is not None:
        admission = _Admission(exchange, reading)
        actor = replace(actor, admitted=admission)
    operation = exchange.operation
    call = Call(
        session=session,
        actor=actor,
        body=reading.body,
        query=reading.filters,
        version=reading.version,
        after=reading.after,
        limit=reading.limit,
    )
    result = operation.view(call, **exchange.path.values)
    if admission is not None:
        # An action without a gate of its own asks here; a replay rolls its work back.
        admission(session)
    response = respond(
        operation,
        result,
        caller=exchange.caller,
        cursors=exchange.kernel.cursors,
        filters=reading.filters,
        path_values=exchange.path.values,
    )
    if admission is not None and 200 <= response.status_code < 300:
        admission.keep(session, response)
    return response


class _Admission:
    """Look for a kept answer once the gate has been passed."""

    __slots__ = ("_asked", "_doors", "_where")

    def __init__(self, exchange: Exchange, reading: Reading) -> None:
        self._asked = False
        self._doors = exchange.kernel.doors
        self._where = {
            "tenant_id": exchange.caller.tenant_id,
            "principal": exchange.caller.subject,
            "method": request.method,
            "path": request.path,
            "key": reading.key,
            "body_hash": reading.body_hash,
        }

    def __call__(self, session: Session) -> None:
        if self._asked:
            return
        self._asked = True
        stored = self._doors.admit(session, **self._where)
        if stored is not None:
            raise Replay(stored)

    def keep(self, session: Session, response: Response) -> None:
        """Keep an answer, in the transaction that it tells of."""
        headers = {
            name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers
        }
        self._doors.keep(
            session,
            **self._where,
            status=response.status_code,
            headers=headers,
            body=response.get_data(),
        )


def _again(stored: Any) -> Response:
    headers = {**stored.headers, REPLAYED_HEADER: "true"}
    return Response(stored.body, stored.status, headers)


def _record_scope(exchange: Exchange) -> None:
    """Record a token that lacks a scope, where it names an account that exists."""
    try:
        with exchange.kernel.database.transaction(exchange.caller.tenant_id) as session:
            actor = _identified(exchange, session, None)
            _denied(exchange, session, actor, "insufficient-scope")
    except Unauthenticated:
        return


def _denied(exchange: Exchange, session: Session, actor: Actor, code: str) -> None:
    exchange.kernel.doors.denied(
        session,
        actor,
        operation=exchange.operation.name,
        code=code,
        plan_id=exchange.path.plan_id,
        tenant_id=exchange.caller.tenant_id,
        request_id=g.request_id,
    )
