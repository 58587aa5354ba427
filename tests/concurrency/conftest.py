"""A clinic whose rows are committed, several people at once, and the service's HTTP door to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask

from service.app import create_app
from service.db import Database
from service.domain.vocabulary import Scope
from service.settings import Settings
from service.web.tokens import mint
from tests.clinic import Clinic, open_clinic, tenant_id_of

Answer = TypeVar("Answer")


@pytest.fixture
def clinic(committed_database: Database) -> Clinic:
    with committed_database.transaction(tenant_id_of("clinic")) as session:
        return open_clinic(session)


@pytest.fixture
def other_clinic(committed_database: Database) -> Clinic:
    with committed_database.transaction(tenant_id_of("other")) as session:
        return open_clinic(session, "other")


def at_once(calls: Sequence[Callable[[], Answer]], *, rounds: int = 1) -> list[list[Answer]]:
    """Make calls at the same instant, each in a thread of its own, round after round."""
    barrier = threading.Barrier(len(calls))

    def each(call: Callable[[], Answer]) -> list[Answer]:
        answers = []
        for _ in range(rounds):
            barrier.wait(timeout=60)
            answers.append(call())
        return answers

    with ThreadPoolExecutor(len(calls)) as pool:
        by_call = list(pool.map(each, calls))
    return [list(answers) for answers in zip(*by_call, strict=True)]


@dataclass(frozen=True)
class Door:
    """The service over HTTP, for whoever of a clinic knocks."""

    app: Flask
    settings: Settings

    def ask(
        self,
        clinic: Clinic,
        username: str,
        method: str,
        path: str,
        body: Any = None,
        **headers: str,
    ) -> Any:
        token = mint(
            self.settings,
            tenant_id=clinic.tenant_id,
            subject=clinic.users[username].id,
            scopes=tuple(Scope),
            client_id="tests",
            purpose="",
            lifetime=timedelta(minutes=5),
        )
        sent = {
            "Authorization": f"Bearer {token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        url = f"/api/v1/care-plans/{clinic.plan_id}{path}"
        return self.app.test_client().open(url, method=method, json=body, headers=sent)


@pytest.fixture
def door(committed_database: Database, tmp_path: Path) -> Door:
    settings = Settings.from_env({"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(tmp_path)})
    return Door(create_app(settings, database=committed_database), settings)
