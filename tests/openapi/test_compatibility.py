"""A change that breaks a client of the released document is found, and one that breaks none is not."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from service.app import specification
from service.web.release import RELEASED, version_of
from service.web.specification import _drop_unused

OPENAPI = Path(__file__).resolve().parents[2] / "openapi"
CHECK = OPENAPI / "compatibility.mjs"

GOALS = "/api/v1/care-plans/{plan_id}/goals"
GOAL = f"{GOALS}/{{goal_id}}"
ABOUT = "/api/v1"
DOCUMENT = "/api/v1/plan-document/check"
JSON = "application/json"

Document = dict[str, Any]
Change = Callable[[Document], object]

pytestmark = pytest.mark.skipif(
    not (OPENAPI / "node_modules" / "api-smart-diff").exists() or shutil.which("node") is None,
    reason="the differ is not installed here; make compat installs it",
)


def operation(document: Document, path: str, method: str) -> Document:
    found: Document = document["paths"][path][method]
    return found


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def field(document: Document, owner: str, name: str) -> Document:
    found: Document = schema(document, owner)["properties"][name]
    return found


def parameter(document: Document, path: str, method: str, name: str) -> Document:
    found: Document = next(
        one for one in operation(document, path, method)["parameters"] if one.get("name") == name
    )
    return found


def shared(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(name: str) -> Document:
    return {"anyOf": [shared(name), {"type": "null"}]}


def add_parameter(document: Document, path: str, method: str, *, required: bool) -> None:
    operation(document, path, method)["parameters"].insert(
        0, {"in": "query", "name": "season", "required": required, "schema": {"type": "string"}}
    )


def drop_field(document: Document, owner: str, name: str) -> None:
    del schema(document, owner)["properties"][name]
    if name in schema(document, owner).get("required", ()):
        schema(document, owner)["required"].remove(name)


def add_field(document: Document, owner: str, *, required: bool) -> None:
    schema(document, owner)["properties"]["colour"] = {"type": ["string", "null"]}
    if required:
        schema(document, owner)["required"].append("colour")


def add_code(document: Document, enumeration: str, code: str, at: int) -> None:
    schema(document, enumeration)["enum"].insert(at, code)
    schema(document, enumeration)["x-enum-varnames"].insert(at, code.upper())


def ask_for_another_token(document: Document, *, beside: bool = False) -> None:
    document["components"]["securitySchemes"]["discovered"] = {
        "type": "openIdConnect",
        "openIdConnectUrl": "/.well-known/openid-configuration",
    }
    asked = operation(document, GOALS, "get")
    asked["security"] = [*(asked["security"] if beside else ()), {"discovered": []}]


def rename_path_parameter(document: Document) -> None:
    item = document["paths"].pop(GOAL)
    document["paths"][GOAL.replace("goal_id", "aim_id")] = item
    for one in item.values():
        parameter_of_it = next(p for p in one["parameters"] if p.get("name") == "goal_id")
        parameter_of_it["name"] = "aim_id"


def rename_component(document: Document, old: str, new: str) -> None:
    said = json.dumps(document).replace(f'"#/components/schemas/{old}"', f'"{shared(new)["$ref"]}"')
    document.update(json.loads(said))
    schemas = document["components"]["schemas"]
    schemas[new] = schemas.pop(old)


def answer(document: Document, path: str, method: str, status: str = "200") -> Document:
    found: Document = operation(document, path, method)["responses"][status]
    return found


def rename_media(content: Document) -> None:
    content["application/hal+json"] = content.pop(JSON)


BREAKING: dict[str, Change] = {
    "an operation is gone": lambda d: d["paths"][GOAL].pop("delete"),
    "a path is gone": lambda d: d["paths"].pop(GOAL),
    "a field of an answer is gone": lambda d: drop_field(d, "Goal", "measure"),
    "a field within a field of an answer is gone": lambda d: drop_field(d, "Author", "role"),
    "a field of a problem is gone": lambda d: drop_field(d, "Problem", "current_version"),
    "a field of an answer may be left out": lambda d: schema(d, "Goal")["required"].remove(
        "measure"
    ),
    "a field of an answer may be null": lambda d: field(d, "Goal", "title").update(
        type=["string", "null"]
    ),
    "a field of a problem may be left out": lambda d: schema(d, "Problem")["required"].remove(
        "errors"
    ),
    "a list of a problem may be null": lambda d: schema(d, "Problem")["properties"].update(
        errors={"anyOf": [field(d, "Problem", "errors"), {"type": "null"}]}
    ),
    "an object of an answer may be null": lambda d: schema(d, "Goal")["properties"].update(
        author=or_null("Author")
    ),
    "a code of an answer may be null": lambda d: schema(d, "Goal")["properties"].update(
        status=or_null("GoalStatus")
    ),
    "a type of an answer is another": lambda d: field(d, "Goal", "version").update(type="string"),
    "a type of an answer is wider": lambda d: field(d, "Goal", "version").update(type="number"),
    "a format of an answer is another": lambda d: field(d, "Goal", "due").update(
        format="date-time"
    ),
    "an answer has codes of another kind": lambda d: schema(d, "Goal")["properties"].update(
        status=shared("Discipline")
    ),
    "a code of an answer is another": lambda d: schema(d, "GoalAchievement")["enum"].__setitem__(
        0, "nearly"
    ),
    "an object of an answer is a list": lambda d: schema(d, "Goal")["properties"].update(
        author={"type": "array", "items": shared("Author")}
    ),
    "what a list of an answer holds is another": lambda d: field(
        d, "Goal", "goal_attainment_scale"
    ).update(items={"type": "string"}),
    "an answer has a second form": lambda d: answer(d, GOAL, "get")["content"][JSON].update(
        schema={"oneOf": [shared("Goal"), shared("Author")]}
    ),
    "a field is asked for": lambda d: schema(d, "GoalCreate")["required"].append("measure"),
    "a new field is asked for": lambda d: add_field(d, "GoalCreate", required=True),
    "a field of a request is gone": lambda d: drop_field(d, "GoalCreate", "measure"),
    "a code is gone": lambda d: schema(d, "GoalStatus")["enum"].remove("planned"),
    "null is refused": lambda d: field(d, "GoalCreate", "description").update(type="string"),
    "null is refused for a code": lambda d: schema(d, "GoalCreate")["properties"].update(
        direction=shared("GoalDirection")
    ),
    "members of any name are refused": lambda d: schema(d, "DocumentEntry").update(
        additionalProperties=False
    ),
    "a text is shorter": lambda d: field(d, "GoalCreate", "title").update(maxLength=20),
    "a list is shorter": lambda d: field(d, "GoalCreate", "goal_attainment_scale").update(
        maxItems=2
    ),
    "a text has a pattern": lambda d: field(d, "GoalCreate", "description").update(
        pattern="^[a-z]+$"
    ),
    "a parameter is asked for": lambda d: add_parameter(d, GOALS, "get", required=True),
    "a known parameter is asked for": lambda d: parameter(d, GOALS, "get", "status").update(
        required=True
    ),
    "a shared header is asked for": lambda d: d["components"]["parameters"][
        "IdempotencyKey"
    ].update(required=True),
    "a parameter is gone": lambda d: operation(d, GOALS, "get")["parameters"].remove(
        parameter(d, GOALS, "get", "status")
    ),
    "another shared header is asked for": lambda d: operation(d, GOALS, "post")[
        "parameters"
    ].append({"$ref": "#/components/parameters/IfMatch"}),
    "a shared header is gone": lambda d: operation(d, GOALS, "post")["parameters"].remove(
        {"$ref": "#/components/parameters/IdempotencyKey"}
    ),
    "a parameter has a lower limit": lambda d: parameter(d, GOALS, "get", "limit")["schema"].update(
        maximum=100
    ),
    "a list in a query is written another way": lambda d: parameter(
        d, GOALS, "get", "status"
    ).update(explode=True),
    "a path's parameter has another format": lambda d: parameter(d, GOAL, "get", "goal_id")[
        "schema"
    ].update(format="date"),
    "a success has another status": lambda d: operation(d, GOALS, "post")["responses"].update(
        {"200": operation(d, GOALS, "post")["responses"].pop("201")}
    ),
    "a status is gone": lambda d: operation(d, GOAL, "patch")["responses"].pop("412"),
    "a header of an answer is gone": lambda d: answer(d, GOAL, "get")["headers"].pop("ETag"),
    "a header of an answer may be left out": lambda d: d["components"]["headers"]["ETag"].update(
        required=False
    ),
    "an answer has another media type": lambda d: rename_media(answer(d, GOAL, "get")["content"]),
    "a media type is no longer read": lambda d: operation(d, GOAL, "patch")["requestBody"][
        "content"
    ].pop("application/merge-patch+json"),
    "a token is asked for": lambda d: operation(d, ABOUT, "get").update(security=[{"bearer": []}]),
    "another scope is asked for": lambda d: operation(d, GOALS, "get").update(
        {"x-scopes": ["admin"]}
    ),
    "a text is one of some codes": lambda d: field(d, "GoalCreate", "measure").update(
        enum=["walking distance"]
    ),
    "an answer's codes are any text": lambda d: schema(d, "Goal")["properties"].update(
        status={"type": "string"}
    ),
    "what is left out stands for something else": lambda d: parameter(d, GOALS, "get", "limit")[
        "schema"
    ].update(default=20),
    "a token is presented another way": lambda d: d["components"]["securitySchemes"].update(
        bearer={"type": "apiKey", "in": "header", "name": "X-Key"}
    ),
    "another token is asked for": ask_for_another_token,
    "another token is asked for as well": lambda d: operation(d, GOALS, "get")["security"][
        0
    ].update(second=[]),
    "the service is elsewhere": lambda d: d["servers"][0].update(url="/other"),
    # What a generated client is called by.
    "an operation is called otherwise": lambda d: operation(d, GOALS, "get").update(
        operationId="getGoals"
    ),
    "a path's parameter is called otherwise": rename_path_parameter,
    "an operation has another tag": lambda d: operation(d, GOAL, "get").update(tags=["Aims"]),
    "a component is called otherwise": lambda d: rename_component(d, "Author", "Writer"),
    "a code's constant is called otherwise": lambda d: schema(d, "GoalStatus")[
        "x-enum-varnames"
    ].__setitem__(0, "SUGGESTED"),
}

GROWING: dict[str, Change] = {
    "an answer may say a new code": lambda d: add_code(d, "GoalAchievement", "nearly", 9),
    "a new code stands before the others": lambda d: add_code(d, "GoalAchievement", "nearly", 0),
}

ADDED: dict[str, Change] = {
    "nothing": lambda d: None,
    "words": lambda d: operation(d, GOALS, "get").update(summary="Say it otherwise"),
    "an operation": lambda d: d["paths"][GOAL].update(
        put={**deepcopy(operation(d, GOAL, "patch")), "operationId": "putGoal"}
    ),
    "a path": lambda d: d["paths"].update(
        {f"{GOAL}/more": {"get": {**deepcopy(operation(d, GOAL, "get")), "operationId": "getMore"}}}
    ),
    "a field of an answer": lambda d: add_field(d, "Goal", required=True),
    "a field of a problem": lambda d: add_field(d, "Problem", required=False),
    "a field that each problem has": lambda d: add_field(d, "Problem", required=True),
    "fields that are called like keywords": lambda d: schema(d, "Goal")["properties"].update(
        type={"type": "string"}, format={"type": "string"}, enum={"type": "string"}
    ),
    "words for a field that is called like a keyword": lambda d: field(d, "Problem", "type").update(
        description="A page that tells more."
    ),
    "a field of an answer is never null": lambda d: field(d, "Goal", "measure").update(
        type="string"
    ),
    "a code of an answer is never null": lambda d: schema(d, "Goal")["properties"].update(
        direction=shared("GoalDirection")
    ),
    "a field of a request": lambda d: add_field(d, "GoalCreate", required=False),
    "a field is no longer asked for": lambda d: schema(d, "GoalCreate")["required"].remove("title"),
    "a text may be longer": lambda d: field(d, "GoalCreate", "title").update(maxLength=2000),
    "null is taken": lambda d: field(d, "GoalCreate", "title").update(type=["string", "null"]),
    "null is taken for a code": lambda d: schema(d, "GoalPatch")["properties"].update(
        status=or_null("GoalStatus")
    ),
    "a number need not be whole": lambda d: field(d, "GoalCreate", "confidence_to_act").update(
        type=["number", "null"]
    ),
    "a parameter, before the others": lambda d: add_parameter(d, GOALS, "get", required=False),
    "a parameter has a higher limit": lambda d: parameter(d, GOALS, "get", "limit")[
        "schema"
    ].update(maximum=500),
    "a second way to present a token": lambda d: ask_for_another_token(d, beside=True),
    "words for a token": lambda d: d["components"]["securitySchemes"]["bearer"].update(
        description="A token."
    ),
    "an answer's text is one of some codes": lambda d: field(d, "Goal", "title").update(
        enum=["Walk"]
    ),
    "a header of an answer": lambda d: answer(d, GOAL, "get")["headers"].update(
        {"Age": {"schema": {"type": "string"}}}
    ),
    "a status of an error": lambda d: operation(d, GOAL, "get")["responses"].update(
        {"409": {"$ref": "#/components/responses/StateConflict"}}
    ),
    "a deprecation": lambda d: operation(d, GOALS, "get").update(deprecated=True),
    "another order": lambda d: schema(d, "Goal").update(
        properties=dict(reversed(schema(d, "Goal")["properties"].items())),
        required=list(reversed(schema(d, "Goal")["required"])),
    ),
}

ALL = {**BREAKING, **GROWING, **ADDED}
ASK = """
import { changes } from %s;
import { readFileSync } from "node:fs";
const { released, documents } = JSON.parse(readFileSync(0, "utf8"));
const found = Object.entries(documents).map(([name, one]) => [name, changes(released, one)]);
console.log(JSON.stringify(Object.fromEntries(found)));
"""


@pytest.fixture(scope="module")
def small() -> Document:
    """Keep what is changed here, and what it refers to."""
    document = deepcopy(specification().document)
    document["paths"] = {path: document["paths"][path] for path in (ABOUT, GOALS, GOAL, DOCUMENT)}
    _drop_unused(document)
    return document


@pytest.fixture(scope="module")
def found(small: Document) -> dict[str, list[dict[str, str]]]:
    """Plant each change in a copy, and compare all of them at once."""
    documents = {name: deepcopy(small) for name in ALL}
    for name, change in ALL.items():
        change(documents[name])
    asked = subprocess.run(
        ["node", "--input-type=module", "-e", ASK % json.dumps(CHECK.as_uri())],
        input=json.dumps({"released": small, "documents": documents}),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    answered: dict[str, list[dict[str, str]]] = json.loads(asked.stdout)
    return answered


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_a_client_is_found(name: str, found: Any) -> None:
    assert "breaking" in {one["level"] for one in found[name]}


@pytest.mark.parametrize("name", GROWING)
def test_a_new_code_in_an_answer_is_no_surprise(name: str, found: Any) -> None:
    assert {one["level"] for one in found[name]} == {"grows"}


@pytest.mark.parametrize("name", ADDED)
def test_what_is_added_breaks_nobody(name: str, found: Any) -> None:
    assert found[name] == []


def test_a_line_says_where_in_the_documents_own_words(found: Any) -> None:
    (told,) = found["a parameter has a lower limit"]
    assert told == {
        "level": "breaking",
        "where": f"GET {GOALS}: parameters › limit › maximum",
        "what": "200 became 100",
    }


def compared(
    folder: Path, released: Document, current: Document
) -> subprocess.CompletedProcess[str]:
    files = [folder / "released.json", folder / "current.json"]
    for path, document in zip(files, (released, current), strict=True):
        path.write_text(json.dumps(document))
    return subprocess.run(
        ["node", CHECK, *files], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("change", "version", "holds"),
    [
        ("an operation is gone", "1.2.3", False),
        ("an operation is gone", "1.3.0", False),
        ("an operation is gone", "0.9.0", False),
        ("an operation is gone", "2.0.0", True),
        ("an answer may say a new code", "1.2.4", False),
        ("an answer may say a new code", "1.3.0", True),
        ("an answer may say a new code", "2.0.0", True),
        ("a field of an answer", "1.2.3", True),
    ],
)
def test_the_version_has_to_say_it(
    change: str, version: str, holds: bool, small: Document, tmp_path: Path
) -> None:
    released, current = deepcopy(small), deepcopy(small)
    released["info"]["version"], current["info"]["version"] = "1.2.3", version
    ALL[change](current)
    told = compared(tmp_path, released, current)
    assert told.returncode == (0 if holds else 1), told.stderr
    last = told.stdout.splitlines()[-1]
    assert last.startswith(f"From 1.2.3 to {version}: ")
    assert ("docs/versioning.md" in last) is not holds


@pytest.mark.parametrize(
    ("sunset", "version", "holds"),
    [("2026-06-01", "1.3.0", True), ("2026-06-01", "1.2.3", False), ("9999-01-01", "1.3.0", False)],
)
def test_what_was_announced_may_go_after_its_day(
    sunset: str, version: str, holds: bool, small: Document, tmp_path: Path
) -> None:
    released, current = deepcopy(small), deepcopy(small)
    operation(released, GOAL, "delete").update({"deprecated": True, "x-sunset": sunset})
    del current["paths"][GOAL]["delete"]
    released["info"]["version"], current["info"]["version"] = "1.2.3", version
    told = compared(tmp_path, released, current)
    assert told.returncode == (0 if holds else 1), told.stdout


def test_the_committed_document_keeps_the_promise_of_the_released_one() -> None:
    released, current = (OPENAPI / name for name in (RELEASED, "openapi.json"))
    told = subprocess.run(
        ["node", CHECK, released, current], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stdout
    assert version_of(released.read_bytes()) <= version_of(current.read_bytes())
