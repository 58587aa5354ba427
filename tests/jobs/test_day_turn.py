"""The worker's round: every clinic at its own midnight, one plan a transaction, nobody kept waiting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from service.actions import days, gate, items
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.domain import clock
from service.domain.vocabulary import FlagStatus
from service.jobs.day_turn import turn_days
from service.models.changes import Change
from service.models.flags import flags_of_plan
from service.models.plans import CarePlan
from tests.clinic import Clinic
from tests.databases import DatabaseUrls
from tests.jobs.conftest import OpenClinic

DAY = date(2027, 2, 15)
LONG = {
    "kind": "exercise",
    "stance": "recommend",
    "action": "deadlift",
    "dose": [{"dimension": "load", "low": 20, "high": 20, "unit": "kg"}],
    "period": {"start": "2027-02-01"},
}


def at(day: date, hour: int = 9) -> Any:
    return clock.set_to(datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC))


def no_lifting(start: date, end: date, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "activity",
        "stance": "prohibit",
        "action": "lifting",
        "period": {"start": start.isoformat(), "end": end.isoformat()},
        **changes,
    }


def give(database: Database, clinic: Clinic, who: str, fields: dict[str, Any]) -> None:
    with database.transaction(clinic.tenant_id) as session:
        items.create(session, clinic.actor(who), RECOMMENDATIONS, clinic.plan_id, fields)


def a_dispute_until(database: Database, clinic: Clinic, end: date) -> None:
    """Open a flag that time alone closes on a day."""
    with at(DAY):
        give(database, clinic, "physiotherapist", LONG)
        give(database, clinic, "physician", no_lifting(DAY, end))


def plan_of(database: Database, clinic: Clinic) -> CarePlan:
    with database.transaction(clinic.tenant_id, readonly=True) as session:
        plan = session.get(CarePlan, (clinic.tenant_id, clinic.plan_id))
        assert plan is not None
        return plan


def statuses(database: Database, clinic: Clinic) -> list[str]:
    with database.transaction(clinic.tenant_id, readonly=True) as session:
        return [flag.status for flag in flags_of_plan(session, clinic.tenant_id, clinic.plan_id)]


def test_a_plan_is_turned_on_the_day_time_changes_it_and_not_before(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    end = DAY + timedelta(days=3)
    a_dispute_until(committed_database, clinic, end)
    assert statuses(committed_database, clinic) == [FlagStatus.DETECTED]
    before = plan_of(committed_database, clinic)
    with at(end - timedelta(days=1)):
        turn_days(committed_database)
    assert statuses(committed_database, clinic) == [FlagStatus.DETECTED]
    with at(end):
        assert turn_days(committed_database) == 1
        assert turn_days(committed_database) == 0
    after = plan_of(committed_database, clinic)
    assert statuses(committed_database, clinic) == [FlagStatus.AUTO_CLOSED]
    assert after.revision > before.revision
    assert after.checked_on == end


def test_a_day_that_moves_no_flag_has_an_entry_among_the_versions_too(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    with at(DAY):
        give(committed_database, clinic, "physician", no_lifting(DAY, DAY + timedelta(days=3)))
    with at(DAY + timedelta(days=3)):
        assert turn_days(committed_database) == 1
    plan = plan_of(committed_database, clinic)
    with committed_database.transaction(clinic.tenant_id, readonly=True) as session:
        found = session.execute(
            select(Change.item_kind, Change.action, Change.by_id).where(
                Change.plan_id == clinic.plan_id, Change.revision == plan.revision
            )
        ).all()
    assert [tuple(row) for row in found] == [("care-plan", "day-turned", "concord")]


def test_midnight_is_the_clinics_own(
    committed_database: Database, committed_urls: DatabaseUrls, opened: OpenClinic
) -> None:
    london, islands = opened("london"), opened("islands")
    with psycopg.connect(committed_urls.owner, autocommit=True) as owner:
        owner.execute(
            "UPDATE tenants SET timezone = 'Pacific/Kiritimati' WHERE id = %s", [islands.tenant_id]
        )
    end = DAY + timedelta(days=1)
    for clinic in (london, islands):
        a_dispute_until(committed_database, clinic, end)
    # Half past twelve in London is half past two of the next morning fourteen hours further east.
    with at(DAY, hour=12):
        turn_days(committed_database)
    assert statuses(committed_database, london) == [FlagStatus.DETECTED]
    assert statuses(committed_database, islands) == [FlagStatus.AUTO_CLOSED]
    with at(end, hour=0):
        turn_days(committed_database)
    assert statuses(committed_database, london) == [FlagStatus.AUTO_CLOSED]


def test_one_failing_plan_stops_no_other_and_is_tried_again(
    committed_database: Database, opened: OpenClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinics = [opened(slug) for slug in ("first", "second", "third")]
    end = DAY + timedelta(days=1)
    for clinic in clinics:
        a_dispute_until(committed_database, clinic, end)
    turn = days.turn

    def fails_for_the_second(session: Any, plan: CarePlan, *further: Any) -> None:
        turn(session, plan, *further)
        if plan.id == clinics[1].plan_id:
            raise ValueError("deadlift 20 kg")

    with at(end):
        with monkeypatch.context() as patched, capture_logs() as lines:
            patched.setattr(days, "turn", fails_for_the_second)
            assert turn_days(committed_database) == 2
        found = [statuses(committed_database, clinic) for clinic in clinics]
        assert found == [[FlagStatus.AUTO_CLOSED], [FlagStatus.DETECTED], [FlagStatus.AUTO_CLOSED]]
        assert "deadlift" not in str(lines)
        (failure,) = [line for line in lines if line["event"] == "day_turn.failed"]
        assert failure["plan"] == str(clinics[1].plan_id)
        assert failure["error_class"] == "ValueError"
        assert turn_days(committed_database) == 1
    assert statuses(committed_database, clinics[1]) == [FlagStatus.AUTO_CLOSED]


def test_a_clinic_whose_zone_nobody_knows_keeps_no_other_from_its_day(
    committed_database: Database, committed_urls: DatabaseUrls, opened: OpenClinic
) -> None:
    lost, well = opened("lost"), opened("well")
    end = DAY + timedelta(days=1)
    a_dispute_until(committed_database, well, end)
    with psycopg.connect(committed_urls.owner, autocommit=True) as owner:
        owner.execute("UPDATE tenants SET timezone = 'Nowhere' WHERE id = %s", [lost.tenant_id])
    with at(end), capture_logs() as lines:
        assert turn_days(committed_database) == 1
    assert [line["tenant"] for line in lines if line["event"] == "day_turn.failed"] == [
        str(lost.tenant_id)
    ]


def test_a_plan_that_somebody_holds_is_left_to_them(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    end = DAY + timedelta(days=1)
    a_dispute_until(committed_database, clinic, end)
    with at(end):
        with committed_database.transaction(clinic.tenant_id) as session:
            gate.enter(session, clinic.actor("physician"), clinic.plan_id, lock=True)
            with ThreadPoolExecutor(1) as pool:
                turned = pool.submit(_at_once, committed_database, end).result(timeout=4)
        assert turned == 0
        assert statuses(committed_database, clinic) == [FlagStatus.AUTO_CLOSED]
        assert turn_days(committed_database) == 0


def _at_once(database: Database, day: date) -> int:
    with at(day):
        return turn_days(database)


def test_asked_to_stop_it_ends_between_two_plans(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinics = [opened(slug) for slug in ("first", "second")]
    end = DAY + timedelta(days=1)
    for clinic in clinics:
        a_dispute_until(committed_database, clinic, end)
    answers = iter([False, True, True, True])
    with at(end):
        assert turn_days(committed_database, lambda: next(answers)) == 1
        assert turn_days(committed_database) == 1


def test_requests_and_the_worker_at_the_same_midnight_turn_a_plan_exactly_once(
    committed_database: Database, opened: OpenClinic
) -> None:
    """Every midnight for forty days, four come at once; each day's flag is raised or closed once."""
    clinic = opened()
    nights = 40
    with at(DAY):
        give(committed_database, clinic, "physiotherapist", LONG)
        for offset in range(1, nights, 2):
            start = DAY + timedelta(days=offset)
            give(
                committed_database,
                clinic,
                "physician",
                no_lifting(start, start + timedelta(days=1)),
            )
    comers = 4
    barrier = threading.Barrier(comers)

    def come(number: int, day: date) -> None:
        with at(day, hour=0):
            barrier.wait(timeout=20)
            if number % 2:
                turn_days(committed_database)
                return
            with committed_database.transaction(clinic.tenant_id) as session:
                gate.enter(session, clinic.actor("physician"), clinic.plan_id, lock=number == 2)

    with ThreadPoolExecutor(comers) as pool:
        for night in range(1, nights):
            day = DAY + timedelta(days=night)
            before = plan_of(committed_database, clinic)
            list(pool.map(come, range(comers), [day] * comers))
            after = plan_of(committed_database, clinic)
            assert after.checked_on == day
            assert after.revision == before.revision + 1, f"night {night}"
    with committed_database.transaction(clinic.tenant_id, readonly=True) as session:
        moves = session.execute(
            select(Change.item_id, Change.action)
            .where(Change.tenant_id == clinic.tenant_id, Change.item_kind == "conflict")
            .order_by(Change.item_id, Change.id)
        ).all()
    by_flag: dict[Any, list[str]] = {}
    for flag_id, action in moves:
        by_flag.setdefault(flag_id, []).append(action)
    assert by_flag
    for actions in by_flag.values():
        assert all(one != other for one, other in pairwise(actions)), actions
