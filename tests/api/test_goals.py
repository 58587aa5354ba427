"""Goals over HTTP: who enters which, how they merge, and what is refused."""

from __future__ import annotations

import pytest

from tests.api.conftest import Members

GOAL = {
    "title": "Walk to the market and back",
    "expressed_by": "patient",
    "action": "walking",
    "measure": "walking distance",
    "baseline": {"value": 600, "unit": "m"},
    "target": {"low": 2000, "unit": "m"},
    "direction": "increase",
    "start": "2027-02-01",
    "due": "2027-05-03",
    "confidence_to_act": 7,
}


def test_a_goal_is_entered_and_read_back_whole(member: Members) -> None:
    physio = member("physiotherapist")

    made = physio.post("goals", GOAL)

    assert made.status_code == 201
    assert made.headers["ETag"] == 'W/"1"'
    assert made.headers["Location"].endswith(made.json["id"])
    assert made.json["owner_discipline"] == "physiotherapy"
    assert made.json["status"] == "active"
    assert made.json["target"] == {"low": 2000, "high": None, "unit": "m"}
    assert made.json["goal_attainment_scale"] is None
    read = member("psychologist").get(f"goals/{made.json['id']}")
    assert read.json == made.json


def test_null_in_a_post_is_as_absent(member: Members) -> None:
    made = member("physiotherapist").post("goals", {"title": "Sleep through", "status": None})

    assert made.status_code == 201
    assert made.json["status"] == "active"


@pytest.mark.parametrize(
    "name", ["id", "version", "author", "recorded_at", "updated_at", "plan_id"]
)
def test_what_the_service_sets_is_refused_in_a_body(member: Members, name: str) -> None:
    answer = member("physiotherapist").post("goals", {"title": "Walk", name: "x"})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{name}", "code": "unknown-field"}]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("title", "  ", "not-in-format"),
        ("title", None, "required"),
        ("status", "running", "not-one-of"),
        ("confidence_to_act", 11, "out-of-range"),
        ("confidence_to_act", 1.5, "not-an-integer"),
        ("due", "2027-02-30", "not-a-date"),
        ("target", [1, 2], "not-an-object"),
        ("owner_discipline", "surgery", "not-one-of"),
    ],
)
def test_a_field_of_another_shape_is_refused(
    member: Members, field: str, value: object, code: str
) -> None:
    answer = member("physiotherapist").post("goals", {**GOAL, field: value})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{field}", "code": code}]


def test_a_target_has_a_unit_or_none_and_no_blanks(member: Members) -> None:
    answer = member("physiotherapist").post("goals", {**GOAL, "target": {"low": 1, "unit": " "}})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": "/target/unit", "code": "not-in-format"}]


def test_a_goal_that_is_due_before_it_starts_is_refused(member: Members) -> None:
    answer = member("physiotherapist").post("goals", {**GOAL, "due": "2027-01-01"})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": "/due", "code": "ends-before-start"}]


def test_a_patch_merges_objects_and_clears_with_null(member: Members) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", GOAL).json

    answer = physio.patch(
        f"goals/{goal['id']}", {"target": {"high": 2500}, "measure": None}, goal["version"]
    )

    assert answer.status_code == 200
    assert answer.json["target"] == {"low": 2000, "high": 2500, "unit": "m"}
    assert answer.json["measure"] is None
    assert answer.headers["ETag"] == 'W/"2"'


def test_a_required_field_cannot_be_cleared(member: Members) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", GOAL).json

    answer = physio.patch(f"goals/{goal['id']}", {"title": None}, goal["version"])

    assert answer.status_code == 422


def test_a_stale_patch_names_the_fields_both_sides_changed(member: Members) -> None:
    physio, colleague = member("physiotherapist"), member("physiotherapist")
    goal = physio.post("goals", GOAL).json
    where = f"goals/{goal['id']}"
    physio.patch(where, {"due": "2027-06-01", "confidence_to_act": 8}, 1)

    answer = colleague.patch(where, {"due": "2027-07-01", "title": "Walk"}, 1)

    assert answer.status_code == 412
    assert answer.json["current_version"] == 2
    assert answer.json["conflicting_fields"] == ["due"]


def test_a_write_names_the_version_it_is_based_on(member: Members) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", GOAL).json

    assert physio.patch(f"goals/{goal['id']}", {"title": "Walk"}).status_code == 428
    assert physio.delete(f"goals/{goal['id']}").status_code == 428


def test_the_status_follows_the_lifecycle_of_a_goal(member: Members) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", {**GOAL, "status": "proposed"}).json

    answer = physio.patch(f"goals/{goal['id']}", {"status": "completed"}, 1)

    assert answer.status_code == 409
    assert answer.json["code"] == "illegal-transition"


