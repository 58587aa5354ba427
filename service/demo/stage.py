"""Let the people of the demo act as themselves, on days that lie behind.

What they do goes through the same actions as a request does, with the same rights, history and flags.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from service.actions import accounts, items
from service.actions.noun import Noun
from service.domain import clock
from service.domain.actor import Actor
from service.domain.vocabulary import Scope
from service.models.tenants import Tenant
from service.models.users import User


@dataclass
class Stage:
    """Hold one clinic, its people by username, and the plan once there is one."""

    session: Session
    tenant: Tenant
    people: Mapping[str, User]
    plan_id: uuid.UUID = field(init=False)
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = clock.today(self.tenant.timezone)

    def actor(self, username: str) -> Actor:
        """Make the actor a request of this account would have."""
        found = accounts.identify(
            self.session,
            tenant_id=self.tenant.id,
            subject=self.people[username].id,
            scopes=frozenset(Scope),
            purpose=None,
            client_id="concord-demo",
        )
        return replace(found, request_id="demo", operation="seedDemo")

    def day(self, days: int) -> str:
        """Name the day that lies so many days after today, or before it."""
        return clock.in_days(self.today, days).isoformat()

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """Name a moment of a day, on the clinic's clock."""
        day = clock.in_days(self.today, days)
        return datetime.combine(day, time(hour, minute), clock.zone(self.tenant.timezone))

    @contextmanager
    def days_ago(self, days: int, hour: int) -> Iterator[None]:
        """Set the clock to an hour of an earlier day."""
        with clock.set_to(self.at(-days, hour)):
            yield

    def next_request(self) -> None:
        """Begin what a request of its own would do: it counts as one revision of the plan."""
        # Everything here happens in one transaction, and the plan counts up once a transaction.
        self.session.info.pop("bumped_plans", None)

    def enter(self, username: str, noun: Noun, fields: Mapping[str, Any]) -> uuid.UUID:
        """Enter an item in the plan and give its id."""
        self.next_request()
        made = items.create(self.session, self.actor(username), noun, self.plan_id, fields)
        item_id: uuid.UUID = made.id
        return item_id

    def change(
        self, username: str, noun: Noun, item_id: uuid.UUID, patch: Mapping[str, Any]
    ) -> None:
        """Change an item as it stands now."""
        self.next_request()
        actor = self.actor(username)
        current = items.one(self.session, actor, noun, self.plan_id, item_id)
        items.revise(self.session, actor, noun, self.plan_id, item_id, current.version, patch)
