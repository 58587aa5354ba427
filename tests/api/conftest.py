"""A clinic behind its HTTP door: members with tokens, and every answer held to the specification."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its package has no hints
import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app, specification
from service.db import Database
from service.domain.vocabulary import Scope
from service.settings import Settings
from service.web.tokens import mint
from tests.clinic import Clinic, open_clinic, tenant_id_of

ALL_SCOPES = tuple(scope.value for scope in Scope)


class Exchangeable:
    """Stand between the application and the database of the test at hand."""

    def __init__(self) -> None:
        self.database: Database | None = None

    def transaction(self, tenant_id: uuid.UUID | None, **modes: bool) -> Any:
        assert self.database is not None
        return self.database.transaction(tenant_id, **modes)


@pytest.fixture(scope="session")
def api_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    var: Path = tmp_path_factory.mktemp("var")
    return Settings.from_env({"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(var)})


@pytest.fixture(scope="session")
def exchangeable() -> Exchangeable:
    return Exchangeable()


@pytest.fixture(scope="session")
def api_app(api_settings: Settings, exchangeable: Exchangeable) -> Flask:
    return create_app(api_settings, database=exchangeable)  # type: ignore[arg-type]


@pytest.fixture
def clinic(database: Database, frozen_day: date, exchangeable: Exchangeable) -> Iterator[Clinic]:
    """A clinic with a patient, a team and an empty plan, behind the application."""
    exchangeable.database = database
    with database.transaction(tenant_id_of("clinic")) as session:
        opened = open_clinic(session)
    yield opened
    exchangeable.database = None


@dataclass
class Member:
    """Somebody with a token; every answer they get is held to the specification."""

    client: FlaskClient
    token: str
    plan: str

    def get(self, path: str, **headers: str) -> Any:
        return self._ask("GET", path, None, None, headers)

    def post(self, path: str, body: Any = None, version: int | None = None, **headers: str) -> Any:
        return self._ask("POST", path, {} if body is None else body, version, headers)

    def patch(self, path: str, body: Any, version: int | None = None) -> Any:
        return self._ask("PATCH", path, body, version, {})

    def delete(self, path: str, version: int | None = None) -> Any:
        return self._ask("DELETE", path, None, version, {})

    def _ask(
        self, method: str, path: str, body: Any, version: int | None, headers: dict[str, str]
    ) -> Any:
        url = path if path.startswith("/") else f"{self.plan}/{path}".rstrip("/")
        sent = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if version is not None:
            sent["If-Match"] = f'W/"{version}"'
        response = self.client.open(url, method=method, json=body, headers=sent)
        hold_to_specification(method, url.split("?")[0], response)
        return response


Members = Callable[..., Member]


@pytest.fixture
def member(api_app: Flask, api_settings: Settings, clinic: Clinic) -> Members:
    """Give a member of the clinic by username, with all scopes or only some."""

    def as_(username: str, *, scopes: tuple[str, ...] = ALL_SCOPES) -> Member:
        token = mint(
            api_settings,
            tenant_id=clinic.tenant_id,
            subject=clinic.users[username].id,
            scopes=scopes,
            client_id="tests",
            purpose="",
            lifetime=timedelta(minutes=5),
        )
        plan = f"/api/v1/care-plans/{clinic.plan_id}"
        return Member(api_app.test_client(), token, plan)

    return as_


@cache
def _document() -> dict[str, Any]:
    return specification().document


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    # The more of a template is fixed, the earlier it is tried.
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), path) for path in paths]


@cache
def _validator(template: str, method: str, status: int) -> jsonschema.Draft202012Validator | None:
    document = _document()
    responses = document["paths"][template][method]["responses"]
    assert str(status) in responses, f"{method} {template} does not document {status}"
    response = responses[str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    content = response.get("content")
    if content is None:
        return None
    [media] = content.values()
    return jsonschema.Draft202012Validator(
        {**media["schema"], "components": document["components"]},
        format_checker=jsonschema.FormatChecker(),
    )


def hold_to_specification(method: str, path: str, response: Any) -> None:
    """Refuse a status or a shape that the specification does not speak of."""
    template = next(known for pattern, known in _templates() if pattern.fullmatch(path))
    validator = _validator(template, method.lower(), response.status_code)
    if validator is None:
        assert not response.data
    else:
        validator.validate(response.get_json(force=True))
