"""Read everything the engine needs of a plan in one statement."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_KINDS = (
    "recommendations",
    "goals",
    "milestones",
    "preferences",
    "capacities",
    "conditions",
    "allergies",
    "observations",
    "events",
    "job_demands",
    "appointments",
)

_ROWS = ",\n".join(
    f"(SELECT coalesce(json_agg(t ORDER BY t.id), '[]') FROM {table} t "
    "WHERE t.tenant_id = p.tenant_id AND t.plan_id = p.id AND t.withdrawn_at IS NULL"
    + (" AND t.status <> 'draft'" if table == "recommendations" else "")
    + f") AS {table}"
    for table in _KINDS
)

_STATEMENT = text(
    "SELECT extract(year FROM patient.birth_date)::int AS birth_year,\n"
    + _ROWS
    + "\nFROM care_plans p JOIN patients patient"
    " ON patient.tenant_id = p.tenant_id AND patient.id = p.patient_id"
    "\nWHERE p.tenant_id = :tenant AND p.id = :plan"
)


def rows_of_plan(session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> dict[str, Any]:
    """Give a plan's rows by table, as JSON, drafts and withdrawn items left out; one statement."""
    row = session.execute(_STATEMENT, {"tenant": tenant_id, "plan": plan_id}).one()
    return dict(row._mapping)
