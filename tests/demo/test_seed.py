"""The demo clinic is what the contract says of it, and leaves room for its readers."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service import conflicts
from service.actions import accounts as people
from service.actions import flags, items, plan_reading
from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.demo import accounts, seed
from service.domain.actor import Actor
from service.domain.vocabulary import CLINICIANS, Role
from service.errors import RuleConflict
from service.models.tenants import every_tenant, tenant_named
from service.models.users import user_named


class Demo:
    """The clinic `demo`, with a way to act as anybody of it."""

    def __init__(self, session: Session, tenant_id: uuid.UUID) -> None:
        self.session, self.tenant_id = session, tenant_id

    def actor(self, username: str) -> Actor:
        user = user_named(self.session, self.tenant_id, username)
        assert user is not None
        return people.identify(
            self.session,
            tenant_id=self.tenant_id,
            subject=user.id,
            scopes=frozenset(),
            purpose=None,
            client_id="tests",
        )

    def me(self, username: str) -> Any:
        return people.me(self.session, self.actor(username))

    @property
    def plan_id(self) -> uuid.UUID:
        found: uuid.UUID = self.me("physician")["plans"][0]["id"]
        return found


@pytest.fixture
def demo(database: Database, frozen_day: date):
    seed(database, empty=False)
    with database.transaction(None) as session:
        tenant = tenant_named(session, "demo")
    assert tenant is not None
    with database.transaction(tenant.id) as session:
        yield Demo(session, tenant.id)


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
def test_the_plan_is_first_for_every_member_and_for_nobody_else(
    demo: Demo, username: str
) -> None:
    plans = demo.me(username)["plans"]

    if username in ("physician-outsider", "clinic-admin", "auditor"):
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

    assert [(one.code, one.tier, one.status) for one in found] == [
        ("CF04", "warning", "detected")
    ]


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
    assert roles == {**dict.fromkeys(CLINICIANS, 2), "care-coordinator": 1, "patient": 1}
    assert body["plan"]["lead_id"] == str(demo.actor("physician").user_id)


def test_the_history_stretches_over_weeks(demo: Demo) -> None:
    page = plan_reading.versions(
        demo.session, demo.actor("physician"), demo.plan_id, limit=200
    )

    days = {entry["at"].date() for entry in page.items}
    assert len(days) >= 8
    assert max(days) < date(2027, 2, 15)
    assert len(page.items) > 30


def test_the_clinic_system_has_the_one_permit(demo: Demo) -> None:
    actor = demo.actor("clinic-system")

    assert items.listed(demo.session, actor, GOALS, demo.plan_id).items


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
