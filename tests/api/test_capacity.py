"""One capacity a plan: read and changed by its plan, never added and never withdrawn."""

from __future__ import annotations

import pytest

from tests.api.conftest import Members


def test_a_plan_has_a_capacity_from_its_first_day(member: Members) -> None:
    read = member("psychologist").get("capacity")

    assert read.status_code == 200
    assert read.headers["ETag"] == 'W/"1"'
    assert read.json["minutes_per_day"] == {"baseline": None, "flare": None}
    assert read.json["hours_per_week"] is None
    assert read.json["resources"] is None


def test_patient_and_team_change_it_and_the_document_follows(member: Members) -> None:
    said = member("patient").patch(
        "capacity", {"minutes_per_day": {"baseline": 40, "flare": 15}, "resources": []}, 1
    )
    heard = member("care-coordinator").patch(
        "capacity", {"minutes_per_day": {"flare": 10}, "hours_per_week": 6.5}, 2
    )

    assert (said.status_code, heard.status_code) == (200, 200)
    assert heard.json["version"] == 3
    assert heard.json["minutes_per_day"] == {"baseline": 40, "flare": 10}
    shown = member("physician").get("plan-document").json["capacity"]
    assert shown["minutes_per_day"] == {"baseline": 40, "flare": 10}
    assert shown["resources"] == []
    stale = member("physician").patch("capacity", {"minutes_per_day": {"baseline": 5}}, 2)
    assert stale.status_code == 412
    assert stale.json["conflicting_fields"] == ["minutes_per_day"]
    history = member("physician").get("capacity/history").json["items"]
    assert [entry["version"] for entry in history] == [3, 2]


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"minutes_per_day": {"baseline": -1}}, "/minutes_per_day/baseline"),
        ({"minutes_per_day": {"usual": 5}}, "/minutes_per_day/usual"),
        ({"hours_per_week": 169}, "/hours_per_week"),
        ({"resources": "gym"}, "/resources"),
    ],
)
def test_what_it_may_not_say(member: Members, patch: object, pointer: str) -> None:
    answer = member("patient").patch("capacity", patch, 1)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


def test_an_outsider_and_a_machine(member: Members) -> None:
    assert member("physician-outsider").get("capacity").status_code == 404
    assert member("physician-outsider").patch("capacity", {}, 1).status_code == 404
    assert member("clinic-system").get("capacity").status_code == 200
    assert member("clinic-system").patch("capacity", {"note": "x"}, 1).status_code == 403
    nowhere = "/api/v1/care-plans/0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b/capacity"
    assert member("physician").get(nowhere).status_code == 404
