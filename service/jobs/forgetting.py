"""Forget what is kept for a time only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from service.actions.idempotency import KEPT_FOR
from service.db import Database
from service.domain import clock
from service.models.idempotency import forget_before
from service.models.tenants import every_tenant

log = structlog.get_logger(__name__)

_BATCH: Final = 1_000


def forget_answers(database: Database, stopping: Callable[[], bool] = lambda: False) -> int:
    """Remove the answers kept under idempotency keys for longer than a day; give their number."""
    with database.transaction(None, readonly=True) as session:
        clinics = [clinic.id for clinic in every_tenant(session)]
    oldest = clock.now() - KEPT_FOR
    forgotten = 0
    for tenant_id in clinics:
        found = _BATCH
        while found == _BATCH and not stopping():
            with database.transaction(tenant_id) as session:
                found = forget_before(session, tenant_id, oldest, limit=_BATCH)
            forgotten += found
    if forgotten:
        log.info("forgetting.answers", forgotten=forgotten)
    return forgotten
