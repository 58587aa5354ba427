"""Each rule of `openapi/spectral.yaml` finds the fault it is for; a rule that finds nothing holds nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.app import specification
from service.web.specification import _drop_unused

OPENAPI = Path(__file__).resolve().parents[2] / "openapi"
SPECTRAL = OPENAPI / "node_modules" / ".bin" / "spectral"
RULESET = yaml.safe_load((OPENAPI / "spectral.yaml").read_text())
RULES = RULESET["rules"]

GOALS = "/api/v1/care-plans/{plan_id}/goals"
GOAL = f"{GOALS}/{{goal_id}}"

Document = dict[str, Any]
Fault = Callable[[Document], object]


def operation(document: Document, path: str, method: str) -> Document:
    found: Document = document["paths"][path][method]
    return found


def without(document: Document, path: str, method: str, name: str) -> object:
    """Take a shared parameter from an operation."""
    found = operation(document, path, method)
    reference = {"$ref": f"#/components/parameters/{name}"}
    return found["parameters"].remove(reference)


def part(document: Document, kind: str, name: str) -> Document:
    found: Document = document["components"][kind][name]
    return found


# One fault for each rule, planted by a change of a copy of the document.
FAULTS: dict[str, Fault] = {
    "concord-operation-id": lambda d: operation(d, GOAL, "get").update(operationId="goal_get"),
    "concord-operation-words": lambda d: operation(d, GOAL, "get").update(summary="read it."),
    "concord-one-tag": lambda d: operation(d, GOAL, "get")["tags"].append("More"),
    "concord-security": lambda d: operation(d, GOAL, "get").pop("security"),
    "concord-parameters-in-operations": lambda d: d["paths"][GOAL].update(
        parameters=operation(d, GOAL, "get")["parameters"][:1]
    ),
    "concord-parameters-described": lambda d: operation(d, GOALS, "get")["parameters"][1].pop(
        "description"
    ),
    "concord-errors": lambda d: operation(d, GOAL, "get")["responses"].pop("406"),
    "concord-not-found": lambda d: operation(d, GOAL, "get")["responses"].pop("404"),
    "concord-writes": lambda d: operation(d, GOALS, "post")["responses"].pop("422"),
    "concord-if-match": lambda d: operation(d, GOAL, "patch")["responses"].pop("428"),
    "concord-patch-takes-if-match": lambda d: without(d, GOAL, "patch", "IfMatch"),
    "concord-idempotency": lambda d: without(d, GOALS, "post", "IdempotencyKey"),
    "concord-created": lambda d: operation(d, GOALS, "post")["responses"]["201"]["headers"].pop(
        "Location"
    ),
    "concord-request-id": lambda d: part(d, "responses", "Stale")["headers"].pop("X-Request-Id"),
    "concord-retry-after": lambda d: part(d, "responses", "StateConflict")["headers"].pop(
        "Retry-After"
    ),
    "concord-link": lambda d: operation(d, GOALS, "get")["responses"]["200"]["headers"].pop("Link"),
    "concord-error-media": lambda d: part(d, "responses", "Stale")["content"].update(
        {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}, "example": {}}}
    ),
    "concord-links": lambda d: operation(d, GOAL, "get")["responses"]["200"].pop("links"),
    "concord-examples": lambda d: operation(d, GOALS, "post")["requestBody"]["content"][
        "application/json"
    ].pop("example"),
    "concord-header-examples": lambda d: part(d, "headers", "ETag").pop("example"),
    "concord-shared-errors": lambda d: operation(d, GOAL, "get")["responses"].update(
        {"404": deepcopy(part(d, "responses", "NotFound"))}
    ),
    "concord-shared-headers": lambda d: operation(d, GOAL, "get")["responses"]["200"][
        "headers"
    ].update(ETag=deepcopy(part(d, "headers", "ETag"))),
    "concord-named-bodies": lambda d: operation(d, GOALS, "post")["requestBody"]["content"][
        "application/json"
    ].update(schema=deepcopy(part(d, "schemas", "GoalCreate"))),
    "concord-named-parts": lambda d: part(d, "schemas", "Goal")["properties"].update(
        baseline={"type": ["object", "null"], "properties": {"value": {"type": "number"}}}
    ),
    "concord-components-described": lambda d: d["components"]["schemas"].update(
        goal_status=d["components"]["schemas"]["GoalStatus"]
    ),
    "concord-schemas-described": lambda d: part(d, "schemas", "GoalStatus").pop("description"),
    "concord-null-is-said": lambda d: part(d, "schemas", "Goal")["properties"]["due"].update(
        nullable=True
    ),
}

pytestmark = pytest.mark.skipif(
    not SPECTRAL.exists() or shutil.which("node") is None,
    reason="the linters are not installed here; make lint-spec installs them",
)


def found(documents: dict[str, Document], folder: Path) -> dict[str, set[str]]:
    """Lint several documents at once; give the rules that each of them breaks."""
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    # Without OpenAPI's own rules, which are Spectral's to test.
    (folder / "own.yaml").write_text(yaml.safe_dump({**RULESET, "extends": []}))
    printed = subprocess.run(
        [SPECTRAL, "lint", "--quiet", "--format=json", "-r", "own.yaml", "*.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    broken: dict[str, set[str]] = {name: set() for name in documents}
    for one in json.loads(printed.stdout[: printed.stdout.rindex("]") + 1]):
        broken[Path(one["source"]).stem].add(one["code"])
    return broken


def small() -> Document:
    """Keep what the faults are planted in, and what it refers to."""
    document = deepcopy(specification().document)
    document["paths"] = {path: document["paths"][path] for path in (GOALS, GOAL)}
    for item in document["paths"].values():
        for one in item.values():
            for response in one["responses"].values():
                links = response.get("links", {})
                for name in set(links) - {"getGoal", "updateGoal", "deleteGoal", "nextPage"}:
                    del links[name]
    document["tags"] = [tag for tag in document["tags"] if tag["name"] == "Goals"]
    _drop_unused(document)
    return document


def test_every_rule_has_a_fault_that_it_finds(tmp_path: Path) -> None:
    assert set(FAULTS) == set(RULES)
    documents = {name: small() for name in FAULTS}
    for name, plant in FAULTS.items():
        plant(documents[name])

    broken = found({"sound": small(), **documents}, tmp_path)

    assert not {code for code in broken["sound"] if code.startswith("concord-")}
    assert [name for name in FAULTS if name not in broken[name]] == []
