"""Find the colleague that a field names, or refuse the field."""

from __future__ import annotations

import uuid
from collections.abc import Container

from sqlalchemy.orm import Session

from service.domain.checks import refuse
from service.domain.vocabulary import STAFF
from service.models import users
from service.models.users import User


def colleague(
    session: Session,
    tenant_id: uuid.UUID,
    user_id: uuid.UUID,
    pointer: str,
    roles: Container[str] = STAFF,
) -> User:
    """Find an active colleague who works with patients, in one of these roles."""
    found = users.user(session, tenant_id, user_id)
    if found is None or not found.active:
        raise refuse(pointer, "unknown-reference")
    if found.role not in roles:
        raise refuse(pointer, "role-not-allowed")
    return found
