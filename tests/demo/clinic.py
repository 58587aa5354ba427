"""The clinic `demo`, with a way to act as anybody of it."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from service.actions import accounts as people
from service.domain.actor import Actor
from service.models.users import user_named


class Demo:
    """Act as anybody of the clinic, by username."""

    def __init__(self, session: Session, tenant_id: uuid.UUID) -> None:
        self.session, self.tenant_id = session, tenant_id

    def actor(self, username: str) -> Actor:
        user = user_named(self.session, self.tenant_id, username)
        assert user is not None
        return people.identify(
            self.session,
            tenant_id=self.tenant_id,
            subject=user.id,
            scopes=frozenset(),
            purpose=None,
            client_id="tests",
        )

    def me(self, username: str) -> Any:
        return people.me(self.session, self.actor(username))

    @property
    def plan_id(self) -> uuid.UUID:
        found: uuid.UUID = self.me("physician")["plans"][0]["id"]
        return found
