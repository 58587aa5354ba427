"""Turn the day of every plan on which time alone changes something, soon after each clinic's midnight.

A request that comes first has done it already, and a plan that somebody holds is turned by whoever holds it or
at the next round; so nothing here waits for anybody. A plan that fails is named in the log and tried again
at the next round; the others are turned all the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

import structlog

from service.actions import days
from service.db import Database
from service.domain import clock
from service.errors import ConcordError, Unavailable
from service.models.plans import plan_to_turn, plans_due
from service.models.tenants import every_tenant

log = structlog.get_logger(__name__)

# A database that is away fails every plan alike; after so many in a row the round ends.
_FAILURES_IN_A_ROW: Final = 3


def turn_days(database: Database, stopping: Callable[[], bool] = lambda: False) -> int:
    """Turn what is due in every clinic, one plan a transaction; give the number of plans turned."""
    with database.transaction(None, readonly=True) as session:
        clinics = [(clinic.id, clinic.timezone) for clinic in every_tenant(session)]
    turned = failed = in_a_row = 0
    for tenant_id, timezone in clinics:
        for plan_id in _due(database, tenant_id, timezone):
            if stopping() or in_a_row == _FAILURES_IN_A_ROW:
                break
            try:
                turned += _turn(database, tenant_id, plan_id, timezone)
                in_a_row = 0
            except Exception as error:  # noqa: BLE001  # one plan's fault is no other plan's
                failed += 1
                in_a_row = in_a_row + 1 if isinstance(error, Unavailable) else 0
                _tell(error, tenant_id, plan_id)
    if turned or failed:
        log.info("day_turn.round", turned=turned, failed=failed, clinics=len(clinics))
    return turned


def _due(database: Database, tenant_id: uuid.UUID, timezone: str) -> list[uuid.UUID]:
    """List a clinic's plans that are due; a clinic that cannot be read keeps no other from its day."""
    try:
        with database.transaction(tenant_id, readonly=True) as session:
            return plans_due(session, tenant_id, clock.today(timezone))
    except Exception as error:  # noqa: BLE001  # a zone nobody knows, a statement that took too long
        _tell(error, tenant_id, None)
        return []


def _turn(database: Database, tenant_id: uuid.UUID, plan_id: uuid.UUID, timezone: str) -> bool:
    with database.transaction(tenant_id) as session:
        plan = plan_to_turn(session, tenant_id, plan_id)
        # Asked under the lock: the round may have begun before this clinic's midnight.
        day = clock.today(timezone)
        if plan is None or not days.is_due(plan, day):
            return False
        days.turn(session, plan, timezone, day)
        return True


def _tell(error: Exception, tenant_id: uuid.UUID, plan_id: uuid.UUID | None) -> None:
    """Say what failed by its class and code; a message could repeat what is stored."""
    log.error(
        "day_turn.failed",
        tenant=str(tenant_id),
        plan=str(plan_id) if plan_id else None,
        error_class=type(error).__name__,
        code=error.code if isinstance(error, ConcordError) else None,
    )
