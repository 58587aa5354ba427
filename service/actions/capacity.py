"""Capacity: the time and means the patient has; one a plan, made with it, so it is known by its plan."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.actions import items
from service.actions.noun import Noun
from service.actions.views import View
from service.domain.actor import Actor
from service.domain.policy import Resource
from service.models.facts import Capacity, capacity_id


class Capacities(Noun):
    model = Capacity
    resource = Resource.CAPACITY

    def only(self, session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> uuid.UUID | None:
        return capacity_id(session, tenant_id, plan_id)


CAPACITY = Capacities()


def one(session: Session, actor: Actor, plan_id: uuid.UUID) -> View:
    """Read a plan's capacity."""
    found = items.only(session, actor, CAPACITY, plan_id)
    return items.one(session, actor, CAPACITY, plan_id, found)


def revise(
    session: Session, actor: Actor, plan_id: uuid.UUID, version: int, patch: Mapping[str, Any]
) -> View:
    """Change a plan's capacity by a merge patch."""
    found = items.only(session, actor, CAPACITY, plan_id)
    return items.revise(session, actor, CAPACITY, plan_id, found, version, patch)
