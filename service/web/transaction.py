"""Answer a request in one transaction: the view, its dump and the kept answer, or none of them.

The transaction commits before the response leaves, so an error at commit is an answer like any other. A refusal
of somebody we know is rolled back and then recorded in a second transaction; if that record fails, so does
the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, g, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from service.actions.views import Page, Rendered
from service.domain.actor import Actor
from service.errors import ConcordError, Forbidden, NotVisible, Unauthenticated
from service.web import identity, json
from service.web.kernel import Kernel
from service.web.operation import Call, Operation, Path
from service.web.preconditions import etag, not_modified
from service.web.reading import JSON, Reading, read
from service.web.tokens import Principal

REPLAYED_HEADER: Final = "Idempotency-Replayed"
_KEPT_HEADERS: Final = ("Content-Type", "ETag", "Location")


class Replay(Exception):
    """Carry the kept answer of a request that is repeated; it never leaves this module."""

    def __init__(self, stored: Any) -> None:
        self.stored = stored
        super().__init__()


class _Admission:
    """Look for a kept answer once the gate has been passed."""

    __slots__ = ("_asked", "_kernel", "_reading", "_where")

    def __init__(self, kernel: Kernel, caller: Principal, reading: Reading) -> None:
        self._kernel, self._reading, self._asked = kernel, reading, False
        self._where = {
            "tenant_id": caller.tenant_id,
            "principal": caller.subject,
            "method": request.method,
            "path": request.path,
        }

    def __call__(self, session: Session) -> None:
        if self._asked:
            return
        self._asked = True
        stored = self._kernel.doors.admit(
            session, **self._where, key=self._reading.key, body_hash=self._reading.body_hash
        )
        if stored is not None:
            raise Replay(stored)

    def keep(self, session: Session, response: Response) -> None:
        """Keep an answer, in the transaction that it tells of."""
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        self._kernel.doors.keep(
            session,
            **self._where,
            key=self._reading.key,
            body_hash=self._reading.body_hash,
            status=response.status_code,
            headers=headers,
            body=response.get_data(),
        )


def answer(kernel: Kernel, operation: Operation, values: Mapping[str, Any]) -> Response:
    """Answer the request at hand."""
    path = Path(values, any(value is None for value in values.values()))
    caller = identity.principal(kernel.issuers)
    g.tenant_id = caller.tenant_id
    if operation.scope is not None and operation.scope not in caller.scopes:
        _record_scope(kernel, operation, caller, path)
        raise Forbidden("insufficient-scope", extra={"scope": operation.scope})
    # Read before a connection is taken: a slow sender holds none. What is wrong is said after the
    # account has been looked up.
    reading, purpose, wrong = _try_to_read(kernel, operation, caller)
    actor: Actor | None = None
    try:
        with kernel.database.transaction(caller.tenant_id) as session:
            actor = _identified(kernel, session, operation, caller, purpose)
            if wrong is not None:
                raise wrong
            assert reading is not None
            return _act(kernel, operation, session, actor, caller, reading, path)
    except Replay as replay:
        return _again(replay.stored)
    except (Forbidden, NotVisible) as error:
        if actor is not None:
            _record(kernel, operation, actor, caller, path, error.code)
        raise


def _try_to_read(
    kernel: Kernel, operation: Operation, caller: Principal
) -> tuple[Reading | None, str | None, ConcordError | HTTPException | None]:
    try:
        purpose = identity.purpose_of(caller)
    except ConcordError as error:
        return None, None, error
    try:
        return read(operation, caller, kernel.cursors), purpose, None
    except (ConcordError, HTTPException) as error:
        return None, purpose, error


def _identified(
    kernel: Kernel, session: Session, operation: Operation, caller: Principal, purpose: str | None
) -> Actor:
    actor = kernel.doors.identify(
        session,
        tenant_id=caller.tenant_id,
        subject=caller.subject,
        scopes=caller.scopes,
        purpose=purpose,
        client_id=caller.client_id,
    )
    return replace(actor, request_id=g.request_id, operation=operation.name)


def _act(
    kernel: Kernel,
    operation: Operation,
    session: Session,
    actor: Actor,
    caller: Principal,
    reading: Reading,
    path: Path,
) -> Response:
    if path.malformed:
        # What is no identifier is nobody's: the same answer, at the same point, as for what is hidden.
        raise NotVisible
    admission = None
    if reading.key is not None:
        admission = _Admission(kernel, caller, reading)
        actor = replace(actor, admitted=admission)
    call = Call(
        session=session,
        actor=actor,
        body=reading.body,
        query=reading.query,
        version=reading.version,
        after=reading.after,
        limit=reading.limit,
    )
    result = operation.view(call, **path.values)
    if admission is not None:
        # An action without a gate of its own asks here; its work is rolled back by a replay.
        admission(session)
    response = _respond(kernel, operation, result, caller, reading, path)
    if admission is not None and 200 <= response.status_code < 300:
        admission.keep(session, response)
    return response


def _respond(
    kernel: Kernel,
    operation: Operation,
    result: Any,
    caller: Principal,
    reading: Reading,
    path: Path,
) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    headers: dict[str, str] = {}
    if isinstance(result, Rendered):
        body, tag = result.body, f'W/"{result.tag}"'
        headers["ETag"] = tag
        if not_modified(tag):
            return Response(status=304, headers=headers)
    elif isinstance(result, Page):
        body = _page(kernel, operation, result, caller, reading, headers)
    else:
        if operation.etag:
            headers["ETag"] = etag(result.version)
            if operation.conditional and not_modified(headers["ETag"]):
                return Response(status=304, headers=headers)
        body = json.dumps(operation.dump(result) if operation.dump else result)
        if operation.created:
            headers["Location"] = (
                operation.locate(result, path.values)
                if operation.locate
                else f"{request.path}/{result.id}"
            )
    return Response(body, operation.status, headers, content_type=JSON)


def _page(
    kernel: Kernel,
    operation: Operation,
    page: Page,
    caller: Principal,
    reading: Reading,
    headers: dict[str, str],
) -> bytes:
    cursor = None
    if page.after is not None:
        cursor = kernel.cursors.seal(
            page.after,
            tenant_id=caller.tenant_id,
            subject=caller.subject,
            path=request.path,
            filters=reading.filters,
        )
        following = {**request.args.to_dict(), "cursor": cursor}
        headers["Link"] = f'<{request.path}?{urlencode(following)}>; rel="next"'
    dump = operation.dump
    items = page.items if dump is None else [dump(item) for item in page.items]
    return json.dumps({"items": items, "next_cursor": cursor})


def _again(stored: Any) -> Response:
    headers = {**stored.headers, REPLAYED_HEADER: "true"}
    return Response(stored.body, stored.status, headers)


def _record_scope(kernel: Kernel, operation: Operation, caller: Principal, path: Path) -> None:
    """Record a token that lacks a scope, where it names an account that exists."""
    try:
        with kernel.database.transaction(caller.tenant_id) as session:
            actor = _identified(kernel, session, operation, caller, None)
            _denied(kernel, session, operation, actor, caller, path, "insufficient-scope")
    except Unauthenticated:
        return


def _record(
    kernel: Kernel, operation: Operation, actor: Actor, caller: Principal, path: Path, code: str
) -> None:
    with kernel.database.transaction(caller.tenant_id) as session:
        _denied(kernel, session, operation, actor, caller, path, code)


def _denied(
    kernel: Kernel,
    session: Session,
    operation: Operation,
    actor: Actor,
    caller: Principal,
    path: Path,
    code: str,
) -> None:
    kernel.doors.denied(
        session,
        actor,
        operation=operation.name,
        code=code,
        plan_id=path.plan_id,
        tenant_id=caller.tenant_id,
        request_id=g.request_id,
    )
