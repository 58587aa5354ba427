"""The collection and the items of a noun, from one declaration."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from service.actions.views import Page
from service.domain.vocabulary import Scope
from service.settings import Settings
from service.web.blueprint import Blueprint
from service.web.kernel import operations_of
from service.web.plan_items import plan_items
from service.web.setup import make_app
from tests.web.conftest import (
    PLAN,
    THING,
    Client,
    Shown,
    ThingCreate,
    ThingFilters,
    ThingOut,
    ThingPatch,
    World,
    thing,
)

Bearer = Callable[..., dict[str, str]]
NOUN = SimpleNamespace(kind="odd-thing", resource="odd-thing")
COLLECTION = f"/api/v1/care-plans/{PLAN}/odd-things"
ONE = f"{COLLECTION}/{THING}"


class Recorder:
    """Stand in for the one way of items, and note how it was called."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def _note(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        session, _, noun, plan_id, *rest = args
        assert session is not None
        assert noun is NOUN
        assert plan_id == PLAN
        self.asked.append((name, tuple(rest), kwargs))

    def create(self, *args: Any, **kwargs: Any) -> Shown:
        self._note("create", args, kwargs)
        return Shown(thing(version=1))

    def revise(self, *args: Any, **kwargs: Any) -> Shown:
        self._note("revise", args, kwargs)
        return Shown(thing(version=8))

    def withdraw(self, *args: Any, **kwargs: Any) -> None:
        self._note("withdraw", args, kwargs)

    def listed(self, *args: Any, **kwargs: Any) -> Page:
        self._note("listed", args, kwargs)
        return Page([Shown(thing())], None)

    def one(self, *args: Any, **kwargs: Any) -> Shown:
        self._note("one", args, kwargs)
        return Shown(thing())

    def only(self, *args: Any, **kwargs: Any) -> uuid.UUID:
        self._note("only", args, kwargs)
        return THING

    def history(self, *args: Any, **kwargs: Any) -> Page:
        self._note("history", args, kwargs)
        entry = {
            "id": uuid.uuid4(),
            "kind": "odd-thing",
            "item_id": THING,
            "version": 7,
            "revision": 9,
            "action": "updated",
            "at": datetime(2027, 2, 15, tzinfo=UTC),
            "by": {"id": "x", "name": "X", "role": "patient"},
            "on_behalf_of": None,
            "reason": None,
            "changes": [{"field": "title", "before": "a", "after": {"b": 1}}],
        }
        return Page([entry], ("older",))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def app(settings: Settings, world: World, recorder: Recorder) -> Flask:
    blp = Blueprint("odd_things", __name__, tag="Odd things", description="Things that are odd.")
    plan_items(
        blp,
        NOUN,
        path="odd-things",
        one="OddThing",
        many="OddThings",
        create=ThingCreate,
        patch=ThingPatch,
        out=ThingOut,
        filters=ThingFilters,
        scope_write=Scope.RECOMMENDATION_WRITE,
        notes={"create": "Told apart by its title."},
        ways=recorder,
    )
    return make_app(settings, database=world, doors=world.doors(), blueprints=[blp], checks={})


def test_the_operations_have_their_names_scopes_and_permissions(app: Flask) -> None:
    declared = operations_of(app).values()
    assert {
        operation.name: (operation.method, operation.scope, operation.permission)
        for operation in declared
    } == {
        "listOddThings": ("GET", "plan:read", ("odd-thing", "read")),
        "createOddThing": ("POST", "recommendation:write", ("odd-thing", "create")),
        "getOddThing": ("GET", "plan:read", ("odd-thing", "read")),
        "updateOddThing": ("PATCH", "recommendation:write", ("odd-thing", "update")),
        "deleteOddThing": ("DELETE", "recommendation:write", ("odd-thing", "delete")),
        "listOddThingHistory": ("GET", "plan:read", ("history", "read")),
    }


