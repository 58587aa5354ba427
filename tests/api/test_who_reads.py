"""Who reads what: every role against every reading of a plan, and another clinic against all of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from service.db import Database
from service.settings import Settings
from service.web.tokens import mint
from tests.api.advice import NO_STAIRS, STAIRS, give
from tests.api.conftest import ALL_SCOPES, Member, Members
from tests.clinic import Clinic, open_clinic, tenant_id_of

TEAM = (
    "physician",
    "physiotherapist",
    "psychologist",
    "occupational-therapist",
    "care-coordinator",
)
OUTSIDE = ("physician-outsider", "physiotherapist-2", "clinic-admin", "auditor")


@pytest.fixture
def paths(member: Members) -> dict[str, str]:
    """One path of every kind of reading, in a plan that has something to read."""
    physio = member("physiotherapist")
    goal = physio.post("goals", {"title": "Walk to the market"}).json["id"]
    step = physio.post("milestones", {"title": "Ten minutes"}).json["id"]
    physio.post(f"milestones/{step}/progress", {"percent": 10})
    give(member("physician"), NO_STAIRS)
    advice = give(physio, STAIRS)["id"]
    [flag] = physio.get("conflicts").json["items"]
    revision = physio.get("versions?limit=1").json["items"][0]["revision"]
    return {
        "goals": "goals",
        "goal": f"goals/{goal}",
        "goal history": f"goals/{goal}/history",
        "milestones": "milestones",
        "milestone": f"milestones/{step}",
        "milestone history": f"milestones/{step}/history",
        "progress": f"milestones/{step}/progress",
        "recommendations": "recommendations",
        "recommendation": f"recommendations/{advice}",
        "recommendation history": f"recommendations/{advice}/history",
        "conflicts": "conflicts",
        "conflict": f"conflicts/{flag['id']}",
        "conflict history": f"conflicts/{flag['id']}/history",
        "summary": "summary",
        "plan document": "plan-document",
        "not checked": "not-checked",
        "versions": "versions",
        "version": f"versions/{revision}",
    }


@pytest.mark.parametrize("username", TEAM)
def test_the_team_reads_everything(member: Members, paths: dict[str, str], username: str) -> None:
    reader = member(username)

    assert {name: reader.get(path).status_code for name, path in paths.items()} == dict.fromkeys(
        paths, 200
    )


def test_the_patient_reads_all_but_the_working_views(
    member: Members, paths: dict[str, str]
) -> None:
    patient = member("patient")
    found = {name: patient.get(path).status_code for name, path in paths.items()}

    refused = {name for name, status in found.items() if status == 403}
    assert refused == {"plan document", "not checked", "conflict history"}
    # The newest revision is a flag's: the team's own business, so there is nothing to see.
    assert {name for name, status in found.items() if status == 404} == {"version"}
    assert set(found.values()) == {200, 403, 404}


def test_a_clinic_system_with_a_permit_reads_everything(
    member: Members, paths: dict[str, str]
) -> None:
    machine = member("clinic-system")

    assert {name: machine.get(path).status_code for name, path in paths.items()} == dict.fromkeys(
        paths, 200
    )


@pytest.mark.parametrize("username", OUTSIDE)
def test_who_is_not_near_finds_nothing(
    member: Members, paths: dict[str, str], username: str
) -> None:
    stranger = member(username)
    nowhere = stranger.get("/api/v1/care-plans/0199a1b2-7c3d-7e4f-8a5b-00000000ffff/goals")

    for name, path in paths.items():
        answer = stranger.get(path)
        assert answer.status_code == 404, name
        assert _alike(answer.json) == _alike(nowhere.json), name


def _alike(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


def test_a_token_for_writing_does_not_read(member: Members, paths: dict[str, str]) -> None:
    writer = member("physician", scopes=("plan:write", "flag:write", "recommendation:write"))

    for name, path in paths.items():
        answer = writer.get(path)
        assert answer.status_code == 403, name
        assert answer.json["code"] == "insufficient-scope", name


@pytest.mark.parametrize("username", ["physician", "patient", "clinic-system"])
def test_another_clinic_finds_nothing(
    api_app: Flask,
    api_settings: Settings,
    database: Database,
    clinic: Clinic,
    paths: dict[str, str],
    username: str,
) -> None:
    with database.transaction(tenant_id_of("elsewhere")) as session:
        other = open_clinic(session, "elsewhere")
    token = mint(
        api_settings,
        tenant_id=other.tenant_id,
        subject=other.users[username].id,
        scopes=ALL_SCOPES,
        client_id="tests",
        purpose="",
        lifetime=timedelta(minutes=5),
    )
    stranger = Member(api_app.test_client(), token, f"/api/v1/care-plans/{clinic.plan_id}")

    for name, path in paths.items():
        assert stranger.get(path).status_code == 404, name
    assert stranger.post("goals", {"title": "Mine"}).status_code == 404
    assert stranger.post("recommendations/preview", STAIRS).status_code == 404


def test_nobody_reads_without_a_token(
    api_app: Flask, clinic: Clinic, paths: dict[str, str]
) -> None:
    client = api_app.test_client()

    for name, path in paths.items():
        answer = client.get(f"/api/v1/care-plans/{clinic.plan_id}/{path}")
        assert answer.status_code == 401, name
        assert answer.get_json(force=True)["code"] == "missing-token", name
