"""Accounts of a clinic: people and machine clients, one role each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Index, UniqueConstraint, Uuid, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.models.base import CODE, NAME, Base, TenantScoped
from service.models.tenants import Tenant


class User(TenantScoped, Base):
    """Name an account; (issuer, subject) is who an identity provider says it is."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("tenant_id", "username"),
        UniqueConstraint("tenant_id", "issuer", "subject"),
        Index(None, "tenant_id", "role"),
    )

    username: Mapped[str] = mapped_column(NAME)
    name: Mapped[str] = mapped_column(NAME)
    role: Mapped[str] = mapped_column(CODE)
    discipline: Mapped[str | None] = mapped_column(CODE)
    issuer: Mapped[str] = mapped_column(NAME)
    subject: Mapped[str] = mapped_column(NAME)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def as_author(self) -> dict[str, str | None]:
        return {"id": str(self.id), "discipline": self.discipline, "role": self.role}


@dataclass(frozen=True, slots=True)
class Identity:
    """Hold what a request needs to know of its caller, in one row."""

    user_id: uuid.UUID
    name: str
    role: str
    discipline: str | None
    timezone: str
    tenant_name: str


# Built once: every request asks it, and building takes longer than asking.
_IDENTITY: Final = (
    select(User.id, User.name, User.role, User.discipline, Tenant.timezone, Tenant.name)
    .join(Tenant, Tenant.id == User.tenant_id)
    .where(
        User.tenant_id == bindparam("tenant", type_=Uuid()),
        User.id == bindparam("user", type_=Uuid()),
        User.active,
    )
)


def identity(session: Session, tenant_id: uuid.UUID, user_id: uuid.UUID) -> Identity | None:
    """Find an active account and its clinic's zone."""
    row = session.execute(_IDENTITY, {"tenant": tenant_id, "user": user_id}).one_or_none()
    return Identity(*row) if row else None


def user(session: Session, tenant_id: uuid.UUID, user_id: uuid.UUID) -> User | None:
    return session.get(User, (tenant_id, user_id))


def user_named(session: Session, tenant_id: uuid.UUID, username: str) -> User | None:
    return session.scalar(
        select(User).where(User.tenant_id == tenant_id, User.username == username)
    )


def users_by_id(
    session: Session, tenant_id: uuid.UUID, ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, User]:
    wanted = set(ids)
    if not wanted:
        return {}
    found = session.scalars(select(User).where(User.tenant_id == tenant_id, User.id.in_(wanted)))
    return {one.id: one for one in found}


def colleagues(
    session: Session,
    tenant_id: uuid.UUID,
    roles: Iterable[str],
    *,
    role: str | None,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[User]:
    """List the clinic's staff, newest first."""
    query = select(User).where(
        User.tenant_id == tenant_id, User.active, User.role.in_(tuple(roles))
    )
    if role is not None:
        query = query.where(User.role == role)
    if before is not None:
        query = query.where(User.id < before)
    return session.scalars(query.order_by(User.id.desc()).limit(limit)).all()