def test_each_operation_asks_the_one_way(
    client: Client, bearer: Bearer, recorder: Recorder
) -> None:
    who = bearer("plan:read", "recommendation:write")
    listed = client.get(f"{COLLECTION}?colour=red,blue&limit=5", headers=who)
    created = client.post(COLLECTION, json={"title": "A thing", "count": None}, headers=who)
    got = client.get(ONE, headers=who)
    revised = client.patch(ONE, json={"count": None}, headers={**who, "If-Match": 'W/"7"'})
    withdrawn = client.delete(ONE, headers={**who, "If-Match": '"7"'})
    past = client.get(f"{ONE}/history", headers=who)

    assert [answer.status_code for answer in (listed, created, got, revised, withdrawn, past)] == [
        200,
        201,
        200,
        200,
        204,
        200,
    ]
    assert created.headers["Location"] == f"{COLLECTION}/{THING}"
    assert (created.headers["ETag"], revised.headers["ETag"]) == ('W/"1"', 'W/"8"')
    assert past.json["items"][0]["changes"] == [
        {"field": "title", "before": "a", "after": {"b": 1}}
    ]
    assert past.json["next_cursor"]
    assert recorder.asked == [
        ("listed", (), {"filters": {"colour": ["red", "blue"]}, "after": None, "limit": 5}),
        ("create", ({"title": "A thing"},), {}),
        ("one", (THING,), {}),
        ("revise", (THING, 7, {"count": None}), {}),
        ("withdraw", (THING, 7), {}),
        ("history", (THING,), {"after": None, "limit": 50}),
    ]


def test_the_declaration_is_documented(client: Client) -> None:
    document = client.get("/openapi.json").json
    operation = document["paths"]["/api/v1/care-plans/{plan_id}/odd-things"]["post"]
    assert operation["summary"] == "Add an odd thing to a plan"
    assert operation["description"].startswith("Told apart by its title.")
    assert set(operation["requestBody"]["content"]) == {"application/json"}
    item = document["paths"]["/api/v1/care-plans/{plan_id}/odd-things/{odd_thing_id}"]
    assert [one.get("name") for one in item["patch"]["parameters"][:2]] == [
        "plan_id",
        "odd_thing_id",
    ]
    assert set(item["patch"]["requestBody"]["content"]) == {
        "application/json",
        "application/merge-patch+json",
    }


@pytest.fixture
def single_client(settings: Settings, world: World, recorder: Recorder) -> Client:
    """A client of a noun that every plan has one of."""
    blp = Blueprint("odd_things", __name__, tag="Odd things", description="Things that are odd.")
    plan_items(
        blp,
        NOUN,
        path="odd-thing",
        one="OddThing",
        singleton=True,
        patch=ThingPatch,
        out=ThingOut,
        ways=recorder,
    )
    app = make_app(settings, database=world, doors=world.doors(), blueprints=[blp], checks={})
    return app.test_client()


def test_what_a_plan_has_one_of_stands_at_its_path(
    single_client: Client, bearer: Bearer, recorder: Recorder
) -> None:
    where, who = f"/api/v1/care-plans/{PLAN}/odd-thing", bearer("plan:read", "plan:write")
    got = single_client.get(where, headers=who)
    revised = single_client.patch(where, json={"count": 2}, headers={**who, "If-Match": 'W/"7"'})
    past = single_client.get(f"{where}/history?limit=5", headers=who)

    assert [answer.status_code for answer in (got, revised, past)] == [200, 200, 200]
    assert revised.headers["ETag"] == 'W/"8"'
    assert recorder.asked == [
        ("only", (), {}),
        ("one", (THING,), {}),
        ("only", (), {}),
        ("revise", (THING, 7, {"count": 2}), {}),
        ("only", (), {}),
        ("history", (THING,), {"after": None, "limit": 5}),
    ]
    for method in ("POST", "DELETE"):
        assert single_client.open(where, method=method, headers=who).status_code == 405


def test_what_a_plan_has_one_of_is_documented_so(single_client: Client) -> None:
    paths = single_client.get("/openapi.json").json["paths"]
    path = "/api/v1/care-plans/{plan_id}/odd-thing"

    assert {
        operation["operationId"]: operation["summary"]
        for item in paths.values()
        for operation in item.values()
    } == {
        "getOddThing": "Read the odd thing of a plan's patient",
        "updateOddThing": "Change the odd thing of a plan's patient by a merge patch",
        "listOddThingHistory": "Read how the odd thing came to be as it is, newest first",
    }
    assert set(paths) == {path, f"{path}/history"}


@pytest.mark.parametrize(
    "further", [{"many": "OddThings"}, {"create": ThingCreate}, {"filters": ThingFilters}]
)
def test_what_a_plan_has_one_of_is_neither_listed_nor_added(further: dict[str, Any]) -> None:
    blp = Blueprint("odd_things", __name__, tag="Odd things", description="Things that are odd.")
    with pytest.raises(ValueError, match="a plan has one"):
        plan_items(
            blp, NOUN, path="odd-thing", one="OddThing", singleton=True, out=ThingOut, **further
        )
