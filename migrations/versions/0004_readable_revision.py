"""Let the service read which revision the database is at, so that it can tell whether it is ready.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tell_service_role('GRANT SELECT ON alembic_version TO "%(role)s"')


def downgrade() -> None:
    _tell_service_role('REVOKE SELECT ON alembic_version FROM "%(role)s"')


def _tell_service_role(statement: str) -> None:
    op.execute(sa.DDL(statement, context={"role": context.get_context().opts["service_role"]}))
