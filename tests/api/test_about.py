"""What the service tells of itself, and that each place it names answers."""

from __future__ import annotations

import pytest
from flask import Flask

from service import __version__, conflicts
from tests.api.conftest import Members

API = "/api/v1"


def test_anybody_reads_what_runs_here(api_app: Flask) -> None:
    answer = api_app.test_client().get(API)

    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["name"], told["version"]) == ("Concord", __version__)
    assert told["knowledge_version"] == conflicts.KNOWLEDGE_VERSION
    assert "ETag" not in answer.headers


def test_a_token_changes_nothing_and_has_to_be_one(api_app: Flask, member: Members) -> None:
    untold = api_app.test_client().get(API).get_json()

    assert member("patient").get(API).json == untold
    nonsense = {"Authorization": "Bearer nonsense"}
    assert api_app.test_client().get(API, headers=nonsense).status_code == 401


def test_what_it_names_is_there(api_app: Flask, member: Members) -> None:
    links = api_app.test_client().get(API).get_json()["links"]

    for name, path in links.items():
        if name == "readiness":  # it looks at a database, and this application has one a test
            assert any(rule.rule == path for rule in api_app.url_map.iter_rules())
        elif name == "me":
            assert member("patient").get(path).status_code == 200
        else:
            assert api_app.test_client().get(path).status_code == 200, name


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?verbose=1", {}, 400),
        ("", {"Accept": "text/csv"}, 406),
        ("/", {}, 404),
    ],
)
def test_it_has_one_answer_to_read(
    api_app: Flask, query: str, headers: dict[str, str], status: int
) -> None:
    answer = api_app.test_client().get(API + query, headers=headers)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"


def test_it_is_only_read(api_app: Flask) -> None:
    answer = api_app.test_client().post(API, json={})

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
