"""A clinic in a transaction that is undone, and short ways to act in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from service.db import Database
from tests.clinic import Clinic, open_clinic, tenant_id_of


@pytest.fixture
def session(database: Database, frozen_day: date) -> Iterator[Session]:
    with database.transaction(tenant_id_of("clinic")) as session:
        yield session


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return open_clinic(session)
