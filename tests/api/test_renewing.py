"""Renewing an acceptance over HTTP: new days before the old ones pass, by as many people as it took."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.db import Database
from service.domain import clock
from service.models.changes import Obligation
from tests.api.advice import (
    DEADLIFT,
    NAPROXEN,
    NO_HEAVY_LIFTING,
    NO_STAIRS,
    STAIRS,
    flag_of,
    give,
    now,
)
from tests.api.conftest import Member, Members
from tests.clinic import Clinic

ACCEPTED = {"reason_code": "benefit-outweighs-risk", "text": "One flight at home is unavoidable."}


def monitored(day: str, **more: Any) -> dict[str, Any]:
    return {**ACCEPTED, "reason_code": "will-monitor", "monitor_by": day, **more}


def on(day: date) -> Any:
    return clock.set_to(datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC))


def accept(who: Member, flag: dict[str, Any], body: dict[str, Any]) -> Any:
    version = who.get(f"conflicts/{flag['id']}").json["version"]
    return who.post(f"conflicts/{flag['id']}/accept", body, version)


def read(who: Member, flag: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = who.get(f"conflicts/{flag['id']}").json
    return answer


def monitoring(database: Database, clinic: Clinic) -> list[tuple[str, str, bool]]:
    """List whom what was owed, until when, and whether it is done."""
    with database.transaction(clinic.tenant_id, readonly=True) as session:
        found = (
            session.query(Obligation).where(Obligation.kind == "monitor").order_by(Obligation.due)
        )
        names = {str(person.id): name for name, person in clinic.users.items()}
        return [(names[one.for_id], str(one.due), one.done_at is not None) for one in found]


@pytest.fixture
def flag(member: Members) -> dict[str, Any]:
    give(member("physician"), NO_STAIRS)
    give(member("physiotherapist"), STAIRS)
    return flag_of(member("physician"), "CF01")


@pytest.fixture
def hard(member: Members) -> dict[str, Any]:
    """A critical flag against a hard limit, which holds the physiotherapist's deadlift."""
    give(member("physician"), NO_HEAVY_LIFTING)
    give(member("physiotherapist"), DEADLIFT)
    return flag_of(member("physician"), "CF03")


