"""Find out in whose name a file is imported from the shell: the clinic, and the clinician who leads."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.domain.actor import Actor
from service.domain.ids import new_id
from service.domain.vocabulary import CLINICIANS, Discipline, Purpose, Role, Scope
from service.errors import Forbidden, NotVisible
from service.models import tenants, users

CLIENT = OPERATION = "import-fhir"
_SCOPES = frozenset({Scope.PATIENT_READ, Scope.PATIENT_WRITE, Scope.PLAN_READ, Scope.PLAN_WRITE})


@dataclass(frozen=True, slots=True)
class Clinic:
    id: uuid.UUID
    timezone: str


def clinic(session: Session, slug: str) -> Clinic:
    """Find a clinic by its short name; the session needs to be bound to none."""
    found = tenants.tenant_named(session, slug)
    if found is None:
        raise NotVisible(detail="There is no clinic of that name.")
    return Clinic(found.id, found.timezone)


def lead(session: Session, where: Clinic, username: str) -> Actor:
    """Let a clinician import: they lead the plans that are made, and are not the author of what is in them."""
    found = users.user_named(session, where.id, username)
    if found is None or not found.active:
        raise NotVisible(detail="There is no active account of that name in the clinic.")
    role = Role(found.role)
    if role not in CLINICIANS:
        raise Forbidden(detail="A plan is led by a clinician; name one with --lead.")
    return Actor(
        tenant_id=where.id,
        user_id=found.id,
        name=found.name,
        role=role,
        discipline=Discipline(found.discipline) if found.discipline else None,
        scopes=frozenset(scope.value for scope in _SCOPES),
        purpose=Purpose.TREATMENT,
        client_id=CLIENT,
        timezone=where.timezone,
        request_id=str(new_id()),
        operation=OPERATION,
    )
