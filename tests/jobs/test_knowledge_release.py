"""A release of the knowledge: every open plan once, one event a plan, whatever stops or comes between.

A plan is put behind by its stored version, and the knowledge it was checked with is made to have been another
one by what it then said of the flags: none of them, graver ones, or ones that nobody finds today.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from service import conflicts
from service.actions import closing, flag_acting, gate, items, patients, plan_reading
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.domain.vocabulary import PlanStatus
from service.jobs.day_turn import turn_days
from service.jobs.knowledge_release import release_knowledge
from service.models import releases as stored
from service.models.changes import Change, Obligation, PlanEvent
from service.models.flags import Flag, flags_of_plan
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation
from service.models.releases import KnowledgeRelease
from tests.clinic import TEAM, Clinic
from tests.jobs.conftest import OpenClinic
from tests.jobs.test_day_turn import DAY, at, give, no_lifting, plan_of

OLD = "2020.1"
LIFTS = ("deadlift", "loaded-squat", "carrying")
EVENT = "care-plan.knowledge-released"


def asks(action: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "exercise",
        "stance": "recommend",
        "action": action,
        "period": {"start": "2027-02-01"},
        **changes,
    }


def a_dispute(database: Database, clinic: Clinic, lifts: tuple[str, ...] = ("deadlift",)) -> None:
    """Ask for lifts one of the team forbids; each is a flag."""
    with at(DAY):
        for action in lifts:
            give(database, clinic, "physiotherapist", asks(action))
        give(database, clinic, "physician", no_lifting(DAY, DAY + timedelta(days=60)))


def a_hard_dispute(database: Database, clinic: Clinic) -> None:
    hard = {"basis": "surgeon-protocol", "hard": True}
    with at(DAY):
        give(database, clinic, "physician", no_lifting(DAY, DAY + timedelta(days=60), **hard))
        give(database, clinic, "physiotherapist", asks("deadlift"))


def put_behind(database: Database, clinic: Clinic, version: str = OLD) -> None:
    with database.transaction(clinic.tenant_id) as session:
        session.execute(update(CarePlan).values(knowledge_version=version))


def knew_nothing(database: Database, clinic: Clinic) -> None:
    """Put the plan behind, at knowledge that found none of its flags."""
    put_behind(database, clinic)
    with database.transaction(clinic.tenant_id) as session:
        session.execute(delete(Flag))
        session.execute(delete(Obligation))
        held = update(Recommendation).where(Recommendation.status == "on-hold")
        session.execute(held.values(status="active", held_by=[], released=None))


def knew_otherwise(database: Database, clinic: Clinic, **columns: Any) -> None:
    put_behind(database, clinic)
    with database.transaction(clinic.tenant_id) as session:
        session.execute(update(Flag).values(**columns))


def flags(database: Database, clinic: Clinic) -> list[Flag]:
    with database.transaction(clinic.tenant_id, readonly=True) as session:
        return list(flags_of_plan(session, clinic.tenant_id, clinic.plan_id))


def rows(database: Database, clinic: Clinic, model: Any) -> list[Any]:
    with database.transaction(clinic.tenant_id, readonly=True) as session:
        return list(session.scalars(select(model).order_by(model.id)))


def release_of(database: Database, clinic: Clinic) -> KnowledgeRelease:
    with database.transaction(clinic.tenant_id, readonly=True) as session:
        found = stored.newest(session, clinic.tenant_id)
        assert found is not None
        return found


def dismiss(database: Database, clinic: Clinic) -> None:
    [flag] = flags(database, clinic)
    with at(DAY), database.transaction(clinic.tenant_id) as session:
        flag_acting.dismiss(
            session, clinic.actor("physician"), clinic.plan_id, flag.id, flag.version, "Known."
        )


def test_many_flags_of_one_release_are_one_event_for_the_team(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic, LIFTS)
    knew_nothing(committed_database, clinic)
    events, changes = (len(rows(committed_database, clinic, one)) for one in (PlanEvent, Change))
    before = plan_of(committed_database, clinic)

    with at(DAY):
        assert release_knowledge(committed_database) == 1

    after = plan_of(committed_database, clinic)
    assert after.knowledge_version == conflicts.KNOWLEDGE_VERSION
    assert after.revision == before.revision + 1
    found = flags(committed_database, clinic)
    assert len(found) == len(LIFTS)
    assert {(one.status, one.caused_by["kind"]) for one in found if one.caused_by} == {
        ("detected", "knowledge")
    }
    [event] = rows(committed_database, clinic, PlanEvent)[events:]
    assert (event.type, event.subject_id, event.by_id) == (EVENT, clinic.plan_id, "concord")
    assert event.addressees == sorted(str(clinic.users[name].id) for name in TEAM)
    told = rows(committed_database, clinic, Change)[changes:]
    assert Counter((one.item_kind, one.action) for one in told) == {
        ("conflict", "raised"): len(LIFTS),
        ("care-plan", "knowledge-released"): 1,
    }
    [counted] = [one for one in told if one.item_kind == "care-plan"]
    assert counted.before["knowledge_version"] == OLD
    assert counted.after == {
        "knowledge_version": conflicts.KNOWLEDGE_VERSION,
        "opened": len(LIFTS),
        "worsened": 0,
        "eased": 0,
        "closed": 0,
    }
    # A task stays one a flag: somebody has to agree on each of them.
    owed = rows(committed_database, clinic, Obligation)
    assert {one.subject_id for one in owed} == {one.id for one in found}


def test_a_plan_is_rechecked_once_and_the_release_says_how_it_went(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic, LIFTS)
    knew_nothing(committed_database, clinic)

    with at(DAY), capture_logs() as lines:
        assert release_knowledge(committed_database) == 1
        done = plan_of(committed_database, clinic)
        assert release_knowledge(committed_database) == 0

    assert plan_of(committed_database, clinic).revision == done.revision
    release = release_of(committed_database, clinic)
    assert (release.version, release.plans, release.done, release.failed) == (
        conflicts.KNOWLEDGE_VERSION,
        1,
        1,
        0,
    )
    assert (release.opened, release.worsened, release.eased, release.closed) == (3, 0, 0, 0)
    assert release.finished_at is not None
    assert [line["event"] for line in lines] == ["knowledge.begun", "knowledge.round"]
    assert (lines[1]["done"], lines[1]["left"], lines[1]["flags_opened"]) == (1, 0, 3)


def test_what_the_knowledge_now_finds_less_grave_stays_quiet(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    dismiss(committed_database, clinic)
    [before] = flags(committed_database, clinic)
    owed = len(rows(committed_database, clinic, Obligation))
    knew_otherwise(committed_database, clinic, tier="critical")

    with at(DAY):
        release_knowledge(committed_database)

    [flag] = flags(committed_database, clinic)
    assert (flag.status, flag.tier, flag.episode) == ("dismissed", before.tier, 1)
    assert flag.closed_at == before.closed_at
    assert len(rows(committed_database, clinic, Obligation)) == owed
    assert release_of(committed_database, clinic).eased == 1


def test_what_the_knowledge_now_finds_graver_opens_again_and_is_owed_anew(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    dismiss(committed_database, clinic)
    knew_otherwise(committed_database, clinic, tier="info")

    with at(DAY):
        release_knowledge(committed_database)

    [flag] = flags(committed_database, clinic)
    assert (flag.status, flag.episode) == ("detected", 2)
    owed = rows(committed_database, clinic, Obligation)
    assert {one.for_id for one in owed if one.done_at is None} >= {
        str(clinic.users[name].id) for name in ("physician", "physiotherapist")
    }
    assert release_of(committed_database, clinic).opened == 1


def test_what_the_knowledge_no_longer_finds_is_closed_by_it(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    [flag] = flags(committed_database, clinic)
    others = [{**one, "id": str(uuid.uuid4())} for one in flag.finding["statements"]]
    knew_otherwise(
        committed_database,
        clinic,
        fingerprint="of-another-time",
        finding={**flag.finding, "statements": others},
    )

    with at(DAY):
        release_knowledge(committed_database)

    gone, new = flags(committed_database, clinic)
    assert (gone.status, new.status) == ("auto-closed", "detected")
    assert gone.caused_by is not None
    assert gone.caused_by["kind"] == "knowledge"
    release = release_of(committed_database, clinic)
    assert (release.opened, release.closed) == (1, 1)


def test_a_release_that_moves_nothing_is_written_down_and_told_to_nobody(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    put_behind(committed_database, clinic)
    before = flags(committed_database, clinic)

    with at(DAY):
        assert release_knowledge(committed_database) == 1

    event = rows(committed_database, clinic, PlanEvent)[-1]
    assert (event.type, event.addressees) == (EVENT, [])
    assert [one.version for one in flags(committed_database, clinic)] == [
        one.version for one in before
    ]


def test_a_release_holds_nothing(committed_database: Database, opened: OpenClinic) -> None:
    clinic = opened()
    a_hard_dispute(committed_database, clinic)
    assert {one.status for one in rows(committed_database, clinic, Recommendation)} == {
        "active",
        "on-hold",
    }
    knew_nothing(committed_database, clinic)

    with at(DAY):
        release_knowledge(committed_database)

    [flag] = flags(committed_database, clinic)
    assert (flag.tier, flag.status) == ("critical", "detected")
    assert {one.status for one in rows(committed_database, clinic, Recommendation)} == {"active"}


def test_a_patient_does_not_read_that_flags_moved(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    knew_nothing(committed_database, clinic)
    with at(DAY):
        release_knowledge(committed_database)
        with committed_database.transaction(clinic.tenant_id) as session:
            seen = {
                name: [
                    item["action"]
                    for entry in plan_reading.versions(
                        session, clinic.actor(name), clinic.plan_id
                    ).items
                    for item in entry["items"]
                ]
                for name in ("physician", "patient")
            }

    assert "knowledge-released" in seen["physician"]
    assert "knowledge-released" not in seen["patient"]


def test_closed_plans_and_plans_that_were_never_checked_are_left(
    committed_database: Database, opened: OpenClinic
) -> None:
    closed, empty = opened("closed"), opened("empty")
    a_dispute(committed_database, closed)
    with at(DAY), committed_database.transaction(closed.tenant_id) as session:
        plan = gate.enter(session, closed.actor("physician"), closed.plan_id).plan
        closing.close(
            session,
            closed.actor("physician"),
            closed.plan_id,
            plan.version,
            PlanStatus.COMPLETED,
            "Done.",
        )
    put_behind(committed_database, closed)

    with at(DAY):
        assert release_knowledge(committed_database) == 0

    assert plan_of(committed_database, closed).knowledge_version == OLD
    assert plan_of(committed_database, empty).knowledge_version is None
    assert rows(committed_database, closed, KnowledgeRelease) == []


def test_a_plan_that_fails_is_left_as_it_was_and_the_next_round_goes_on_there(
    committed_database: Database, opened: OpenClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinics = [opened(slug) for slug in ("first", "second", "third")]
    for clinic in clinics:
        a_dispute(committed_database, clinic)
        knew_nothing(committed_database, clinic)
    add_up = stored.add_up

    def dies_in_the_second(session: Any, tenant_id: uuid.UUID, *further: Any) -> None:
        add_up(session, tenant_id, *further)
        if tenant_id == clinics[1].tenant_id:
            raise ValueError("deadlift 20 kg")

    with at(DAY):
        with monkeypatch.context() as patched, capture_logs() as lines:
            patched.setattr(stored, "add_up", dies_in_the_second)
            assert release_knowledge(committed_database) == 2
        assert [len(flags(committed_database, one)) for one in clinics] == [1, 0, 1]
        assert plan_of(committed_database, clinics[1]).knowledge_version == OLD
        half = release_of(committed_database, clinics[1])
        assert (half.done, half.failed, half.finished_at) == (0, 1, None)
        assert "deadlift" not in str(lines)
        [failure] = [line for line in lines if line["event"] == "knowledge.failed"]
        assert failure["plan"] == str(clinics[1].plan_id)
        assert release_knowledge(committed_database) == 1

    whole = release_of(committed_database, clinics[1])
    assert (whole.id, whole.done, whole.failed, whole.opened) == (half.id, 1, 0, 1)
    assert whole.finished_at is not None
    assert len(flags(committed_database, clinics[1])) == 1


def test_it_goes_a_batch_at_a_time_and_ends_between_two_plans_when_asked(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinics = [opened(slug) for slug in ("first", "second", "third")]
    for clinic in clinics:
        a_dispute(committed_database, clinic)
        put_behind(committed_database, clinic)

    with at(DAY):
        assert release_knowledge(committed_database, lambda: True) == 0
        assert release_knowledge(committed_database, batch=2) == 2
        assert release_knowledge(committed_database, batch=2) == 1
        assert release_knowledge(committed_database, batch=2) == 0


def test_several_workers_at_once_recheck_every_plan_exactly_once(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinics = [opened(f"clinic-{number}") for number in range(6)]
    for clinic in clinics:
        a_dispute(committed_database, clinic)
        knew_nothing(committed_database, clinic)
    comers = 4
    barrier = threading.Barrier(comers)

    def come(_: int) -> int:
        with at(DAY):
            barrier.wait(timeout=20)
            return release_knowledge(committed_database)

    with ThreadPoolExecutor(comers) as pool:
        done = sum(pool.map(come, range(comers)))
    with at(DAY):
        done += release_knowledge(committed_database)

    assert done == len(clinics)
    for clinic in clinics:
        told = [one.type for one in rows(committed_database, clinic, PlanEvent)]
        assert told.count(EVENT) == 1
        [release] = rows(committed_database, clinic, KnowledgeRelease)
        assert (release.done, release.opened) == (1, 1)


def test_who_writes_first_takes_the_release_and_causes_only_what_they_wrote(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    knew_nothing(committed_database, clinic)

    with at(DAY):
        give(committed_database, clinic, "physiotherapist", asks("loaded-squat"))
        assert release_knowledge(committed_database) == 0

    old, new = flags(committed_database, clinic)
    assert [one.caused_by["kind"] for one in (old, new) if one.caused_by] == [
        "knowledge",
        "recommendation",
    ]
    told = [one.type for one in rows(committed_database, clinic, PlanEvent)]
    assert told[-3:] == [EVENT, "recommendation.created", "conflict.raised"]


def test_a_correction_of_the_patient_causes_only_what_age_brings(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    knew_nothing(committed_database, clinic)

    with at(DAY), committed_database.transaction(clinic.tenant_id) as session:
        patients.revise(
            session,
            clinic.actor("care-coordinator"),
            clinic.patient_id,
            1,
            {"birth_date": date(1971, 5, 4)},
        )

    [flag] = flags(committed_database, clinic)
    assert flag.caused_by is not None
    assert flag.caused_by["kind"] == "knowledge"
    told = [one.type for one in rows(committed_database, clinic, PlanEvent)]
    assert told[-2:] == [EVENT, "patient.updated"]


def test_a_write_is_not_held_for_what_only_new_knowledge_finds(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_hard_dispute(committed_database, clinic)
    knew_nothing(committed_database, clinic)
    with committed_database.transaction(clinic.tenant_id, readonly=True) as session:
        asked = session.scalars(
            select(Recommendation).where(Recommendation.action == "deadlift")
        ).one()

    with at(DAY), committed_database.transaction(clinic.tenant_id) as session:
        items.revise(
            session,
            clinic.actor("physiotherapist"),
            RECOMMENDATIONS,
            clinic.plan_id,
            asked.id,
            asked.version,
            {"rationale": "Strength for work."},
        )

    with committed_database.transaction(clinic.tenant_id, readonly=True) as session:
        now = session.get(Recommendation, (clinic.tenant_id, asked.id))
        assert now is not None
        assert (now.status, now.held_by) == ("active", [])


def test_reading_a_plan_that_is_behind_waits_for_nothing(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    knew_nothing(committed_database, clinic)

    with at(DAY), committed_database.transaction(clinic.tenant_id) as session:
        gate.enter(session, clinic.actor("physician"), clinic.plan_id)

    assert plan_of(committed_database, clinic).knowledge_version == OLD


def test_a_day_and_a_release_at_once_are_told_apart(
    committed_database: Database, opened: OpenClinic
) -> None:
    """The release finds what stood until yesterday; the day ends it, and owes nobody an old task."""
    clinic = opened()
    end = DAY + timedelta(days=3)
    with at(DAY):
        give(committed_database, clinic, "physiotherapist", asks("deadlift"))
        give(committed_database, clinic, "physician", no_lifting(DAY, end))
    knew_nothing(committed_database, clinic)
    before = plan_of(committed_database, clinic)

    with at(end):
        assert turn_days(committed_database) == 1

    after = plan_of(committed_database, clinic)
    assert (after.checked_on, after.revision) == (end, before.revision + 1)
    moves = [
        (one.item_kind, one.action)
        for one in rows(committed_database, clinic, Change)
        if one.revision == after.revision
    ]
    assert moves == [
        ("conflict", "raised"),
        ("care-plan", "knowledge-released"),
        ("conflict", "auto-closed"),
    ]
    [flag] = flags(committed_database, clinic)
    assert flag.caused_by is not None
    assert flag.caused_by["kind"] == "day"
    assert all(one.done_at for one in rows(committed_database, clinic, Obligation))


def test_what_a_late_release_asks_for_is_due_from_today(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinic = opened()
    a_hard_dispute(committed_database, clinic)
    with at(DAY):
        # Something that changes by time alone, so that the plan's day is due as well.
        give(
            committed_database,
            clinic,
            "physician",
            no_lifting(DAY, DAY + timedelta(days=5), action="swimming"),
        )
    knew_nothing(committed_database, clinic)
    late = DAY + timedelta(days=9)

    with at(late):
        release_knowledge(committed_database)

    assert {one.due for one in rows(committed_database, clinic, Obligation)} == {
        late,
        late + timedelta(days=1),
    }


def began(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_a_process_of_an_older_release_takes_no_plan_back(
    committed_database: Database, opened: OpenClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    put_behind(committed_database, clinic)
    with at(DAY):
        assert release_knowledge(committed_database, began=began(DAY, 9)) == 1

    monkeypatch.setattr(conflicts, "KNOWLEDGE_VERSION", OLD)
    with at(DAY, hour=10):
        assert release_knowledge(committed_database, began=began(DAY, 8)) == 0
    assert plan_of(committed_database, clinic).knowledge_version != OLD

    # Started after the newer one, it is a release taken back on purpose.
    with at(DAY, hour=12):
        assert release_knowledge(committed_database, began=began(DAY, 11)) == 1
    assert plan_of(committed_database, clinic).knowledge_version == OLD
    assert [one.version for one in rows(committed_database, clinic, KnowledgeRelease)][-1] == OLD
    assert len(rows(committed_database, clinic, KnowledgeRelease)) == 2
