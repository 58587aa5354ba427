"""Build a clinic with a patient, a team of four disciplines and an empty plan, for tests of actions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service.domain.actor import Actor
from service.domain.ids import new_id
from service.domain.vocabulary import DISCIPLINE_OF, Purpose, Role
from service.models.consents import Consent
from service.models.facts import Capacity
from service.models.patients import Patient
from service.models.plans import CarePlan, TeamMember
from service.models.tenants import Tenant
from service.models.users import User

ALL_SCOPES = frozenset(
    {
        "plan:read",
        "plan:write",
        "recommendation:write",
        "flag:write",
        "patient:read",
        "patient:write",
    }
)
TEAM = (
    "physician",
    "physician-2",
    "physiotherapist",
    "psychologist",
    "occupational-therapist",
    "care-coordinator",
)


@dataclass
class Clinic:
    """Name everybody by their username."""

    tenant_id: uuid.UUID
    plan_id: uuid.UUID
    patient_id: uuid.UUID
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, username: str, **changes: Any) -> Actor:
        person = self.users[username]
        role = Role(person.role)
        actor = Actor(
            tenant_id=self.tenant_id,
            user_id=person.id,
            name=person.name,
            role=role,
            discipline=DISCIPLINE_OF[role],
            scopes=ALL_SCOPES,
            purpose=Purpose.PATIENT_REQUEST if role is Role.PATIENT else Purpose.TREATMENT,
            client_id="tests",
            timezone="Europe/London",
            request_id="test",
            operation="test",
        )
        return replace(actor, **changes)


def open_clinic(session: Session, slug: str = "clinic", *, lead: str = "physician") -> Clinic:
    """Write a clinic's rows; the session must be bound to `tenant_id_of(slug)`."""
    tenant_id = tenant_id_of(slug)
    session.add(Tenant(id=tenant_id, slug=slug, name=slug.title(), timezone="Europe/London"))
    session.flush()
    clinic = Clinic(tenant_id, new_id(), new_id())
    for username, role in _accounts():
        clinic.users[username] = User(
            tenant_id=tenant_id,
            id=new_id(),
            username=username,
            name=username.title(),
            role=role,
            discipline=DISCIPLINE_OF[role],
            issuer="urn:test",
            subject=username,
        )
    session.add_all(clinic.users.values())
    session.flush()
    session.add(
        Patient(
            tenant_id=tenant_id,
            id=clinic.patient_id,
            name="Test Patient",
            birth_date=date(1970, 5, 4),
            user_id=clinic.users["patient"].id,
            registered_by=clinic.users["physician"].id,
        )
    )
    session.flush()
    session.add(
        CarePlan(
            tenant_id=tenant_id,
            id=clinic.plan_id,
            patient_id=clinic.patient_id,
            title="Plan",
            status="active",
            lead_id=clinic.users[lead].id,
            created_by=clinic.users["physician"].id,
        )
    )
    session.flush()
    for username in TEAM:
        person = clinic.users[username]
        session.add(
            TeamMember(
                tenant_id=tenant_id,
                plan_id=clinic.plan_id,
                user_id=person.id,
                role=person.role,
                discipline=person.discipline,
                author_id=str(clinic.users["physician"].id),
                author_discipline="physician",
                author_role="physician",
            )
        )
    session.add(
        Capacity(
            tenant_id=tenant_id,
            plan_id=clinic.plan_id,
            author_id=str(clinic.users["patient"].id),
            minutes_per_day={},
        )
    )
    session.add(
        Consent(
            tenant_id=tenant_id,
            patient_id=clinic.patient_id,
            grantee_id=clinic.users["clinic-system"].id,
            decision="permit",
            purpose="TREAT",
            recorded_by=clinic.users["care-coordinator"].id,
        )
    )
    session.flush()
    return clinic


def tenant_id_of(slug: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:concord:test:{slug}")


def _accounts() -> list[tuple[str, Role]]:
    doubled = (
        Role.PHYSICIAN,
        Role.PHYSIOTHERAPIST,
        Role.PSYCHOLOGIST,
        Role.OCCUPATIONAL_THERAPIST,
    )
    return [
        *((str(role), role) for role in Role),
        *((f"{role}-2", role) for role in doubled),
        ("physician-outsider", Role.PHYSICIAN),
    ]
