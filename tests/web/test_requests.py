"""What an operation reads from a request, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from tests.web.conftest import PERSON, PLAN, THING, Client, World

Bearer = Callable[..., dict[str, str]]
THINGS = f"/api/v1/care-plans/{PLAN}/things"
ONE = f"{THINGS}/{THING}"


def test_a_list_is_walked_by_cursor(client: Client, bearer: Bearer, world: World) -> None:
    first = client.get(f"{THINGS}?limit=1&colour=red", headers=bearer())
    assert set(first.json) == {"items", "next_cursor"}
    link = first.headers["Link"]
    assert link.endswith('>; rel="next"')
    second = client.get(link[1 : link.index(">")], headers=bearer())
    assert second.status_code == 200
    assert second.json["next_cursor"] is None
    assert "Link" not in second.headers
    before, after = world.calls
    assert (before.after, before.limit) == (None, 1)
    assert (after.after, after.limit, after.query) == (("position",), 1, {"colour": ["red"]})


def test_a_cursor_is_for_its_list_its_filters_and_its_caller(
    client: Client, bearer: Bearer
) -> None:
    cursor = client.get(f"{THINGS}?colour=red", headers=bearer()).json["next_cursor"]
    for url, who in (
        (f"{THINGS}?cursor={cursor}", bearer()),
        (f"{THINGS}?colour=blue&cursor={cursor}", bearer()),
        (f"{THINGS}?colour=red&cursor={cursor}x", bearer()),
        (f"{THINGS}?colour=red&cursor={cursor}", bearer(subject=PLAN)),
        (f"{THINGS}?colour=red&cursor={cursor}", bearer(tenant=PLAN)),
        (f"/api/v1/care-plans/{THING}/things?colour=red&cursor={cursor}", bearer()),
    ):
        answer = client.get(url, headers=who)
        assert (answer.status_code, answer.json["code"]) == (400, "invalid-cursor")
    assert client.get(f"{THINGS}?colour=red&cursor={cursor}", headers=bearer()).status_code == 200


@pytest.mark.parametrize(
    ("query", "code", "pointers"),
    [
        ("patinet=5", "unknown-parameter", ["/patinet"]),
        ("John%20Smith=5", "unknown-parameter", []),
        ("colour=red&colour=blue", "repeated-parameter", ["/colour"]),
        ("limit=1&limit=1", "repeated-parameter", ["/limit"]),
        ("limit=0", "invalid-parameter", ["/limit"]),
        ("limit=201", "invalid-parameter", ["/limit"]),
        ("limit=5.0", "invalid-parameter", ["/limit"]),
        ("limit=", "invalid-parameter", ["/limit"]),
        ("limit=%00", "invalid-parameter", ["/limit"]),
        ("colour=", "invalid-parameter", ["/colour/0"]),
        ("colour=red,green", "invalid-parameter", ["/colour/1"]),
        ("after=2026-02-30", "invalid-parameter", ["/after"]),
        ("cursor=", "invalid-parameter", ["/cursor"]),
        ("cursor=%00", "invalid-parameter", ["/cursor"]),
        ("cursor=" + "A" * 3000, "invalid-parameter", ["/cursor"]),
    ],
)
def test_a_wrong_query_is_400_and_names_the_parameter(
    client: Client, bearer: Bearer, query: str, code: str, pointers: list[str]
) -> None:
    answer = client.get(f"{THINGS}?{query}", headers=bearer())
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert [one["pointer"] for one in answer.json.get("errors", [])] == pointers


def test_an_operation_without_parameters_takes_none(client: Client, bearer: Bearer) -> None:
    answer = client.get(f"{ONE}?fields=title", headers=bearer())
    assert (answer.status_code, answer.json["code"]) == (400, "unknown-parameter")
    assert client.get("/api/v1/whoever?a=1", headers=bearer("x")).status_code == 400


def test_a_creation_answers_201_with_location_and_etag(
    client: Client, bearer: Bearer, world: World
) -> None:
    body = {"title": "New", "count": None, "size": {"unit": "kg", "low": None}, "colour": "red"}
    answer = client.post(THINGS, json=body, headers=bearer())
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{THINGS}/{answer.json['id']}"
    assert answer.headers["ETag"] == 'W/"1"'
    assert world.made == [{"title": "New", "size": {"unit": "kg"}, "colour": "red"}]
    assert answer.json["count"] is None


def test_a_read_has_the_etag_of_its_version(client: Client, bearer: Bearer) -> None:
    answer = client.get(ONE, headers=bearer())
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"7"')
    assert client.get(THINGS, headers=bearer()).headers.get("ETag") is None


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        (None, 428),
        ("*", 428),
        ("", 428),
        ('W/"7"', 200),
        ('"7"', 200),
        ('W/"6"', 412),
        ("7", 412),
        ('W/"7", W/"8"', 412),
        ('"x"', 412),
    ],
)
def test_a_change_names_the_version_it_is_based_on(
    client: Client, bearer: Bearer, tag: str | None, status: int
) -> None:
    headers = bearer() if tag is None else {**bearer(), "If-Match": tag}
    answer = client.patch(ONE, json={"title": "Other"}, headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["ETag"] == 'W/"8"'
    if status == 412:
        assert answer.json["current_version"] == 7
        assert answer.json["conflicting_fields"] == ["title"]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/merge-patch+json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("application/json; charset=latin-1", 415),
        ("application/json-patch+json", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_a_patch_is_one_of_two_media_types(
    client: Client, bearer: Bearer, content_type: str, status: int
) -> None:
    headers = {**bearer(), "If-Match": 'W/"7"'}
    answer = client.patch(
        ONE,
        data=b'{"title": null}' if status == 415 else b'{"title": "Other"}',
        content_type=content_type,
        headers=headers,
    )
    assert answer.status_code == status


def test_a_merge_patch_is_no_creation(client: Client, bearer: Bearer) -> None:
    answer = client.post(
        THINGS,
        data=b'{"title": "x"}',
        content_type="application/merge-patch+json",
        headers=bearer(),
    )
    assert answer.status_code == 415


def test_an_answer_names_no_more_faults_than_anybody_reads(client: Client, bearer: Bearer) -> None:
    body = {f"unknown_{number}": 1 for number in range(5000)}
    answer = client.post(THINGS, json=body, headers=bearer())
    assert (answer.status_code, len(answer.json["errors"])) == (422, 50)


@pytest.mark.parametrize(("padding", "status"), [(10, 201), (1 << 20, 413), (3 << 20, 413)])
def test_a_body_in_chunks_has_the_same_limit(
    client: Client, bearer: Bearer, padding: int, status: int
) -> None:
    body = b'{"title": "x"}' + b" " * padding + b"and what was cut off" * (padding > 10)
    answer = client.post(
        THINGS,
        input_stream=BytesIO(body),
        content_type="application/json",
        headers=bearer(),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == status


def test_null_in_a_patch_reaches_the_action(client: Client, bearer: Bearer, world: World) -> None:
    headers = {**bearer(), "If-Match": 'W/"7"'}
    assert client.patch(ONE, json={"count": None}, headers=headers).status_code == 200
    assert world.made == [{"count": None}]
    refused = client.patch(ONE, json={"title": None}, headers=headers)
    assert (refused.status_code, refused.json["errors"]) == (
        422,
        [{"pointer": "/title", "code": "not-null"}],
    )


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"5", b"null"])
def test_a_body_is_an_object(client: Client, bearer: Bearer, body: bytes) -> None:
    answer = client.post(THINGS, data=body, content_type="application/json", headers=bearer())
    assert (answer.status_code, answer.json["errors"]) == (
        422,
        [{"pointer": "", "code": "not-an-object"}],
    )


def test_what_the_service_sets_cannot_be_sent(client: Client, bearer: Bearer) -> None:
    answer = client.post(
        THINGS, json={"title": "x", "id": str(THING), "version": 1}, headers=bearer()
    )
    assert answer.status_code == 422
    assert sorted(one["pointer"] for one in answer.json["errors"]) == ["/id", "/version"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (None, None, 200),
        (b"", "application/json", 200),
        (b"{}", "application/json", 200),
        (b'{"note": "x"}', "application/json", 422),
        (b"{", "application/json", 400),
        (b"note=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_an_action_without_a_body_takes_none(
    client: Client,
    bearer: Bearer,
    body: bytes | None,
    content_type: str | None,
    status: int,
) -> None:
    headers = {**bearer(), "If-Match": 'W/"7"'}
    answer = client.post(f"{ONE}/poke", data=body, content_type=content_type, headers=headers)
    assert answer.status_code == status


def test_a_kept_document_is_sent_as_it_is_or_not_at_all(client: Client, bearer: Bearer) -> None:
    url = f"/api/v1/care-plans/{PLAN}/document"
    answer = client.get(url, headers=bearer())
    tag = answer.headers["ETag"]
    assert (answer.data, tag) == (b'{"text":"kept"}', 'W/"3.patient.2026-03-01"')
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = client.get(url, headers={**bearer(), "If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    other = client.get(url, headers={**bearer(), "If-None-Match": 'W/"2.patient.2026-03-01"'})
    assert other.status_code == 200


def test_any_token_will_do_where_the_operation_says_so(client: Client, bearer: Bearer) -> None:
    assert client.get("/api/v1/whoever", headers=bearer("nothing")).json == {"text": str(PERSON)}
    assert client.get("/api/v1/whoever").status_code == 401


@pytest.mark.parametrize(
    ("token_purpose", "header", "status", "seen"),
    [
        ("TREAT", None, 200, "TREAT"),
        ("TREAT", "TREAT", 200, "TREAT"),
        ("TREAT HOPERAT", "HOPERAT", 200, "HOPERAT"),
        ("TREAT", "HOPERAT", 403, None),
        ("TREAT", "ETREAT", 403, None),
        ("TREAT", "treat", 400, None),
        ("TREAT", "MARKETING", 400, None),
        ("", "PATRQT", 200, "PATRQT"),
        ("", "HOPERAT", 403, None),
        ("", None, 200, "TREAT"),
    ],
)
def test_a_purpose_can_only_be_narrowed(
    client: Client,
    bearer: Bearer,
    world: World,
    token_purpose: str,
    header: str | None,
    status: int,
    seen: str | None,
) -> None:
    headers = bearer(purpose=token_purpose)
    if header is not None:
        headers["Purpose-Of-Use"] = header
    answer = client.get(ONE, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json["code"] == "purpose-not-permitted"
    if seen is not None:
        assert world.calls[-1].actor.purpose == seen


def test_the_actor_knows_the_request(client: Client, bearer: Bearer, world: World) -> None:
    answer = client.get(ONE, headers={**bearer(), "X-Request-Id": "my-request-1"})
    actor = world.calls[0].actor
    assert answer.headers["X-Request-Id"] == "my-request-1"
    assert (actor.request_id, actor.operation) == ("my-request-1", "getThing")
