"""The facts of the plan document over HTTP: who records which, what is refused, what the engine is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Members

CONDITION = {"code": "osteoporosis", "text": "Osteoporosis of the spine", "start": "2024-05-01"}
ALLERGY = {"drug_class": "nsaid", "text": "Hives after ibuprofen"}
OBSERVATION = {"code": "egfr", "value": 48, "unit": "mL/min/{1.73_m2}", "date": "2027-02-01"}
EVENT = {"code": "corticosteroid-injection", "body_region": "shoulder", "date": "2027-02-10"}
PREFERENCE = {"action": "swimming", "attitude": "dislike", "alternative": "walking"}
JOB_DEMAND = {
    "action": "lifting",
    "dose": [{"dimension": "load", "low": 10, "high": 15, "unit": "kg"}],
}
APPOINTMENT = {
    "title": "Physiotherapy",
    "start": "2027-03-01T09:00:00+01:00",
    "end": "2027-03-01T09:45:00+01:00",
    "mode": "in-person",
    "travel_minutes": 25,
}
# What each noun is entered with, what then changes, and whose the author is.
NOUNS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "preferences": (PREFERENCE, {"attitude": "refuse"}, "patient"),
    "conditions": (CONDITION, {"end": "2027-06-01"}, "physician"),
    "allergies": (ALLERGY, {"text": "Swelling after ibuprofen"}, "physician"),
    "observations": (OBSERVATION, {"value": 52.5}, "psychologist"),
    "events": (EVENT, {"laterality": "left"}, "physiotherapist"),
    "job-demands": (JOB_DEMAND, {"removed": True}, "occupational-therapist"),
    "appointments": (APPOINTMENT, {"place": "Second floor"}, "physiotherapist"),
}
_NAMES = {"job-demands": "job_demands"}


@pytest.mark.parametrize("noun", NOUNS)
def test_a_fact_lives_the_life_of_an_item(member: Members, noun: str) -> None:
    body, change, author = NOUNS[noun]
    writer = member(author)

    made = writer.post(noun, body)
    assert made.status_code == 201
    assert made.headers["ETag"] == 'W/"1"'
    assert made.json["author"]["id"] == writer.get("/api/v1/me").json["id"]
    one = f"{noun}/{made.json['id']}"
    assert member("psychologist").get(one).json == made.json

    assert writer.patch(one, change).status_code == 428
    changed = writer.patch(one, change, 1)
    assert changed.status_code == 200
    assert changed.json["version"] == 2
    for name, value in change.items():
        assert changed.json[name] == value
    stale = writer.patch(one, change, 1)
    assert stale.status_code == 412
    assert stale.json["conflicting_fields"] == sorted(change)

    assert writer.delete(one, 2).status_code == 204
    assert writer.get(one).status_code == 404
    assert writer.get(noun).json["items"] == []
    actions = [entry["action"] for entry in writer.get(f"{one}/history").json["items"]]
    assert actions == ["entered-in-error", "updated", "created"]


@pytest.mark.parametrize("noun", NOUNS)
def test_the_plan_document_shows_a_fact_under_the_names_it_was_entered_with(
    member: Members, noun: str
) -> None:
    body, _, author = NOUNS[noun]
    made = member(author).post(noun, body)

    document = member("physician").get("plan-document").json

    [shown] = document[_NAMES.get(noun, noun)]
    assert shown["id"] == made.json["id"]
    if noun == "appointments":
        # 09:00 in Paris is 08:00 at the clinic, which is in London.
        assert shown["start"] == "2027-03-01T08:00"
        assert shown["owner"]["id"] == made.json["author"]["id"]
    else:
        asked = {name: value for name, value in body.items() if name not in ("text", "note")}
        assert asked.items() <= shown.items()


@pytest.mark.parametrize("noun", NOUNS)
def test_an_outsider_finds_nothing(member: Members, noun: str) -> None:
    body, _, author = NOUNS[noun]
    made = member(author).post(noun, body)
    outsider = member("physician-outsider")

    assert outsider.get(noun).status_code == 404
    assert outsider.post(noun, body).status_code == 404
    assert outsider.get(f"{noun}/{made.json['id']}").status_code == 404
    assert outsider.delete(f"{noun}/{made.json['id']}", 1).status_code == 404


# Who may enter a fact, by access.md's table; everybody on the team and the patient may read every fact.
MAY_CREATE = {
    "preferences": {
        "physician",
        "physiotherapist",
        "psychologist",
        "occupational-therapist",
        "care-coordinator",
        "patient",
    },
    "conditions": {"physician", "clinic-system"},
    "allergies": {"physician", "clinic-system"},
    "observations": {
        "physician",
        "physiotherapist",
        "psychologist",
        "occupational-therapist",
        "clinic-system",
    },
    "events": {
        "physician",
        "physiotherapist",
        "psychologist",
        "occupational-therapist",
        "clinic-system",
    },
    "job-demands": {"physician", "occupational-therapist"},
    "appointments": {
        "physician",
        "physiotherapist",
        "psychologist",
        "occupational-therapist",
        "care-coordinator",
        "clinic-system",
    },
}


@pytest.mark.parametrize("noun", NOUNS)
def test_who_may_enter_a_fact(member: Members, noun: str) -> None:
    body = NOUNS[noun][0]
    allowed = {
        role
        for role in (*MAY_CREATE["preferences"], "clinic-system")
        if member(role).post(noun, body).status_code == 201
    }

    assert allowed == MAY_CREATE[noun]
    assert member("care-coordinator").get(noun).status_code == 200
    assert member("patient").get(noun).status_code == 200


def test_only_its_author_withdraws_an_observation(member: Members) -> None:
    made = member("psychologist").post("observations", OBSERVATION)
    one = f"observations/{made.json['id']}"

    assert member("physician").patch(one, {"value": 60}, 1).status_code == 403
    assert member("physician").delete(one, 1).status_code == 403
    assert member("psychologist").delete(one, 1).status_code == 204


def test_a_physician_corrects_the_condition_a_colleague_entered(member: Members) -> None:
    made = member("physician").post("conditions", CONDITION)
    one = f"conditions/{made.json['id']}"

    changed = member("physician-2").patch(one, {"code": None}, 1)

    assert changed.status_code == 200
    assert changed.json["code"] is None
    assert member("physician-2").delete(one, 2).status_code == 403


def test_a_clinic_system_says_where_a_fact_comes_from(member: Members) -> None:
    machine = member("clinic-system")
    origin = {"system": "urn:example:hospital", "id": "Condition/7"}

    said = machine.post("conditions", {**CONDITION, "source": origin})
    silent = machine.post("allergies", ALLERGY)

    assert said.json["source"] == origin
    assert said.json["verification"] == "unverified"
    assert silent.json["source"] == {"system": "tests"}
    assert said.json["author"]["id"].startswith("external:urn:example:hospital:")
    one = f"conditions/{said.json['id']}"
    assert machine.patch(one, {"source": origin}, 1).status_code == 422
    assert machine.patch(one, {"text": "Corrected"}, 1).status_code == 200


def test_a_clinic_system_changes_only_what_it_entered(member: Members) -> None:
    made = member("physician").post("conditions", CONDITION)
    one = f"conditions/{made.json['id']}"

    assert member("clinic-system").get(one).status_code == 200
    assert member("clinic-system").patch(one, {"text": "x"}, 1).status_code == 403


@pytest.mark.parametrize("name", ["source", "verification"])
def test_a_person_cannot_say_where_a_fact_comes_from(member: Members, name: str) -> None:
    value: Any = {"system": "x"} if name == "source" else "confirmed"

    answer = member("physician").post("conditions", {**CONDITION, name: value})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{name}", "code": "read-only"}]


@pytest.mark.parametrize(
    ("noun", "change", "pointer", "code"),
    [
        ("preferences", {"attitude": "hate"}, "/attitude", "not-one-of"),
        ("preferences", {"alternative": "swimming"}, "/alternative", "same-as-action"),
        ("preferences", {"action": "Swimming!"}, "/action", "not-in-format"),
        ("conditions", {"code": None, "text": None}, "/code", "code-or-text-required"),
        ("conditions", {"end": "2024-04-30"}, "/end", "ends-before-start"),
        ("allergies", {"drug_class": None, "text": None}, "/drug_class", "code-or-text-required"),
        ("observations", {"value": "48"}, "/value", "not-a-number"),
        ("observations", {"value": None}, "/value", "required"),
        ("observations", {"unit": ""}, "/unit", "too-short"),
        ("events", {"laterality": "middle"}, "/laterality", "not-one-of"),
        ("events", {"date": "2027-02-30"}, "/date", "not-a-date"),
        (
            "job-demands",
            {"dose": [{"dimension": "load", "unit": "kg"}]},
            "/dose/0",
            "low-or-high-required",
        ),
        (
            "job-demands",
            {"dose": [{"dimension": "load", "low": 9, "high": 5, "unit": "kg"}]},
            "/dose/0",
            "low-above-high",
        ),
        (
            "job-demands",
            {"dose": [{"dimension": "load", "high": 5, "unit": "kg"}] * 2},
            "/dose/1/dimension",
            "dimension-repeated",
        ),
        ("job-demands", {"removed": "yes"}, "/removed", "not-a-boolean"),
        ("appointments", {"start": "2027-03-01T09:00:00"}, "/start", "offset-required"),
        ("appointments", {"end": "2027-03-01T08:00:00Z"}, "/end", "ends-before-start"),
        ("appointments", {"mode": "by-phone"}, "/mode", "not-one-of"),
        ("appointments", {"travel_minutes": -1}, "/travel_minutes", "out-of-range"),
        ("appointments", {"status": "moved"}, "/status", "not-one-of"),
    ],
)
def test_what_a_fact_may_not_say(
    member: Members, noun: str, change: dict[str, Any], pointer: str, code: str
) -> None:
    body, _, author = NOUNS[noun]

    answer = member(author).post(noun, {**body, **change})

    assert answer.status_code == 422
    assert {"pointer": pointer, "code": code} in answer.json["errors"]


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("preferences", "action"),
        ("observations", "value"),
        ("events", "date"),
        ("job-demands", "removed"),
        ("appointments", "status"),
        ("appointments", "start"),
    ],
)
def test_what_a_fact_cannot_be_without_is_not_cleared(
    member: Members, noun: str, name: str
) -> None:
    body, _, author = NOUNS[noun]
    made = member(author).post(noun, body).json

    answer = member(author).patch(f"{noun}/{made['id']}", {name: None}, 1)

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{name}", "code": "not-null"}]


def test_an_unknown_code_is_taken_and_matches_nothing(member: Members) -> None:
    physician = member("physician")

    made = physician.post("conditions", {"code": "a-new-syndrome"})
    event = physician.post("events", {"code": "eclipse-seen", "date": "2027-02-01"})

    assert (made.status_code, event.status_code) == (201, 201)
    assert physician.get("conflicts").json["items"] == []


@pytest.mark.parametrize(
    ("noun", "query", "expected"),
    [
        ("preferences", "attitude=prefer,dislike", 1),
        ("preferences", "attitude=refuse", 0),
        ("conditions", "code=osteoporosis", 1),
        ("conditions", "code=ckd", 0),
        ("observations", "code=egfr", 1),
        ("events", "code=arthroplasty", 0),
        ("job-demands", "removed=false", 1),
        ("job-demands", "removed=true", 0),
        ("appointments", "status=booked&mode=in-person", 1),
        ("appointments", "status=kept,cancelled", 0),
    ],
)
def test_a_list_is_narrowed_by_the_filters_it_names(
    member: Members, noun: str, query: str, expected: int
) -> None:
    body, _, author = NOUNS[noun]
    member(author).post(noun, body)

    assert len(member(author).get(f"{noun}?{query}").json["items"]) == expected
    assert member(author).get(f"{noun}?colour=red").status_code == 400


def test_an_allergy_raises_a_flag_and_its_withdrawal_closes_it(member: Members) -> None:
    physician = member("physician")
    physician.post(
        "recommendations",
        {
            "kind": "medication",
            "stance": "recommend",
            "medication": {"drug_class": "nsaid", "route": "oral"},
        },
    )

    allergy = physician.post("allergies", ALLERGY)

    [flag] = physician.get("conflicts").json["items"]
    assert (flag["code"], flag["tier"], flag["status"]) == ("CF24", "critical", "detected")
    physician.delete(f"allergies/{allergy.json['id']}", 1)
    [flag] = physician.get("conflicts").json["items"]
    assert flag["status"] == "auto-closed"


def test_the_patient_keeps_their_own_preference(member: Members) -> None:
    made = member("patient").post("preferences", PREFERENCE)
    one = f"preferences/{made.json['id']}"

    assert member("physiotherapist").patch(one, {"note": "Told me"}, 1).status_code == 200
    assert member("physiotherapist").delete(one, 2).status_code == 403
    assert member("patient").delete(one, 2).status_code == 204
