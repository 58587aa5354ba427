"""Data, history, event and audit are committed together, or none of them is; afterwards the service goes on."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text

from service.actions import items
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.errors import Unavailable
from service.models.audit import AuditEvent
from service.models.changes import Change, PlanEvent
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation
from tests.clinic import Clinic
from tests.concurrency.conftest import Door, at_once
from tests.databases import DatabaseUrls

ADVICE = {"kind": "exercise", "stance": "recommend", "action": "walking"}


def counts(database: Database, clinic: Clinic) -> dict[str, Any]:
    """Count what one piece of advice leaves in four tables, and where the plan stands."""
    with database.transaction(clinic.tenant_id) as session:
        plan = session.get(CarePlan, (clinic.tenant_id, clinic.plan_id))
        assert plan is not None

        def count(*conditions: Any) -> int:
            return session.scalar(select(func.count()).where(*conditions)) or 0

        return {
            "advice": count(Recommendation.plan_id == clinic.plan_id),
            "history": count(Change.item_kind == "recommendation", Change.action == "created"),
            "events": count(PlanEvent.type == "recommendation.created"),
            "audit": count(AuditEvent.action == "create", AuditEvent.outcome == "success"),
            "revision": plan.revision - 1,
            "sequence": plan.event_sequence,
        }


def kill(urls: DatabaseUrls, process_id: int | None) -> None:
    with psycopg.connect(urls.service, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [process_id])


@pytest.mark.parametrize("moment", ["before the flush", "after the audit row"])
def test_a_backend_that_dies_leaves_nothing_of_its_transaction(
    moment: str, committed_database: Database, committed_urls: DatabaseUrls, clinic: Clinic
) -> None:
    before = counts(committed_database, clinic)

    def give() -> None:
        with committed_database.transaction(clinic.tenant_id) as session:
            own = session.scalar(text("SELECT pg_backend_pid()"))
            if moment == "before the flush":
                kill(committed_urls, own)
            items.create(
                session, clinic.actor("physiotherapist"), RECOMMENDATIONS, clinic.plan_id, ADVICE
            )
            session.flush()
            kill(committed_urls, own)

    with pytest.raises(Unavailable):
        give()
    assert counts(committed_database, clinic) == before
    with committed_database.transaction(clinic.tenant_id) as session:
        items.create(
            session, clinic.actor("physiotherapist"), RECOMMENDATIONS, clinic.plan_id, ADVICE
        )
    after = counts(committed_database, clinic)
    assert {name: after[name] - before[name] for name in after} == dict.fromkeys(after, 1)


@pytest.mark.usefixtures("planted_fault")
def test_a_write_whose_audit_row_cannot_be_written_is_no_write(
    committed_database: Database, committed_urls: DatabaseUrls, clinic: Clinic, door: Door
) -> None:
    before = counts(committed_database, clinic)
    with psycopg.connect(committed_urls.owner, autocommit=True) as owner:
        owner.execute(
            "ALTER TABLE audit_events ADD CONSTRAINT no_more CHECK (at < '2020-01-01') NOT VALID"
        )
        write = door.ask(clinic, "physiotherapist", "POST", "/recommendations", ADVICE)
        read = door.ask(clinic, "physiotherapist", "GET", "/recommendations")
        denied = door.ask(clinic, "physician-outsider", "GET", "/recommendations")
        owner.execute("ALTER TABLE audit_events DROP CONSTRAINT no_more")
    assert [write.status_code, read.status_code, denied.status_code] == [500, 500, 500]
    assert b"items" not in read.data
    assert counts(committed_database, clinic) == before


def test_what_is_refused_is_rolled_back_and_recorded(
    committed_database: Database, clinic: Clinic, door: Door
) -> None:
    before = counts(committed_database, clinic)
    refusals = [
        ("physician-outsider", "GET", "/summary", None, 404),
        ("physician-outsider", "POST", "/recommendations", ADVICE, 404),
        ("care-coordinator", "POST", "/recommendations", ADVICE, 403),
        ("patient", "POST", "/recommendations", ADVICE, 403),
    ]
    for who, method, path, body, status in refusals:
        assert door.ask(clinic, who, method, path, body).status_code == status, who
    with committed_database.transaction(clinic.tenant_id) as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.outcome == "denied").order_by(AuditEvent.id)
        ).all()
    assert [(row.user_id, row.plan_id) for row in rows] == [
        (clinic.users[who].id, clinic.plan_id) for who, *_ in refusals
    ]
    assert [row.code for row in rows] == [
        "not-found",
        "not-found",
        "not-permitted",
        "not-permitted",
    ]
    assert counts(committed_database, clinic) == before


def test_twins_with_one_key_write_once(
    committed_database: Database, clinic: Clinic, door: Door
) -> None:
    rounds = 25

    def post() -> Any:
        keys = iter(range(rounds))

        def once() -> tuple[int, bytes, bool]:
            response = door.ask(
                clinic,
                "physiotherapist",
                "POST",
                "/recommendations",
                ADVICE,
                Idempotency_Key=f"twin-{next(keys)}-of-this-round",
            )
            return response.status_code, response.data, "Idempotency-Replayed" in response.headers

        return once

    for answers in at_once([post() for _ in range(3)], rounds=rounds):
        fresh = [body for status, body, replayed in answers if status == 201 and not replayed]
        assert len(fresh) == 1
        for status, body, replayed in answers:
            assert status in (201, 409)
            assert not replayed or body == fresh[0]
    found = counts(committed_database, clinic)
    assert found == dict.fromkeys(found, rounds)
