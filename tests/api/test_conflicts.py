"""Flags over HTTP: what they show to whom, and what the team does about them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.api.advice import (
    CYCLING,
    DEADLIFT,
    NO_HEAVY_LIFTING,
    NO_STAIRS,
    STAIRS,
    flag_of,
    give,
    now,
)
from tests.api.conftest import Members

ACCEPTED = {"reason_code": "benefit-outweighs-risk", "text": "One flight at home is unavoidable."}


@pytest.fixture
def flag(member: Members) -> dict[str, Any]:
    """A warning: the physiotherapist asks for stairs, the physician discourages them."""
    give(member("physician"), NO_STAIRS, rationale="The knee swells.")
    give(member("physiotherapist"), STAIRS)
    return flag_of(member("physician"), "CF01")


@pytest.fixture
def critical(member: Members) -> dict[str, Any]:
    """A critical flag against a hard limit; it holds the deadlift."""
    give(member("physician"), NO_HEAVY_LIFTING)
    give(member("physiotherapist"), DEADLIFT)
    return flag_of(member("physician"), "CF03")


def where(flag: dict[str, Any], action: str = "") -> str:
    return f"conflicts/{flag['id']}" + (f"/{action}" if action else "")


def test_a_flag_shows_the_finding_and_its_life(flag: dict[str, Any], member: Members) -> None:
    assert flag["tier"] == "warning"
    assert flag["severity"] == "moderate"
    assert flag["status"] == "detected"
    assert flag["episode"] == 1
    assert flag["version"] == 1
    assert flag["closed_at"] is None
    assert flag["resolution"] is None
    assert len(flag["summary"]) <= 140
    assert {one["author"]["discipline"] for one in flag["statements"]} == {
        "physician",
        "physiotherapy",
    }
    assert flag["repairs"]
    assert flag["caused_by"]["kind"] == "recommendation"
    read = member("psychologist").get(where(flag))
    assert read.json == flag
    assert read.headers["ETag"] == 'W/"1"'


def test_what_both_sides_of_a_warning_show(flag: dict[str, Any], member: Members) -> None:
    listed = member("physician").get("recommendations").json["items"]

    assert [one["under_discussion"] for one in listed] == [True, True]
    assert [one["status"] for one in listed] == ["active", "active"]


def test_filters_take_several_values(flag: dict[str, Any], member: Members) -> None:
    physio = member("physiotherapist")
    advice = flag["statements"][0]["id"]

    def ids(query: str) -> list[str]:
        return [one["id"] for one in physio.get(f"conflicts?{query}").json["items"]]

    assert flag["id"] in ids("status=detected,acknowledged")
    assert ids("status=accepted") == []
    assert ids("tier=warning,critical&code=CF01,CF02") == [flag["id"]]
    assert ids("tier=critical") == []
    assert flag["id"] in ids(f"statement={advice}")
    assert ids("statement=nobody") == []
    assert physio.get("conflicts?status=open").status_code == 400
    assert physio.get("conflicts?code=1").status_code == 400
    assert physio.get("conflicts?as_of=tomorrow").status_code == 400


def test_another_day_is_found_and_not_stored(flag: dict[str, Any], member: Members) -> None:
    physio = member("physiotherapist")

    during = physio.get("conflicts?as_of=2027-03-20&code=CF01").json["items"]
    after = physio.get("conflicts?as_of=2027-04-02&code=CF01").json["items"]

    assert [one["fingerprint"] for one in during] == [flag["fingerprint"]]
    assert during[0]["as_of"] == "2027-03-20"
    assert during[0]["status"] == "found"
    assert not {"id", "version", "episode"} & during[0].keys()
    assert after == []
    assert flag_of(physio, "CF01") == flag


def test_as_of_today_is_found_anew_too(
    flag: dict[str, Any], member: Members, frozen_day: date
) -> None:
    physician = member("physician")
    dismissed = physician.post(where(flag, "dismiss"), {"reason": "Not so."}, 1)
    assert dismissed.status_code == 200, dismissed.json

    found = physician.get(f"conflicts?as_of={frozen_day}&code=CF01").json["items"]
    assert [(one["fingerprint"], one["as_of"], "id" in one) for one in found] == [
        (flag["fingerprint"], str(frozen_day), False)
    ]


def test_acknowledging_is_noted(flag: dict[str, Any], member: Members) -> None:
    answer = member("physiotherapist").post(where(flag, "acknowledge"), {"reason": "Seen"}, 1)

    assert answer.status_code == 200
    assert answer.json["status"] == "acknowledged"
    [note] = answer.json["acknowledgements"]
    assert note["reason"] == "Seen"
    assert note["role"] == "physiotherapist"
    assert answer.headers["ETag"] == 'W/"2"'


def test_a_comment_opens_the_discussion_and_acknowledging_keeps_it(
    flag: dict[str, Any], member: Members
) -> None:
    talk = member("care-coordinator").post(where(flag, "discuss"), {"comment": "Can you meet?"}, 1)
    seen = member("physician").post(where(flag, "acknowledge"), {"reason": "Yes"}, 2)

    assert talk.json["status"] == "in-discussion"
    assert talk.json["comments"][0]["comment"] == "Can you meet?"
    assert seen.json["status"] == "in-discussion"
    assert len(seen.json["acknowledgements"]) == 1


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("acknowledge", {"reason": "x"}),
        ("discuss", {"comment": "x"}),
        ("dismiss", {"reason": "x"}),
        ("accept", ACCEPTED),
        ("resolve", {"changes": [], "reason": "x"}),
    ],
)
def test_an_action_wants_the_version_and_its_own_body(
    flag: dict[str, Any], member: Members, action: str, body: dict[str, Any]
) -> None:
    physician = member("physician")

    assert physician.post(where(flag, action), body).status_code == 428
    assert physician.post(where(flag, action), {**body, "mood": "x"}, 1).status_code == 422
    assert physician.post(where(flag, action), {}, 1).status_code == 422
    if action == "resolve":
        assert physician.post(where(flag, action), body, 1).status_code == 422
        return
    assert physician.post(where(flag, action), body, 9).status_code == 412


@pytest.mark.parametrize(
    ("username", "action", "status"),
    [
        ("physiotherapist", "acknowledge", 200),
        ("care-coordinator", "acknowledge", 200),
        ("psychologist", "acknowledge", 403),
        ("psychologist", "discuss", 200),
        ("care-coordinator", "dismiss", 403),
        ("physician", "dismiss", 200),
        ("psychologist", "dismiss", 403),
        ("physician", "accept", 200),
        ("physiotherapist", "accept", 403),
        ("care-coordinator", "accept", 403),
        ("patient", "acknowledge", 403),
        ("patient", "discuss", 403),
        ("clinic-system", "discuss", 403),
        ("physician-outsider", "discuss", 404),
    ],
)
def test_who_may_do_what(
    flag: dict[str, Any], member: Members, username: str, action: str, status: int
) -> None:
    body = {"discuss": {"comment": "x"}, "accept": ACCEPTED}.get(action, {"reason": "x"})

    assert member(username).post(where(flag, action), body, 1).status_code == status


def test_a_flag_is_resolved_by_changes(flag: dict[str, Any], member: Members) -> None:
    physician = member("physician")
    [limit] = [one for one in flag["statements"] if one["author"]["role"] == "physician"]
    change = {"kind": "recommendation", "id": limit["id"], "version": limit["version"]}
    remains = physician.post(
        where(flag, "resolve"),
        {"changes": [{**change, "patch": {"rationale": "Swelling"}}], "reason": "x"},
        1,
    )
    assert remains.status_code == 409
    assert remains.json["code"] == "finding-remains"
    assert now(physician, limit)["rationale"] == "The knee swells."

    patch = {"status": "revoked"}
    done = physician.post(
        where(flag, "resolve"), {"changes": [{**change, "patch": patch}], "reason": "Healed"}, 1
    )

    assert done.status_code == 200
    assert done.json["status"] == "resolved"
    assert done.json["resolution"]["reason"] == "Healed"
    assert [one["id"] for one in done.json["resolution"]["changes"]] == [limit["id"]]
    assert now(physician, limit)["status"] == "revoked"
    assert physician.post(where(flag, "discuss"), {"comment": "x"}, 2).json["code"] == "flag-closed"


def test_a_null_in_a_resolving_patch_clears_the_field(
    flag: dict[str, Any], member: Members
) -> None:
    physician = member("physician")
    [limit] = [one for one in flag["statements"] if one["author"]["role"] == "physician"]
    patch = {"period": {"end": "2027-02-15"}, "review_by": None, "rationale": None}
    change = {"kind": "recommendation", "id": limit["id"], "version": 1, "patch": patch}

    done = physician.post(where(flag, "resolve"), {"changes": [change], "reason": "Over"}, 1)

    assert done.status_code == 200
    assert now(physician, limit)["rationale"] is None
    assert now(physician, limit)["period"] == {"start": "2027-02-01", "end": "2027-02-15"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "recommendation", "patch": {"held_by": []}}, "/changes/0/patch/held_by"),
        ({"kind": "recommendation", "patch": {"stance": "insist"}}, "/changes/0/patch/stance"),
        ({"kind": "goal", "patch": {"title": None}}, "/changes/0/patch/title"),
        ({"kind": "patient", "patch": {}}, "/changes/0/kind"),
        ({"kind": "preference", "patch": {"attitude": "love"}}, "/changes/0/patch/attitude"),
        ({"kind": "appointment", "patch": {"start": "today"}}, "/changes/0/patch/start"),
        ({"kind": "recommendation"}, "/changes/0/patch"),
        ({"kind": "recommendation", "patch": []}, "/changes/0/patch"),
    ],
)
def test_each_resolving_patch_is_read_as_its_own_patch_would_be(
    flag: dict[str, Any], member: Members, change: dict[str, Any], pointer: str
) -> None:
    named = {"id": flag["statements"][0]["id"], "version": 1, **change}

    answer = member("physician").post(
        where(flag, "resolve"), {"changes": [named], "reason": "x"}, 1
    )

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


def test_resolving_gives_no_right_to_anothers_item(flag: dict[str, Any], member: Members) -> None:
    [asked] = [one for one in flag["statements"] if one["author"]["role"] == "physiotherapist"]
    change = {"kind": "recommendation", "id": asked["id"], "version": 1}
    body = {"changes": [{**change, "patch": {"status": "revoked"}}], "reason": "x"}

    refused = member("physician").post(where(flag, "resolve"), body, 1)

    assert refused.status_code == 403
    assert refused.json["errors"][0]["pointer"].startswith("/changes/0")


def test_a_stale_change_names_its_index(flag: dict[str, Any], member: Members) -> None:
    physician = member("physician")
    [limit] = [one for one in flag["statements"] if one["author"]["role"] == "physician"]
    change = {"kind": "recommendation", "id": limit["id"], "version": 7}
    body = {"changes": [{**change, "patch": {"status": "revoked"}}], "reason": "x"}

    stale = physician.post(where(flag, "resolve"), body, 1)

    assert stale.status_code == 412
    assert stale.json["errors"][0]["pointer"].startswith("/changes/0")


def test_an_acceptance_lasts_28_days_at_most_to_the_overlaps_end(
    flag: dict[str, Any], member: Members
) -> None:
    physician = member("physician")

    late = physician.post(where(flag, "accept"), {**ACCEPTED, "expires": "2027-04-02"}, 1)
    past = physician.post(where(flag, "accept"), {**ACCEPTED, "expires": "2027-02-15"}, 1)
    done = physician.post(where(flag, "accept"), ACCEPTED, 1)

    assert late.status_code == 422
    assert late.json["errors"][0]["pointer"] == "/expires"
    assert past.status_code == 422
    assert done.json["status"] == "accepted"
    assert done.json["expires"] == "2027-03-15"
    assert done.json["acceptances"][0]["reason_code"] == "benefit-outweighs-risk"
    assert done.json["closed_at"] is not None


def test_will_monitor_names_a_day(flag: dict[str, Any], member: Members) -> None:
    physician = member("physician")
    body = {**ACCEPTED, "reason_code": "will-monitor"}

    without = physician.post(where(flag, "accept"), body, 1)
    given = physician.post(where(flag, "accept"), {**body, "monitor_by": "2027-03-01"}, 1)

    assert without.status_code == 422
    assert without.json["errors"] == [{"pointer": "/monitor_by", "code": "required"}]
    assert given.json["acceptances"][0]["monitor_by"] == "2027-03-01"


def test_a_hard_critical_flag_is_accepted_by_two(critical: dict[str, Any], member: Members) -> None:
    # The held side's own author counts as no resolver against a hard limit.
    own = member("physiotherapist").post(where(critical, "accept"), ACCEPTED, critical["version"])
    first = member("physician").post(where(critical, "accept"), ACCEPTED, critical["version"])
    twice = member("physician").post(where(critical, "accept"), ACCEPTED, critical["version"] + 1)
    second = member("physician-2").post(
        where(critical, "accept"), ACCEPTED, critical["version"] + 1
    )

    assert own.status_code == 403
    assert first.json["status"] == "in-discussion"
    assert len(first.json["acceptances"]) == 1
    assert twice.status_code == 409
    assert twice.json["code"] == "second-acceptance-needed"
    assert second.json["status"] == "accepted"
    assert len(second.json["acceptances"]) == 2


def test_only_a_resolver_lifts_a_hold(critical: dict[str, Any], member: Members) -> None:
    physio = member("physiotherapist")
    [held] = [one for one in critical["statements"] if one["author"]["role"] == "physiotherapist"]

    seen = physio.post(where(critical, "acknowledge"), {"reason": "Seen"}, critical["version"])
    assert seen.json["status"] == "acknowledged"
    assert now(physio, held)["status"] == "on-hold"
    assert physio.post(where(critical, "dismiss"), {"reason": "x"}, 2).status_code == 403

    member("physician").post(where(critical, "acknowledge"), {"reason": "Supervised, go on"}, 2)

    assert now(physio, held)["status"] == "active"
    assert now(physio, held)["held_by"] == []


def test_a_flag_closes_when_its_cause_is_gone_and_comes_back_as_the_same(
    flag: dict[str, Any], member: Members
) -> None:
    physio = member("physiotherapist")
    [asked] = [one for one in flag["statements"] if one["author"]["role"] == "physiotherapist"]
    one = f"recommendations/{asked['id']}"

    physio.patch(one, {"status": "on-hold"}, 1)
    closed = physio.get(where(flag)).json
    physio.patch(one, {"status": "active"}, 2)
    again = physio.get(where(flag)).json

    assert closed["status"] == "auto-closed"
    assert closed["closed_at"] is not None
    assert again["status"] == "detected"
    assert again["episode"] == 2
    past = physio.get(where(flag, "history")).json["items"]
    assert [entry["action"] for entry in past] == ["reopened", "auto-closed", "raised"]


def test_a_patient_reads_that_the_team_is_agreeing_and_no_more(
    flag: dict[str, Any], member: Members
) -> None:
    patient = member("patient")

    [shown] = patient.get("conflicts").json["items"]

    assert shown == {
        "id": flag["id"],
        "status": "open",
        "text": "Your team is agreeing on this.",
    }
    assert patient.get(where(flag)).json == shown
    assert patient.get(where(flag, "history")).status_code == 403


@pytest.mark.parametrize("end", ["dismissed", "accepted", "resolved", "auto-closed"])
def test_a_patient_reads_that_a_flag_is_settled(
    flag: dict[str, Any], member: Members, end: str
) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    [asked] = [one for one in flag["statements"] if one["author"]["role"] == "physiotherapist"]
    advice = f"recommendations/{asked['id']}"
    match end:
        case "dismissed":
            physician.post(where(flag, "dismiss"), {"reason": "One step only"}, 1)
        case "accepted":
            physician.post(where(flag, "accept"), ACCEPTED, 1)
        case "resolved":
            physio.patch(advice, {"status": "on-hold", "resolves": [flag["id"]]}, 1)
        case _:
            physio.patch(advice, {"status": "on-hold"}, 1)
    assert physician.get(where(flag)).json["status"] == end

    shown = {"id": flag["id"], "status": "settled", "text": "This has been settled."}
    patient = member("patient")
    assert patient.get(where(flag)).json == shown
    assert patient.get("conflicts").json["items"] == [shown]


def test_other_days_are_the_teams_to_look_at(flag: dict[str, Any], member: Members) -> None:
    assert member("patient").get("conflicts?as_of=2027-03-20").status_code == 403


@pytest.mark.parametrize("query", ["code=CF02", "tier=critical", "status=dismissed"])
def test_a_patient_cannot_find_out_by_a_filter_what_is_not_shown(
    flag: dict[str, Any], member: Members, query: str
) -> None:
    patient = member("patient")

    answer = patient.get(f"conflicts?{query}")

    assert answer.status_code in (400, 403) or answer.json == patient.get("conflicts").json


def test_a_notice_is_not_for_the_patient(member: Members) -> None:
    give(member("physician"), {**NO_STAIRS, "action": "stairs"}, context={"setting": ["work"]})
    physician = member("physician")
    give(physician, CYCLING, action="walking", dose=[])
    give(
        member("physiotherapist"),
        {"kind": "activity", "stance": "discourage", "action": "walking-uneven"},
        review_by="2027-04-01",
    )
    told = physician.get("conflicts").json["items"]

    assert [one["tier"] for one in told] == ["info"]
    patient = member("patient")
    assert patient.get("conflicts").json["items"] == []
    assert patient.get(where(told[0])).status_code == 404


def test_the_patient_answers_a_preference_by_changing_it(member: Members) -> None:
    patient = member("patient")
    wish = patient.post("preferences", {"action": "stairs", "attitude": "refuse"})
    assert wish.status_code == 201
    give(member("physiotherapist"), STAIRS)
    flag = flag_of(member("physiotherapist"), "CF20")
    change = {"kind": "preference", "id": wish.json["id"], "version": 1}
    body = {
        "changes": [{**change, "patch": {"attitude": "prefer"}}],
        "reason": "One flight is fine",
    }

    answer = patient.post(where(flag, "resolve"), body, flag["version"])

    assert answer.status_code == 200
    assert answer.json == {
        "id": flag["id"],
        "status": "settled",
        "text": "This has been settled.",
    }
    assert flag_of(member("physiotherapist"), "CF20")["status"] == "resolved"
