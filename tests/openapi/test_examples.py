"""Every request and answer of the document has an example, and the document itself takes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its package has no hints
import pytest

from service import conflicts
from service.app import specification
from service.web.downgrade import to_3_0

DOCUMENT = specification().document
OPERATIONS = {
    operation["operationId"]: operation
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
}


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every media type of the document, by where it is."""
    for name, operation in OPERATIONS.items():
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name} asks {kind}", media
        for status, response in operation["responses"].items():
            for media in response.get("content", {}).values():
                yield f"{name} {status}", media
    for name, response in DOCUMENT["components"]["responses"].items():
        for media in response.get("content", {}).values():
            yield name, media


def shown(media: dict[str, Any]) -> Iterator[Any]:
    if "example" in media:
        yield media["example"]
    for example in media.get("examples", {}).values():
        yield example["value"]


def valid(schema: dict[str, Any], example: Any) -> None:
    jsonschema.Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]},
        format_checker=jsonschema.FormatChecker(),
    ).validate(example)


@pytest.mark.parametrize("media", [pytest.param(one, id=name) for name, one in bodies()])
def test_a_body_has_an_example_that_is_valid(media: dict[str, Any]) -> None:
    examples = list(shown(media))

    assert examples
    for example in examples:
        valid(media["schema"], example)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_parameter_has_an_example_that_is_valid(name: str) -> None:
    for one in OPERATIONS[name].get("parameters", []):
        shared = one.get("$ref", "").rsplit("/", 1)[-1]
        parameter = DOCUMENT["components"]["parameters"][shared] if shared else one
        valid(parameter["schema"], parameter["example"])


def test_a_header_has_an_example_that_is_valid() -> None:
    for header in DOCUMENT["components"]["headers"].values():
        valid(header["schema"], header["example"])


def test_each_error_shows_the_codes_it_may_have() -> None:
    responses = DOCUMENT["components"]["responses"]
    for response in responses.values():
        for media in response.get("content", {}).values():
            for code, example in media["examples"].items():
                assert example["value"]["code"] == code
    stale = responses["Stale"]["content"]["application/problem+json"]["examples"]
    assert stale["stale-version"]["value"]["conflicting_fields"] == ["title"]
    assert stale["stale-version"]["value"]["current_version"] == 2


def test_a_flag_is_shown_as_the_team_and_as_the_patient_reads_it() -> None:
    for name in ("getConflict", "listConflicts"):
        [media] = OPERATIONS[name]["responses"]["200"]["content"].values()
        team, patient = (media["examples"][who]["value"] for who in ("team", "patient"))
        flags = [one if name == "getConflict" else one["items"][0] for one in (team, patient)]
        assert set(flags[1]) == {"id", "status", "text"}
        assert "statements" in flags[0]


def test_a_list_shows_what_it_is_a_list_of() -> None:
    for name, operation in OPERATIONS.items():
        if name.startswith("list"):
            [media] = operation["responses"]["200"]["content"].values()
            for example in shown(media):
                assert any(example[key] for key in example if isinstance(example[key], list)), name


def test_the_example_of_a_document_to_check_is_one_the_engine_reads() -> None:
    operation = OPERATIONS["checkPlanDocument"]
    [asked] = operation["requestBody"]["content"].values()
    [answered] = operation["responses"]["200"]["content"].values()

    found = conflicts.check(asked["example"])

    assert [one["code"] for one in found["findings"]] == ["CF01"]
    assert len(answered["example"]["findings"]) == 1


def test_the_older_document_shows_the_same() -> None:
    older = to_3_0(DOCUMENT)
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            for status, response in operation["responses"].items():
                media = response.get("content", {}).get("application/json")
                if media is not None:
                    twin = older["paths"][path][method]["responses"][status]["content"]
                    assert list(shown(twin["application/json"])) == list(shown(media))
