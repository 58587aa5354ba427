"""Hold every answer that a test gets to the document of the service that gave it, and count them.

An answer below `/api/v1` has a status, headers, a media type and a body; each of them is one that the document
speaks of, or the test fails. That holds for answers of errors as for others, in process and over a socket.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import jsonschema_rs

API: Final = "/api/v1"
PROBLEM: Final = "application/problem+json"
# What HTTP itself, the server in front and the browser's safety speak of, whatever the operation is.
OF_EVERY_ANSWER: Final = frozenset(
    {
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "date",
        "server",
        "vary",
        "x-content-type-options",
    }
)
_ADDRESS: Final = "urn:concord:document"


class Broken(AssertionError):
    """Say where an answer leaves the document."""


def is_of_the_api(path: str) -> bool:
    """Tell whether a path is one that the document is about."""
    return path == API or path.startswith(f"{API}/")


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what is looked at of an answer, whatever client got it."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        """Find a header, however its name is written."""
        return self.named_headers().get(name.lower())

    def named_headers(self) -> dict[str, str]:
        return {name.lower(): text for name, text in self.headers.items()}


@dataclass
class Contract:
    """Know one document, and what it says of each operation, compiled when it is first asked for."""

    document: dict[str, Any]
    _checks: dict[tuple[str, str, int], Check] = field(default_factory=dict)

    @cached_property
    def _registry(self) -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry(
            [(_ADDRESS, _closed(self.document))], draft=jsonschema_rs.Draft202012
        )

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        # The more of a template is fixed, the earlier it is tried.
        paths = sorted(self.document["paths"], key=lambda path: path.count("{"))
        return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in paths]

    def template(self, path: str) -> str | None:
        """Find the path of the document that a request's path is one of."""
        return next((one for pattern, one in self._templates if pattern.fullmatch(path)), None)

    def hold(self, answer: Answer) -> None:
        """Refuse an answer of which the document does not speak."""
        template = self.template(answer.path)
        method = answer.method.lower()
        if template is None:
            self._elsewhere(answer, {404})
        elif method == "head" or method not in self.document["paths"][template]:
            self._of_another_method(answer, template, method)
        else:
            key = (template, method, answer.status)
            if key not in self._checks:
                self._checks[key] = self._check(*key)
            self._checks[key].hold(answer)

    def _of_another_method(self, answer: Answer, template: str, method: str) -> None:
        if method == "head" and "get" in self.document["paths"][template]:
            if answer.body:
                raise Broken(f"HEAD {template}: has a body")
        elif method == "options" and answer.status == 200 and answer.header("Allow"):
            return
        else:
            self._elsewhere(answer, {405})
            if not answer.header("Allow"):
                raise Broken(f"{answer.method} {template}: 405 without Allow")

    def _elsewhere(self, answer: Answer, statuses: set[int]) -> None:
        """Hold an answer of no operation to what the document's description says of it."""
        if answer.status not in {*statuses, 400, 401, 413}:
            where = f"{answer.method} {answer.path}"
            raise Broken(f"{where}: {answer.status} where there is no operation")
        self.hold_problem(answer)

    def hold_problem(self, answer: Answer) -> None:
        """Hold an answer to what every error looks like."""
        where = f"{answer.method} {answer.path}: {answer.status}"
        if answer.header("Content-Type") != PROBLEM:
            raise Broken(f"{where} is no problem")
        problem = self._schema({"$ref": "#/components/schemas/Problem"})
        _valid(where, problem, json.loads(answer.body))

    def _check(self, template: str, method: str, status: int) -> Check:
        where = f"{method.upper()} {template}: {status}"
        responses = self.document["paths"][template][method]["responses"]
        if str(status) not in responses:
            raise Broken(f"{where} is not documented")
        response = self._found(responses[str(status)])
        headers = {
            name.lower(): self._found(one) for name, one in response.get("headers", {}).items()
        }
        return Check(
            where,
            {name: self._schema(one["schema"]) for name, one in headers.items()},
            frozenset(name for name, one in headers.items() if one.get("required")),
            frozenset(
                name for name, one in headers.items() if one["schema"].get("type") == "integer"
            ),
            {
                media: self._schema(one["schema"])
                for media, one in response.get("content", {}).items()
            },
        )

    def _found(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _schema(self, schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        reference = schema.get("$ref")
        asked = {**schema, "$ref": f"{_ADDRESS}{reference}"} if reference else schema
        return jsonschema_rs.Draft202012Validator(
            asked, registry=self._registry, validate_formats=True
        )


@dataclass(frozen=True, slots=True)
class Check:
    """Hold one status of one operation."""

    where: str
    headers: Mapping[str, jsonschema_rs.Draft202012Validator]
    required: frozenset[str]
    whole: frozenset[str]
    content: Mapping[str, jsonschema_rs.Draft202012Validator]

    def hold(self, answer: Answer) -> None:
        self._hold_headers(answer.named_headers())
        media = (answer.header("Content-Type") or "").split(";")[0]
        if not self.content:
            if answer.body:
                raise Broken(f"{self.where}: has a body, and none is documented")
            return
        if media not in self.content:
            raise Broken(f"{self.where}: {media or 'no media type'} is not documented")
        _valid(self.where, self.content[media], json.loads(answer.body))

    def _hold_headers(self, given: Mapping[str, str]) -> None:
        unknown = given.keys() - self.headers.keys() - OF_EVERY_ANSWER
        missing = self.required - given.keys()
        if unknown or missing:
            raise Broken(f"{self.where}: headers {sorted(unknown)} more, {sorted(missing)} less")
        for name in given.keys() & self.headers.keys():
            text = given[name]
            value: Any = int(text) if name in self.whole and text.isdigit() else text
            _valid(f"{self.where} {name}", self.headers[name], value)


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """Leave no room for members that the document does not name: a client may meet new ones, a test may not."""
    components = document.get("components", {})
    schemas = {
        name: {"additionalProperties": False, **schema} if "properties" in schema else schema
        for name, schema in components.get("schemas", {}).items()
    }
    return {**document, "components": {**components, "schemas": schemas}}


def _valid(where: str, validator: jsonschema_rs.Draft202012Validator, value: Any) -> None:
    error = next(validator.iter_errors(value), None)
    if error is not None:
        place = "/".join(str(part) for part in error.instance_path)
        raise Broken(f"{where}: /{place}: {error.message}")


@dataclass
class Ledger:
    """Hold every answer of a run to the document of whoever gave it, and count."""

    count: int = 0
    errors: int = 0
    _contracts: dict[str, Contract] = field(default_factory=dict)
    _exempt: frozenset[int] = frozenset()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def contract(self, document: bytes) -> Contract:
        """Give the contract of a document; the same document is read once."""
        name = hashlib.sha256(document).hexdigest()
        if name not in self._contracts:
            self._contracts[name] = Contract(json.loads(document))
        return self._contracts[name]

    def hold(self, contract: Contract, answer: Answer) -> None:
        """Refuse an answer that leaves the document, or count it."""
        if answer.status in self._exempt:
            contract.hold_problem(answer)
        else:
            contract.hold(answer)
        with self._lock:
            self.count += 1
            self.errors += answer.status >= 400

    @contextmanager
    def but_for(self, *statuses: int) -> Iterator[None]:
        """Leave out statuses that no client is promised, where a test plants the fault they tell of."""
        before, self._exempt = self._exempt, self._exempt | frozenset(statuses)
        try:
            yield
        finally:
            self._exempt = before


LEDGER: Final = Ledger()
