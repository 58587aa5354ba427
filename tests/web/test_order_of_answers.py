"""The order of answers: what is wrong with a request is said in one order, whatever else is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import FORBIDDEN, HIDDEN, PLAN, STRANGER, THING, Client, World

Bearer = Callable[..., dict[str, str]]
JSON = "application/json"


def url(plan: object = PLAN, query: str = "") -> str:
    return f"/api/v1/care-plans/{plan}/things/{THING}{query}"


# Every step puts one fault right; the faults after it stand. The first one standing is the answer.
STEPS: list[tuple[str, int, str]] = [
    ("token", 401, "missing-token"),
    ("scope", 403, "insufficient-scope"),
    ("account", 401, "unknown-account"),
    ("query", 400, "unknown-parameter"),
    ("media", 415, "unsupported-media-type"),
    ("length", 413, "body-too-large"),
    ("json", 400, "malformed-json"),
    ("if-match", 428, "if-match-required"),
    ("shape", 422, "invalid-fields"),
    ("visible", 404, "not-found"),
    ("right", 403, "not-permitted"),
    ("version", 412, "stale-version"),
]


@pytest.mark.parametrize("right", range(len(STEPS) + 1))
def test_the_first_fault_standing_is_the_answer(right: int, client: Client, bearer: Bearer) -> None:
    mended = {name for name, _, _ in STEPS[:right]}
    answer = client.patch(**_request(mended, bearer))
    if right == len(STEPS):
        assert answer.status_code == 200
        return
    _, status, code = STEPS[right]
    assert (answer.status_code, answer.json["code"]) == (status, code)


def _request(mended: set[str], bearer: Bearer) -> dict[str, Any]:
    headers: dict[str, str] = {}
    if "token" in mended:
        scopes = ("plan:write",) if "scope" in mended else ("plan:read",)
        person = {} if "account" in mended else {"subject": STRANGER}
        headers |= bearer(*scopes, **person)
    if "if-match" in mended:
        headers["If-Match"] = 'W/"7"' if "version" in mended else 'W/"6"'
    body: bytes = b'{"title": 5}'
    if "shape" in mended:
        body = b'{"title": "Other"}'
    if "json" not in mended:
        body = b"{"
    if "length" not in mended:
        body = b'{"title": "' + b"x" * (1 << 20) + b'"}'
    plan = HIDDEN if "visible" not in mended else FORBIDDEN if "right" not in mended else PLAN
    return {
        "path": url(plan, "" if "query" in mended else "?patinet=5"),
        "headers": headers,
        "data": body,
        "content_type": JSON if "media" in mended else "text/plain",
    }


def test_a_scope_is_checked_before_any_look_up(
    client: Client, bearer: Bearer, world: World
) -> None:
    answer = client.get(f"/api/v1/care-plans/{HIDDEN}/things", headers=bearer("audit:read"))
    assert answer.status_code == 403
    assert world.calls == []
    assert 'error="insufficient_scope", scope="plan:read"' in answer.headers["WWW-Authenticate"]
