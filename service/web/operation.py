"""Describe one operation of the API, and what an operation is called with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.views import Position
from service.domain.actor import Actor
from service.web.deprecation import Deprecation
from service.web.dump import Dump
from service.web.schemas import In, Patch, Query, Shown


@dataclass(slots=True)
class Call:
    """Hand a view its session, its caller and what was read from the request.

    `body` and `query` are what the schemas read; `version` is the one If-Match names; `after` and `limit` say
    which page of a list is wanted.
    """

    session: Session
    actor: Actor
    body: dict[str, Any]
    query: dict[str, Any]
    version: int
    after: Position | None
    limit: int


View = Callable[..., Any]
Locate = Callable[[Any, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """Hold what was declared of an operation; made once, when its module is imported."""

    name: str
    method: str
    rule: str
    scope: str | None
    permission: tuple[str, str] | None
    view: View
    summary: str
    description: str
    status: int
    body: In | Patch | None = None
    body_required: bool = True
    query: Query | None = None
    paged: bool = False
    out: Shown | None = None
    dump: Dump | None = None
    if_match: bool = False
    etag: bool = False
    conditional: bool = False
    created: bool = False
    locate: Locate | None = None
    errors: tuple[int, ...] = ()
    parameters: frozenset[str] = frozenset()
    deprecation: Deprecation | None = None

    @property
    def is_open(self) -> bool:
        """Say whether anybody may ask, without a token."""
        return self.permission is None

    def __deepcopy__(self, memo: object) -> Self:
        # Documentation is copied for each application; a declaration is the same in all of them.
        return self


@dataclass(frozen=True, slots=True)
class Path:
    """Hold the path parameters of one request, or know that one of them is no identifier."""

    values: Mapping[str, Any]
    malformed: bool

    @property
    def plan_id(self) -> UUID | None:
        found = self.values.get("plan_id")
        return found if isinstance(found, UUID) else None
