"""Mapped classes and every SELECT, one file per aggregate."""

from service.models import (
    audit,
    changes,
    consents,
    external_people,
    facts,
    flags,
    goals,
    idempotency,
    milestones,
    patients,
    plans,
    recommendations,
    releases,
    tenants,
    users,
)

__all__ = [
    "audit",
    "changes",
    "consents",
    "external_people",
    "facts",
    "flags",
    "goals",
    "idempotency",
    "milestones",
    "patients",
    "plans",
    "recommendations",
    "releases",
    "tenants",
    "users",
]
