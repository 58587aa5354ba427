"""The generated document: valid, complete, and mended where the libraries are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from service.domain.vocabulary import Scope
from service.web.downgrade import to_3_0
from service.web.specification import METHODS
from tests.web.conftest import Client

THINGS = "/api/v1/care-plans/{plan_id}/things"
ONE = "/api/v1/care-plans/{plan_id}/things/{thing_id}"


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.content_type == "application/json"
    found: dict[str, Any] = answer.json
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        assert set(item) <= set(METHODS), "parameters stand in the operations"
        for method, operation in item.items():
            yield path, method, operation


def test_both_documents_are_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.1"
    validate(document)
    older = to_3_0(document)
    assert older["openapi"] == "3.0.3"
    validate(older)


def test_every_operation_says_all_that_a_client_needs(document: dict[str, Any]) -> None:
    names = []
    for path, method, operation in operations(document):
        names.append(operation["operationId"])
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"] == ["Things"]
        assert set(operation["x-permission"]) == {"resource", "action"}
        assert operation["security"] == [{"bearer": []}]
        assert set(operation["x-scopes"]) <= set(Scope)
        statuses = set(operation["responses"])
        assert {"400", "401", "403", "406", "503"} <= statuses
        if "{" in path:
            assert "404" in statuses
        if method in ("post", "patch", "delete"):
            assert {"409", "422"} <= statuses
        parameters = operation["parameters"]
        in_path = [one["name"] for one in parameters if one.get("in") == "path"]
        assert in_path == re.findall(r"{(\w+)}", path)
        assert [one.get("in") for one in parameters[: len(in_path)]] == ["path"] * len(in_path)
        headers = operation["responses"][next(iter(statuses & {"200", "201", "204"}))]["headers"]
        assert headers["X-Request-Id"] == {"$ref": "#/components/headers/XRequestId"}
    assert len(set(names)) == len(names) == 8


def test_errors_and_headers_are_shared(document: dict[str, Any]) -> None:
    create = document["paths"][THINGS]["post"]
    assert create["responses"]["409"] == {"$ref": "#/components/responses/StateConflict"}
    assert set(create["responses"]["201"]["headers"]) == {
        "X-Request-Id",
        "ETag",
        "Location",
        "Idempotency-Replayed",
    }
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in create["parameters"]
    update = document["paths"][ONE]["patch"]
    assert {"$ref": "#/components/parameters/IfMatch"} in update["parameters"]
    assert {"412", "428"} <= set(update["responses"])
    assert {"$ref": "#/components/parameters/IfMatch"} not in create["parameters"]
    assert "Link" in document["paths"][THINGS]["get"]["responses"]["200"]["headers"]
    responses = document["components"]["responses"]
    for name in ("Unauthenticated", "Forbidden"):
        assert "WWW-Authenticate" in responses[name]["headers"]
    for name in ("Unavailable", "StateConflict"):
        assert "Retry-After" in responses[name]["headers"]
    for response in responses.values():
        if "content" in response:
            assert response["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


def test_enumerations_are_named_and_typed_and_null_is_said(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Colour"] == {
        "type": "string",
        "enum": ["red", "blue"],
        "x-enum-varnames": ["RED", "BLUE"],
        "description": "The colour of a thing.",
    }
    nullable = {"anyOf": [{"$ref": "#/components/schemas/Colour"}, {"type": "null"}]}
    assert schemas["Thing"]["properties"]["colour"] == nullable
    assert schemas["ThingCreate"]["properties"]["colour"] == nullable
    assert schemas["Thing"]["properties"]["at"] == {
        "type": ["string", "null"],
        "format": "date-time",
    }
    assert schemas["Thing"]["properties"]["size"] == {
        "anyOf": [{"$ref": "#/components/schemas/Size"}, {"type": "null"}]
    }


def test_what_goes_out_is_complete_and_what_comes_in_is_closed(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["Thing"]["required"]) == set(schemas["Thing"]["properties"])
    assert set(schemas["ThingPage"]["required"]) == {"items", "next_cursor"}
    for name in ("ThingCreate", "ThingPatch", "SizeIn", "SizePatch"):
        assert schemas[name]["additionalProperties"] is False
    assert schemas["ThingCreate"]["required"] == ["title"]
    assert "required" not in schemas["ThingPatch"]
    assert schemas["ThingPatch"]["properties"]["size"]["anyOf"][0] == {
        "$ref": "#/components/schemas/SizePatch"
    }
    title = schemas["ThingCreate"]["properties"]["title"]
    assert title == {"type": "string", "minLength": 1, "maxLength": 40}
    assert schemas["Thing"]["properties"]["title"] == {"type": "string"}
    assert not [name for name in schemas if name.endswith(("Out", "1", "Schema"))]


def test_no_component_is_unused_and_none_is_missing(document: dict[str, Any]) -> None:
    text = str(document)
    for kind, members in document["components"].items():
        for name in members:
            if kind != "securitySchemes":
                assert f"'#/components/{kind}/{name}'" in text
    for kind, name in re.findall(r"'#/components/(\w+)/(\w+)'", text):
        assert name in document["components"][kind]


def test_filters_and_paging_are_parameters(document: dict[str, Any]) -> None:
    parameters = document["paths"][THINGS]["get"]["parameters"]
    by_name = {one["name"]: one for one in parameters if "name" in one}
    assert by_name["colour"]["explode"] is False
    assert by_name["colour"]["schema"]["items"] == {"$ref": "#/components/schemas/Colour"}
    assert by_name["limit"]["schema"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 200,
        "default": 50,
    }
    assert by_name["cursor"]["required"] is False


def test_a_patch_takes_both_media_types(document: dict[str, Any]) -> None:
    body = document["paths"][ONE]["patch"]["requestBody"]
    assert body["required"] is True
    assert set(body["content"]) == {"application/json", "application/merge-patch+json"}
    assert set(document["paths"][THINGS]["post"]["requestBody"]["content"]) == {"application/json"}


def test_scopes_are_described(document: dict[str, Any]) -> None:
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    for scope in Scope:
        assert f"`{scope.value}`: " in scheme["description"]


def test_the_older_document_says_null_in_its_own_words(document: dict[str, Any]) -> None:
    older = to_3_0(document)
    thing = older["components"]["schemas"]["Thing"]["properties"]
    null = {"type": "object", "nullable": True, "enum": [None]}
    assert thing["colour"] == {"anyOf": [{"$ref": "#/components/schemas/Colour"}, null]}
    assert thing["at"] == {"type": "string", "format": "date-time", "nullable": True}
    assert older["paths"][THINGS]["get"]["security"] == [{"bearer": []}]
    assert older["paths"][THINGS]["get"]["x-scopes"] == ["plan:read"]
    assert older["info"]["license"] == {"name": "All rights reserved"}
    assert "'null'" not in str(older["components"]["schemas"])


def test_the_older_document_knows_the_rarer_words() -> None:
    newer = {
        "openapi": "3.1.1",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {
            "schemas": {
                "A": {
                    "type": ["string", "integer", "null"],
                    "examples": ["x"],
                },
                "B": {"$ref": "#/components/schemas/A", "description": "b"},
                "C": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
                "D": {"type": "string", "const": "d"},
            }
        },
    }
    null = {"type": "object", "nullable": True, "enum": [None]}
    assert to_3_0(newer)["components"]["schemas"] == {
        "A": {"anyOf": [{"type": "string"}, {"type": "integer"}, null], "example": "x"},
        "B": {"allOf": [{"$ref": "#/components/schemas/A"}], "description": "b"},
        "C": {"oneOf": [{"type": "string"}, {"type": "integer"}, null]},
        "D": {"type": "string", "enum": ["d"]},
    }
    assert newer["openapi"] == "3.1.1"


def test_the_browser_is_served_from_here_alone(client: Client) -> None:
    page = client.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert page.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in re.sub(r'lang="en"', "", page.text).replace("https://", "http")
    for asset in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
        answer = client.get(asset)
        assert answer.status_code == 200, asset
        assert len(answer.data) > 100
    assert 'url: "/openapi.json"' in client.get("/docs/start.js").text
    assert client.get("/").headers["Location"] == "/docs"


@pytest.mark.parametrize("name", ["x", "index.html", "..%2f..%2fetc%2fpasswd", "swagger-ui.js"])
def test_no_other_file_of_the_package_is_served(client: Client, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404


def test_the_document_can_be_revalidated(client: Client) -> None:
    tag = client.get("/openapi.json").headers["ETag"]
    assert client.get("/openapi.json", headers={"If-None-Match": tag}).status_code == 304


def test_every_answer_of_the_probe_is_documented(app: Flask, document: dict[str, Any]) -> None:
    rules = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
    }
    assert rules == set(document["paths"])
