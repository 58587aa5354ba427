"""What goes away says so in its declaration, once: its document and its answers follow."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from service.actions.views import Page
from service.domain.vocabulary import Scope
from service.errors import NotVisible
from service.settings import Settings
from service.web.blueprint import Blueprint
from service.web.deprecation import NOTICE, Deprecation
from service.web.downgrade import to_3_0
from service.web.operation import Call
from service.web.plan_items import plan_items
from service.web.setup import make_app
from tests.contract import Answer, Contract
from tests.web.conftest import PLAN, Client, Shown, ThingCreate, ThingOut, ThingPatch, World, thing

GOING = Deprecation(since=date(2027, 3, 1), sunset=date(2027, 9, 1), successor="listThings")
OPEN = Deprecation(since=date(2027, 3, 1))


@pytest.fixture
def app(settings: Settings, world: World) -> Flask:
    """Serve two operations that go away and one that stays."""
    blp = Blueprint("steps", __name__, tag="Steps", description="What there was before things.")

    @blp.operation(
        "GET",
        "/steps",
        scope=Scope.PLAN_READ,
        permission=("thing", "read"),
        paged=True,
        out=ThingOut,
        deprecation=GOING,
    )
    def list_steps(call: Call) -> Page:
        """List steps."""
        return Page([Shown(thing())], ("position",) if call.after is None else None)

    @blp.operation(
        "POST",
        "/steps",
        scope=Scope.PLAN_WRITE,
        permission=("thing", "create"),
        body=ThingCreate,
        out=ThingOut,
        created=True,
        deprecation=OPEN,
    )
    def create_step(call: Call) -> Shown:
        """Add a step.

        As it was done.
        """
        call.actor.admitted(call.session)
        return Shown(thing(**call.body))

    @blp.operation(
        "GET",
        "/steps/<uuid:step_id>",
        scope=Scope.PLAN_READ,
        permission=("thing", "read"),
        out=ThingOut,
    )
    def get_step(call: Call, step_id: uuid.UUID) -> Shown:
        """Read a step."""
        if step_id != PLAN:
            raise NotVisible
        return Shown(thing())

    return make_app(settings, database=world, doors=world.doors(), blueprints=[blp], checks={})


def held(document: dict[str, Any], method: str, path: str, answer: Any) -> Any:
    """Hold an answer to the document; a header it does not speak of fails."""
    Contract(document).hold(
        Answer(method, path, answer.status_code, dict(answer.headers), answer.get_data())
    )
    return answer


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json
    return found


def test_the_document_says_what_goes_when_and_what_takes_its_place(
    document: dict[str, Any],
) -> None:
    validate(document)
    validate(to_3_0(document))
    steps = document["paths"]["/api/v1/steps"]
    assert steps["get"]["deprecated"] is True
    assert steps["get"]["x-sunset"] == "2027-09-01"
    assert steps["get"]["description"].startswith(
        "Deprecated since 2027-03-01; it goes away on 2027-09-01; use `listThings`.\n\nScope:"
    )
    headers = steps["get"]["responses"]["200"]["headers"]
    assert {"Deprecation", "Sunset", "Link"} <= headers.keys()
    assert headers["Link"] == {"$ref": "#/components/headers/Link"}
    assert steps["post"]["description"].startswith("Deprecated since 2027-03-01.\n\nAs it was")
    headers = steps["post"]["responses"]["201"]["headers"]
    assert headers["Link"] == {"$ref": "#/components/headers/DeprecationLink"}
    assert "Sunset" not in headers
    assert "x-sunset" not in steps["post"]


def test_what_stays_says_nothing(document: dict[str, Any], client: Client, bearer: Any) -> None:
    described = document["paths"]["/api/v1/steps/{step_id}"]["get"]
    assert "deprecated" not in described
    assert described["responses"]["200"]["headers"].keys() == {"ETag", "X-Request-Id"}
    answer = client.get(f"/api/v1/steps/{PLAN}", headers=bearer())
    assert answer.status_code == 200
    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers.keys())


def test_every_answer_of_what_goes_says_so(
    document: dict[str, Any], client: Client, bearer: Any
) -> None:
    answer = held(document, "GET", "/api/v1/steps", client.get("/api/v1/steps", headers=bearer()))
    assert answer.status_code == 200
    since = answer.headers["Deprecation"]
    assert datetime.fromtimestamp(int(since.removeprefix("@")), UTC) == datetime(
        2027, 3, 1, tzinfo=UTC
    )
    assert answer.headers["Sunset"] == "Wed, 01 Sep 2027 00:00:00 GMT"
    assert parsedate_to_datetime(answer.headers["Sunset"]).date() == date(2027, 9, 1)
    following, told = answer.headers["Link"].split(", ")
    assert following.endswith('rel="next"')
    assert told == '</docs>; rel="deprecation"; type="text/html"'
    cursor = {"cursor": answer.json["next_cursor"]}
    last = client.get("/api/v1/steps", headers=bearer(), query_string=cursor)
    assert last.headers["Link"] == told


def test_a_kept_answer_says_so_too(document: dict[str, Any], client: Client, bearer: Any) -> None:
    asked = {"headers": {**bearer(), "Idempotency-Key": "once"}, "json": {"title": "A step"}}
    first, again = (client.post("/api/v1/steps", **asked) for _ in range(2))
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    for answer in (first, again):
        held(document, "POST", "/api/v1/steps", answer)
        assert answer.headers["Deprecation"] == "@1803859200"
        assert answer.headers["Link"] == '</docs>; rel="deprecation"; type="text/html"'
        assert "Sunset" not in answer.headers


def test_an_error_is_like_any_other(document: dict[str, Any], client: Client, bearer: Any) -> None:
    refused = held(
        document,
        "POST",
        "/api/v1/steps",
        client.post("/api/v1/steps", headers=bearer(), json={"count": 3}),
    )
    assert refused.status_code == 422
    assert "Deprecation" not in refused.headers


def test_nothing_goes_away_within_the_time_that_was_promised() -> None:
    since = date(2027, 3, 1)
    assert Deprecation(since, since + NOTICE).sunset == since + NOTICE
    with pytest.raises(ValueError, match="180 days or more"):
        Deprecation(since, since + NOTICE - timedelta(days=1))


def test_one_operation_of_a_plans_items_may_go_by_its_verb() -> None:
    class Noun:
        resource = "thing"

    shapes: dict[str, Any] = {
        "path": "things",
        "one": "Thing",
        "many": "Things",
        "create": ThingCreate,
        "patch": ThingPatch,
        "out": ThingOut,
    }
    blp = Blueprint("things", __name__, tag="Things", description="Things.")
    plan_items(blp, Noun, **shapes, deprecations={"delete": GOING})
    assert [one.name for one in blp.operations.values() if one.deprecation] == ["deleteThing"]
    with pytest.raises(ValueError, match="can be deprecated here"):
        plan_items(blp, Noun, **shapes, deprecations={"remove": GOING})