def test_renewing_gives_new_days_and_a_new_obligation(
    flag: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    physician = member("physician")
    first = accept(physician, flag, monitored("2027-02-22", expires="2027-03-01")).json

    with on(date(2027, 2, 20)):
        renewed = accept(physician, flag, monitored("2027-03-08", expires="2027-03-15"))

    assert renewed.status_code == 200
    assert renewed.json["status"] == "accepted"
    assert renewed.json["expires"] == "2027-03-15"
    assert renewed.json["episode"] == 1
    assert renewed.json["closed_at"] == first["closed_at"]
    assert [one["monitor_by"] for one in renewed.json["acceptances"]] == [
        "2027-02-22",
        "2027-03-08",
    ]
    assert monitoring(database, clinic) == [
        ("physician", "2027-02-22", True),
        ("physician", "2027-03-08", False),
    ]
    past = physician.get(f"conflicts/{flag['id']}/history").json["items"]
    assert [one["action"] for one in past] == ["renewed", "accepted", "raised"]


def test_a_renewed_acceptance_outlives_its_first_days_and_lapses_on_its_last(
    flag: dict[str, Any], member: Members
) -> None:
    physician = member("physician")
    accept(physician, flag, monitored("2027-02-22", expires="2027-03-01"))
    with on(date(2027, 2, 21)):
        accept(physician, flag, monitored("2027-03-08", expires="2027-03-15"))

    for day in (date(2027, 2, 22), date(2027, 3, 1), date(2027, 3, 7)):
        with on(day):
            assert read(physician, flag)["status"] == "accepted"
    with on(date(2027, 3, 8)):
        lapsed = read(physician, flag)

    assert (lapsed["status"], lapsed["episode"]) == ("detected", 2)


def test_without_renewal_the_day_of_monitoring_ends_the_acceptance_and_stays_undone(
    flag: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    physician = member("physician")
    accept(physician, flag, monitored("2027-02-22"))

    with on(date(2027, 2, 22)):
        lapsed = read(physician, flag)
        assert monitoring(database, clinic) == [("physician", "2027-02-22", False)]
        again = accept(physician, flag, monitored("2027-03-01"))

    assert (lapsed["status"], lapsed["episode"]) == ("detected", 2)
    assert again.json["status"] == "accepted"
    past = physician.get(f"conflicts/{flag['id']}/history").json["items"]
    assert past[0]["action"] == "accepted"


@pytest.fixture
def something_due(member: Members) -> date:
    """A day that the plan turns on, whatever becomes of its flag."""
    give(member("physician"), NO_STAIRS, action="swimming", period={"end": "2027-02-18"})
    return date(2027, 2, 18)


def test_an_acceptance_on_the_first_request_of_a_day_lapses_after_other_writes_too(
    flag: dict[str, Any], something_due: date, member: Members
) -> None:
    physician = member("physician")
    with on(something_due):
        # Not read first: reading would turn the day, and accepting comes with the turn here.
        body = {**ACCEPTED, "expires": "2027-02-25"}
        physician.post(f"conflicts/{flag['id']}/accept", body, flag["version"])
        give(physician, NAPROXEN)

    with on(date(2027, 2, 25)):
        lapsed = read(physician, flag)

    assert (lapsed["status"], lapsed["episode"]) == ("detected", 2)


def test_what_is_accepted_on_the_first_request_of_a_day_stays_so_when_it_gets_better(
    flag: dict[str, Any], something_due: date, member: Members
) -> None:
    physician = member("physician")
    advice = physician.get("recommendations").json["items"]
    [limit] = [one for one in advice if one["stance"] == "discourage" and one["action"] == "stairs"]
    sooner = {"period": {"start": "2027-02-01", "end": "2027-03-20"}}
    with on(something_due):
        body = {**ACCEPTED, "expires": "2027-03-01"}
        physician.post(f"conflicts/{flag['id']}/accept", body, flag["version"])
        answer = physician.patch(f"recommendations/{limit['id']}", sooner, limit["version"])

    assert answer.status_code == 200
    assert read(physician, flag)["status"] == "accepted"


def test_renewing_without_a_day_to_monitor_asks_for_no_more(
    flag: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    physician = member("physician")
    accept(physician, flag, monitored("2027-02-22"))

    renewed = accept(physician, flag, ACCEPTED)

    assert renewed.json["expires"] == "2027-03-15"
    assert monitoring(database, clinic) == [("physician", "2027-02-22", True)]
    with on(date(2027, 2, 23)):
        assert read(physician, flag)["status"] == "accepted"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**ACCEPTED, "expires": "2027-02-15"}, "/expires"),
        ({**ACCEPTED, "expires": "2027-04-02"}, "/expires"),
        ({**ACCEPTED, "reason_code": "will-monitor"}, "/monitor_by"),
        (monitored("2027-02-15"), "/monitor_by"),
    ],
)
def test_the_days_of_a_renewal_are_held_to_the_same_rules(
    flag: dict[str, Any], member: Members, body: dict[str, Any], pointer: str
) -> None:
    physician = member("physician")
    before = accept(physician, flag, monitored("2027-02-22")).json

    refused = accept(physician, flag, body)

    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json["errors"]] == [pointer]
    assert read(physician, flag) == before


@pytest.mark.parametrize(
    ("username", "status"),
    [("physiotherapist", 403), ("psychologist", 403), ("care-coordinator", 403), ("patient", 403)],
)
def test_only_who_may_accept_renews(
    flag: dict[str, Any], member: Members, username: str, status: int
) -> None:
    accepted = accept(member("physician"), flag, ACCEPTED).json

    answer = member(username).post(f"conflicts/{flag['id']}/accept", ACCEPTED, accepted["version"])

    assert answer.status_code == status


@pytest.mark.parametrize("action", ["acknowledge", "discuss", "dismiss"])
def test_nothing_else_is_done_to_an_accepted_flag(
    flag: dict[str, Any], member: Members, action: str
) -> None:
    accepted = accept(member("physician"), flag, ACCEPTED).json
    body = {"comment": "x"} if action == "discuss" else {"reason": "x"}

    answer = member("physician").post(f"conflicts/{flag['id']}/{action}", body, accepted["version"])

    assert (answer.status_code, answer.json["code"]) == (409, "flag-closed")


