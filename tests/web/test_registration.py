"""An operation that is not declared completely is not registered, and the service does not start."""

from __future__ import annotations

import uuid
from importlib.metadata import version
from typing import Any

import flask_smorest  # type: ignore[import-untyped]
import pytest

from service.domain.vocabulary import Scope
from service.settings import Settings
from service.web.blueprint import ANY_TOKEN, NO_TOKEN, Blueprint, camel
from service.web.kernel import operations_of
from service.web.operation import Call
from service.web.setup import make_app, refuse_undeclared
from tests.web.conftest import DocumentOut, ThingFilters, ThingOut, World, probe_blueprint


def blueprint(name: str = "probe") -> Blueprint:
    return Blueprint(name, __name__, tag="Probe", description="Probes.")


def read_probe(call: Call) -> Any:
    """Read a probe."""


def tell_probe() -> Any:
    """Tell anybody."""
    return {"text": "for anybody"}


def declare(blp: Blueprint, view: Any = read_probe, **changes: Any) -> None:
    declared: dict[str, Any] = {
        "scope": Scope.PLAN_READ,
        "permission": ("probe", "read"),
        "out": DocumentOut,
        **changes,
    }
    blp.operation("GET", "/probe", **declared)(view)


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": None},
        {"scope": ""},
        {"scope": "plan:everything"},
        {"permission": ()},
        {"permission": ("probe",)},
        {"permission": ("probe", "")},
        {"permission": ("Probe", "read")},
        {"permission": "probe:read"},
    ],
)
def test_scope_and_permission_are_required(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs a"):
        declare(blueprint(), **changes)


@pytest.mark.parametrize("missing", ["scope", "permission"])
def test_scope_and_permission_have_no_default(missing: str) -> None:
    declared: dict[str, Any] = {"scope": Scope.PLAN_READ, "permission": ("probe", "read")}
    del declared[missing]
    with pytest.raises(TypeError, match=missing):
        blueprint().operation("GET", "/probe", **declared)


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": NO_TOKEN},
        {"permission": None},
        {"scope": ANY_TOKEN, "permission": None},
        {"scope": NO_TOKEN, "permission": None, "paged": True},
        {"scope": NO_TOKEN, "permission": None, "query": ThingFilters},
    ],
)
def test_what_needs_no_token_says_so_twice_and_is_one_answer(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"or neither|and no more"):
        declare(blueprint(), **changes)
    writes = blueprint().operation("POST", "/probe", scope=NO_TOKEN, permission=None)
    with pytest.raises(ValueError, match="and no more"):
        writes(read_probe)


def test_what_needs_no_token_asks_nobody_and_no_database(
    settings: Settings, world: World, bearer: Any
) -> None:
    open_to_all = blueprint()
    declare(open_to_all, tell_probe, scope=NO_TOKEN, permission=None)
    app = make_app(
        settings, database=world, doors=world.doors(), blueprints=[open_to_all], checks={}
    )
    client = app.test_client()

    answer = client.get("/api/v1/probe")

    assert (answer.status_code, answer.json) == (200, {"text": "for anybody"})
    assert client.get("/api/v1/probe", headers=bearer()).status_code == 200
    forged = {"Authorization": "Bearer nonsense"}
    assert client.get("/api/v1/probe", headers=forged).status_code == 401
    assert client.get("/api/v1/probe?q=1").status_code == 400
    assert client.get("/api/v1/probe", headers={"Accept": "text/csv"}).status_code == 406
    assert world.transactions == []
    document: Any = client.get("/openapi.json").json
    described = document["paths"]["/api/v1/probe"]["get"]
    assert described["security"] == []
    assert described["description"] == "No token is needed; one that is sent has to be valid."
    assert set(described["responses"]) == {"200", "400", "401", "406"}
    assert not {"parameters", "x-scopes", "x-permission"} & set(described)


def test_a_summary_is_required() -> None:
    with pytest.raises(ValueError, match="first line"):
        declare(blueprint(), view=lambda call: None)


def test_a_name_is_given_once(settings: Settings, world: World) -> None:
    twice = blueprint()
    declare(twice)
    with pytest.raises(ValueError, match="declared twice"):
        declare(twice)
    other = blueprint("other")
    declare(other)
    with pytest.raises(ValueError, match="two operations are called readProbe"):
        make_app(
            settings, database=world, doors=world.doors(), blueprints=[twice, other], checks={}
        )


def test_a_route_of_the_api_without_a_declaration_stops_the_start(
    settings: Settings, world: World
) -> None:
    app = make_app(settings, database=world, doors=world.doors(), blueprints=[], checks={})
    refuse_undeclared(app)
    app.add_url_rule("/api/v1/secret", "secret", lambda: "x")
    with pytest.raises(RuntimeError, match="/api/v1/secret"):
        refuse_undeclared(app)


def test_two_applications_can_be_made_of_one_blueprint(settings: Settings, world: World) -> None:
    blp = probe_blueprint(world)
    documents = []
    for _ in range(2):
        app = make_app(settings, database=world, doors=world.doors(), blueprints=[blp], checks={})
        documents.append(app.test_client().get("/openapi.json").data)
        assert len(operations_of(app)) == 8
    assert documents[0] == documents[1]


def test_an_operation_knows_what_it_needs(world: World) -> None:
    declared = probe_blueprint(world).operations
    update = declared["update_thing"]
    assert (update.name, update.method, update.status) == ("updateThing", "PATCH", 200)
    assert (update.if_match, update.etag, update.out) == (True, True, ThingOut)
    assert update.parameters == {"plan_id", "thing_id"}
    assert declared["create_thing"].status == 201
    assert declared["delete_thing"].status == 204
    assert declared["get_whoever"].scope is None
    assert (declared["create_thing"].summary, declared["create_thing"].description) == (
        "Add a thing",
        "It is only a probe.",
    )


def test_no_schema_is_made_during_a_request(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch, bearer: Any
) -> None:
    client = make_app(
        settings,
        database=world,
        doors=world.doors(),
        blueprints=[probe_blueprint(world)],
        checks={},
    ).test_client()
    path = f"/api/v1/care-plans/{uuid.uuid4()}/things"
    assert client.post(path, json={"title": "x"}, headers=bearer()).status_code == 201

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a schema was made during a request")

    monkeypatch.setattr("marshmallow.Schema.__init__", refuse)
    assert client.post(path, json={"title": "x"}, headers=bearer()).status_code == 201
    assert client.get(path, headers=bearer()).status_code == 200


@pytest.mark.parametrize(
    ("name", "operation_id"),
    [
        ("list_goals", "listGoals"),
        ("get_care_plan", "getCarePlan"),
        ("me", "me"),
    ],
)
def test_an_operation_id_is_the_functions_name(name: str, operation_id: str) -> None:
    assert camel(name) == operation_id


def test_the_hooks_we_override_are_where_we_expect_them() -> None:
    """Hold the private hooks of flask-smorest 0.47 that `blueprint.py` and `specification.py` use."""
    assert version("flask-smorest").startswith("0.47.")
    blp = flask_smorest.Blueprint("x", __name__)
    assert isinstance(blp._prepare_doc_cbks, list)
    for hook in (
        "_register_error_handlers",
        "_register_responses",
        "_register_etag_headers",
        "_register_pagination_header",
    ):
        assert callable(getattr(flask_smorest.Api, hook))
    assert not {ANY_TOKEN, NO_TOKEN} & set(Scope)
