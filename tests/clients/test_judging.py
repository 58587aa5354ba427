"""A client's word counts only where the wire shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.clients import __main__ as command
from tests.clients import walking
from tests.clients.catalogue import ALL, Client, named
from tests.clients.steps import NAMES, STEPS, Exchange, Trace
from tests.clients.walking import Walk, judge

pytestmark = pytest.mark.clients

P = "/api/v1/care-plans/0199"
HEAVY = b'{"action": "deadlift"}'


def seen(method: str, target: str, status: int = 200, body: bytes = b"") -> Exchange:
    """Hold an exchange as a client leaves it: with a token, and an If-Match where it changes something."""
    return Exchange(
        method=method,
        target=target,
        if_match='W/"1"' if method == "PATCH" or target.endswith("/resolve") else None,
        authorized=True,
        body=body,
        status=status,
        content_type="application/json" if status < 400 else "application/problem+json",
    )


WALKED = [
    seen("GET", "/api/v1/me"),
    seen("GET", f"{P}/summary"),
    seen("GET", f"{P}/milestones?limit=2"),
    seen("GET", f"{P}/milestones?cursor=abc&limit=2"),
    seen("GET", f"{P}/milestones/1"),
    seen("PATCH", f"{P}/milestones/1", body=b'{"due": "2027-01-01"}'),
    seen("PATCH", f"{P}/milestones/1", body=b'{"description":null}'),
    seen("PATCH", f"{P}/milestones/1", 412, b'{"due": "2027-01-02"}'),
    seen("GET", f"{P}/milestones/1"),
    seen("PATCH", f"{P}/milestones/1", body=b'{"title": "x"}'),
    seen("POST", f"{P}/recommendations/preview", body=HEAVY),
    seen("POST", f"{P}/recommendations", 201, HEAVY),
    seen("GET", f"{P}/conflicts?limit=50&statement=1"),
    seen("GET", f"{P}/conflicts/1"),
    seen("POST", f"{P}/conflicts/1/resolve", body=b'{"patch": {"dose": []}}'),
    seen("POST", f"{P}/recommendations", 422, b"{}"),
]
SAID = "".join(f"pass {name}\n" for name in NAMES)


@pytest.fixture
def java() -> Client:
    """The client that has no way to clear a field."""
    return named(["java"])[0]


@pytest.fixture
def fetch() -> Client:
    """A client that can do all of it."""
    return named(["openapi-fetch"])[0]


def judged(client: Client, said: str, passed: list[Exchange]) -> Walk:
    walk = Walk(client)
    judge(walk, said, passed)
    return walk


def test_all_said_and_all_seen_is_all_passed(fetch: Client) -> None:
    walk = judged(fetch, SAID, WALKED)
    assert walk.arrived
    assert set(walk.marks.values()) == {"pass"}


@pytest.mark.parametrize("lost", range(len(WALKED)))
def test_a_step_that_was_only_said_fails(fetch: Client, lost: int) -> None:
    """Whichever request did not come, its step is not passed; every one of those above is needed."""
    wanted = [step.name for step in STEPS for _ in step.traces]
    assert len(wanted) == len(WALKED)
    walk = judged(fetch, SAID, WALKED[:lost] + WALKED[lost + 1 :])
    assert not walk.arrived
    assert walk.marks[wanted[lost]] == "FAIL"


@pytest.mark.parametrize(
    "harm",
    [
        {"authorized": False},
        {"if_match": None},
        {"status": 204},
        {"method": "PUT"},
        {"target": f"{P}/goals/1"},
        {"body": b"{}"},
    ],
    ids=lambda harm: next(iter(harm)),
)
def test_a_request_that_differs_is_not_the_one_expected(harm: dict[str, object]) -> None:
    expected = Trace("PATCH", P + "/milestones/1", 200, sends="due", precondition=True)
    sent = seen("PATCH", f"{P}/milestones/1", body=b'{"due": null}')
    assert expected.fits(sent)
    assert not expected.fits(replace(sent, **harm))  # type: ignore[arg-type]  # one field of its kind each


def test_an_error_that_is_no_problem_document_is_not_one() -> None:
    refused = seen("POST", f"{P}/recommendations", 422)
    assert STEPS[-1].look([refused], 0) == (None, 1)
    plain = replace(refused, content_type="application/json")
    assert STEPS[-1].look([plain], 0)[0] is not None


def test_requests_in_another_order_do_not_count() -> None:
    first, second = WALKED[2:4]
    page = STEPS[2]
    assert page.look([first, second], 0) == (None, 2)
    assert page.look([second], 0)[0] is not None
    assert page.look([first, second], 1)[0] is not None


def test_where_a_client_stops_it_fails_and_nothing_after_is_claimed(fetch: Client) -> None:
    walk = judged(fetch, "pass token\npass read\nTraceback …", WALKED[:2])
    assert not walk.arrived
    assert list(walk.marks.values()) == ["pass", "pass", "FAIL"] + ["-"] * 8


def test_what_cannot_be_done_is_known_beforehand_or_fails(java: Client, fetch: Client) -> None:
    said = SAID.replace("pass clear", "cannot clear")
    kept = [one for one in WALKED if b'"description":null' not in one.body]
    assert judged(java, said, kept).arrived
    assert judged(java, said, kept).marks["clear"] == "cannot"
    assert not judged(fetch, said, kept).arrived


def test_a_client_that_learns_it_may_no_longer_say_that_it_cannot(java: Client) -> None:
    said = SAID.replace("pass clear", "cannot clear")
    assert not judged(java, said, WALKED).arrived


def test_a_client_that_arrived_is_told_with_its_command(
    fetch: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = judged(fetch, SAID, WALKED)
    walk.command = str(fetch.walk())
    walking.tell([walk])
    said = capsys.readouterr().out
    assert "openapi-fetch  " + "  ".join("pass".ljust(len(n)) for n in NAMES).rstrip() in said
    assert said.endswith("node clients/openapi-fetch/build/journey.js\n")
    monkeypatch.setattr(walking, "walk_all", lambda _: [walk])
    assert command.main(["walk", "openapi-fetch"]) == 0


def test_only_a_step_of_the_journey_can_be_impossible() -> None:
    for client in ALL:
        assert client.cannot.keys() <= set(NAMES)
