"""A clinic behind its HTTP door: members with tokens."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
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
    """Somebody with a token; every answer they get is held to the specification, as any test's is."""

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
        return self.client.open(url, method=method, json=body, headers=sent)


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
