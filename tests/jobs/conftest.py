"""Clinics that are committed, and days on which the clock stands still in whichever thread asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.db import Database
from tests.clinic import Clinic, open_clinic, tenant_id_of

OpenClinic = Callable[..., Clinic]


@pytest.fixture
def opened(committed_database: Database) -> OpenClinic:
    """Open a clinic and commit it."""

    def open_and_commit(slug: str = "clinic") -> Clinic:
        with committed_database.transaction(tenant_id_of(slug)) as session:
            return open_clinic(session, slug)

    return open_and_commit
