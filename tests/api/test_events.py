"""A review held says of advice that it is lifted or continues; only who may lift it does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Member, Members

RESTRICTION = {
    "kind": "activity",
    "stance": "prohibit",
    "action": "lifting",
    "end_event": {"kind": "review"},
}


@pytest.fixture
def restriction(member: Members) -> Any:
    made = member("physiotherapist").post("recommendations", RESTRICTION)
    assert made.status_code == 201
    return made.json


def _review(who: Member, recommendation: str, outcome: str) -> Any:
    return who.post(
        "events",
        {
            "code": "review-held",
            "date": "2027-02-14",
            "outcomes": [{"recommendation": recommendation, "outcome": outcome}],
        },
    )


def _end_event(member: Members, restriction: Any) -> Any:
    return member("physician").get(f"recommendations/{restriction['id']}").json["end_event"]


def test_a_review_by_the_author_ends_what_waited_for_it(member: Members, restriction: Any) -> None:
    made = _review(member("physiotherapist"), restriction["id"], "lifted")

    assert made.status_code == 201
    assert made.json["outcomes"] == [{"recommendation": restriction["id"], "outcome": "lifted"}]
    ended = _end_event(member, restriction)
    assert (ended["recorded"], ended["recorded_on"]) == (True, "2027-02-14")

    gone = member("physiotherapist").delete(f"events/{made.json['id']}", 1)
    assert gone.status_code == 204
    assert _end_event(member, restriction)["recorded"] is False


@pytest.mark.parametrize(
    ("who", "outcome"), [("physiotherapist", "continues"), ("psychologist", "lifted")]
)
def test_what_does_not_end_it(member: Members, restriction: Any, who: str, outcome: str) -> None:
    assert _review(member(who), restriction["id"], outcome).status_code == 201

    assert _end_event(member, restriction)["recorded"] is False


def test_a_review_speaks_of_this_plan_only(member: Members, restriction: Any) -> None:
    answer = _review(member("physician"), "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "lifted")

    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"pointer": "/outcomes/0/recommendation", "code": "unknown-reference"}
    ]


def test_the_draft_of_a_colleague_is_not_there(member: Members) -> None:
    draft = member("physiotherapist").post("recommendations", {**RESTRICTION, "status": "draft"})

    assert _review(member("physician"), draft.json["id"], "continues").status_code == 422
    assert _review(member("physiotherapist"), draft.json["id"], "continues").status_code == 201


def test_one_outcome_for_one_piece_of_advice(member: Members, restriction: Any) -> None:
    outcome = {"recommendation": restriction["id"], "outcome": "continues"}

    answer = member("physiotherapist").post(
        "events", {"code": "review-held", "date": "2027-02-14", "outcomes": [outcome, outcome]}
    )

    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "stands-twice"


def test_only_a_review_has_outcomes(member: Members, restriction: Any) -> None:
    answer = member("physiotherapist").post(
        "events",
        {
            "code": "arthroplasty",
            "date": "2027-02-14",
            "outcomes": [{"recommendation": restriction["id"], "outcome": "lifted"}],
        },
    )

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": "/outcomes", "code": "only-of-a-review"}]


def test_a_review_stays_correctable_when_its_advice_is_withdrawn(
    member: Members, restriction: Any
) -> None:
    physio = member("physiotherapist")
    made = _review(physio, restriction["id"], "continues")
    version = physio.get(f"recommendations/{restriction['id']}").json["version"]
    assert physio.delete(f"recommendations/{restriction['id']}", version).status_code == 204

    changed = physio.patch(f"events/{made.json['id']}", {"note": "By telephone"}, 1)

    assert changed.status_code == 200


def test_a_kept_appointment_ends_what_waited_for_it(member: Members) -> None:
    physio = member("physiotherapist")
    visit = physio.post(
        "appointments",
        {
            "start": "2027-02-12T23:30:00Z",
            "end": "2027-02-13T00:15:00Z",
            "mode": "online",
        },
    ).json
    limit = physio.post(
        "recommendations",
        {**RESTRICTION, "end_event": {"kind": "appointment", "ref": visit["id"]}},
    ).json

    kept = physio.patch(f"appointments/{visit['id']}", {"status": "kept"}, 1)

    assert kept.json["status"] == "kept"
    ended = _end_event(member, limit)
    assert (ended["recorded"], ended["recorded_on"]) == (True, "2027-02-13")
    physio.patch(f"appointments/{visit['id']}", {"status": "missed"}, 2)
    assert _end_event(member, limit)["recorded"] is False


@pytest.mark.parametrize("status", ["booked", "kept", "missed", "cancelled"])
def test_an_appointment_that_was_not_booked_here_is_entered_as_it_went(
    member: Members, status: str
) -> None:
    visit = {"start": "2027-02-10T09:00:00Z", "end": "2027-02-10T09:30:00Z", "mode": "in-person"}

    made = member("physiotherapist").post("appointments", {**visit, "status": status})

    assert made.status_code == 201
    assert made.json["status"] == status
