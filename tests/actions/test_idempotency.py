"""Kept answers on a real database: a twin in flight knows at once, a day is a day, a rollback keeps nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.actions import idempotency
from service.db import Database
from service.domain import clock
from service.errors import RuleConflict, RuleInvalid
from tests.clinic import open_clinic, tenant_id_of

TENANT = tenant_id_of("clinic")
WHERE: dict[str, Any] = {
    "tenant_id": TENANT,
    "principal": uuid.UUID(int=7),
    "method": "POST",
    "path": "/api/v1/care-plans/x/goals",
    "key": "key-1",
    "body_hash": "a" * 64,
}
ANSWER: dict[str, Any] = {"status": 201, "headers": {"ETag": 'W/"1"'}, "body": b'{"id":1}'}
NOON = datetime(2027, 2, 15, 12, tzinfo=UTC)


@pytest.fixture
def clinic(committed_database: Database) -> Database:
    with committed_database.transaction(TENANT) as session:
        open_clinic(session)
    return committed_database


def test_an_answer_is_kept_for_a_day_and_then_gives_way(clinic: Database) -> None:
    with clock.set_to(NOON), clinic.transaction(TENANT) as session:
        assert idempotency.admit(session, **WHERE) is None
        idempotency.keep(session, **WHERE, **ANSWER)
    with (
        clock.set_to(NOON + timedelta(hours=23, minutes=59)),
        clinic.transaction(TENANT) as session,
    ):
        kept = idempotency.admit(session, **WHERE)
        assert kept == idempotency.Stored(201, {"ETag": 'W/"1"'}, b'{"id":1}')
    with clock.set_to(NOON + timedelta(hours=24, minutes=1)), clinic.transaction(TENANT) as session:
        assert idempotency.admit(session, **{**WHERE, "body_hash": "b" * 64}) is None
        idempotency.keep(session, **{**WHERE, "body_hash": "b" * 64}, **{**ANSWER, "body": b"new"})
    with clock.set_to(NOON + timedelta(hours=25)), clinic.transaction(TENANT) as session:
        kept = idempotency.admit(session, **{**WHERE, "body_hash": "b" * 64})
        assert kept is not None
        assert kept.body == b"new"


def test_another_body_is_refused(clinic: Database) -> None:
    with clinic.transaction(TENANT) as session:
        idempotency.admit(session, **WHERE)
        idempotency.keep(session, **WHERE, **ANSWER)
    with (
        pytest.raises(RuleInvalid) as refused,
        clinic.transaction(TENANT) as session,
    ):
        idempotency.admit(session, **{**WHERE, "body_hash": "b" * 64})
    assert refused.value.code == "key-reused"


def test_a_twin_in_flight_is_refused_at_once_and_served_afterwards(clinic: Database) -> None:
    with clinic.transaction(TENANT) as first:
        assert idempotency.admit(first, **WHERE) is None
        with (
            pytest.raises(RuleConflict) as refused,
            clinic.transaction(TENANT) as twin,
        ):
            idempotency.admit(twin, **WHERE)
        assert refused.value.code == "key-in-flight"
        # Another key of the same caller is in nobody's way.
        with clinic.transaction(TENANT) as other:
            assert idempotency.admit(other, **{**WHERE, "key": "key-2"}) is None
        idempotency.keep(first, **WHERE, **ANSWER)
    with clinic.transaction(TENANT) as later:
        assert idempotency.admit(later, **WHERE) is not None


@pytest.mark.parametrize(
    "other",
    [
        {"principal": uuid.UUID(int=8)},
        {"method": "PUT"},
        {"path": "/api/v1/care-plans/y/goals"},
        {"key": "key-2"},
    ],
)
def test_a_key_is_one_callers_for_one_path(clinic: Database, other: dict[str, Any]) -> None:
    with clinic.transaction(TENANT) as session:
        idempotency.keep(session, **WHERE, **ANSWER)
    with clinic.transaction(TENANT) as session:
        assert idempotency.admit(session, **{**WHERE, **other}) is None


def test_another_clinic_sees_no_kept_answer(clinic: Database) -> None:
    other = tenant_id_of("other")
    with clinic.transaction(other) as session:
        open_clinic(session, "other")
    with clinic.transaction(TENANT) as session:
        idempotency.keep(session, **WHERE, **ANSWER)
    with clinic.transaction(other) as session:
        assert idempotency.admit(session, **{**WHERE, "tenant_id": other}) is None
        # Row-level security holds even where the code would ask for the wrong clinic.
        assert idempotency.admit(session, **WHERE) is None


def test_what_is_rolled_back_is_not_kept(clinic: Database) -> None:
    def fail() -> None:
        with clinic.transaction(TENANT) as session:
            idempotency.admit(session, **WHERE)
            idempotency.keep(session, **WHERE, **ANSWER)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with clinic.transaction(TENANT) as session:
        assert idempotency.admit(session, **WHERE) is None
