"""External people: practitioners and organizations that imported records speak of.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("external_people", "external_identifiers")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "external_people",
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("discipline", sa.String(length=64), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column(
            "source", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"],
            ["users.tenant_id", "users.id"],
            name=op.f("fk_external_people_tenant_id_user_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_external_people_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_external_people")),
    )
    op.create_index(
        op.f("ix_external_people_tenant_id_user_id"),
        "external_people",
        ["tenant_id", "user_id"],
        unique=False,
    )
    op.create_table(
        "external_identifiers",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("system", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "person_id"],
            ["external_people.tenant_id", "external_people.id"],
            name=op.f("fk_external_identifiers_tenant_id_person_id_external_people"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_external_identifiers_tenant_id_tenants")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_external_identifiers")),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "system",
            "value",
            name=op.f("uq_external_identifiers_tenant_id_kind_system_value"),
        ),
    )
    op.create_index(
        op.f("ix_external_identifiers_tenant_id_person_id"),
        "external_identifiers",
        ["tenant_id", "person_id"],
        unique=False,
    )
    role = sa.sql.quoted_name(context.get_context().opts["service_role"], quote=True)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {table} "
            "USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid) "
            "WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)"
        )
        op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO "{role}"')


def downgrade() -> None:
    connection = op.get_bind()
    # The owner, too, sees only a bound clinic's rows; whether there are any is asked with the rule lifted.
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    if connection.execute(sa.text("SELECT EXISTS (SELECT FROM external_people)")).scalar():
        raise RuntimeError(
            "This downgrade would drop the people of imported records; it is refused."
        )
    for table in reversed(TABLES):
        op.drop_table(table)
