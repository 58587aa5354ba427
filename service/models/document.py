"""Read everything the engine needs of a plan in one statement."""

from __future__ import annotations

import uuid
from datetime import date
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
    + """,
(SELECT coalesce(json_agg(DISTINCT day), '[]') FROM team_members m,
    LATERAL (VALUES (m.starts_on), (m.ends_on), (m.leave_starts_on), (m.leave_ends_on)) turns(day)
    WHERE m.tenant_id = p.tenant_id AND m.plan_id = p.id AND m.withdrawn_at IS NULL
    AND day IS NOT NULL) AS team_days"""
    + "\nFROM care_plans p JOIN patients patient"
    " ON patient.tenant_id = p.tenant_id AND patient.id = p.patient_id"
    "\nWHERE p.tenant_id = :tenant AND p.id = :plan"
)


def rows_of_plan(session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> dict[str, Any]:
    """Give a plan's rows by table, as JSON, drafts and withdrawn items left out; one statement.

    `team_days` are the days on which somebody's membership or leave begins or ends.
    """
    row = session.execute(_STATEMENT, {"tenant": tenant_id, "plan": plan_id}).one()
    return dict(zip(row._fields, row, strict=True))


_LIVE = ("recommendations", "goals", "milestones")
_SUMMARY_ROWS = ",\n".join(
    f"(SELECT coalesce(json_agg(t ORDER BY t.id DESC), '[]') FROM {table} t "
    "WHERE t.tenant_id = p.tenant_id AND t.plan_id = p.id AND t.withdrawn_at IS NULL"
    + (" AND t.status IN ('active', 'on-hold')" if table == "recommendations" else "")
    + f") AS {table}"
    for table in _LIVE
)

_SUMMARY = text(
    "SELECT row_to_json(p) AS plan,\n"
    + _SUMMARY_ROWS
    + """,
(SELECT coalesce(json_agg(json_build_object(
        'id', m.id, 'plan_id', m.plan_id, 'version', m.version, 'user_id', m.user_id,
        'name', u.name, 'role', m.role, 'discipline', m.discipline,
        'period', json_build_object('start', m.starts_on, 'end', m.ends_on),
        'on_leave', CASE WHEN m.leave_starts_on IS NULL AND m.leave_ends_on IS NULL THEN NULL
            ELSE json_build_object('start', m.leave_starts_on, 'end', m.leave_ends_on) END,
        'cover_id', m.cover_id, 'invited_by', m.invited_by,
        'author_id', m.author_id, 'author_discipline', m.author_discipline,
        'author_role', m.author_role, 'recorded_at', m.recorded_at,
        'updated_at', m.updated_at, 'verification', m.verification, 'source', m.source)
        ORDER BY m.id DESC), '[]')
    FROM team_members m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
    WHERE m.tenant_id = p.tenant_id AND m.plan_id = p.id AND m.withdrawn_at IS NULL) AS team,
(SELECT coalesce(json_agg(d.code ORDER BY d.id), '[]') FROM (
    SELECT c.code, min(c.id::text) AS id FROM conditions c
    WHERE c.tenant_id = p.tenant_id AND c.plan_id = p.id AND c.withdrawn_at IS NULL
    AND c.code IS NOT NULL AND (c."end" IS NULL OR c."end" > :day)
    GROUP BY c.code) d) AS conditions,
(SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
    SELECT DISTINCT ON (q.milestone_id, q.measure, q.unit, q.percent IS NULL)
        q.id, q.milestone_id, q.measure, q.unit, q.value, q.percent
    FROM milestone_progress q WHERE q.tenant_id = p.tenant_id AND q.plan_id = p.id
    ORDER BY q.milestone_id, q.measure, q.unit, q.percent IS NULL, q.id DESC) r) AS progress,
(SELECT coalesce(json_agg(json_build_object('tier', f.tier, 'statements',
        jsonb_path_query_array(f.finding, '$.statements[*].id'))), '[]') FROM conflict_flags f
    WHERE f.tenant_id = p.tenant_id AND f.plan_id = p.id
    AND f.status IN ('detected', 'acknowledged', 'in-discussion')) AS flags
FROM care_plans p WHERE p.tenant_id = :tenant AND p.id = :plan"""
)


def summary_rows(
    session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID, day: date
) -> dict[str, Any]:
    """Give what a summary shows on a day, with the revision it is of, in one statement."""
    row = session.execute(_SUMMARY, {"tenant": tenant_id, "plan": plan_id, "day": day}).one()
    return dict(zip(row._fields, row, strict=True))
