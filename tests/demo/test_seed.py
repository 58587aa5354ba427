"""Seeding fills an empty database, once, and leaves any other alone."""

from __future__ import annotations

from datetime import date

import pytest

from service.actions import flags
from service.db import Database
from service.demo import seed
from service.errors import RuleConflict
from service.models.tenants import every_tenant, tenant_named
from tests.demo.clinic import Demo


def test_a_second_start_changes_nothing(database: Database, frozen_day: date) -> None:
    seed(database, empty=False)
    seed(database, empty=False)

    with database.transaction(None) as session:
        assert [tenant.slug for tenant in every_tenant(session)] == ["other", "demo"]


def test_a_start_that_was_killed_between_the_clinics_is_taken_up_again(
    database: Database, frozen_day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.demo import seeding

    with monkeypatch.context() as patch:
        patch.setattr(seeding, "play", lambda stage: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            seed(database, empty=False)
    seed(database, empty=False)

    with database.transaction(None) as session:
        assert len(every_tenant(session)) == 2


def test_an_empty_demo_has_accounts_and_no_patient(database: Database, frozen_day: date) -> None:
    seed(database, empty=True)

    with database.transaction(None) as session:
        tenant = tenant_named(session, "demo")
    assert tenant is not None
    with database.transaction(tenant.id) as session:
        assert Demo(session, tenant.id).me("physician")["plans"] == []
        assert Demo(session, tenant.id).me("patient")["plans"] == []


def test_an_empty_demo_needs_a_new_database(database: Database, frozen_day: date) -> None:
    seed(database, empty=False)

    with pytest.raises(RuleConflict, match="EMPTY=1 needs a new database"):
        seed(database, empty=True)


def test_a_database_of_somebody_elses_clinics_is_left_alone(
    database: Database, frozen_day: date
) -> None:
    from service.models.tenants import Tenant

    with database.transaction(None) as session:
        session.add(Tenant(slug="northside", name="Northside", timezone="Europe/London"))

    seed(database, empty=False)

    with database.transaction(None) as session:
        assert [tenant.slug for tenant in every_tenant(session)] == ["northside"]


def test_the_demo_stands_on_real_commits(committed_database: Database) -> None:
    seed(committed_database, empty=False)

    with committed_database.transaction(None) as session:
        tenant = tenant_named(session, "demo")
    assert tenant is not None
    with committed_database.transaction(tenant.id) as session:
        demo = Demo(session, tenant.id)
        found = flags.listed(session, demo.actor("physician"), demo.plan_id).items
        assert [one.code for one in found] == ["CF04"]
