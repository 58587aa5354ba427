"""The revision of the tables that these classes map, and the one a database is at."""

from __future__ import annotations

from typing import Final

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

# Revisions are numbered in their order, so that a later one is the greater.
REVISION: Final = "0005"

_ALEMBIC: Final = table("alembic_version", column("version_num"))


def is_migrated(session: Session) -> bool:
    """Say whether a database is at this release's revision or a later one: a release runs on the next one's."""
    found = session.scalar(select(_ALEMBIC.c.version_num))
    return found is not None and found >= REVISION
