"""People and organizations that clinic systems speak of and who have no account here.

A record names who ordered and who takes part by identifiers. They are kept so that a later record that only
has the identifier can name them, and so that an account here can be told to be one of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.models.base import CODE, NAME, Base, TenantScoped
from service.models.users import User

Pair = tuple[str, str]


class ExternalPerson(TenantScoped, Base):
    """Hold a practitioner or an organization of a clinic system; `user_id` is the same person's account."""

    __tablename__ = "external_people"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "user_id"], ["users.tenant_id", "users.id"]),
        Index(None, "tenant_id", "user_id"),
    )

    kind: Mapped[str] = mapped_column(CODE)
    name: Mapped[str | None] = mapped_column(NAME)
    discipline: Mapped[str | None] = mapped_column(CODE)
    active: Mapped[bool] = mapped_column(default=True)
    user_id: Mapped[uuid.UUID | None]
    source: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class ExternalIdentifier(TenantScoped, Base):
    """Name an external person in a system of names; (kind, system, value) is one's only."""

    __tablename__ = "external_identifiers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "person_id"], ["external_people.tenant_id", "external_people.id"]
        ),
        UniqueConstraint("tenant_id", "kind", "system", "value"),
        Index(None, "tenant_id", "person_id"),
    )

    person_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(CODE)
    system: Mapped[str] = mapped_column(NAME)
    value: Mapped[str] = mapped_column(NAME)


def identified(
    session: Session, tenant_id: uuid.UUID, kind: str, pairs: Iterable[Pair]
) -> Sequence[ExternalPerson]:
    """Find everybody of a kind who has one of these (system, value) pairs, in a fixed order."""
    wanted = list(pairs)
    if not wanted:
        return []
    named = select(ExternalIdentifier.person_id).where(
        ExternalIdentifier.tenant_id == tenant_id,
        ExternalIdentifier.kind == kind,
        tuple_(ExternalIdentifier.system, ExternalIdentifier.value).in_(wanted),
    )
    return session.scalars(
        select(ExternalPerson)
        .where(ExternalPerson.tenant_id == tenant_id, ExternalPerson.id.in_(named))
        .order_by(ExternalPerson.id)
    ).all()


def pairs_of(session: Session, tenant_id: uuid.UUID, person_id: uuid.UUID) -> set[Pair]:
    rows = session.execute(
        select(ExternalIdentifier.system, ExternalIdentifier.value).where(
            ExternalIdentifier.tenant_id == tenant_id, ExternalIdentifier.person_id == person_id
        )
    )
    return {(system, value) for system, value in rows}


def accounts_identified(
    session: Session, tenant_id: uuid.UUID, pairs: Iterable[Pair]
) -> Sequence[User]:
    """Find the active accounts that are known by one of these pairs, by link or as (issuer, subject)."""
    wanted = list(pairs)
    if not wanted:
        return []
    linked = (
        select(ExternalPerson.user_id)
        .join(
            ExternalIdentifier,
            (ExternalIdentifier.tenant_id == ExternalPerson.tenant_id)
            & (ExternalIdentifier.person_id == ExternalPerson.id),
        )
        .where(
            ExternalPerson.tenant_id == tenant_id,
            tuple_(ExternalIdentifier.system, ExternalIdentifier.value).in_(wanted),
        )
    )
    return session.scalars(
        select(User)
        .where(
            User.tenant_id == tenant_id,
            User.active,
            User.id.in_(linked) | tuple_(User.issuer, User.subject).in_(wanted),
        )
        .order_by(User.id)
    ).all()
