"""Answer a repeated request with the answer it had, and let a twin in flight know at once.

The advisory lock stands until the transaction ends, so a twin that arrives meanwhile is refused instead of
waiting; a row in the same transaction alone would make it wait.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from service.domain import clock
from service.errors import RuleConflict, RuleInvalid
from service.models import idempotency as models

KEPT_FOR: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold an answer as it was given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def admit(
    session: Session,
    *,
    tenant_id: uuid.UUID,
    principal: uuid.UUID,
    method: str,
    path: str,
    key: str,
    body_hash: str,
) -> Stored | None:
    """Return the answer kept for this request; None where it is new."""
    name = "\n".join((str(tenant_id), str(principal), method, path, key))
    if not models.try_lock(session, name):
        raise RuleConflict("key-in-flight", extra={"retry_after": 1})
    kept = models.kept(
        session, tenant_id=tenant_id, principal=principal, method=method, path=path, key=key
    )
    if kept is None or kept.created_at < clock.now() - KEPT_FOR:
        return None
    if kept.body_hash != body_hash:
        raise RuleInvalid("key-reused")
    return Stored(kept.status, kept.headers, bytes(kept.body))


def keep(
    session: Session,
    *,
    tenant_id: uuid.UUID,
    principal: uuid.UUID,
    method: str,
    path: str,
    key: str,
    body_hash: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """Keep an answer for a day, in the transaction it tells of; an older one gives way."""
    kept = models.kept(
        session, tenant_id=tenant_id, principal=principal, method=method, path=path, key=key
    )
    if kept is None:
        kept = models.IdempotencyKey(
            tenant_id=tenant_id, principal=principal, method=method, path=path, key=key
        )
        session.add(kept)
    kept.body_hash = body_hash
    kept.status = status
    kept.headers = dict(headers)
    kept.body = body
    kept.created_at = clock.now()
    session.flush()
