"""Releases of the knowledge in a clinic: which plans are behind, and how far the recheck of them has come."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.models.base import CODE, Base, TenantScoped
from service.models.plans import OPEN_STATUSES, CarePlan

COUNTS = ("opened", "worsened", "eased", "closed")


class KnowledgeRelease(TenantScoped, Base):
    """Hold how a release of the knowledge goes through a clinic's plans; counts, and no plan by name.

    `plans` were behind when it began; `done` were rechecked for it, and `failed` is how many the latest
    round could not recheck. The rest has come up to date with somebody's own write.
    """

    __tablename__ = "knowledge_releases"

    version: Mapped[str] = mapped_column(CODE)
    plans: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    worsened: Mapped[int] = mapped_column(default=0)
    eased: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


def newest(session: Session, tenant_id: uuid.UUID) -> KnowledgeRelease | None:
    """Find the release that was begun last in a clinic."""
    return session.scalar(
        select(KnowledgeRelease)
        .where(KnowledgeRelease.tenant_id == tenant_id)
        .order_by(KnowledgeRelease.id.desc())
        .limit(1)
    )


def _behind(tenant_id: uuid.UUID, version: str) -> ColumnElement[bool]:
    # A plan that was never checked has nothing in it to check; its first write brings the version.
    return and_(
        CarePlan.tenant_id == tenant_id,
        CarePlan.status.in_(OPEN_STATUSES),
        CarePlan.knowledge_version != version,
    )


def count_behind(session: Session, tenant_id: uuid.UUID, version: str) -> int:
    """Count the open plans that were last checked with another version."""
    query = select(func.count()).select_from(CarePlan).where(_behind(tenant_id, version))
    return session.scalar(query) or 0


def behind(
    session: Session,
    tenant_id: uuid.UUID,
    version: str,
    *,
    after: uuid.UUID | None,
    limit: int,
) -> Sequence[uuid.UUID]:
    """List open plans that were last checked with another version, so many after one."""
    query = select(CarePlan.id).where(_behind(tenant_id, version))
    if after is not None:
        query = query.where(CarePlan.id > after)
    return session.scalars(query.order_by(CarePlan.id).limit(limit)).all()


def add_up(
    session: Session, tenant_id: uuid.UUID, release_id: uuid.UUID, counts: Mapping[str, int]
) -> None:
    """Count one more plan as done, in the transaction that did it."""
    sums = {name: getattr(KnowledgeRelease, name) + counts[name] for name in COUNTS}
    session.execute(
        update(KnowledgeRelease)
        .where(KnowledgeRelease.tenant_id == tenant_id, KnowledgeRelease.id == release_id)
        .values(done=KnowledgeRelease.done + 1, updated_at=now(), **sums)
        .execution_options(synchronize_session=False)
    )
