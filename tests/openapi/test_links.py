"""Links lead from every answer to operations that exist, with what the answer and the request know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from service.api.links import LINKS
from service.app import specification

DOCUMENT = specification().document
EXPRESSION = re.compile(
    r"\$request\.path\.(?P<path>\w+)|\$response\.body#(?P<pointer>/.+)"
    r"|\$response\.header\.(?P<header>[\w-]+)|\$(request|response)\.body"
)


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            yield path, operation


BY_NAME = {operation["operationId"]: (path, operation) for path, operation in operations()}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        kind, name = node["$ref"].split("/")[-2:]
        node = DOCUMENT["components"][kind][name]
    return node


def success(operation: dict[str, Any]) -> dict[str, Any]:
    return next(
        answer for status, answer in operation["responses"].items() if status.startswith("2")
    )


def links() -> Iterator[Any]:
    for name, (_, operation) in BY_NAME.items():
        for link_name, link in success(operation).get("links", {}).items():
            yield pytest.param(name, link, id=f"{name}-{link_name}")


def leads(name: str) -> set[str]:
    return set(success(BY_NAME[name][1]).get("links", {}))


def shows(operation: dict[str, Any], pointer: str) -> bool:
    """Tell whether the answer's schema has a member at a pointer."""
    [media] = success(operation)["content"].values()
    schemas = [resolved(media["schema"])]
    for part in pointer.strip("/").split("/"):
        if part.isdigit():
            schemas = [resolved(one["items"]) for one in schemas]
        else:
            schemas = [
                resolved(form["properties"][part])
                for one in schemas
                for form in map(resolved, one.get("oneOf", [one]))
                if part in form["properties"]
            ]
    return bool(schemas)


@pytest.mark.parametrize(("name", "link"), list(links()))
def test_a_link_knows_all_that_its_target_needs(name: str, link: dict[str, Any]) -> None:
    path, operation = BY_NAME[name]
    target_path, target = BY_NAME[link["operationId"]]
    given = link.get("parameters", {})
    asked = {one["name"]: one for one in map(resolved, target["parameters"])}

    assert set(re.findall(r"{(\w+)}", target_path)) <= set(given) <= set(asked)
    required = {name for name, one in asked.items() if one.get("required")}
    assert required <= set(given)
    for expression in [*given.values(), *([link["requestBody"]] if "requestBody" in link else [])]:
        told = EXPRESSION.fullmatch(expression)
        assert told is not None, expression
        if told["path"]:
            assert f"{{{told['path']}}}" in path
        if told["pointer"]:
            assert shows(operation, told["pointer"])
        if told["header"]:
            assert told["header"] in success(operation)["headers"]


def test_links_follow_what_people_do() -> None:
    assert {"getGoal", "updateGoal", "deleteGoal", "listGoalHistory"} <= leads("createGoal")
    assert {"updateGoal", "listGoalHistory"} <= leads("getGoal")
    assert {"getGoal", "nextPage"} <= leads("listGoals")
    assert {"getGoal", "nextPage"} <= leads("listGoalHistory")
    assert "listConflicts" in leads("createRecommendation")
    assert {
        "acknowledgeConflict",
        "discussConflict",
        "resolveConflict",
        "acceptConflict",
        "dismissConflict",
        "listConflictHistory",
    } <= leads("getConflict")
    assert {"getConflict", "nextPage"} == leads("listConflicts")
    assert {"getMilestone", "listProgress"} == leads("reportProgress")
    assert {"getCarePlan", "getSummary", "getPatient"} == leads("getMe")


def test_the_next_page_is_one_of_the_same_filters() -> None:
    pages = [
        link
        for _, operation in operations()
        for name, link in success(operation).get("links", {}).items()
        if name == "nextPage"
    ]
    assert pages
    assert all("filters" in link["description"] for link in pages)


def test_an_etag_goes_to_what_it_is_the_tag_of() -> None:
    """The capacity, which every plan has one of, has a version of its own."""
    assert "updateCarePlan" in leads("getCarePlan")
    assert "updateCapacity" not in leads("getCarePlan")
    assert "updateCapacity" in leads("getCapacity")
    assert "updatePatient" not in leads("getPatientCarePlan")
    assert not [name for name in leads("closeCarePlan") if name.startswith("create")]


def test_what_a_noun_says_of_its_links_is_about_what_is_served() -> None:
    for name, targets in LINKS.items():
        for target, link in targets.items():
            assert (target in leads(name)) is (link is not None)
