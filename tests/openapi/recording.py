"""Ask for everything once and write down what was asked and answered: the examples of the document.

The service runs in process on the demo clinic, each operation from the same moment of it and taken back after; the
clock moves a minute a request, and ids are numbered as they appear. So a recording is the same each time, whatever
else is recorded.
"""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from werkzeug.test import TestResponse

from service.app import create_app
from service.db import Database, make_engine
from service.demo import seed
from service.demo.clinics import DEMO
from service.domain import clock
from service.domain.vocabulary import Scope
from service.models.plans import CarePlan
from service.models.tenants import tenant_named
from service.models.users import user_named
from service.settings import Settings
from service.web.operation_doc import ERROR_NAMES
from service.web.tokens import mint
from tests.e2e.asks import Ask, Clinic, path_values
from tests.e2e.conftest import Person
from tests.openapi import story
from tests.openapi.refusals import REFUSALS, Refusal

# Lists that no page ends are long; an example shows how they begin.
LONGEST_LIST: Final = 2
SHORTENED: Final = frozenset(
    {
        "getConflictRule",
        "getPlanDocument",
        "getSummary",
        "getVersion",
        "listActivities",
        "listConflictRules",
        "listInstruments",
    }
)
# Both forms of a flag are shown: the team's, and the patient's.
SEEN_BY_THE_PATIENT: Final = frozenset({"listConflicts", "getConflict"})
HEADERS: Final = (
    "ETag",
    "Link",
    "Location",
    "Idempotency-Replayed",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
_UUID: Final = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_ID: Final = "01a3b853-d9c0-7000-8000-{:012x}"
_CURSOR: Final = re.compile(r'("next_cursor": "|[?&]cursor=)[A-Za-z0-9_-]+')
_A_CURSOR: Final = "AAAAAAAAAAAAAAAAlYV0DW89cnl9yAUjUDYOF4Jtqpiiig"
NOWHERE: Final = "postgresql://service@127.0.0.1:9/none"


class Heard:
    """Give an answer of the test client as `requests` would."""

    def __init__(self, response: TestResponse) -> None:
        self.status_code, self.headers = response.status_code, response.headers
        self.text = response.get_data(as_text=True)
        self.ok = response.status_code < 400

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Speaker(Person):
    """Call the service in process, a minute after the call before."""

    stage: Stage

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.stage.send(method, f"/api/v1{path}", headers=headers, **options)


@dataclass
class Stage:
    """Hold the demo clinic, the service in front of it, and the time."""

    app: Flask
    settings: Settings
    database: Database
    begins: datetime
    minutes: Iterator[int] = field(default_factory=itertools.count)
    _tokens: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    _clinic: Clinic | None = None

    def send(self, method: str, path: str, **options: Any) -> Heard:
        query = options.pop("params", None)
        with clock.set_to(self.begins + timedelta(minutes=next(self.minutes))):
            response = self.app.test_client().open(
                path, method=method, query_string=query, **options
            )
        return Heard(response)

    def clinic(self) -> Clinic:
        """Give the clinic as its people see it, of whose spare activities none is taken."""
        if self._clinic is None:
            self._clinic = Clinic(self, self.begins.date())  # type: ignore[arg-type]  # as a live one
        return self._clinic.anew()

    def token(self, username: str, scopes: tuple[str, ...] = tuple(Scope)) -> str:
        """Give somebody's token, made once."""
        if (username, scopes) not in self._tokens:
            self._tokens[username, scopes] = self._minted(username, scopes)
        return self._tokens[username, scopes]

    def _minted(self, username: str, scopes: tuple[str, ...]) -> str:
        with self.database.transaction(None, readonly=True) as session:
            tenant = tenant_named(session, "demo")
        assert tenant is not None
        with self.database.transaction(tenant.id, readonly=True) as session:
            user = user_named(session, tenant.id, username)
        assert user is not None
        return mint(
            self.settings,
            tenant_id=tenant.id,
            subject=user.id,
            scopes=scopes,
            client_id="examples",
            purpose="",
            lifetime=timedelta(hours=12),
        )

    def person(self, username: str, clinic: str = "demo") -> Speaker:
        return Speaker("", self.token(username), self)


@contextmanager
def opened(connection: Connection, settings: Settings, begins: datetime) -> Iterator[Stage]:
    """Open the demo clinic on a connection that is in a transaction."""
    fixed = replace(settings, cursor_key=bytes(32))
    database = Database.bound_to(connection)
    with _reproducible(begins), clock.set_to(begins):
        seed(database, empty=False)
        stage = Stage(create_app(fixed, database=database), fixed, database, begins)
        stage.clinic()
        yield stage


def record(connection: Connection, settings: Settings, begins: datetime) -> dict[str, Any]:
    """Play everything; give the examples."""
    with opened(connection, settings, begins) as stage:
        headers: dict[str, Any] = {}
        operations = {}
        for name in sorted(story.STORY):
            with taken_back(connection, stage):
                operations[name] = _operation(stage, name, headers)
        errors: dict[str, dict[str, Any]] = {name: {} for name in ERROR_NAMES.values()}
        for refusal in REFUSALS:
            with taken_back(connection, stage):
                problem = _refused(stage, refusal, headers)
                errors[ERROR_NAMES[problem["status"]]][problem["code"]] = problem
        with taken_back(connection, stage):
            _replayed(stage, headers)
        known = _well_known(stage.database)
        stage.app = create_app(stage.settings, database=Database(make_engine(NOWHERE)))
        problem = _told(stage.send("GET", "/api/v1/me", headers=_bearer(stage)), headers, 503)
        errors[ERROR_NAMES[503]][problem["code"]] = problem
    return {
        "operations": {name: _renamed(told, known) for name, told in operations.items()},
        "errors": {name: _renamed(told, known) for name, told in errors.items()},
        "headers": _renamed(headers, known),
    }


def _well_known(database: Database) -> list[str]:
    """Name whom and what several examples speak of, so that they speak of the same."""
    with database.transaction(None, readonly=True) as session:
        tenant = tenant_named(session, DEMO.slug)
    assert tenant is not None
    with database.transaction(tenant.id, readonly=True) as session:
        users = [user_named(session, tenant.id, username) for username in DEMO.names]
        plans = list(session.scalars(select(CarePlan)))
    people = [str(user.id) for user in users if user is not None]
    return [
        str(tenant.id),
        *people,
        *(str(one) for plan in plans for one in (plan.id, plan.patient_id)),
    ]


def _renamed(told: Any, known: list[str]) -> Any:
    """Number identifiers as they appear, and let one cursor stand for all.

    How many identifiers the service makes on the way is nobody's business, and what depends on it is not shown.
    """
    numbers = {name: number for number, name in enumerate(known, 1)}

    def number(found: re.Match[str]) -> str:
        return _ID.format(numbers.setdefault(found[0], len(numbers) + 1))

    text = _UUID.sub(number, json.dumps(told, ensure_ascii=False))
    return json.loads(_CURSOR.sub(rf"\1{_A_CURSOR}", text))


def rendered(examples: Mapping[str, Any]) -> bytes:
    """Write examples as their committed file has them."""
    return (json.dumps(examples, indent=1, ensure_ascii=False) + "\n").encode()


def _operation(stage: Stage, name: str, headers: dict[str, Any]) -> dict[str, Any]:
    clinic = stage.clinic()
    ask = story.asked(name, clinic)
    answer = ask.send(stage.person(ask.who))
    assert answer.status_code < 300, f"{name}: {answer.status_code} {answer.text}"
    _note(headers, answer, *(HEADERS[:3] if name in ("createGoal", "listVersions") else ()))
    told: dict[str, Any] = _asked_for(stage, name, ask)
    if answer.text:
        told["responses"] = {"team": _shown(name, answer)}
    if name in SEEN_BY_THE_PATIENT:
        # Filters are the team's.
        path = f"{urlsplit(ask.path).path}?limit=2" if "?" in ask.path else ask.path
        seen = replace(ask, path=path).send(stage.person("patient"))
        assert seen.status_code == 200, seen.text
        told["responses"]["patient"] = _shown(name, seen)
    return told


def _asked_for(stage: Stage, name: str, ask: Ask) -> dict[str, Any]:
    url = urlsplit(ask.path)
    template = template_of(stage, name)
    told: dict[str, Any] = {}
    if values := path_values(template, url.path):
        told["path"] = {
            key: int(text) if key == "revision" else text for key, text in values.items()
        }
    if query := dict(parse_qsl(url.query)):
        told["query"] = {key: int(text) if text.isdigit() else text for key, text in query.items()}
    if ask.body is not None:
        told["request"] = ask.body
    return told


def template_of(stage: Stage, name: str) -> str:
    document = stage.app.extensions["concord.specification"].document
    return next(
        str(path)
        for path, item in document["paths"].items()
        for operation in item.values()
        if operation["operationId"] == name
    )


def _shown(name: str, answer: Any) -> Any:
    shown = answer.json()
    return _shortened(shown) if name in SHORTENED else shown


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(one) for one in value[:LONGEST_LIST]]
    if isinstance(value, dict):
        return {name: _shortened(member) for name, member in value.items()}
    return value


