"""Who is asking, for what purpose, within which rights."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from service.domain.vocabulary import CLINICIANS, STAFF, Discipline, Purpose, Role


def _nothing_to_do(session: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Actor:
    """Name the caller of one request.

    `admitted` is called once with the session when the gate has been passed and the right is known, and
    before anything is compared or written: a replayed Idempotency-Key answers there.
    """

    tenant_id: uuid.UUID
    user_id: uuid.UUID
    name: str
    role: Role
    discipline: Discipline | None
    scopes: frozenset[str]
    purpose: Purpose
    client_id: str
    timezone: str
    request_id: str = ""
    operation: str = ""
    admitted: Callable[[Any], None] = field(default=_nothing_to_do, compare=False, repr=False)

    @property
    def is_clinician(self) -> bool:
        return self.role in CLINICIANS

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def is_machine(self) -> bool:
        return self.role is Role.CLINIC_SYSTEM
