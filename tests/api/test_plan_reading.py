"""A plan read as a whole: summary, plan document, what was not checked, versions."""

from __future__ import annotations

from typing import Any

import pytest

from service import conflicts
from tests.api.advice import (
    CYCLING,
    DEADLIFT,
    NAPROXEN,
    NO_HEAVY_LIFTING,
    NO_STAIRS,
    STAIRS,
    give,
)
from tests.api.conftest import Members


@pytest.fixture
def plan(member: Members) -> dict[str, Any]:
    """A plan with something of every kind, a warning and a hold."""
    physician, physio = member("physician"), member("physiotherapist")
    goal = physio.post("goals", {"title": "Walk to the market", "owner_discipline": "shared"}).json
    first = physio.post("milestones", {"title": "Ten minutes", "goal_id": goal["id"]}).json
    second = (
        member("psychologist")
        .post(
            "milestones",
            {
                "title": "Go alone",
                "owner_discipline": "shared",
                "requires": [first["id"]],
                "criteria": [{"measure": "walks alone", "comparator": ">=", "value": 2}],
            },
        )
        .json
    )
    physio.post(f"milestones/{first['id']}/progress", {"percent": 30, "note": "Good"})
    return {
        "goal": goal,
        "first": first,
        "second": second,
        "limit": give(physician, NO_STAIRS),
        "stairs": give(physio, STAIRS),
        "drug": give(physician, NAPROXEN),
        "cap": give(physician, NO_HEAVY_LIFTING),
        "held": give(physio, DEADLIFT),
        "draft": give(physio, CYCLING, status="draft"),
    }


def test_the_summary_shows_the_whole_plan(plan: dict[str, Any], member: Members) -> None:
    answer = member("occupational-therapist").get("summary")

    assert answer.status_code == 200
    shown = answer.json
    assert len(shown["team"]) == 6
    assert {one["name"] for one in shown["team"]} >= {"Physician", "Physiotherapist"}
    assert [one["id"] for one in shown["goals"]] == [plan["goal"]["id"]]
    by_id = {one["id"]: one for one in shown["milestones"]}
    assert by_id[plan["first"]["id"]]["percent"] == 30
    assert by_id[plan["second"]["id"]]["readiness"] == "blocked"
    ids = {one["id"] for one in shown["recommendations"]}
    assert plan["draft"]["id"] not in ids
    assert plan["held"]["id"] in ids
    assert shown["open_flags"]["critical"] == 1
    assert shown["open_flags"]["warning"] == 1
    assert shown["not_checked"] == member("physician").get("not-checked").json["count"]


def test_the_summary_says_what_the_lists_say(plan: dict[str, Any], member: Members) -> None:
    physician = member("physician")
    shown = physician.get("summary").json

    def listed(path: str) -> dict[str, Any]:
        return {one["id"]: one for one in physician.get(path).json["items"]}

    for name in ("goals", "milestones"):
        assert {one["id"]: one for one in shown[name]} == listed(name), name
    live = listed("recommendations?status=active,on-hold")
    assert {one["id"]: one for one in shown["recommendations"]} == live


def test_the_summarys_tag_follows_the_revision_and_the_viewpoint(
    plan: dict[str, Any], member: Members
) -> None:
    physician, patient = member("physician"), member("patient")
    tag = physician.get("summary").headers["ETag"]

    assert physician.get("summary", If_None_Match=tag).status_code == 304
    assert member("psychologist").get("summary").headers["ETag"] == tag
    assert patient.get("summary").headers["ETag"] != tag
    physician.patch(f"recommendations/{plan['limit']['id']}", {"rationale": "Swelling"}, 1)
    changed = physician.get("summary", If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_the_patients_summary_is_the_released_view(plan: dict[str, Any], member: Members) -> None:
    patient = member("patient")

    shown = patient.get("summary").json

    ids = {one["id"] for one in shown["recommendations"]}
    assert plan["held"]["id"] not in ids
    assert plan["draft"]["id"] not in ids
    assert all(one["rationale"] is None for one in shown["recommendations"])
    assert all(one["held_by"] is None for one in shown["recommendations"])
    by_id = {one["id"]: one for one in shown["recommendations"]}
    assert by_id[plan["stairs"]["id"]]["under_discussion"] is True
    assert shown["open_flags"]["notice"] is None
    assert shown["not_checked"] is None
    listed = patient.get("recommendations?status=active").json["items"]
    assert by_id == {one["id"]: one for one in listed}


def test_the_plan_document_gives_the_engine_what_the_flags_are_made_from(
    plan: dict[str, Any], member: Members
) -> None:
    physician = member("physician")

    document = physician.get("plan-document").json
    checked = conflicts.check(document)

    stored = physician.get("conflicts?status=detected").json["items"]
    assert {one["fingerprint"] for one in checked["findings"]} == {
        one["fingerprint"] for one in stored
    }
    assert checked["not_checked"] == physician.get("not-checked").json["items"]
    assert document["as_of"] == "2027-02-15"
    assert plan["draft"]["id"] not in {one["id"] for one in document["recommendations"]}
    owners = {one["id"]: one["owner"] for one in document["milestones"]}
    assert owners[plan["second"]["id"]]["id"] == "team"


def test_the_plan_document_of_another_day(plan: dict[str, Any], member: Members) -> None:
    answer = member("physician").get("plan-document?as_of=2027-05-01")

    assert answer.json["as_of"] == "2027-05-01"
    assert [one["code"] for one in conflicts.check(answer.json)["findings"]] == [
        one["code"] for one in member("physician").get("conflicts?as_of=2027-05-01").json["items"]
    ]


@pytest.mark.parametrize("path", ["plan-document", "not-checked"])
@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("care-coordinator", 200),
        ("clinic-system", 200),
        ("patient", 403),
        ("physician-outsider", 404),
        ("clinic-admin", 404),
    ],
)
def test_who_reads_the_working_views(
    member: Members, path: str, username: str, status: int
) -> None:
    assert member(username).get(path).status_code == status


