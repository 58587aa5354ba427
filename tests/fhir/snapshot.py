"""Hold every row of every table but the audit, to see that something changed nothing."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session


def snapshot(session: Session) -> dict[str, str | None]:
    session.flush()
    tables = session.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    ).scalars()
    return {
        table: session.execute(
            text(f"SELECT json_agg(t ORDER BY t::text)::text FROM {table} t")
        ).scalar()
        for table in tables
        if table not in ("audit_events", "alembic_version")
        and not table.startswith("procrastinate")
    }


def differences(before: dict[str, str | None], after: dict[str, str | None]) -> list[str]:
    return [table for table in before if before[table] != after[table]]
