"""Capacity: the time and means the patient has; one a plan, made with it, so it is known by its plan."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.actions import items
from service.actions.noun import Noun
from service.actions.views import Page, Position, View
from service.domain.actor import Actor
from service.domain.policy import Resource
from service.errors import NotVisible
from service.models.facts import Capacity, capacity_id


class Capacities(Noun):
    model = Capacity
    resource = Resource.CAPACITY


CAPACITY = Capacities()


def one(session: Session, actor: Actor, plan_id: uuid.UUID) -> View:
    """Read a plan's capacity."""
    return items.one(session, actor, CAPACITY, plan_id, _id_of(session, actor, plan_id))


def revise(
    session: Session, actor: Actor, plan_id: uuid.UUID, version: int, patch: Mapping[str, Any]
) -> View:
    """Change a plan's capacity by a merge patch."""
    found = _id_of(session, actor, plan_id)
    return items.revise(session, actor, CAPACITY, plan_id, found, version, patch)


def history(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List what happened to a plan's capacity, newest first."""
    found = _id_of(session, actor, plan_id)
    return items.history(session, actor, CAPACITY, plan_id, found, after=after, limit=limit)


def _id_of(session: Session, actor: Actor, plan_id: uuid.UUID) -> uuid.UUID:
    """Find the row before the gate decides; where there is none there is no plan either."""
    found = capacity_id(session, actor.tenant_id, plan_id)
    if found is None:
        raise NotVisible
    return found
