"""Releases of the knowledge: how far the recheck of a clinic's plans has come; flags found by their rule.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "knowledge_releases"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        TABLE,
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("plans", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("worsened", sa.Integer(), nullable=False),
        sa.Column("eased", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_knowledge_releases_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_knowledge_releases")),
    )
    op.create_index(
        op.f("ix_conflict_flags_tenant_id_code"),
        "conflict_flags",
        ["tenant_id", "code"],
        unique=False,
    )
    role = sa.sql.quoted_name(context.get_context().opts["service_role"], quote=True)
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant_only ON {TABLE} "
        "USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid) "
        "WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)"
    )
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON {TABLE} TO "{role}"')


def downgrade() -> None:
    # How a recheck went is said by every plan's own history too, so nothing is lost that counts.
    op.drop_index(op.f("ix_conflict_flags_tenant_id_code"), table_name="conflict_flags")
    op.drop_table(TABLE)