@pytest.mark.parametrize(
    ("begins", "status", "from_a_record"),
    [
        ("proposed", 201, 201),
        ("planned", 201, 201),
        ("accepted", 201, 201),
        ("active", 201, 201),
        ("on-hold", 422, 201),
        ("completed", 422, 201),
        ("cancelled", 422, 201),
        ("rejected", 422, 201),
        ("entered-in-error", 422, 422),
    ],
)
def test_a_goal_begins_before_it_ends(
    member: Members, begins: str, status: int, from_a_record: int
) -> None:
    body = {**GOAL, "status": begins}
    answers = {name: member(name).post("goals", body) for name in ("physician", "clinic-system")}

    assert answers["physician"].status_code == status
    assert answers["clinic-system"].status_code == from_a_record
    for answer in answers.values():
        if answer.status_code == 422:
            code = "not-a-starting-status"
            assert answer.json["errors"] == [{"pointer": "/status", "code": code}]


@pytest.mark.parametrize(
    ("username", "owner", "status"),
    [
        ("physiotherapist", "physiotherapy", 201),
        ("physiotherapist", "psychology", 403),
        ("physiotherapist", "shared", 201),
        ("psychologist", "psychology", 201),
        ("occupational-therapist", "occupational-therapy", 201),
        ("physician", "physician", 201),
        ("care-coordinator", "shared", 201),
        ("care-coordinator", "physiotherapy", 403),
        ("patient", "patient", 201),
        ("patient", "shared", 403),
        ("clinic-system", "physiotherapy", 201),
        ("clinic-admin", "shared", 404),
        ("auditor", "shared", 404),
        ("physician-outsider", "physician", 404),
    ],
)
def test_who_may_enter_a_goal(member: Members, username: str, owner: str, status: int) -> None:
    answer = member(username).post("goals", {**GOAL, "owner_discipline": owner})

    assert answer.status_code == status


def test_a_goal_of_another_discipline_is_read_and_not_changed(member: Members) -> None:
    goal = member("physiotherapist").post("goals", GOAL).json
    psychologist = member("psychologist")

    assert psychologist.get(f"goals/{goal['id']}").status_code == 200
    answer = psychologist.patch(f"goals/{goal['id']}", {"title": "Mine now"}, 1)
    assert answer.status_code == 403


def test_filters_are_alternatives_and_unknown_ones_are_refused(member: Members) -> None:
    physio = member("physiotherapist")
    first = physio.post("goals", {**GOAL, "status": "planned"}).json["id"]
    second = physio.post("goals", GOAL).json["id"]
    third = physio.post("goals", {**GOAL, "status": "proposed"}).json["id"]

    def ids(query: str) -> list[str]:
        return [one["id"] for one in physio.get(f"goals{query}").json["items"]]

    assert ids("") == [third, second, first]
    assert ids("?status=planned,proposed") == [third, first]
    assert physio.get("goals?state=planned").status_code == 400
    assert physio.get("goals?status=planned&status=active").status_code == 400
    assert physio.get("goals?status=asleep").status_code == 400


def test_a_list_is_paged_by_a_cursor(member: Members) -> None:
    physio = member("physiotherapist")
    made = [physio.post("goals", {**GOAL, "title": f"Goal {n}"}).json["id"] for n in range(3)]

    page = physio.get("goals?limit=2")
    rest = physio.get(f"goals?limit=2&cursor={page.json['next_cursor']}")

    assert [one["id"] for one in page.json["items"]] == made[:0:-1]
    assert 'rel="next"' in page.headers["Link"]
    assert [one["id"] for one in rest.json["items"]] == made[:1]
    assert rest.json["next_cursor"] is None


def test_a_goal_entered_in_error_leaves_the_list_and_keeps_its_history(member: Members) -> None:
    physio = member("physiotherapist")
    goal = physio.post("goals", {**GOAL, "reason": "Asked for at the first visit"}).json
    where = f"goals/{goal['id']}"
    physio.patch(where, {"due": "2027-06-01", "reason": "Holidays"}, 1)

    assert physio.delete(where, 2).status_code == 204

    assert physio.get(where).status_code == 404
    assert physio.get("goals").json["items"] == []
    past = physio.get(f"{where}/history").json["items"]
    assert [one["action"] for one in past] == ["entered-in-error", "updated", "created"]
    assert past[1]["reason"] == "Holidays"
    assert {"field": "due", "before": "2027-05-03", "after": "2027-06-01"} in past[1]["changes"]


def test_a_repeated_key_gives_the_same_answer(member: Members) -> None:
    physio = member("physiotherapist")

    first = physio.post("goals", GOAL, Idempotency_Key="one")
    again = physio.post("goals", GOAL, Idempotency_Key="one")
    other = physio.post("goals", {**GOAL, "title": "Another"}, Idempotency_Key="one")

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert len(physio.get("goals").json["items"]) == 1


def test_a_token_without_the_scope_is_refused_before_anything_is_looked_up(
    member: Members,
) -> None:
    reader = member("physiotherapist", scopes=("plan:read",))

    answer = reader.post("goals", GOAL)

    assert answer.status_code == 403
    assert answer.json["code"] == "insufficient-scope"
