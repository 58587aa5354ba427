"""The mock answers from the document, and every request of the collection is one that it takes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.app import specification
from service.web.specification import METHODS
from tests.contract import Answer, Contract

PROJECT = Path(__file__).resolve().parents[2]
OPENAPI = PROJECT / "openapi"
TOOLS = OPENAPI / "node_modules" / ".bin"
START_SECONDS = 90
ID = "01a3b853-d9c0-7000-8000-000000000013"
PLAN = f"/api/v1/care-plans/{ID}"
TOKEN = {"Authorization": "Bearer any-token-will-do"}
# What the mock says beside the document: whom it lets in, and what it found wrong.
OF_THE_MOCK = ("access-control-", "sl-violations", "keep-alive")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not (TOOLS / "prism").exists()
        or not (TOOLS / "newman").exists()
        or not shutil.which("node"),
        reason="the mock is not installed here; make mock installs it",
    ),
]


@dataclass(frozen=True)
class Mock:
    """Ask a running mock; what it answers is held to the document like the service's own answers."""

    base: str
    contract: Contract

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})} if data else headers or {}
        request = urllib.request.Request(  # a mock of this machine
            self.base + path, data=data, headers=dict(sent), method=method
        )
        try:
            response = urllib.request.urlopen(request, timeout=30)  # the same
        except urllib.error.HTTPError as refused:
            response = refused
        with response:
            told = {
                name: text
                for name, text in response.headers.items()
                if not name.lower().startswith(OF_THE_MOCK)
            }
            answer = Answer(method, path, response.status, told, response.read())
        self.contract.hold(answer)
        return answer


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """Start it as a front-end developer would, and end it by the id of its group, which is ours alone."""
    port = free_port()
    log = tmp_path_factory.mktemp("mock") / "log"
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    with log.open("w") as writing:
        process = subprocess.Popen(
            ["make", "mock", f"PORT={port}"],
            cwd=PROJECT,
            env=kept,
            stdout=writing,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + START_SECONDS
        while not listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        assert f"http://127.0.0.1:{port}/api/v1" in log.read_text()
        yield Mock(f"http://127.0.0.1:{port}", Contract(specification().document))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)
    assert not listens(port)


def test_it_shows_a_plan_as_it_was_recorded(mock: Mock) -> None:
    answer = mock.ask("GET", f"{PLAN}/summary", headers=TOKEN)
    assert answer.status == 200
    recorded = specification().document["paths"]["/api/v1/care-plans/{plan_id}/summary"]["get"]
    shown = recorded["responses"]["200"]["content"]["application/json"]
    told = shown.get("example") or next(iter(shown["examples"].values()))["value"]
    assert json.loads(answer.body) == told


def test_any_token_will_do_but_one_is_needed(mock: Mock) -> None:
    assert mock.ask("GET", "/api/v1/me", headers=TOKEN).status == 200
    assert mock.ask("GET", "/api/v1/me").status == 401


def test_it_refuses_a_request_that_the_service_would_refuse(mock: Mock) -> None:
    answer = mock.ask("POST", f"{PLAN}/recommendations", {"kind": "nonsense"}, TOKEN)
    assert answer.status == 422
    assert json.loads(answer.body)["code"] == "invalid-fields"


def test_it_takes_a_merge_patch_with_the_version_it_is_based_on(mock: Mock) -> None:
    headers = {**TOKEN, "If-Match": 'W/"1"', "Content-Type": "application/merge-patch+json"}
    answer = mock.ask("PATCH", f"{PLAN}/milestones/{ID}", {"title": "Walk to the river"}, headers)
    assert answer.status == 200
    assert answer.header("ETag")


def test_another_answer_can_be_asked_for(mock: Mock) -> None:
    headers = {**TOKEN, "If-Match": 'W/"1"', "Prefer": "code=412"}
    answer = mock.ask("PATCH", f"{PLAN}/milestones/{ID}", {"title": "Walk"}, headers)
    assert answer.status == 412
    assert json.loads(answer.body)["code"] == "stale-version"
    headers = {**TOKEN, "Prefer": "example=patient"}
    shown = json.loads(mock.ask("GET", f"{PLAN}/conflicts", headers=headers).body)
    assert shown["items"][0].keys() == {"id", "status", "text"}


def test_every_request_of_the_collection_is_taken(mock: Mock, tmp_path: Path) -> None:
    path, report = tmp_path / "collection.json", tmp_path / "report.json"
    made = subprocess.run(
        ["node", OPENAPI / "collection.mjs", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    operations = [
        operation
        for item in specification().document["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert made.stdout.startswith(f"{len(operations)} requests: ")
    collection = json.loads(path.read_text())
    assert {one["key"] for one in collection["variable"]} == {"baseUrl", "token", "plan_id"}
    assert {one["name"] for one in collection["item"]} == {
        tag for operation in operations for tag in operation["tags"]
    }
    told = [f"baseUrl={mock.base}", "token=any"]
    ran = subprocess.run(
        [
            str(TOOLS / "newman"),
            *("run", str(path), "--reporters", "json", "--reporter-json-export", str(report)),
            *(part for variable in told for part in ("--env-var", variable)),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    executions = json.loads(report.read_text())["run"]["executions"]
    assert len(executions) == len(operations)
    refused = {
        one["item"]["name"]: one["response"]["code"]
        for one in executions
        if not 200 <= one["response"]["code"] < 300
    }
    assert refused == {}
