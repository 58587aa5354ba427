"""The demo clinic is what the contract says of it, and leaves room for its readers."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from service import conflicts
from service.actions import flags, items, plan_reading
from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.demo import accounts, seed
from service.domain import clock
from service.domain.vocabulary import CLINICIANS, Role
from service.models.plans import plans_due
from service.models.tenants import tenant_named
from tests.conftest import FROZEN_INSTANT
from tests.demo.clinic import Demo


@pytest.fixture(scope="module")
def seeded(shared_engine) -> Iterator[tuple[Connection, uuid.UUID]]:
    """A transaction with the demo in it; each test below works in a savepoint of it."""
    with shared_engine.connect() as connection:
        outer = connection.begin()
        database = Database.bound_to(connection)
        with clock.set_to(FROZEN_INSTANT):
            seed(database, empty=False)
        with database.transaction(None) as session:
            tenant = tenant_named(session, "demo")
        assert tenant is not None
        yield connection, tenant.id
        outer.rollback()


@pytest.fixture
def demo(seeded: tuple[Connection, uuid.UUID], frozen_day: date) -> Iterator[Demo]:
    connection, tenant_id = seeded
    savepoint = connection.begin_nested()
    with Database.bound_to(connection).transaction(tenant_id) as session:
        yield Demo(session, tenant_id)
    savepoint.rollback()


def test_both_clinics_have_an_account_for_every_role() -> None:
    known = {(clinic, username): role for clinic, username, role, _ in accounts()}

    for clinic in ("demo", "other"):
        for role in Role:
            assert known[clinic, role.value] is role
        for role in CLINICIANS:
            assert known[clinic, f"{role}-2"] is role
        assert known[clinic, "physician-outsider"] is Role.PHYSICIAN
    assert len({name for *_, name in accounts()}) == len(accounts())


def test_the_accounts_are_in_the_database(demo: Demo) -> None:
    for clinic, username, role, name in accounts():
        if clinic == "demo":
            actor = demo.actor(username)
            assert (actor.role, actor.name) == (role, name)


@pytest.mark.parametrize(
    "username",
    [username for clinic, username, *_ in accounts() if clinic == "demo"],
)
def test_the_plan_is_first_for_every_member_and_for_nobody_else(demo: Demo, username: str) -> None:
    plans = demo.me(username)["plans"]

    if username in ("clinic-admin", "auditor") or username.endswith("-outsider"):
        assert plans == []
    else:
        assert [plan["id"] for plan in plans] == [demo.plan_id]


def test_the_plan_holds_what_the_contract_says(demo: Demo) -> None:
    actor, plan_id = demo.actor("physician"), demo.plan_id

    def listed(noun: Any) -> list[Any]:
        return list(items.listed(demo.session, actor, noun, plan_id, limit=200).items)

    goals, milestones, advice = listed(GOALS), listed(MILESTONES), listed(RECOMMENDATIONS)
    assert len(goals) == 3
    assert len(milestones) == 6
    assert len(advice) == 10
    owners = Counter(one.owner_discipline for one in milestones)
    assert owners["shared"] == 1
    assert {"physician", "physiotherapy", "psychology", "occupational-therapy"} < set(owners)
    assert [one.readiness for one in milestones].count("blocked") == 1
    assert {one.author_discipline for one in advice} == {
        "physician",
        "physiotherapy",
        "psychology",
        "occupational-therapy",
    }
    assert {one.status for one in advice} == {"active"}


def test_one_warning_is_open_and_nothing_else(demo: Demo) -> None:
    found = flags.listed(demo.session, demo.actor("physician"), demo.plan_id, limit=200).items

    assert [(one.code, one.tier, one.status) for one in found] == [("CF04", "warning", "detected")]


def test_nothing_speaks_of_lifting_swimming_or_sleep(demo: Demo) -> None:
    document = plan_reading.plan_document(demo.session, demo.actor("physician"), demo.plan_id)

    for entry in document["recommendations"] + document["goals"] + document["job_demands"]:
        for word in ("lifting", "swimming", "lying", "work-parttime"):
            assert not conflicts.is_at_or_below(entry.get("action"), word), entry
        for word in ("sleep", "insomnia", "swim", "lift"):
            assert word not in str(entry).lower(), entry


def test_time_alone_adds_nothing_for_twelve_weeks(demo: Demo) -> None:
    actor, plan_id = demo.actor("physician"), demo.plan_id

    for days in range(84):
        day = date(2027, 2, 15) + timedelta(days=days)
        document = plan_reading.plan_document(demo.session, actor, plan_id, day)
        assert [one["code"] for one in conflicts.check(document)["findings"]] == ["CF04"], day


def test_the_plan_is_up_to_date_when_the_first_visitor_comes(demo: Demo) -> None:
    assert plans_due(demo.session, demo.tenant_id, date(2027, 2, 15)) == []


def test_nothing_of_it_is_left_unchecked(demo: Demo) -> None:
    found = plan_reading.not_checked(demo.session, demo.actor("physician"), demo.plan_id)

    assert found == {"items": [], "count": 0}


LIFTING: dict[str, Any] = {
    "kind": "activity",
    "stance": "prohibit",
    "action": "lifting",
    "dose": [{"dimension": "load", "high": 5, "unit": "kg"}],
    "basis": "surgeon-protocol",
    "hard": True,
    "review_by": "2027-03-01",
}
TRIED = (
    LIFTING,
    {"kind": "activity", "stance": "prohibit", "action": "swimming", "review_by": "2027-03-01"},
    {"kind": "exercise", "stance": "recommend", "action": "swimming"},
    {"kind": "exercise", "stance": "recommend", "action": "deadlift"},
    {"kind": "activity", "stance": "recommend", "action": "sleep-side"},
)


@pytest.mark.parametrize("tried", TRIED, ids=lambda one: f"{one['stance']} {one['action']}")
def test_what_a_reader_tries_first_meets_nothing_of_the_plan(
    demo: Demo, tried: dict[str, Any]
) -> None:
    items.create(demo.session, demo.actor("physician"), RECOMMENDATIONS, demo.plan_id, tried)

    found = flags.listed(demo.session, demo.actor("physician"), demo.plan_id, limit=200).items
    assert [one.code for one in found] == ["CF04"]


def test_the_team_is_whole(demo: Demo) -> None:
    body: dict[str, Any] = {}

    def render(rows: dict[str, Any]) -> bytes:
        body.update(rows)
        return b"{}"

    plan_reading.summary(demo.session, demo.actor("care-coordinator"), demo.plan_id, render)

    roles = Counter(one["role"] for one in body["team"])
    doubled = {role.value: 2 for role in CLINICIANS}
    assert roles == {**doubled, "care-coordinator": 1, "patient": 1}
    assert body["plan"]["lead_id"] == str(demo.actor("physician").user_id)


def test_the_history_stretches_over_weeks(demo: Demo) -> None:
    page = plan_reading.versions(demo.session, demo.actor("physician"), demo.plan_id, limit=200)

    # What people did; the turn of the day, which is Concord's own, is of today.
    days = {entry["at"].date() for entry in page.items if entry["by"]["id"] != "concord"}
    assert len(days) >= 8
    assert max(days) < date(2027, 2, 15)
    assert len(page.items) > 30


def test_the_clinic_system_has_the_one_permit(demo: Demo) -> None:
    actor = demo.actor("clinic-system")

    assert items.listed(demo.session, actor, GOALS, demo.plan_id).items
