"""Hold what every request needs, and the doors through which web calls actions it does not know by name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy.orm import Session

from service.domain.actor import Actor
from service.settings import Settings
from service.web.cursor import Cursors
from service.web.tokens import Issuers

if TYPE_CHECKING:
    from service.web.operation import Operation


class Transactions(Protocol):
    """Open transactions; `service.db.Database` does."""

    def transaction(
        self, tenant_id: UUID | None, *, readonly: bool = False, snapshot: bool = False
    ) -> AbstractContextManager[Session]: ...


class Identify(Protocol):
    """Find the account behind a token."""

    def __call__(
        self,
        session: Session,
        *,
        tenant_id: UUID,
        subject: UUID,
        scopes: frozenset[str],
        purpose: str | None,
        client_id: str,
    ) -> Actor: ...


class Denied(Protocol):
    """Record that somebody was refused."""

    def __call__(
        self,
        session: Session,
        actor: Actor | None,
        *,
        operation: str,
        code: str,
        plan_id: UUID | None,
        tenant_id: UUID,
        request_id: str,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Name the actions that every request passes."""

    identify: Identify
    denied: Denied
    admit: Callable[..., Any]
    keep: Callable[..., None]


@dataclass(slots=True)
class Kernel:
    """Hold one application's settings, database, keys and doors."""

    settings: Settings
    database: Transactions
    issuers: Issuers
    cursors: Cursors
    doors: Doors


def kernel() -> Kernel:
    """Return the kernel of the application at hand."""
    found: Kernel = current_app.extensions["concord"]
    return found


def operations_of(app: Flask) -> dict[str, Operation]:
    """Return the declared operations of an application, by endpoint."""
    found: dict[str, Operation] = app.extensions.setdefault("concord-operations", {})
    return found