def _refused(stage: Stage, refusal: Refusal, headers: dict[str, Any]) -> dict[str, Any]:
    clinic = stage.clinic()
    method, path, options = refusal.ask(clinic)
    authorization = refusal.token
    if authorization is None:
        scopes = refusal.scopes or tuple(Scope)
        authorization = f"Bearer {stage.token(refusal.who, scopes)}"
    sent = {
        **({"Authorization": authorization} if authorization else {}),
        **options.pop("headers", {}),
    }
    answer = stage.send(method, f"/api/v1{path}", headers=sent, **options)
    problem = _told(answer, headers, refusal.status)
    assert problem["code"] == refusal.code, problem
    return problem


def _told(answer: Any, headers: dict[str, Any], status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    _note(headers, answer, *HEADERS[4:6])
    problem: dict[str, Any] = answer.json()
    return problem


def _replayed(stage: Stage, headers: dict[str, Any]) -> None:
    """Ask the same twice with one key."""
    clinic = stage.clinic()
    for _ in range(2):
        ask = story.asked("createGoal", clinic)
        answer = ask.send(stage.person(ask.who), **{"Idempotency-Key": "3b8e6f0a-goal-1"})
    _note(headers, answer, "Idempotency-Replayed")


def _note(headers: dict[str, Any], answer: Any, *names: str) -> None:
    """Keep the first value of a header, under the name of its component."""
    for name in (*names, "X-Request-Id"):
        if name in answer.headers:
            text = answer.headers[name]
            headers.setdefault(name.replace("-", ""), int(text) if name == "Retry-After" else text)


def _bearer(stage: Stage) -> dict[str, str]:
    return {"Authorization": f"Bearer {stage.token('physician')}"}


@contextmanager
def taken_back(connection: Connection, stage: Stage) -> Iterator[None]:
    """Begin at the same moment of the clinic, and leave nothing behind."""
    savepoint = connection.begin_nested()
    stage.minutes = itertools.count()
    _ids.restart()
    try:
        yield
    finally:
        savepoint.rollback()


class _Ids:
    """Make identifiers that count, of the time the clock tells."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def restart(self) -> None:
        """Count anew, beyond what the seeding took."""
        self._count = itertools.count(1 << 16)

    def __call__(self) -> uuid.UUID:
        milliseconds = int(clock.now().timestamp() * 1000)
        number = next(self._count)
        return uuid.UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number)


_ids: Final = _Ids()


@contextmanager
def _reproducible(begins: datetime) -> Iterator[None]:
    """Take chance out of identifiers and cursors."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("uuid_utils.compat.uuid7", _ids)
        patch.setattr("service.web.cursor.os", SimpleNamespace(urandom=bytes))
        yield
