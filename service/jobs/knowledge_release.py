"""Recheck every open plan after a release of the knowledge, a batch a round, one plan a transaction.

A plan that is behind says so itself, so whoever comes next goes on where a worker that died has stopped, and a
plan that is done is done once. A plan that somebody holds is left: who writes to it takes the release first. A
plan that fails is named in the log and tried again at the next round; the others are rechecked all the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import structlog

from service import conflicts
from service.actions import releases
from service.actions.releases import Outcome
from service.db import Database
from service.domain import clock
from service.errors import ConcordError, Unavailable
from service.models import releases as stored
from service.models.idempotency import try_lock
from service.models.plans import plan_to_turn
from service.models.releases import COUNTS, KnowledgeRelease
from service.models.tenants import every_tenant

log = structlog.get_logger(__name__)

# Between two batches the worker gets to what else it has to do.
BATCH: Final = 500
_PAGE: Final = 100
# A database that is away fails every plan alike; after so many in a row the round ends.
_FAILURES_IN_A_ROW: Final = 3
# The knowledge of a process is as old as the process.
_BEGAN: Final = clock.now()


def release_knowledge(
    database: Database,
    stopping: Callable[[], bool] = lambda: False,
    *,
    batch: int = BATCH,
    began: datetime = _BEGAN,
) -> int:
    """Recheck a batch of the plans that are behind, clinic by clinic; give the number of plans done."""
    with database.transaction(None, readonly=True) as session:
        clinics = [(clinic.id, clinic.timezone) for clinic in every_tenant(session)]
    done = 0
    for tenant_id, timezone in clinics:
        if stopping() or done >= batch:
            break
        try:
            release_id = _begin(database, tenant_id, began)
            if release_id is not None:
                one = _Clinic(database, tenant_id, timezone, release_id, stopping)
                done += one.work(batch - done)
        except Exception as error:  # noqa: BLE001  # one clinic's fault is no other clinic's
            _tell(error, tenant_id, None)
    return done


def _begin(database: Database, tenant_id: uuid.UUID, began: datetime) -> uuid.UUID | None:
    """Find the clinic's release, or begin it; None where nothing is to be done, or not by us."""
    version = conflicts.KNOWLEDGE_VERSION
    with database.transaction(tenant_id, readonly=True) as session:
        plans = stored.count_behind(session, tenant_id, version)
        newest = stored.newest(session, tenant_id)
    is_ours = newest is not None and newest.version == version
    if newest is not None and is_ours:
        return newest.id if plans or newest.finished_at is None else None
    if not plans:
        return None
    if newest is not None and newest.started_at > began:
        # A process of the release before, about to be replaced, must not take plans back to what it knows.
        log.info("knowledge.left_to_newer", tenant=str(tenant_id), version=version)
        return None
    with database.transaction(tenant_id) as session:
        if not try_lock(session, f"knowledge-release:{tenant_id}"):
            return None
        last = stored.newest(session, tenant_id)
        if last is not None and (newest is None or last.id != newest.id):
            return None
        release = KnowledgeRelease(tenant_id=tenant_id, version=version, plans=plans)
        session.add(release)
        session.flush()
        log.info("knowledge.begun", tenant=str(tenant_id), version=version, plans=plans)
        return release.id


class _Clinic:
    """Recheck what is behind in one clinic."""

    def __init__(
        self,
        database: Database,
        tenant_id: uuid.UUID,
        timezone: str,
        release_id: uuid.UUID,
        stopping: Callable[[], bool],
    ) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._timezone = timezone
        self._release_id = release_id
        self._stopping = stopping

    def work(self, batch: int) -> int:
        """Recheck at most so many plans; give how many were."""
        done = failed = in_a_row = 0
        for plan_id in self._behind():
            if self._stopping() or done >= batch or in_a_row == _FAILURES_IN_A_ROW:
                break
            try:
                done += self._recheck(plan_id)
                in_a_row = 0
            except Exception as error:  # noqa: BLE001  # one plan's fault is no other plan's
                failed += 1
                in_a_row = in_a_row + 1 if isinstance(error, Unavailable) else 0
                _tell(error, self._tenant_id, plan_id)
        self._note(done, failed)
        return done

    def _behind(self) -> Iterator[uuid.UUID]:
        """Give every plan that is behind once, a page at a time."""
        last: uuid.UUID | None = None
        while True:
            with self._database.transaction(self._tenant_id, readonly=True) as session:
                page = stored.behind(
                    session,
                    self._tenant_id,
                    conflicts.KNOWLEDGE_VERSION,
                    after=last,
                    limit=_PAGE,
                )
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1]

    def _recheck(self, plan_id: uuid.UUID) -> bool:
        with self._database.transaction(self._tenant_id) as session:
            plan = plan_to_turn(session, self._tenant_id, plan_id)
            outcome: Outcome | None = None
            if plan is not None:
                day = clock.today(self._timezone)
                outcome = releases.take(session, plan, self._timezone, day)
            if outcome is None:
                return False
            # Last, and after what is written of the plan: other workers wait for this row.
            session.flush()
            stored.add_up(session, self._tenant_id, self._release_id, outcome.counts())
            return True

    def _note(self, done: int, failed: int) -> None:
        """Write down how far the release has come, and say it."""
        with self._database.transaction(self._tenant_id) as session:
            left = stored.count_behind(session, self._tenant_id, conflicts.KNOWLEDGE_VERSION)
            release = stored.newest(session, self._tenant_id)
            if release is None or release.id != self._release_id:
                return
            release.failed = failed
            release.updated_at = clock.now()
            release.finished_at = None if left else release.updated_at
            counts = {name: getattr(release, name) for name in COUNTS}
        log.info(
            "knowledge.round",
            tenant=str(self._tenant_id),
            version=conflicts.KNOWLEDGE_VERSION,
            done=done,
            failed=failed,
            left=left,
            **{f"flags_{name}": count for name, count in counts.items()},
        )


def _tell(error: Exception, tenant_id: uuid.UUID, plan_id: uuid.UUID | None) -> None:
    """Say what failed by its class and code; a message could repeat what is stored."""
    log.error(
        "knowledge.failed",
        tenant=str(tenant_id),
        plan=str(plan_id) if plan_id else None,
        error_class=type(error).__name__,
        code=error.code if isinstance(error, ConcordError) else None,
    )
