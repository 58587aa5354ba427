"""Find out who is calling, and who the colleagues are."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from service.actions import audit, gate
from service.actions.views import Page, Position
from service.domain import clock, policy
from service.domain.actor import Actor
from service.domain.vocabulary import STAFF, Discipline, Purpose, Role
from service.errors import Forbidden, Unauthenticated
from service.models import plans, users


def identify(
    session: Session,
    *,
    tenant_id: uuid.UUID,
    subject: uuid.UUID,
    scopes: frozenset[str],
    purpose: str | None,
    client_id: str,
) -> Actor:
    """Turn a token's claims into an actor; role and discipline are the database's, never the token's."""
    found = users.identity(session, tenant_id, subject)
    if found is None:
        raise Unauthenticated("unknown-account")
    role = Role(found.role)
    default = Purpose.PATIENT_REQUEST if role is Role.PATIENT else Purpose.TREATMENT
    return Actor(
        tenant_id=tenant_id,
        user_id=found.user_id,
        name=found.name,
        role=role,
        discipline=Discipline(found.discipline) if found.discipline else None,
        scopes=scopes,
        purpose=Purpose(purpose) if purpose else default,
        client_id=client_id,
        timezone=found.timezone,
    )


def require_anybody(actor: Actor, resource: policy.Resource, action: policy.Action) -> None:
    """Refuse what the caller's role may not do whatever its relation; for resources outside a plan."""
    if not policy.permits(actor.role, resource, action, (), actor.purpose):
        raise Forbidden


def me(session: Session, actor: Actor) -> dict[str, object]:
    """Say who the caller is and which plans are theirs, oldest first."""
    require_anybody(actor, policy.Resource.SELF, policy.Action.READ)
    actor.admitted(session)
    found = users.identity(session, actor.tenant_id, actor.user_id)
    near = plans.plans_near(
        session,
        actor.tenant_id,
        actor.user_id,
        clock.today(actor.timezone),
        machine=actor.is_machine,
        needs_permit_for=gate.permit_needed(actor),
        oldest_first=True,
    )
    audit.allowed(session, actor, "read", policy.Resource.SELF)
    return {
        "id": actor.user_id,
        "name": actor.name,
        "role": actor.role,
        "discipline": actor.discipline,
        "tenant": {
            "id": actor.tenant_id,
            "name": found.tenant_name if found else "",
            "timezone": actor.timezone,
        },
        "scopes": sorted(actor.scopes),
        "plans": [
            {"id": plan.id, "patient_id": plan.patient_id, "title": plan.title} for plan in near
        ],
    }


def colleagues(
    session: Session,
    actor: Actor,
    *,
    role: str | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List the people of the clinic who work with patients, newest first."""
    require_anybody(actor, policy.Resource.COLLEAGUE, policy.Action.READ)
    actor.admitted(session)
    found = users.colleagues(
        session,
        actor.tenant_id,
        STAFF,
        role=role,
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
    )
    audit.allowed(session, actor, "read", policy.Resource.COLLEAGUE)
    return Page.of(found, limit)