def test_a_dismissed_flag_is_not_renewed(flag: dict[str, Any], member: Members) -> None:
    dismissed = member("physician").post(f"conflicts/{flag['id']}/dismiss", {"reason": "x"}, 1)
    assert dismissed.status_code == 200

    answer = accept(member("physician"), flag, ACCEPTED)

    assert (answer.status_code, answer.json["code"]) == (409, "flag-closed")


def test_a_hard_critical_acceptance_is_renewed_by_two(
    hard: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    physician, other = member("physician"), member("physician-2")
    accept(physician, hard, monitored("2027-02-18", expires="2027-02-20"))
    accept(other, hard, monitored("2027-02-18", expires="2027-02-20"))
    assert read(physician, hard)["status"] == "accepted"

    proposed = accept(other, hard, monitored("2027-02-24", expires="2027-02-26"))
    alone = accept(other, hard, monitored("2027-02-24", expires="2027-02-26"))
    asked = accept(member("physiotherapist"), hard, ACCEPTED)
    still = read(physician, hard)
    second = accept(physician, hard, monitored("2027-02-23", expires="2027-02-25"))

    assert (proposed.status_code, proposed.json["status"]) == (200, "accepted")
    assert proposed.json["expires"] == "2027-02-20"
    assert (alone.status_code, alone.json["code"]) == (409, "second-acceptance-needed")
    assert asked.status_code == 403
    assert still["expires"] == "2027-02-20"
    assert second.json["expires"] == "2027-02-25"
    assert [one["awaits_second"] for one in second.json["acceptances"]] == [
        True,
        False,
        True,
        False,
    ]
    assert monitoring(database, clinic) == [
        ("physician-2", "2027-02-18", True),
        ("physician", "2027-02-23", False),
    ]
    past = physician.get(f"conflicts/{hard['id']}/history").json["items"]
    assert [one["action"] for one in past][:4] == [
        "renewed",
        "renewal-proposed",
        "accepted",
        "acceptance-proposed",
    ]


def test_of_two_who_accept_the_earlier_days_count(
    hard: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    physician, other = member("physician"), member("physician-2")
    accept(physician, hard, monitored("2027-02-18", expires="2027-02-22"))
    both = accept(other, hard, {**ACCEPTED, "expires": "2027-02-26"})

    assert (both.json["status"], both.json["expires"]) == ("accepted", "2027-02-22")
    assert monitoring(database, clinic) == [("physician", "2027-02-18", False)]
    with on(date(2027, 2, 18)):
        assert read(physician, hard)["status"] == "detected"


def test_a_first_word_that_has_passed_is_no_first_word_any_more(
    hard: dict[str, Any], member: Members
) -> None:
    physician, other = member("physician"), member("physician-2")
    accept(physician, hard, {**ACCEPTED, "expires": "2027-02-18"})

    with on(date(2027, 2, 18)):
        late = accept(other, hard, {**ACCEPTED, "expires": "2027-02-26"})
        again = accept(physician, hard, {**ACCEPTED, "expires": "2027-02-25"})

    assert (late.status_code, late.json["status"]) == (200, "in-discussion")
    assert (again.json["status"], again.json["expires"]) == ("accepted", "2027-02-25")


def test_a_renewal_that_only_one_has_said_lapses_with_the_acceptance(
    hard: dict[str, Any], member: Members
) -> None:
    physician, other = member("physician"), member("physician-2")
    for who in (physician, other):
        accept(who, hard, {**ACCEPTED, "expires": "2027-02-20"})
    accept(physician, hard, {**ACCEPTED, "expires": "2027-02-26"})

    with on(date(2027, 2, 20)):
        lapsed = read(physician, hard)
        again = accept(other, hard, {**ACCEPTED, "expires": "2027-02-26"})

    assert (lapsed["status"], lapsed["episode"]) == ("detected", 2)
    # The word of the last episode is not the first of this one.
    assert again.json["status"] == "in-discussion"


def test_a_renewal_holds_nothing_again(hard: dict[str, Any], member: Members) -> None:
    physician, other = member("physician"), member("physician-2")
    [held] = [one for one in hard["statements"] if one["author"]["role"] == "physiotherapist"]
    for who in (physician, other, physician):
        accept(who, hard, {**ACCEPTED, "expires": "2027-02-20"})

    assert now(physician, held)["status"] == "active"
    accept(other, hard, {**ACCEPTED, "expires": "2027-02-26"})
    assert now(physician, held)["status"] == "active"
