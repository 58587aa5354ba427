"""Who acts on a flag for somebody who is away: the one named, and whom they act for, in every record of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.advice import NO_STAIRS, STAIRS, flag_of, give
from tests.api.conftest import Members
from tests.clinic import Clinic

ACCEPTED = {"reason_code": "benefit-outweighs-risk", "text": "One flight at home is unavoidable."}


@pytest.fixture
def flag(member: Members) -> dict[str, Any]:
    """The physician discourages the stairs that the physiotherapist asks for; the physician resolves it."""
    give(member("physician"), NO_STAIRS)
    give(member("physiotherapist"), STAIRS)
    return flag_of(member("psychologist"), "CF01")


@pytest.fixture
def ids(clinic: Clinic) -> dict[str, str]:
    return {username: str(person.id) for username, person in clinic.users.items()}


def _goes(member: Members, ids: dict[str, str], username: str, cover: str) -> None:
    """Send a member away from today on, with somebody to act for them."""
    who = member(username)
    listed = who.get("team-members?limit=200").json["items"]
    own = next(one for one in listed if one["user_id"] == ids[username])
    leave = {"on_leave": {"start": "2027-02-15"}, "cover_id": ids[cover]}
    assert who.patch(f"team-members/{own['id']}", leave, own["version"]).status_code == 200


def _act(member: Members, cover: str, flag: dict[str, Any], action: str, body: Any) -> Any:
    version = member(cover).get(f"conflicts/{flag['id']}").json["version"]
    answer = member(cover).post(f"conflicts/{flag['id']}/{action}", body, version)
    assert answer.status_code == 200, answer.json
    return answer.json


def _latest(member: Members, flag: dict[str, Any]) -> Any:
    return member("psychologist").get(f"conflicts/{flag['id']}/history").json["items"][0]


def test_a_member_who_covers_an_author_acts_for_them(
    flag: dict[str, Any], member: Members, ids: dict[str, str]
) -> None:
    _goes(member, ids, "physiotherapist", "psychologist")

    seen = _act(member, "psychologist", flag, "acknowledge", {"reason": "Seen"})

    entry = _latest(member, flag)
    assert entry["by"]["id"] == ids["psychologist"]
    assert entry["on_behalf_of"] == ids["physiotherapist"]
    assert [one["on_behalf_of"] for one in seen["acknowledgements"]] == [ids["physiotherapist"]]


@pytest.mark.parametrize(
    ("action", "body", "kept_in"),
    [
        ("accept", ACCEPTED, "acceptances"),
        ("dismiss", {"reason": "One step only"}, "resolution"),
        ("resolve", None, "resolution"),
    ],
)
def test_a_member_who_covers_the_resolver_acts_for_them(
    flag: dict[str, Any],
    member: Members,
    ids: dict[str, str],
    action: str,
    body: Any,
    kept_in: str,
) -> None:
    _goes(member, ids, "physician", "psychologist")
    if body is None:
        [limit] = [one for one in flag["statements"] if one["author"]["role"] == "physician"]
        change = {"kind": "recommendation", "id": limit["id"], "version": 1}
        ended = [{**change, "patch": {"status": "revoked"}}]
        body = {"changes": ended, "reason": "The knee is calm"}

    done = _act(member, "psychologist", flag, action, body)

    kept = done[kept_in]
    assert (kept[-1] if isinstance(kept, list) else kept)["on_behalf_of"] == ids["physician"]
    assert _latest(member, flag)["on_behalf_of"] == ids["physician"]


def test_what_is_ones_own_part_one_does_for_oneself(
    flag: dict[str, Any], member: Members, ids: dict[str, str]
) -> None:
    _goes(member, ids, "physiotherapist", "physician")

    _act(member, "physician", flag, "acknowledge", {"reason": "Seen"})

    assert _latest(member, flag)["on_behalf_of"] is None


def test_a_member_who_covers_nobody_concerned_acts_for_themselves(
    flag: dict[str, Any], member: Members, ids: dict[str, str]
) -> None:
    _goes(member, ids, "occupational-therapist", "psychologist")

    _act(member, "psychologist", flag, "discuss", {"comment": "What does the patient say?"})

    assert _latest(member, flag)["on_behalf_of"] is None


def test_who_is_no_member_acts_for_the_one_concerned(
    flag: dict[str, Any], member: Members, ids: dict[str, str]
) -> None:
    for away in ("psychologist", "physiotherapist", "occupational-therapist"):
        _goes(member, ids, away, "physiotherapist-2")

    _act(member, "physiotherapist-2", flag, "acknowledge", {"reason": "Seen"})

    entry = member("physician").get(f"conflicts/{flag['id']}/history").json["items"][0]
    assert entry["on_behalf_of"] == ids["physiotherapist"]


def test_what_the_lead_resolves_is_done_for_the_lead(member: Members, ids: dict[str, str]) -> None:
    physio = member("physiotherapist")
    first = physio.post("milestones", {"title": "Ten minutes"}).json
    second = {"title": "Twenty minutes", "requires": [first["id"]], "status": "in-progress"}
    assert physio.post("milestones", second).status_code == 201
    flag = flag_of(physio, "CF17")
    _goes(member, ids, "physician", "psychologist")

    _act(member, "psychologist", flag, "acknowledge", {"reason": "Seen"})

    assert flag["resolver"] == ["lead"]
    assert _latest(member, flag)["on_behalf_of"] == ids["physician"]
