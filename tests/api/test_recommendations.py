"""Recommendations over HTTP: their shape, their authors, drafts, holds, and what a patient reads of them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.api.advice import (
    CYCLING,
    DEADLIFT,
    NAPROXEN,
    NO_HEAVY_LIFTING,
    NO_STAIRS,
    STAIRS,
    flag_of,
    give,
    now,
)
from tests.api.conftest import Members


def test_advice_is_entered_and_read_back_whole(member: Members) -> None:
    made = give(member("physiotherapist"), CYCLING)

    assert made["status"] == "active"
    assert made["version"] == 1
    assert made["author"]["discipline"] == "physiotherapy"
    assert made["dose"][1] == {"dimension": "frequency", "low": 3, "high": None, "unit": "1/wk"}
    assert made["context"]["phase"] == ["baseline"]
    assert made["context"]["setting"] is None
    assert made["held_by"] == []
    assert made["under_discussion"] is False
    assert now(member("occupational-therapist"), made) == made


@pytest.mark.parametrize(
    "name",
    ["id", "version", "author", "recorded_at", "held_by", "superseded_by", "original_author"],
)
def test_what_the_service_sets_is_refused(member: Members, name: str) -> None:
    answer = member("physiotherapist").post("recommendations", {**CYCLING, name: "x"})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": f"/{name}", "code": "unknown-field"}]


def test_the_recording_of_an_end_event_is_never_said(member: Members) -> None:
    end_event = {"kind": "review", "recorded": True}
    answer = member("physician").post("recommendations", {**NO_STAIRS, "end_event": end_event})

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"pointer": "/end_event/recorded", "code": "unknown-field"}]


@pytest.mark.parametrize("name", ["source", "verification"])
def test_only_a_clinic_system_says_where_advice_comes_from(member: Members, name: str) -> None:
    said = {"source": {"system": "ehr"}, "verification": "confirmed"}[name]

    refused = member("physiotherapist").post("recommendations", {**CYCLING, name: said})
    taken = give(member("clinic-system"), CYCLING, **{name: said})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == f"/{name}"
    assert taken[name] == said
    assert taken["author"]["id"].startswith("external:")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"stance": "insist"}, "/stance"),
        ({"kind": "diet"}, "/kind"),
        ({"laterality": "both"}, "/laterality"),
        ({"basis": "habit"}, "/basis"),
        ({"dose": [{"dimension": "weight", "low": 1, "unit": "kg"}]}, "/dose/0/dimension"),
        ({"dose": [{"dimension": "load", "low": -1, "unit": "kg"}]}, "/dose/0/low"),
        ({"dose": [{"dimension": "load", "low": 1, "unit": " "}]}, "/dose/0/unit"),
        ({"dose": [{"dimension": "load", "low": 1, "unit": "k" * 33}]}, "/dose/0/unit"),
        ({"dose": [{"dimension": "load", "low": 1}]}, "/dose/0/unit"),
        ({"context": {"setting": ["garden"]}}, "/context/setting/0"),
        ({"context": {"place": ["home"]}}, "/context/place"),
        ({"progression": {"mode": "fast"}}, "/progression/mode"),
        ({"trigger": {"measure": "vas", "low": 3}}, "/trigger/measure"),
        (
            {"load_target": {"load": "flex", "region": "lumbar", "min_level": 4}},
            "/load_target/min_level",
        ),
        ({"end_event": {"kind": "birthday"}}, "/end_event/kind"),
        ({"supersedes": ["first"]}, "/supersedes/0"),
        ({"hard": "yes"}, "/hard"),
    ],
)
def test_a_field_of_another_shape_is_refused(
    member: Members, change: dict[str, Any], pointer: str
) -> None:
    answer = member("physiotherapist").post("recommendations", {**CYCLING, **change})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "exercise", "stance": "recommend"}, "/action"),
        ({"kind": "education", "stance": "recommend"}, "/message"),
        ({"kind": "work-step", "stance": "recommend", "action": "walking"}, "/action"),
        ({"kind": "work-capacity", "stance": "recommend"}, "/stance"),
        ({"kind": "activity", "stance": "prohibit", "action": "running"}, "/review_by"),
        (
            {
                "kind": "activity",
                "stance": "prohibit",
                "action": "running",
                "review_by": "2027-03-01",
                "dose": [{"dimension": "session", "low": 10, "unit": "min"}],
            },
            "/dose/0/high",
        ),
        (
            {
                "kind": "activity",
                "stance": "recommend",
                "action": "running",
                "dose": [
                    {"dimension": "session", "low": 10, "unit": "min"},
                    {"dimension": "session", "high": 20, "unit": "min"},
                ],
            },
            "/dose/1/dimension",
        ),
        ({"kind": "exercise", "stance": "recommend", "action": "running", "hard": True}, "/hard"),
        (
            {"kind": "exercise", "stance": "recommend", "action": "running", "status": "on-hold"},
            "/status",
        ),
        (
            {
                "kind": "activity",
                "stance": "recommend",
                "load_target": {"load": "flex", "region": "lumbar"},
            },
            "/load_target",
        ),
        (
            {
                "kind": "activity",
                "stance": "prohibit",
                "action": "bending",
                "load_target": {"load": "flex", "region": "lumbar"},
                "review_by": "2027-03-01",
            },
            "/load_target",
        ),
    ],
)
def test_what_a_kind_needs(member: Members, body: dict[str, Any], pointer: str) -> None:
    answer = member("physician").post("recommendations", body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    "patch",
    [
        {"end_event": {"ref": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"}},
        {"trigger": {"low": 4}},
        {"load_target": {"region": "lumbar"}},
        {"load_target": {"load": "flex", "region": "lumbar"}},
        {"progression": {"note": "Slowly."}},
    ],
)
def test_half_of_an_object_merged_into_nothing_is_answered(
    member: Members, patch: dict[str, Any]
) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING)

    answer = physio.patch(f"recommendations/{advice['id']}", patch, 1)

    assert answer.status_code in (200, 422)
    assert physio.get("plan-document").status_code == 200
    assert physio.get("conflicts?as_of=2027-02-20").status_code == 200


def test_a_code_that_no_table_knows_is_taken_and_listed_as_not_checked(member: Members) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING, action="moon-walking")

    listed = physio.get("not-checked").json

    assert {"reason": "missing-coding", "statements": [advice["id"]]} in listed["items"]
    assert listed["count"] == len(listed["items"])


def test_null_in_a_post_is_as_absent_at_any_depth(member: Members) -> None:
    dose = [{"dimension": "session", "low": 10, "high": None, "unit": "min"}]
    period = {"start": "2027-02-15", "end": None}
    made = give(member("physiotherapist"), CYCLING, dose=dose, period=period, quantifier=None)

    assert made["dose"] == dose
    assert made["period"] == period


def test_arrays_are_replaced_and_objects_merged(member: Members) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING)
    patch = {
        "dose": [{"dimension": "session", "low": 10, "high": 10, "unit": "min"}],
        "context": {"setting": ["home"]},
        "period": {"end": None},
        "rationale": None,
    }

    answer = physio.patch(f"recommendations/{advice['id']}", patch, 1)

    assert answer.status_code == 200
    assert len(answer.json["dose"]) == 1
    assert answer.json["context"]["phase"] == ["baseline"]
    assert answer.json["context"]["setting"] == ["home"]
    assert answer.json["period"] == {"start": "2027-02-15", "end": None}
    assert answer.json["rationale"] is None


def test_source_and_verification_are_no_part_of_a_patch(member: Members) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING)

    answer = physio.patch(f"recommendations/{advice['id']}", {"verification": "confirmed"}, 1)

    assert answer.status_code == 422


def test_a_draft_is_its_authors_alone(member: Members) -> None:
    physio = member("physiotherapist")
    draft = give(physio, CYCLING, status="draft")
    where = f"recommendations/{draft['id']}"

    for other in ("physician", "physiotherapist-2", "care-coordinator", "patient", "clinic-system"):
        if other == "physiotherapist-2":
            continue  # on no team in this clinic
        assert member(other).get(where).status_code == 404, other
        assert member(other).get("recommendations").json["items"] == [], other
        assert member(other).get(f"{where}/history").status_code == 404, other
    assert physio.get("plan-document").json["recommendations"] == []
    assert [one["id"] for one in physio.get("recommendations").json["items"]] == [draft["id"]]

    assert physio.patch(where, {"status": "active"}, 1).status_code == 200
    assert member("physician").get(where).status_code == 200


def test_a_deleted_draft_vanishes(member: Members) -> None:
    physio = member("physiotherapist")
    draft = give(physio, CYCLING, status="draft")
    where = f"recommendations/{draft['id']}"

    assert physio.delete(where, 1).status_code == 204
    assert physio.get(where).status_code == 404
    assert physio.get(f"{where}/history").status_code == 404


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("physician", 201),
        ("physiotherapist", 201),
        ("psychologist", 201),
        ("occupational-therapist", 201),
        ("clinic-system", 201),
        ("care-coordinator", 403),
        ("patient", 403),
        ("physician-outsider", 404),
        ("auditor", 404),
        ("clinic-admin", 404),
    ],
)
def test_who_may_give_advice(member: Members, username: str, status: int) -> None:
    assert member(username).post("recommendations", CYCLING).status_code == status


@pytest.mark.parametrize(
    ("username", "status"),
    [("physician", 201), ("physiotherapist", 403), ("psychologist", 403), ("clinic-system", 201)],
)
def test_a_medication_is_a_physicians(member: Members, username: str, status: int) -> None:
    assert member(username).post("recommendations", NAPROXEN).status_code == status


def test_advice_does_not_become_what_its_author_may_not_give(member: Members) -> None:
    physio = member("physiotherapist")
    made = give(physio, CYCLING)
    path = f"recommendations/{made['id']}"

    # Neither the older version nor the missing medicine comes before the right.
    assert physio.patch(path, {"kind": "medication"}, made["version"]).status_code == 403
    assert physio.patch(path, {"kind": "medication"}, made["version"] + 1).status_code == 403
    assert physio.patch(path, {"kind": "work-step"}, made["version"] + 1).status_code == 412
    assert physio.patch(path, {"kind": "work-step"}, made["version"]).status_code == 422


def test_nobody_edits_anothers_advice(member: Members) -> None:
    advice = give(member("physiotherapist"), CYCLING)
    physician = member("physician")
    where = f"recommendations/{advice['id']}"

    assert physician.patch(where, {"status": "revoked"}, 1).status_code == 403
    assert physician.delete(where, 1).status_code == 403


def test_nothing_returns_from_a_final_status(member: Members) -> None:
    physio = member("physiotherapist")
    advice = give(physio, CYCLING)
    where = f"recommendations/{advice['id']}"

    assert physio.patch(where, {"status": "draft"}, 1).status_code == 409
    assert physio.patch(where, {"status": "completed"}, 1).status_code == 200
    assert physio.patch(where, {"status": "active"}, 2).status_code == 409


def test_a_link_to_anothers_advice_needs_their_consent(member: Members) -> None:
    theirs = give(member("physician"), NO_STAIRS)
    physio = member("physiotherapist")

    refused = physio.post("recommendations", {**STAIRS, "exception_to": [theirs["id"]]})
    named = physio.post("recommendations", {**STAIRS, "depends_on": [theirs["id"]]})

    assert refused.status_code == 409
    assert refused.json["code"] == "consent-to-link-required"
    assert named.status_code == 201


def test_a_successor_retires_its_predecessor(member: Members) -> None:
    physio = member("physiotherapist")
    first = give(physio, CYCLING)

    second = give(physio, CYCLING, supersedes=[first["id"]])

    assert now(physio, first)["status"] == "revoked"
    assert now(physio, first)["superseded_by"] == second["id"]
    again = physio.post("recommendations", {**CYCLING, "supersedes": [first["id"]]})
    assert again.status_code == 409


def test_a_critical_contradiction_holds_what_was_asked(member: Members) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    give(physician, NO_HEAVY_LIFTING)

    held = give(physio, DEADLIFT)

    flag = flag_of(physio, "CF03")
    assert flag["tier"] == "critical"
    assert flag["dimension"]["allowed"] == [None, 5]
    assert held["status"] == "on-hold"
    assert held["held_by"] == [flag["id"]]
    assert held["under_discussion"] is True
    where = f"recommendations/{held['id']}"
    lifted = physio.patch(where, {"status": "active"}, held["version"])
    assert lifted.status_code == 409
    assert lifted.json["code"] == "held-by-flag"

    eased = physio.patch(
        where,
        {
            "dose": [{"dimension": "load", "low": 4, "high": 4, "unit": "kg"}],
            "resolves": [flag["id"]],
            "reason": "Light until March",
        },
        held["version"],
    )

    assert eased.json["status"] == "active"
    assert eased.json["held_by"] == []
    assert flag_of(physio, "CF03")["status"] == "resolved"
    past = [one["action"] for one in physio.get(f"{where}/history").json["items"]]
    assert past == ["released", "updated", "held", "created"]


def test_a_patient_reads_the_released_view(member: Members) -> None:
    physician, physio, patient = (
        member("physician"),
        member("physiotherapist"),
        member("patient"),
    )
    shown = give(physio, CYCLING)
    give(physician, NO_HEAVY_LIFTING)
    held = give(physio, DEADLIFT)

    listed = patient.get("recommendations").json["items"]

    assert held["id"] not in [one["id"] for one in listed]
    assert patient.get(f"recommendations/{held['id']}").status_code == 404
    read = patient.get(f"recommendations/{shown['id']}").json
    assert read["dose"] == shown["dose"]
    for name in ("rationale", "source_text", "held_by", "source", "original_author"):
        assert read[name] is None, name
    past = patient.get(f"recommendations/{shown['id']}/history").json["items"]
    assert not {"rationale", "source_text"} & {one["field"] for one in past[0]["changes"]}


def test_a_held_revision_leaves_the_patient_the_version_before(member: Members) -> None:
    physician, physio, patient = (
        member("physician"),
        member("physiotherapist"),
        member("patient"),
    )
    give(physician, NO_HEAVY_LIFTING)
    light = [{"dimension": "load", "low": 4, "high": 4, "unit": "kg"}]
    advice = give(physio, DEADLIFT, dose=light)
    where = f"recommendations/{advice['id']}"
    heavy = physio.patch(where, {"dose": DEADLIFT["dose"]}, advice["version"]).json
    assert heavy["status"] == "on-hold"

    read = patient.get(where).json

    assert read["dose"] == light
    assert read["status"] == "active"
    assert read["version"] == 1
    assert read["under_discussion"] is True
    assert len(patient.get(f"{where}/history").json["items"]) == 1


def test_a_preview_answers_before_saving(member: Members) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    give(physician, NO_HEAVY_LIFTING)

    answer = physio.post("recommendations/preview", DEADLIFT)

    assert answer.status_code == 200
    [finding] = [one for one in answer.json["findings"] if one["code"] == "CF03"]
    assert finding["tier"] == "critical"
    assert "new-1" in [one["id"] for one in finding["statements"]]
    assert finding["repairs"]
    assert len(physio.get("recommendations").json["items"]) == 1
    assert physio.get("conflicts").json["items"] == []


def test_null_changes_are_as_absent_in_a_preview(member: Members) -> None:
    physio = member("physiotherapist")
    give(member("physician"), NO_HEAVY_LIFTING)
    plain = physio.post("recommendations/preview", DEADLIFT)
    answer = physio.post("recommendations/preview", {**DEADLIFT, "changes": None})
    assert answer.status_code == 200
    assert [one["code"] for one in answer.json["findings"]] == ["CF03"]
    assert answer.json == plain.json


def test_a_preview_of_ones_own_draft_says_what_giving_it_would_raise(member: Members) -> None:
    give(member("physician"), NO_HEAVY_LIFTING)
    physio = member("physiotherapist")
    draft = give(physio, DEADLIFT, status="draft")
    asked = {"changes": [{"id": draft["id"], "status": "active"}]}

    answer = physio.post("recommendations/preview", asked)
    other = member("physician").post("recommendations/preview", asked)

    assert answer.status_code == 200
    assert [one["code"] for one in answer.json["findings"]] == ["CF03"]
    assert now(physio, draft) == draft
    assert other.status_code == 404


def test_a_preview_of_a_change_says_only_what_gets_worse(member: Members) -> None:
    physician, physio = member("physician"), member("physiotherapist")
    give(physician, NO_STAIRS)
    advice = give(physio, STAIRS)
    give(physician, NO_HEAVY_LIFTING)

    unchanged = physio.post(
        "recommendations/preview", {"changes": [{"id": advice["id"], "rationale": None}]}
    )
    several = physio.post(
        "recommendations/preview", {"changes": [{"id": advice["id"], "period": None}, DEADLIFT]}
    )

    assert unchanged.json["findings"] == []
    assert [one["code"] for one in several.json["findings"]] == ["CF03"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/kind"),
        ({"changes": []}, "/changes"),
        ({"changes": [{}]}, "/changes/0/kind"),
        ({"changes": [CYCLING], "kind": "exercise"}, "/kind"),
        ({"changes": [{**CYCLING, "version": 1}]}, "/changes/0/version"),
        ({**CYCLING, "held_by": []}, "/held_by"),
        ({"changes": [{"kind": "exercise", "stance": "recommend"}]}, "/changes/0/action"),
    ],
)
def test_a_preview_of_nothing_or_half_is_refused(
    member: Members, body: object, pointer: str
) -> None:
    answer = member("physiotherapist").post("recommendations/preview", body)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("username", "status"),
    [("care-coordinator", 200), ("clinic-system", 200), ("patient", 403), ("auditor", 404)],
)
def test_who_may_preview(member: Members, username: str, status: int) -> None:
    assert member(username).post("recommendations/preview", CYCLING).status_code == status


def test_imported_advice_is_confirmed_and_adopted(member: Members) -> None:
    machine = member("clinic-system")
    imported = give(machine, CYCLING, source={"system": "ehr", "id": "17"})
    where = f"recommendations/{imported['id']}"
    assert imported["verification"] == "unverified"

    refused = member("care-coordinator").post(f"{where}/confirm", {"reason": "x"}, 1)
    confirmed = member("psychologist").post(f"{where}/confirm", {"reason": "As written"}, 1)
    stranger = member("psychologist").post(f"{where}/adopt", {"reason": "Mine"}, 2)
    adopted = member("physiotherapist").post(f"{where}/adopt", {"reason": "Mine now"}, 2)

    assert refused.status_code == 403
    assert confirmed.json["verification"] == "confirmed"
    assert stranger.status_code == 403
    assert adopted.json["author"]["role"] == "physiotherapist"
    assert adopted.json["original_author"]["id"] == imported["author"]["id"]
    assert adopted.headers["ETag"] == 'W/"3"'


def test_confirm_and_adopt_want_a_reason_and_a_version(member: Members) -> None:
    imported = give(member("clinic-system"), CYCLING)
    physio = member("physiotherapist")
    where = f"recommendations/{imported['id']}"

    assert physio.post(f"{where}/confirm", {"reason": "x"}).status_code == 428
    assert physio.post(f"{where}/confirm", {}, 1).status_code == 422
    assert physio.post(f"{where}/adopt", {"reason": "x"}, 7).status_code == 412


def test_ones_own_advice_is_not_there_to_be_adopted(member: Members) -> None:
    advice = give(member("physiotherapist"), CYCLING)
    answer = member("physiotherapist").post(
        f"recommendations/{advice['id']}/confirm", {"reason": "x"}, 1
    )

    assert answer.status_code == 409
    assert answer.json["code"] == "not-imported"


def test_filters_of_recommendations(member: Members) -> None:
    physician = member("physician")
    give(physician, NO_STAIRS)
    drug = give(physician, NAPROXEN)
    stairs = give(member("physiotherapist"), STAIRS)

    def ids(query: str) -> list[str]:
        return [one["id"] for one in physician.get(f"recommendations?{query}").json["items"]]

    assert ids("kind=medication") == [drug["id"]]
    assert ids("kind=medication,exercise") == [stairs["id"], drug["id"]]
    assert ids("stance=recommend&action=stairs") == [stairs["id"]]
    assert physician.get("recommendations?author=me").status_code == 400


def test_what_only_a_machine_may_say_is_refused_before_any_look_up(member: Members) -> None:
    """The same answer for a plan that is there and for one that is not."""
    body = {"kind": "exercise", "stance": "recommend", "action": "walking"}
    physio = member("physiotherapist")
    for path in ("recommendations", f"/api/v1/care-plans/{uuid.uuid4()}/recommendations"):
        answer = physio.post(path, {**body, "source": {"system": "urn:example"}})
        assert answer.status_code == 422
        assert answer.json["errors"] == [{"pointer": "/source", "code": "read-only"}]
