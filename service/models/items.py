"""Reading the items of a plan, the same way for every noun."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from service.models.base import PlanItem

Item = TypeVar("Item", bound=PlanItem)


def item(
    session: Session,
    model: type[Item],
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    *,
    withdrawn: bool = False,
) -> Item | None:
    """Find one item of a plan; one entered in error only when asked for."""
    asked = {"tenant": tenant_id, "plan": plan_id, "item": item_id}
    found: Item | None = session.scalar(_one(model, withdrawn), asked)
    return found


@cache
def _one(model: type[PlanItem], withdrawn: bool) -> Select[Any]:
    """Build the statement of `item` once for each kind: building takes longer than asking."""
    query = select(model).where(
        model.tenant_id == bindparam("tenant", type_=Uuid()),
        model.plan_id == bindparam("plan", type_=Uuid()),
        model.id == bindparam("item", type_=Uuid()),
    )
    return query if withdrawn else query.where(model.withdrawn_at.is_(None))


def listed(
    session: Session,
    model: type[Item],
    tenant_id: uuid.UUID,
    plan_id: uuid.UUID,
    *,
    filters: Mapping[str, Any] | None = None,
    conditions: Sequence[ColumnElement[bool]] = (),
    before: uuid.UUID | None = None,
    limit: int | None = None,
) -> Sequence[Item]:
    """List a plan's items, newest first, without those entered in error; a filter's list is alternatives."""
    query = select(model).where(
        model.tenant_id == tenant_id,
        model.plan_id == plan_id,
        model.withdrawn_at.is_(None),
        *conditions,
    )
    for name, value in (filters or {}).items():
        column = getattr(model, name)
        query = query.where(
            column.in_(value) if isinstance(value, list | tuple) else column == value
        )
    if before is not None:
        query = query.where(model.id < before)
    query = query.order_by(model.id.desc())
    if limit is not None:
        query = query.limit(limit)
    return session.scalars(query).all()


def all_of(
    session: Session, model: type[Item], tenant_id: uuid.UUID, plan_id: uuid.UUID
) -> Sequence[Item]:
    """List a plan's items in the order they were entered, without those entered in error."""
    return session.scalars(
        select(model)
        .where(
            model.tenant_id == tenant_id,
            model.plan_id == plan_id,
            model.withdrawn_at.is_(None),
        )
        .order_by(model.id)
    ).all()
