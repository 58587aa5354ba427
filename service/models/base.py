"""The ground all mapped classes stand on: naming, the tenant in every key, the shape of a plan's items."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Text,
    and_,
    inspect,
    or_,
    types,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import (
    DeclarativeBase,
    InstrumentedAttribute,
    Mapped,
    declared_attr,
    mapped_column,
)

from service.domain.clock import now
from service.domain.ids import new_id
from service.domain.merge import jsonable

CODE = String(64)
NAME = String(200)

Days = ColumnElement[Any] | InstrumentedAttribute[Any]
Day = date | BindParameter[Any]


class Base(DeclarativeBase):
    """Collect the metadata; constraints get predictable names, so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: types.DateTime(timezone=True),
        str: Text(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[Any]: JSONB(none_as_null=True),
        uuid.UUID: types.Uuid(),
    }


class TenantScoped:
    """Put the tenant into the primary key; row-level security compares it with the bound tenant."""

    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)


class Versioned:
    """Count the changes of a row's own fields; the UPDATE itself compares the count (ETag).

    Whoever changes an own field raises the count; a change of the plan's `revision` does not.
    """

    version: Mapped[int] = mapped_column(nullable=False, default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version, "version_id_generator": False}


class OwnFields:
    """Show and set what is a row's own, by the names the contract gives its fields, in its order."""

    own_fields: ClassVar[tuple[str, ...]]

    def state(self) -> dict[str, Any]:
        """Give the own fields as JSON carries them."""
        return {name: jsonable(getattr(self, name)) for name in self.own_fields}

    @classmethod
    def own(cls, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Choose the own fields among others."""
        return {name: fields[name] for name in cls.own_fields if name in fields}

    def take(self, fields: Mapping[str, Any]) -> None:
        """Set fields from what JSON carries."""
        for name, value in self.typed(fields).items():
            setattr(self, name, value)

    def typed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Turn fields as JSON carries them into what the columns hold."""
        columns = inspect(type(self)).columns
        return {
            name: from_json(columns[name].type, value) if name in columns else value
            for name, value in fields.items()
        }


class PlanItem(OwnFields, TenantScoped, Versioned, Base):
    """Hold what every item of a plan has: its plan, its author, its source, its withdrawal.

    A subclass declares `item_kind`, `own_fields` and the columns of those names. Nested values are JSON with
    the names of the plan document.
    """

    __abstract__ = True

    item_kind: ClassVar[str]
    further_constraints: ClassVar[tuple[Any, ...]] = ()

    plan_id: Mapped[uuid.UUID] = mapped_column(nullable=False)
    author_id: Mapped[str] = mapped_column(String(200), nullable=False)
    author_discipline: Mapped[str | None] = mapped_column(CODE)
    author_role: Mapped[str | None] = mapped_column(CODE)
    entered_by: Mapped[uuid.UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(nullable=False, default=now)
    updated_at: Mapped[datetime] = mapped_column(nullable=False, default=now)
    withdrawn_at: Mapped[datetime | None]
    source: Mapped[dict[str, Any] | None]
    verification: Mapped[str | None] = mapped_column(CODE)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            ForeignKeyConstraint(
                ["tenant_id", "plan_id"], ["care_plans.tenant_id", "care_plans.id"]
            ),
            Index(None, "tenant_id", "plan_id", "id"),
            *cls.further_constraints,
        )

    def row(self) -> dict[str, Any]:
        """Give every column as the database writes a row as JSON."""
        return {name: _written(getattr(self, name)) for name in _columns(type(self))}

    @property
    def author(self) -> dict[str, Any]:
        return {
            "id": self.author_id,
            "discipline": self.author_discipline,
            "role": self.author_role,
        }


@cache
def _columns(model: type[Any]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in inspect(model).column_attrs)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        # A fraction of a second without its last zeros, and none where it is naught.
        whole, _, fraction = value.astimezone(UTC).replace(tzinfo=None).isoformat().partition(".")
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}+00:00" if fraction else f"{whole}+00:00"
    return jsonable(value)


def from_json(column: types.TypeEngine[Any], value: Any) -> Any:
    """Turn a JSON value into what a column of this type holds."""
    if isinstance(value, str):
        if isinstance(column, types.Date):
            return date.fromisoformat(value)
        if isinstance(column, types.DateTime):
            return datetime.fromisoformat(value)
        if isinstance(column, types.Uuid):
            return uuid.UUID(value)
    if isinstance(column, types.Date | types.DateTime | types.Uuid):
        return value
    return jsonable(value)


def in_force(start: Days, end: Days, day: Day) -> ColumnElement[bool]:
    """Say whether a half-open interval of days holds this day."""
    return and_(or_(start.is_(None), start <= day), or_(end.is_(None), end > day))
