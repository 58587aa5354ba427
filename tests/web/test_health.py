"""Health, figures and log lines: they tell of the service, and of nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from flask import Flask
from structlog.testing import capture_logs

from service.errors import Unavailable
from service.settings import Settings
from service.web import request_log
from service.web.setup import make_app
from tests.web.conftest import PERSON, PLAN, TENANT, Client, World, probe_blueprint

Bearer = Callable[..., dict[str, str]]


def app_with(settings: Settings, world: World, **checks: Callable[[], bool]) -> Flask:
    return make_app(settings, database=world, doors=world.doors(), blueprints=[], checks=checks)


def test_a_living_service_says_so(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_readiness_needs_every_check(settings: Settings, world: World) -> None:
    def broken() -> bool:
        raise Unavailable

    ready = app_with(settings, world, database=lambda: True, migrations=lambda: True)
    assert ready.test_client().get("/readyz").json == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok"},
    }
    for failing in (broken, lambda: False):
        answer = (
            app_with(settings, world, database=lambda: True, migrations=failing)
            .test_client()
            .get("/readyz")
        )
        body: Any = answer.json
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert body["checks"] == {"database": "ok", "migrations": "failing"}


def test_figures_have_route_templates_and_no_ids(client: Client, bearer: Bearer) -> None:
    client.get(f"/api/v1/care-plans/{PLAN}/things?colour=red", headers=bearer())
    client.get(f"/api/v1/care-plans/{PLAN}/things")
    client.get("/somewhere/else")
    client.open("/healthz", method="ODD")
    text = client.get("/metrics").text
    route = "/api/v1/care-plans/<uuid:plan_id>/things"
    assert f'concord_requests_total{{method="GET",route="{route}",status="200"}} 1.0' in text
    assert f'concord_requests_total{{method="GET",route="{route}",status="401"}} 1.0' in text
    assert 'route="unmatched",status="404"' in text
    assert 'method="other"' in text
    assert 'concord_problems_total{code="missing-token"} 1.0' in text
    assert "concord_build_info" in text
    for hidden in (str(PLAN), "somewhere", "colour", str(TENANT), str(PERSON)):
        assert hidden not in text


def test_a_line_has_the_template_and_nothing_of_the_request(client: Client, bearer: Bearer) -> None:
    with capture_logs() as lines:
        client.get(f"/api/v1/care-plans/{PLAN}/things?colour=red", headers=bearer())
        client.post(
            f"/api/v1/care-plans/{PLAN}/things", json={"title": 5, "secret": 1}, headers=bearer()
        )
    read, written = [line for line in lines if line["event"] == "request"]
    assert (read["route"], read["status"], read["tenant"]) == (
        "/api/v1/care-plans/<uuid:plan_id>/things",
        200,
        str(TENANT),
    )
    assert (written["method"], written["status"], written["code"]) == (
        "POST",
        422,
        "invalid-fields",
    )
    for hidden in (str(PLAN), "colour", "secret", str(PERSON)):
        assert hidden not in str(lines)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0123456789abcdef", True),
        ("my.request-1_x", True),
        ("short", False),
        ("x" * 65, False),
        ("has space in it", False),
        ("<script>alert(1)</script>", False),
    ],
)
def test_a_sane_request_id_is_kept_and_another_replaced(
    client: Client, given: str, kept: bool
) -> None:
    answer = client.get("/nothing", headers={"X-Request-Id": given})
    own = answer.headers["X-Request-Id"]
    assert (own == given) is kept
    assert answer.json["request_id"] == own
    if not kept:
        assert own[14] == "7"


def test_two_applications_count_apart(settings: Settings, world: World) -> None:
    one, other = (
        make_app(
            settings,
            database=world,
            doors=world.doors(),
            blueprints=[probe_blueprint(world)],
            checks={},
        ).test_client()
        for _ in range(2)
    )
    one.get("/healthz")
    assert 'route="/healthz"' in one.get("/metrics").text
    assert 'route="/healthz"' not in other.get("/metrics").text


def test_log_lines_are_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.reset_defaults()
    try:
        request_log.configure()
        structlog.get_logger("other").info("it.happened", count=2, who=PERSON)
        line = json.loads(capsys.readouterr().err)
        assert (line["event"], line["level"], line["count"]) == ("it.happened", "info", 2)
        assert line["who"] == str(PERSON)
        assert line["at"].endswith("Z")
        # A second call changes nothing: loggers that are in use remember the first.
        processors = structlog.get_config()["processors"]
        request_log.configure()
        assert structlog.get_config()["processors"] is processors
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)
