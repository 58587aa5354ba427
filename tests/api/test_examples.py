"""Every example in the specification is one that the specification itself takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its package has no hints
import pytest

from service import conflicts
from service.api.plan_reading.routes import blp as plan_reading
from service.app import specification

DOCUMENT = specification().document


def examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            name = operation["operationId"]
            bodies = [("asks", operation.get("requestBody", {}))]
            bodies += [(status, response) for status, response in operation["responses"].items()]
            for what, body in bodies:
                for kind, media in body.get("content", {}).items():
                    if "example" in media:
                        yield f"{name} {what} {kind}", media["schema"], media["example"]


@pytest.mark.parametrize(
    ("schema", "example"),
    [pytest.param(schema, example, id=name) for name, schema, example in examples()],
)
def test_an_example_is_valid(schema: dict[str, Any], example: Any) -> None:
    jsonschema.Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(example)


@pytest.mark.parametrize(
    "tag", ["Goals", "Milestones", "Recommendations", "Conflicts", "Plan readings"]
)
def test_every_answer_and_body_of_these_has_an_example(tag: str) -> None:
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            if tag not in operation["tags"]:
                continue
            bodies = [operation.get("requestBody", {})]
            bodies += [one for one in operation["responses"].values() if "$ref" not in one]
            for body in bodies:
                for media in body.get("content", {}).values():
                    assert "example" in media, operation["operationId"]


def test_the_example_of_a_plan_document_is_one_the_engine_reads() -> None:
    example = plan_reading.operations["get_plan_document"].examples["response"]

    assert conflicts.check(example) == {"findings": [], "not_checked": []}