@pytest.mark.parametrize("path", ["summary", "versions", "conflicts", "goals"])
def test_an_outsider_finds_nothing(member: Members, path: str) -> None:
    answer = member("physician-outsider").get(path)

    assert answer.status_code == 404
    assert answer.json["code"] == "not-found"


def test_versions_say_who_changed_what(plan: dict[str, Any], member: Members) -> None:
    physician = member("physician")
    physician.patch(
        f"recommendations/{plan['limit']['id']}", {"rationale": "Swelling", "reason": "Asked"}, 1
    )

    newest = physician.get("versions?limit=1").json["items"][0]
    whole = physician.get(f"versions/{newest['revision']}").json

    assert newest["by"]["role"] == "physician"
    assert newest["items"] == [
        {
            "kind": "recommendation",
            "id": plan["limit"]["id"],
            "version": 2,
            "action": "updated",
            "fields": ["rationale"],
        }
    ]
    assert whole["changes"][0]["reason"] == "Asked"
    assert whole["changes"][0]["changes"] == [
        {"field": "rationale", "before": None, "after": "Swelling"}
    ]


def test_versions_are_paged_newest_first(plan: dict[str, Any], member: Members) -> None:
    physician = member("physician")
    every = [one["revision"] for one in physician.get("versions").json["items"]]

    first = physician.get("versions?limit=3").json
    rest = physician.get(f"versions?limit=200&cursor={first['next_cursor']}").json

    assert every == sorted(every, reverse=True)
    assert [one["revision"] for one in first["items"] + rest["items"]] == every


def test_a_draft_stands_in_its_authors_versions_alone(
    plan: dict[str, Any], member: Members
) -> None:
    draft = plan["draft"]["id"]

    def named(username: str) -> set[str]:
        items = member(username).get("versions").json["items"]
        return {item["id"] for one in items for item in one["items"]}

    assert draft in named("physiotherapist")
    assert draft not in named("physician")


def test_the_patients_versions_tell_nothing_of_flags_and_holds(
    plan: dict[str, Any], member: Members
) -> None:
    listed = member("patient").get("versions").json["items"]

    assert not {"conflict"} & {item["kind"] for one in listed for item in one["items"]}
    # Nor that something was done which they may not read of.
    assert all(one["items"] for one in listed)
    known = {one["revision"] for one in listed}
    everything = {one["revision"] for one in member("physician").get("versions").json["items"]}
    assert known < everything
    for revision in everything - known:
        assert member("patient").get(f"versions/{revision}").status_code == 404
    page = member("patient").get("versions?limit=2").json
    paged = {one["revision"] for one in page["items"]}
    while page["next_cursor"]:
        page = member("patient").get(f"versions?limit=2&cursor={page['next_cursor']}").json
        paged |= {one["revision"] for one in page["items"]}
    assert paged == known


@pytest.mark.parametrize("revision", ["0", "999999", "-1", "01", "one"])
def test_a_revision_that_is_none(member: Members, revision: str) -> None:
    assert member("physician").get(f"versions/{revision}").status_code == 404


def test_the_summarys_plan_and_team_are_the_ones_the_lists_show(
    plan: dict[str, Any], member: Members
) -> None:
    physician = member("physician")
    for code, end in (("knee-osteoarthritis", None), ("open-wound", "2027-02-01")):
        physician.post("conditions", {"code": code, "start": "2027-01-01", "end": end})
    shown = physician.get("summary").json

    assert shown["plan"]["conditions"] == ["knee-osteoarthritis"]
    assert shown["plan"] == physician.get("").json
    assert shown["team"] == physician.get("team-members").json["items"]
