"""The journeys use the generated code and nothing over it, and the page on clients shows them as they are."""

from __future__ import annotations

import json
import re

import pytest

from tests.clients.catalogue import ALL, Client, JavaClient
from tests.clients.steps import NAMES
from tests.clients.workshop import CONFIGS, JOURNEYS, PROJECT, PYTHON_LOCK

pytestmark = pytest.mark.clients

PAGE = (PROJECT / "docs" / "clients.md").read_text()
# What a journey may take in beside the generated code: its language, and openapi-fetch, which has types only.
TAKEN_IN = {
    "Python": {"__future__", "datetime", "os", "uuid", "concord_client", "concord_openapi"},
    "TypeScript": {"node:assert/strict", "node:process", "openapi-fetch"},
    "Java": {"java", "concord"},
}
# What would be a request made by hand.
BY_HAND = re.compile(r"\bfetch\(|httpx|requests|urllib|HttpRequest\.|HttpClient|/api/v1/.*\$\{")


def journey(client: Client) -> str:
    if isinstance(client, JavaClient):
        return (JOURNEYS / "Journey.java").read_text()
    suffix = {"Python": "py", "TypeScript": "ts"}[client.language]
    return (JOURNEYS / f"{client.name.replace('-', '_')}.{suffix}").read_text()


def taken_in(client: Client) -> set[str]:
    text = journey(client)
    if client.language == "Python":
        names = re.findall(r"^(?:from|import) ([\w.]+)", text, flags=re.MULTILINE)
        return {name.split(".")[0] for name in names}
    if client.language == "Java":
        return {name.split(".")[0] for name in re.findall(r"^import ([\w.]+)", text, re.MULTILINE)}
    found = set(re.findall(r'from "([^"]+)";', text))
    assert any(name.startswith("./") for name in found)
    return {name for name in found if not name.startswith("./")}


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_nothing_stands_over_the_generated_code(client: Client) -> None:
    assert taken_in(client) <= TAKEN_IN[client.language]
    assert BY_HAND.search(journey(client)) is None


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_every_journey_takes_every_step_in_order(client: Client) -> None:
    said = re.findall(r"""(?:passed\("|"cannot )([a-z]+)"\)""", journey(client))
    assert tuple(said) == NAMES


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_the_page_shows_how_to_generate_it_and_what_its_journey_says(client: Client) -> None:
    section = re.search(
        rf"^### {re.escape(client.name)}\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE
    )
    assert section is not None
    [snippet] = re.findall(r"^```[a-z]+\n(.*?)^```", section[1], flags=re.DOTALL | re.MULTILINE)
    text = "\n".join(line.strip() for line in journey(client).splitlines())
    assert "\n".join(line.strip() for line in snippet.splitlines()) in text
    assert re.search(r"^    .*openapi", section[1], flags=re.MULTILINE)


def test_the_page_tells_every_step_of_every_client() -> None:
    for client in ALL:
        row = re.search(
            rf"^\| `{client.name}` \|((?: \*{{0,2}}(?:pass|cannot)\*{{0,2}} \|)+)$",
            PAGE,
            re.MULTILINE,
        )
        assert row is not None, client.name
        marks = re.findall(r"pass|cannot", row[1])
        assert marks == ["cannot" if name in client.cannot else "pass" for name in NAMES]


def test_every_configuration_is_one_that_the_page_names() -> None:
    for path in [*CONFIGS.glob("*.yml"), *CONFIGS.glob("*.js"), *CONFIGS.glob("*/*.yml")]:
        assert f"openapi/clients/{path.relative_to(CONFIGS).as_posix()}" in PAGE


def test_the_tools_are_pinned_and_their_locks_name_no_address() -> None:
    package = json.loads((CONFIGS / "package.json").read_text())
    locked = json.loads((CONFIGS / "package-lock.json").read_text())["packages"]
    for name, version in {**package["dependencies"], **package["devDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert f"{name} {version}" in PAGE or name in ("typescript", "@types/node")
    for name, one in locked.items():
        assert "resolved" not in one
        assert name == "" or one["integrity"].startswith("sha512-")
    lock = PYTHON_LOCK.read_text()
    pins = re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.MULTILINE)
    assert lock.count("==") - lock.count("'==") >= len(pins) > 20
    for block in re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block
    assert "://" not in lock
    for name, version in re.findall(
        r"^([a-z-]+)==(\S+)", (CONFIGS / "requirements.in").read_text(), re.MULTILINE
    ):
        assert (name, version) in pins
        assert version in PAGE
