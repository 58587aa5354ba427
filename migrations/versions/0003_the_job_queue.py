"""The job queue: procrastinate's own tables, without the notices that would make commits wait for each other.

Revision: 0003, after 0002.
"""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import context, op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The tables of procrastinate 3.10. A release that changes them comes with migrations of its own, which a
# new revision applies; this one makes what it always made, or nothing.
SCHEMA_OF_3_10 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
TABLES = (
    "procrastinate_workers",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_events",
)
# Each notice takes one lock of the whole database until its transaction ends; the worker polls instead.
NOTICES = (
    "procrastinate_jobs_notify_queue_job_inserted_v1",
    "procrastinate_jobs_notify_queue_job_aborted_v1",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    schema = SchemaManager.get_schema()
    if sha256(schema.encode()).hexdigest() != SCHEMA_OF_3_10:
        raise RuntimeError(
            "This revision makes the tables of procrastinate 3.10; another is installed."
        )
    # Many statements in one text, which only a call without parameters takes.
    op.get_bind().exec_driver_sql(schema, execution_options={"no_parameters": True})
    for notice in NOTICES:
        op.execute(f"ALTER TABLE procrastinate_jobs DISABLE TRIGGER {notice}")
    role = sa.sql.quoted_name(context.get_context().opts["service_role"], quote=True)
    # Jobs name ids only, and the queue serves every clinic: no row-level security here.
    for table in TABLES:
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{role}"')
        op.execute(f'GRANT USAGE ON SEQUENCE {table}_id_seq TO "{role}"')


def downgrade() -> None:
    connection = op.get_bind()
    waiting = sa.text(
        "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))"
    )
    if connection.execute(waiting).scalar():
        raise RuntimeError("This downgrade would drop jobs that wait; it is refused.")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")
    left = connection.execute(
        sa.text(
            "SELECT oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\\_%'"
        )
    )
    for function in left.scalars().all():
        op.execute(f"DROP FUNCTION {function}")
    for name in ("job_to_defer_v1", "job_event_type", "job_status"):
        op.execute(f"DROP TYPE procrastinate_{name}")
