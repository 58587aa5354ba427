"""Write the audit: every read, write and denial, in the transaction it speaks of; a denial in one of its own."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from service.domain.actor import Actor
from service.models.audit import add


def allowed(
    session: Session,
    actor: Actor,
    action: str,
    resource: str,
    *,
    plan_id: uuid.UUID | None = None,
    patient_id: uuid.UUID | None = None,
    item_id: uuid.UUID | None = None,
) -> None:
    """Note what the caller did; if the row cannot be written, the request fails with it."""
    add(
        session,
        {
            "tenant_id": actor.tenant_id,
            "user_id": actor.user_id,
            "role": actor.role,
            "client_id": actor.client_id,
            "purpose": actor.purpose,
            "action": action,
            "outcome": "success",
            "operation": actor.operation,
            "resource": resource,
            "item_id": item_id,
            "plan_id": plan_id,
            "patient_id": patient_id,
            "request_id": actor.request_id,
        },
    )


def denied(
    session: Session,
    actor: Actor | None,
    *,
    operation: str,
    code: str,
    plan_id: uuid.UUID | None,
    tenant_id: uuid.UUID,
    request_id: str,
) -> None:
    """Note what was refused to whom."""
    add(
        session,
        {
            "tenant_id": tenant_id,
            "user_id": actor.user_id if actor else None,
            "role": actor.role if actor else None,
            "client_id": actor.client_id if actor else None,
            "purpose": actor.purpose if actor else None,
            "action": "deny",
            "outcome": "denied",
            "operation": operation,
            "plan_id": plan_id,
            "request_id": request_id,
            "code": code,
        },
    )
