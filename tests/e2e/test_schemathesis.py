"""Fuzz every operation of the served specification with real ids, tokens, tags and cursors."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

from tests.e2e.asks import ASKS, Ask, Clinic, path_values
from tests.e2e.conftest import PROJECT, running
from tests.e2e.generated import HELD, SEED, checks, tries, with_real_references

pytestmark = pytest.mark.e2e

CONFIGURATION: dict[str, Any] = {
    "seed": SEED,
    "suppress-health-check": ["all"],
    "generation": {
        "deterministic": True,
        "max-examples": 12,
        "allow-x00": False,
        "no-shrink": True,
        "database": "none",
    },
    "phases": {
        "examples": {"enabled": True},
        "coverage": {"enabled": True, "unexpected-methods": ["PUT", "TRACE"]},
        "fuzzing": {"enabled": True},
        "stateful": {"enabled": False},
    },
    # A patch is the twin of a creation, whose fields have gone through every boundary by then.
    "operations": [
        {
            "include-method": "PATCH",
            "generation": {"max-examples": 25},
            "phases": {"coverage": {"enabled": False}},
        }
    ],
    "warnings": False,
}


@dataclass
class Fuzzed:
    """Put real things into generated requests, and count what is answered."""

    clinic: Clinic
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    _asks: dict[str, Ask] = field(default_factory=dict)

    def ask(self, operation: str) -> Ask:
        if operation not in self._asks:
            self.finished(operation)
            self._asks[operation] = ASKS[operation](self.clinic)
        return self._asks[operation]

    def fill(self, case: Any) -> str:
        """Put real ids, a token and a tag in the places where the case does not try something else."""
        operation = case.operation.definition.raw["operationId"]
        ask = self.ask(operation)
        if not tries(case, ParameterLocation.PATH):
            case.path_parameters = path_values(case.operation.full_path, ask.path)
        if "If-Match" in case.headers and not tries(case, ParameterLocation.HEADER):
            case.headers["If-Match"] = ask.tag
        if not tries(case, ParameterLocation.QUERY) and "cursor" in (case.query or {}):
            case.query = {"limit": 1, "cursor": self._cursor(ask, case.query)}
        if not tries(case, ParameterLocation.BODY) and isinstance(case.body, dict):
            case.body = with_real_references(case.body, self.clinic)
        case.headers["Authorization"] = f"Bearer {self.clinic.live.token(ask.who)}"
        return operation

    def _cursor(self, ask: Ask, query: dict[str, Any]) -> str:
        person = self.clinic.person(ask.who)
        given = person.read(ask.path, params={"limit": 1})["next_cursor"]
        return given or query["cursor"]

    def noted(self, operation: str, case: Any, answer: Any) -> None:
        """Count an answer, and keep up with the version, or take another item where one is used up."""
        self.answers[operation, answer.status_code] += 1
        ask = self._asks[operation]
        if ask.tag is None:
            return
        tag = answer.headers.get("etag")
        is_stale = answer.status_code == 412 and case.headers.get("If-Match") == ask.tag
        is_over = answer.status_code == 409 and answer.json()["code"] != "finding-remains"
        if answer.status_code == 200 and tag:
            ask.tag = tag[0]
        elif answer.status_code == 204 or is_stale or is_over:
            self.clinic.withdraw(self._asks.pop(operation).made)

    def finished(self, operation: str) -> None:
        """Take back what the operations before this one needed."""
        for name in [name for name in self._asks if name != operation]:
            self.clinic.withdraw(self._asks.pop(name).made)


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    var = Path(tempfile.mkdtemp(prefix="ccf-"))
    try:
        with running(var) as live:
            yield Fuzzed(Clinic(live))
    finally:
        shutil.rmtree(var, ignore_errors=True)


# Tests are collected before there is a server, so from the committed file; it is held to the served one below.
DOCUMENT = json.loads((PROJECT / "openapi" / "openapi.json").read_text())
written = schemathesis.openapi.from_dict(
    DOCUMENT, config=schemathesis.Config.from_dict(CONFIGURATION)
)


def test_the_committed_specification_is_the_served_one(fuzzed: Fuzzed) -> None:
    served = requests.get(f"{fuzzed.clinic.live.base}/openapi.json", timeout=30)
    assert served.json() == DOCUMENT


@written.parametrize()
def test_every_operation_keeps_to_the_specification(case: Any, fuzzed: Fuzzed) -> None:
    operation = fuzzed.fill(case)
    answer = case.call(base_url=fuzzed.clinic.live.base)
    fuzzed.noted(operation, case, answer)
    case.validate_response(answer, checks=checks(*HELD))


def test_every_operation_has_succeeded_at_least_once(
    fuzzed: Fuzzed, capsys: pytest.CaptureFixture[str]
) -> None:
    operations = {
        one["operationId"]
        for item in DOCUMENT["paths"].values()
        for one in item.values()
        if isinstance(one, dict) and "operationId" in one
    }
    assert operations == set(ASKS)
    by_fuzzing = {operation for operation, status in fuzzed.answers if 200 <= status < 300}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{fuzzed.answers.total()} generated requests; none succeeded on:"
            f" {', '.join(sorted(operations - by_fuzzing)) or 'no operation'}\n"
        )
    by_asking = set()
    for operation in sorted(operations):
        ask = ASKS[operation](fuzzed.clinic)
        if ask.send(fuzzed.clinic.person(ask.who)).ok:
            by_asking.add(operation)
    assert sorted(operations - by_asking) == []
