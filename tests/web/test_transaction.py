"""One transaction an answer: commits, refusals on record, and answers that are kept for a repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.errors import RuleConflict, Unavailable
from tests.web.conftest import (
    FORBIDDEN,
    HIDDEN,
    PERSON,
    PLAN,
    STRANGER,
    THING,
    Client,
    World,
)

Bearer = Callable[..., dict[str, str]]
THINGS = f"/api/v1/care-plans/{PLAN}/things"
ONE = f"{THINGS}/{THING}"


def test_an_error_at_commit_is_an_answer_like_any_other(
    client: Client, bearer: Bearer, world: World
) -> None:
    world.at_commit = RuleConflict("already-exists")
    answer = client.post(THINGS, json={"title": "x"}, headers=bearer())
    assert (answer.status_code, answer.json["code"]) == (409, "already-exists")
    assert world.transactions == ["rollback"]
    assert world.made == []


@pytest.mark.usefixtures("planted_fault")
def test_an_unknown_fault_at_commit_is_a_500_and_nothing_stands(
    client: Client, bearer: Bearer, world: World
) -> None:
    world.at_commit = RuntimeError("boom")
    answer = client.post(THINGS, json={"title": "x"}, headers={**bearer(), "Idempotency-Key": "k"})
    assert answer.status_code == 500
    assert (world.made, world.kept) == ([], {})


@pytest.mark.usefixtures("planted_fault")
def test_a_dump_that_fails_takes_the_write_with_it(
    client: Client, bearer: Bearer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise TypeError("no such form")

    monkeypatch.setattr("service.web.transaction.respond", broken)
    assert client.post(THINGS, json={"title": "x"}, headers=bearer()).status_code == 500
    assert world.transactions == ["rollback"]
    assert world.made == []


@pytest.mark.parametrize(
    ("plan", "scopes", "code"),
    [
        (HIDDEN, ("plan:read",), "not-found"),
        (FORBIDDEN, ("plan:read",), "not-permitted"),
        (PLAN, ("audit:read",), "insufficient-scope"),
    ],
)
def test_a_refusal_is_recorded_in_a_second_transaction(
    client: Client,
    bearer: Bearer,
    world: World,
    plan: object,
    scopes: tuple[str, ...],
    code: str,
) -> None:
    answer = client.get(f"/api/v1/care-plans/{plan}/things/{THING}", headers=bearer(*scopes))
    denial = world.denials[0]
    assert len(world.denials) == 1
    assert denial["actor"].user_id == PERSON
    assert (denial["operation"], denial["code"], denial["plan_id"]) == ("getThing", code, plan)
    assert denial["request_id"] == answer.headers["X-Request-Id"]
    assert world.transactions[-1] == "commit"


def test_whom_we_do_not_know_has_no_refusals(client: Client, bearer: Bearer, world: World) -> None:
    client.get(ONE)
    client.get(ONE, headers=bearer(subject=STRANGER))
    client.get(ONE, headers=bearer("audit:read", subject=STRANGER))
    client.patch(ONE, json={}, headers={**bearer(), "If-Match": 'W/"1"'})
    assert world.denials == []


def test_a_refusal_that_cannot_be_recorded_is_no_answer(
    client: Client, bearer: Bearer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(world, "denied", full)
    client.application.extensions["concord"].doors = world.doors()
    answer = client.get(f"/api/v1/care-plans/{HIDDEN}/things", headers=bearer())
    assert answer.status_code == 503


# --- idempotency -------------------------------------------------------------------------------


def test_a_repeated_key_gets_the_same_answer(client: Client, bearer: Bearer, world: World) -> None:
    headers = {**bearer(), "Idempotency-Key": "key-1"}
    first = client.post(THINGS, json={"title": "x", "count": 1}, headers=headers)
    again = client.post(THINGS, json={"count": 1, "title": "x"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    for name in ("Location", "ETag", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(world.made) == 1


def test_a_key_with_another_body_is_422(client: Client, bearer: Bearer) -> None:
    headers = {**bearer(), "Idempotency-Key": "key-1"}
    client.post(THINGS, json={"title": "x"}, headers=headers)
    answer = client.post(THINGS, json={"title": "y"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (422, "key-reused")


def test_a_twin_in_flight_is_409_at_once(client: Client, bearer: Bearer, world: World) -> None:
    world.twin_in_flight = True
    answer = client.post(
        THINGS, json={"title": "x"}, headers={**bearer(), "Idempotency-Key": "key-1"}
    )
    assert (answer.status_code, answer.json["code"]) == (409, "key-in-flight")
    assert answer.headers["Retry-After"] == "1"


def test_a_key_is_the_callers_own_for_one_path(
    client: Client, bearer: Bearer, world: World
) -> None:
    for who, path in (
        (bearer(), THINGS),
        (bearer(subject=PLAN), THINGS),
        (bearer(tenant=PLAN), THINGS),
        (bearer(), f"/api/v1/care-plans/{THING}/things"),
    ):
        headers = {**who, "Idempotency-Key": "key-1"}
        answer = client.post(path, json={"title": "x"}, headers=headers)
        assert "Idempotency-Replayed" not in answer.headers
    assert len(world.made) == 4


def test_only_good_answers_are_kept(client: Client, bearer: Bearer, world: World) -> None:
    headers = {**bearer(), "Idempotency-Key": "key-1"}
    world.raises = RuleConflict("plan-closed")
    assert client.post(THINGS, json={"title": "x"}, headers=headers).status_code == 409
    world.raises = None
    answer = client.post(THINGS, json={"title": "x"}, headers=headers)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_a_replay_passes_the_gate_again_and_comes_before_412(
    client: Client, bearer: Bearer, world: World
) -> None:
    headers = {**bearer(), "Idempotency-Key": "key-1", "If-Match": 'W/"7"'}
    first = client.post(f"{ONE}/poke", headers=headers)
    assert first.status_code == 200
    # The version has moved on since; the repeated request is answered as it was all the same.
    again = client.post(f"{ONE}/poke", headers=headers)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    world.gone.add(PERSON)
    assert client.post(f"{ONE}/poke", headers=headers).status_code == 401


@pytest.mark.parametrize("key", ["", "a b", "é", "k" * 256, "tab\t"])
def test_a_key_is_short_and_printable(client: Client, bearer: Bearer, key: str) -> None:
    headers = {**bearer(), "Idempotency-Key": key}
    answer = client.post(THINGS, json={"title": "x"}, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid-header")
