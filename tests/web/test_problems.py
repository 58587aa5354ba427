"""Every error has its rendering, and none repeats what anybody sent or stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from structlog.testing import capture_logs

from service import errors
from service.errors import CODES, ConcordError, FieldError
from service.web.problems import STATUS, problem
from tests.web.conftest import HIDDEN, PLAN, THING, Client, World

Bearer = Callable[..., dict[str, str]]
THINGS = f"/api/v1/care-plans/{PLAN}/things"
SECRET = "Brenda-Jackson"


def _tree(cls: type[ConcordError]) -> Iterator[type[ConcordError]]:
    for sub in cls.__subclasses__():
        if sub.__module__ == errors.__name__:
            yield sub
            yield from _tree(sub)


@pytest.mark.parametrize("cls", list(_tree(ConcordError)), ids=lambda cls: cls.__name__)
def test_every_error_has_its_status(cls: type[ConcordError]) -> None:
    assert 400 <= STATUS[cls] < 600


def test_every_error_renders_as_a_problem(app: Flask) -> None:
    with app.test_request_context():
        for cls in _tree(ConcordError):
            answer = problem(cls(errors=[FieldError("/a", "required")], extra={"a": 1}))
            assert answer.content_type == "application/problem+json"
            assert answer.status_code == STATUS[cls]
            body: Any = answer.json
            assert body["type"] == f"/problems/{body['code']}"
            assert body["errors"] == [{"pointer": "/a", "code": "required"}]
            assert {"title", "status", "code", "detail", "request_id"} <= body.keys()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_problem_type_is_a_page(client: Client, code: str) -> None:
    answer = client.get(f"/problems/{code}")
    assert answer.status_code == 200
    assert code in answer.text


def test_an_unknown_problem_type_and_an_unknown_route_are_the_same_404(
    client: Client,
) -> None:
    for path in ("/problems/no-such", "/nothing", "/api/v1/nothing", "/api/v1/"):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")
        assert answer.content_type == "application/problem+json"


def test_members_of_an_error_are_shown_and_cannot_take_the_place_of_ours(app: Flask) -> None:
    error = errors.Stale(extra={"current_version": 9, "status": 200, "code": "x"})
    with app.test_request_context():
        body: Any = problem(error).json
    assert (body["current_version"], body["status"], body["code"]) == (9, 412, "stale-version")


@pytest.mark.usefixtures("planted_fault")
def test_what_nobody_expected_says_nothing(client: Client, bearer: Bearer, world: World) -> None:
    world.raises = ValueError(f"{SECRET} has a bad knee")
    with capture_logs() as lines:
        answer = client.get(f"{THINGS}?colour=red", headers=bearer())
    assert (answer.status_code, answer.json["code"]) == (500, "internal-error")
    assert SECRET not in answer.text
    fault = next(line for line in lines if line["event"] == "request.fault")
    assert fault["error_class"] == "ValueError"
    assert fault["route"] == "/api/v1/care-plans/<uuid:plan_id>/things"
    assert SECRET not in str(lines)
    assert str(PLAN) not in str(lines)


def test_a_fault_below_us_is_a_503_that_says_when_to_come_back(
    client: Client, bearer: Bearer, world: World
) -> None:
    world.raises = errors.Unavailable(extra={"retry_after": 2})
    answer = client.get(THINGS, headers=bearer())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "retry_after" not in answer.json


@pytest.mark.usefixtures("planted_fault")
def test_an_error_without_a_class_of_its_own_is_a_500_that_says_nothing(
    client: Client, bearer: Bearer, world: World
) -> None:
    world.raises = ConcordError("internal-error", SECRET)
    answer = client.get(THINGS, headers=bearer())
    assert answer.status_code == 500
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", THINGS, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("DELETE", THINGS, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", f"{THINGS}/{THING}", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        ("QUERY", THINGS, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/healthz", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_a_resource_does_not_know_is_405_with_allow(
    client: Client, method: str, path: str, allowed: set[str]
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.json["code"]) == (405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_options_names_the_methods_and_head_is_a_get_without_a_body(
    client: Client, bearer: Bearer
) -> None:
    options = client.options(THINGS)
    assert options.status_code == 200
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    head = client.head(THINGS, headers=bearer())
    assert (head.status_code, head.data) == (200, b"")
    assert client.head(THINGS).status_code == 401


@pytest.mark.parametrize("path", [f"{THINGS}/", f"/api/v1//care-plans/{PLAN}/things"])
def test_a_path_is_matched_as_it_is_written(client: Client, bearer: Bearer, path: str) -> None:
    assert client.get(path, headers=bearer()).status_code == 404


@pytest.mark.parametrize(
    "malformed",
    ["x", "123", str(PLAN)[:-1], "{" + str(PLAN) + "}", "%00", "%ff", "a b", "..."],
)
def test_a_malformed_id_looks_like_one_that_is_hidden(
    client: Client, bearer: Bearer, world: World, malformed: str
) -> None:
    hidden = client.get(f"/api/v1/care-plans/{HIDDEN}/things/{THING}", headers=bearer())
    answer = client.get(f"/api/v1/care-plans/{malformed}/things/{THING}", headers=bearer())
    assert answer.status_code == hidden.status_code == 404
    differing = {"request_id"}
    assert {k: v for k, v in answer.json.items() if k not in differing} == {
        k: v for k, v in hidden.json.items() if k not in differing
    }
    assert set(answer.headers.keys()) == set(hidden.headers.keys())
    assert [denial["code"] for denial in world.denials] == ["not-found", "not-found"]
    # Nobody learns which ids are well formed without saying who they are.
    unknown = client.get(f"/api/v1/care-plans/{malformed}/things/{THING}")
    assert unknown.status_code == 401


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*;q=0.5", 200),
        ("text/html, application/json;q=0.1", 200),
        ("application/problem+json", 200),
        ("text/html", 406),
        ("application/fhir+json", 406),
        ("application/json;q=0", 406),
    ],
)
def test_who_accepts_no_json_is_told(
    client: Client, bearer: Bearer, accept: str | None, status: int
) -> None:
    headers = bearer() if accept is None else {**bearer(), "Accept": accept}
    answer = client.get(THINGS, headers=headers)
    assert answer.status_code == status
    if status == 406:
        assert answer.json["code"] == "not-acceptable"


def test_every_answer_has_the_common_headers(client: Client, bearer: Bearer) -> None:
    for answer in (
        client.get(THINGS, headers=bearer()),
        client.get(THINGS),
        client.get("/nothing"),
        client.put(THINGS),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Vary"] == "Authorization"
        assert answer.headers["X-Request-Id"]
