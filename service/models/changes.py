"""The history of every item, the events that leave the plan, and what somebody owes: rows that only grow.

Changes and events are gathered while a request works, and written in one statement with its audit row, which comes
last. A transaction without an audit row writes them before it commits; whoever reads them here writes them first.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, cast

import orjson
from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Table,
    TextClause,
    UniqueConstraint,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from service.domain.clock import now
from service.domain.ids import new_id
from service.models.base import CODE, NAME, Base, TenantScoped


class Change(TenantScoped, Base):
    """Hold one change of one item: who, when, on whose behalf, which fields, from what to what."""

    __tablename__ = "item_changes"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["care_plans.tenant_id", "care_plans.id"]),
        Index(None, "tenant_id", "plan_id", "revision"),
        Index(None, "tenant_id", "item_id", "id"),
    )

    plan_id: Mapped[uuid.UUID]
    revision: Mapped[int]
    item_kind: Mapped[str] = mapped_column(CODE)
    item_id: Mapped[uuid.UUID]
    version: Mapped[int]
    action: Mapped[str] = mapped_column(CODE)
    at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[str] = mapped_column(NAME)
    by_name: Mapped[str | None] = mapped_column(NAME)
    by_role: Mapped[str | None] = mapped_column(CODE)
    on_behalf_of: Mapped[str | None] = mapped_column(NAME)
    reason: Mapped[str | None]
    private_to: Mapped[str | None] = mapped_column(NAME)
    fields: Mapped[list[Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class PlanEvent(TenantScoped, Base):
    """Hold one thing that happened, with its addressees, numbered within the plan; ids and versions only."""

    __tablename__ = "plan_events"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["care_plans.tenant_id", "care_plans.id"]),
        UniqueConstraint("tenant_id", "plan_id", "sequence"),
    )

    plan_id: Mapped[uuid.UUID]
    sequence: Mapped[int]
    type: Mapped[str] = mapped_column(CODE)
    at: Mapped[datetime] = mapped_column(default=now)
    subject_kind: Mapped[str] = mapped_column(CODE)
    subject_id: Mapped[uuid.UUID]
    subject_version: Mapped[int | None]
    revision: Mapped[int]
    by_id: Mapped[str] = mapped_column(NAME)
    addressees: Mapped[list[Any]] = mapped_column(default=list)


class Obligation(TenantScoped, Base):
    """Hold what somebody owes the plan: `for` whom, about which subject, due when, done or not."""

    __tablename__ = "obligations"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "plan_id"], ["care_plans.tenant_id", "care_plans.id"]),
        Index(None, "tenant_id", "for_id", "done_at"),
        Index(None, "tenant_id", "plan_id", "subject_id"),
    )

    plan_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(CODE)
    for_id: Mapped[str] = mapped_column(NAME)
    subject_kind: Mapped[str] = mapped_column(CODE)
    subject_id: Mapped[uuid.UUID]
    due: Mapped[date | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


_GATHERED: Final = "changes-and-events"


def gather(session: Session, model: type[Change | PlanEvent], row: Mapping[str, Any]) -> None:
    """Have a change or an event written with all others of this transaction."""
    gathered = session.info.get(_GATHERED)
    if gathered is None:
        gathered = session.info[_GATHERED] = {Change: [], PlanEvent: []}
        session.info.setdefault("before_commit", []).append(lambda: write(session))
    gathered[model].append({"id": new_id(), "at": now(), **row})


def write(session: Session, beside: tuple[Table, Mapping[str, Any]] | None = None) -> bool:
    """Write what is gathered, and a row of another table with it; say whether there was anything."""
    gathered = session.info.get(_GATHERED)
    if gathered is None or not (gathered[Change] or gathered[PlanEvent]):
        return False
    # What the rows refer to comes first.
    session.flush()
    rows = {"item_changes": gathered[Change], "plan_events": gathered[PlanEvent]}
    tables = [cast("Table", Change.__table__), cast("Table", PlanEvent.__table__)]
    if beside is not None:
        tables.append(beside[0])
        rows[beside[0].name] = [beside[1]]
    session.execute(
        _writing(tuple(tables)),
        {name: orjson.dumps(these).decode() for name, these in rows.items()},
    )
    gathered[Change], gathered[PlanEvent] = [], []
    return True


@cache
def _writing(tables: tuple[Table, ...]) -> TextClause:
    """Write rows of several tables, a list of each given as JSON, in one statement."""
    parts = []
    for table in tables:
        name = table.name
        columns = ", ".join(column.name for column in table.columns)
        # Names of our own tables and columns; what callers said travels as a parameter.
        parts.append(
            f"{name}_written AS (INSERT INTO {name} ({columns}) SELECT {columns}"  # noqa: S608
            f" FROM jsonb_populate_recordset(NULL::{name}, CAST(:{name} AS jsonb)))"
        )
    return text(f"WITH {', '.join(parts)} SELECT")


def _readable(reader: str) -> ColumnElement[bool]:
    return or_(Change.private_to.is_(None), Change.private_to == reader)


def history(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    *,
    reader: str,
    until: int | None = None,
    before: uuid.UUID | None,
    limit: int,
) -> Sequence[Change]:
    """List an item's changes up to a version, newest first; those of a draft for its author only."""
    write(session)
    query = select(Change).where(
        Change.tenant_id == tenant_id,
        Change.plan_id == plan_id,
        Change.item_id == item_id,
        _readable(reader),
    )
    if until is not None:
        query = query.where(Change.version <= until, Change.action != "held")
    if before is not None:
        query = query.where(Change.id < before)
    return session.scalars(query.order_by(Change.id.desc()).limit(limit)).all()


def changes_by_revision(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    *,
    reader: str,
    revision: int | None = None,
    before: int | None = None,
    limit: int = 1,
) -> Sequence[Change]:
    """List all changes of the newest `limit` revisions below `before`, newest revision first."""
    write(session)
    revisions = select(Change.revision).where(
        Change.tenant_id == tenant_id, Change.plan_id == plan_id, _readable(reader)
    )
    if revision is not None:
        revisions = revisions.where(Change.revision == revision)
    if before is not None:
        revisions = revisions.where(Change.revision < before)
    wanted = revisions.distinct().order_by(Change.revision.desc()).limit(limit).subquery()
    return session.scalars(
        select(Change)
        .where(
            Change.tenant_id == tenant_id,
            Change.plan_id == plan_id,
            _readable(reader),
            Change.revision.in_(select(wanted.c.revision)),
        )
        .order_by(Change.revision.desc(), Change.id)
    ).all()


def changes_since_version(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    version: int,
) -> set[str]:
    """Name the fields of an item that changed after a version."""
    write(session)
    rows = session.scalars(
        select(Change.fields).where(
            Change.tenant_id == tenant_id,
            Change.plan_id == plan_id,
            Change.item_id == item_id,
            Change.version > version,
        )
    )
    return {name for fields in rows for name in fields}


def open_obligations(
    session: Session,
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    subject_ids: Sequence[uuid.UUID],
    *,
    kind: str | None = None,
) -> Sequence[Obligation]:
    query = select(Obligation).where(
        Obligation.tenant_id == tenant_id,
        Obligation.plan_id == plan_id,
        Obligation.subject_id.in_(subject_ids),
        Obligation.done_at.is_(None),
    )
    if kind is not None:
        query = query.where(Obligation.kind == kind)
    return session.scalars(query).all()
