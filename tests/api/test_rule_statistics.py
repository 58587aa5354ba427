"""What became of a rule's flags over HTTP: counted over the clinic's plans, and no patient among the counts."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from service import conflicts
from service.actions import items, rule_statistics
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.domain import clock
from service.domain.ids import new_id
from service.domain.vocabulary import Role
from service.models.audit import AuditEvent
from service.models.changes import Change
from service.models.flags import Flag
from tests.api.advice import NO_STAIRS, STAIRS, flag_of, give
from tests.api.conftest import Member, Members
from tests.clinic import Clinic, open_clinic, tenant_id_of

API = "/api/v1"
ACCEPTED = {"reason_code": "patient-prefers", "text": "Asked for it."}
NOTHING = {
    "flags": 0,
    "open": 0,
    "raised": 0,
    "acknowledged": 0,
    "changed": 0,
    "accepted": 0,
    "renewed": 0,
    "dismissed": 0,
    "auto_closed": 0,
    "superseded": 0,
}


def statistics(who: Member, code: str = "CF01") -> dict[str, Any]:
    answer = who.get(f"{API}/conflict-rules/{code}/statistics")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


def counts(shown: dict[str, Any]) -> dict[str, int]:
    return {name: shown[name] for name in NOTHING}


def on(day: date) -> Any:
    return clock.set_to(datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC))


def act(who: Member, flag: dict[str, Any], action: str, body: dict[str, Any]) -> Any:
    one = f"conflicts/{flag['id']}"
    answer = who.post(f"{one}/{action}", body, who.get(one).json["version"])
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.fixture
def flag(member: Members) -> dict[str, Any]:
    give(member("physician"), NO_STAIRS)
    give(member("physiotherapist"), STAIRS)
    return flag_of(member("physician"), "CF01")


def decided(database: Database, clinic: Clinic, code: str, dismissed: int, accepted: int) -> None:
    """Write so many decisions into a rule's history, as the flags' own actions would."""
    with database.transaction(clinic.tenant_id) as session:
        for number, action in enumerate(["dismissed"] * dismissed + ["accepted"] * accepted):
            flag_id = new_id()
            session.add(
                Flag(
                    tenant_id=clinic.tenant_id,
                    id=flag_id,
                    plan_id=clinic.plan_id,
                    fingerprint=f"{code}-{number}",
                    code=code,
                    tier="notice",
                    finding={"rule_version": "1", "statements": []},
                    material="m",
                    status=action,
                    opened_at=clock.now(),
                    updated_at=clock.now(),
                )
            )
            session.add(
                Change(
                    tenant_id=clinic.tenant_id,
                    plan_id=clinic.plan_id,
                    revision=1,
                    item_kind="conflict",
                    item_id=flag_id,
                    version=2,
                    action=action,
                    by_id="somebody",
                    fields=[],
                    before={},
                    after={"acceptances": [{"reason_code": "other"}]}
                    if action == "accepted"
                    else {},
                )
            )


def test_a_rule_that_found_nothing_counts_nothing(member: Members) -> None:
    shown = statistics(member("physician"), "CF29")

    assert counts(shown) == NOTHING
    assert (shown["code"], shown["type"]) == ("CF29", "cap-disagreement")
    assert shown["knowledge_version"] == conflicts.KNOWLEDGE_VERSION
    assert (shown["decisions"], shown["dismissed_share"], shown["median_days_open"]) == (
        0,
        None,
        None,
    )
    assert (shown["by_tier"], shown["by_version"], shown["accepted_because"]) == ([], [], [])
    assert shown["review"] == {"share_above": 0.6, "decisions_from": 20, "rules": []}


def test_each_thing_done_to_a_flag_is_counted_as_what_it_is(
    flag: dict[str, Any], member: Members
) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    assert counts(statistics(physio)) == {**NOTHING, "flags": 1, "open": 1, "raised": 1}

    act(physician, flag, "acknowledge", {"reason": "Seen."})
    act(physician, flag, "accept", {**ACCEPTED, "expires": "2027-02-20"})
    act(physician, flag, "accept", {**ACCEPTED, "expires": "2027-02-19"})

    once = statistics(physio)
    assert counts(once) == {
        **NOTHING,
        "flags": 1,
        "raised": 1,
        "acknowledged": 1,
        "accepted": 1,
        "renewed": 1,
    }
    assert once["accepted_because"] == [{"reason_code": "patient-prefers", "times": 1}]
    # The acceptance lapses: the flag is open again, and then put aside.
    with on(date(2027, 2, 19)):
        act(physician, flag, "dismiss", {"reason": "One flight only."})
    twice = statistics(physio)
    assert counts(twice) == {
        **NOTHING,
        "flags": 1,
        "raised": 2,
        "acknowledged": 1,
        "accepted": 1,
        "renewed": 1,
        "dismissed": 1,
    }
    assert (twice["decisions"], twice["dismissed_share"]) == (2, 0.5)


def test_a_flag_that_a_citing_change_clears_is_changed_and_another_closes_by_itself(
    flag: dict[str, Any], member: Members
) -> None:
    physio = member("physiotherapist")
    [asked] = [one for one in flag["statements"] if one["author"]["role"] == "physiotherapist"]
    advice = f"recommendations/{asked['id']}"

    physio.patch(advice, {"status": "on-hold"}, 1)
    assert counts(statistics(physio)) == {**NOTHING, "flags": 1, "raised": 1, "auto_closed": 1}
    physio.patch(advice, {"status": "active"}, 2)
    physio.patch(advice, {"status": "revoked", "resolves": [flag["id"]]}, 3)

    shown = statistics(physio)
    assert counts(shown) == {
        **NOTHING,
        "flags": 1,
        "raised": 2,
        "changed": 1,
        "auto_closed": 1,
    }
    assert (shown["decisions"], shown["dismissed"], shown["dismissed_share"]) == (1, 0, 0.0)


def test_the_median_is_over_episodes_that_ended(flag: dict[str, Any], member: Members) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    [asked] = [one for one in flag["statements"] if one["author"]["role"] == "physiotherapist"]
    advice = f"recommendations/{asked['id']}"
    assert statistics(physio)["median_days_open"] is None

    # Three episodes of two, five and three days.
    version = 1
    day = date(2027, 2, 15)
    for length, pause in ((2, 1), (5, 1), (3, 1)):
        with on(day + timedelta(days=length)):
            physio.patch(advice, {"status": "on-hold"}, version)
        day += timedelta(days=length + pause)
        with on(day):
            physio.patch(advice, {"status": "active"}, version + 1)
        version += 2

    assert statistics(physician)["median_days_open"] == 3.0


def test_counts_are_told_apart_by_tier_and_by_the_rules_version(
    flag: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    decided(database, clinic, "CF01", dismissed=2, accepted=0)

    shown = statistics(member("physician"))

    assert [one["tier"] for one in shown["by_tier"]] == ["notice", "warning"]
    notice, warning = shown["by_tier"]
    assert counts(notice) == {**NOTHING, "flags": 2, "dismissed": 2}
    assert counts(warning) == {**NOTHING, "flags": 1, "open": 1, "raised": 1}
    for parts in (shown["by_tier"], shown["by_version"]):
        for name in NOTHING:
            assert sum(one[name] for one in parts) == shown[name]


@pytest.mark.parametrize(
    ("dismissed", "accepted", "listed"),
    [(12, 8, False), (13, 7, True), (19, 0, False), (20, 0, True), (0, 40, False)],
)
def test_a_rule_dismissed_in_more_than_sixty_of_a_hundred_of_twenty_decisions_is_for_review(
    member: Members,
    database: Database,
    clinic: Clinic,
    dismissed: int,
    accepted: int,
    listed: bool,
) -> None:
    decided(database, clinic, "CF27", dismissed, accepted)

    own, other = (statistics(member("physician"), code) for code in ("CF27", "CF02"))

    assert own["for_review"] is listed
    assert other["for_review"] is False
    assert own["review"] == other["review"]
    assert [one["code"] for one in other["review"]["rules"]] == (["CF27"] if listed else [])
    if listed:
        [one] = other["review"]["rules"]
        share = round(dismissed / (dismissed + accepted), 3)
        assert (one["decisions"], one["dismissed_share"]) == (dismissed + accepted, share)


def test_another_clinics_flags_are_not_counted(
    flag: dict[str, Any], member: Members, database: Database
) -> None:
    with database.transaction(tenant_id_of("elsewhere")) as session:
        elsewhere = open_clinic(session, "elsewhere")
    decided(database, elsewhere, "CF01", dismissed=30, accepted=0)

    shown = statistics(member("physician"))

    assert counts(shown) == {**NOTHING, "flags": 1, "open": 1, "raised": 1}
    assert shown["review"]["rules"] == []


def test_nothing_shown_names_a_plan_a_person_or_what_was_said(
    flag: dict[str, Any], member: Members, clinic: Clinic
) -> None:
    physician = member("physician")
    act(physician, flag, "discuss", {"comment": "Ada's knee"})
    act(physician, flag, "dismiss", {"reason": "Ada wants it"})

    text = physician.get(f"{API}/conflict-rules/CF01/statistics").get_data(as_text=True)

    named: list[uuid.UUID | str] = [clinic.plan_id, clinic.patient_id, flag["id"]]
    named += [person.id for person in clinic.users.values()]
    for one in (*map(str, named), "Ada", "stairs"):
        assert one not in text


@pytest.mark.parametrize("who", [*Role, "physician-outsider"])
def test_the_staff_of_the_clinic_reads_them(member: Members, who: str) -> None:
    answer = member(who, scopes=()).get(f"{API}/conflict-rules/CF01/statistics")

    refused = who in (Role.PATIENT, Role.CLINIC_SYSTEM)
    assert answer.status_code == (403 if refused else 200)


@pytest.mark.parametrize("code", ["CF99", "cf01", "%00"])
def test_a_rule_nobody_knows_has_none(member: Members, code: str) -> None:
    assert member("physician").get(f"{API}/conflict-rules/{code}/statistics").status_code == 404


def test_reading_them_is_audited_and_takes_two_statements(
    flag: dict[str, Any], member: Members, database: Database, clinic: Clinic
) -> None:
    seen: list[str] = []
    with database.transaction(clinic.tenant_id) as session:
        for number in range(3):
            setting = ["home", "gym", "work"][number]
            items.create(
                session,
                clinic.actor("physiotherapist"),
                RECOMMENDATIONS,
                clinic.plan_id,
                {**STAIRS, "context": {"setting": [setting]}},
            )
        session.flush()
        connection = session.connection()

        def note(_connection: Any, _cursor: Any, statement: str, *_further: Any) -> None:
            seen.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        try:
            shown = rule_statistics.of_rule(session, clinic.actor("physician"), "CF01")
            session.flush()
        finally:
            event.remove(connection, "before_cursor_execute", note)
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.resource == "rule-statistics")
        ).all()

    assert shown["open"] == 4
    assert len(seen) == 2, "\n".join(seen)
    [row] = rows
    assert (row.action, row.outcome, row.patient_id, row.plan_id) == ("read", "success", None, None)
