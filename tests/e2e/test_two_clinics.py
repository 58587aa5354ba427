"""Replay one clinic's requests as the other clinic, as an outsider, and as nobody: they get nothing of it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.e2e.asks import ASKS, PHYSICIAN, Ask, Clinic, nobodys
from tests.e2e.conftest import running

pytestmark = pytest.mark.e2e

OTHERS = (
    "physician",
    "physiotherapist",
    "psychologist",
    "occupational-therapist",
    "care-coordinator",
    "patient",
    "clinic-system",
    "clinic-admin",
    "auditor",
)
# What names nothing of a clinic: anybody's own view, registering somebody new, and published knowledge.
NOBODYS_OWN = frozenset(
    {
        "getService",
        "getMe",
        "listColleagues",
        "listActivities",
        "getActivity",
        "listConflictRules",
        "getConflictRule",
        "getConflictRuleStatistics",
        "listInstruments",
        "listPatients",
        "listCarePlans",
        "searchPatients",
        "createPatient",
        "checkPlanDocument",
    }
)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Recorded:
    """Hold one request of clinic A that succeeds there, and the ids its answer names."""

    ask: Ask
    ids: frozenset[str]


@dataclass
class Tape:
    """Hold the clinic and its requests, one of every operation."""

    clinic: Clinic
    requests: dict[str, Recorded]
    ids: frozenset[str]


@pytest.fixture(scope="module")
def tape() -> Iterator[Tape]:
    var = Path(tempfile.mkdtemp(prefix="cct-"))
    try:
        with running(var) as live:
            clinic = Clinic(live)
            recorded = {}
            for operation, make in ASKS.items():
                ask = make(clinic)
                answer = ask.send(clinic.person(ask.who))
                assert answer.ok, f"{operation}: {answer.status_code} {answer.text}"
                if ask.method != "GET":
                    # What A did is done; the replay is of the same request, still to be done.
                    ask = make(clinic)
                recorded[operation] = Recorded(ask, frozenset(ID.findall(answer.text)))
            ids = frozenset().union(*(one.ids for one in recorded.values()))
            yield Tape(clinic, recorded, ids)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def compared(answer: requests.Response) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Give what may be compared of an answer: all but the request's own id, and the hour."""
    headers = {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower() not in ("date", "x-request-id")
    }
    body = answer.json()
    assert body.pop("request_id")
    return answer.status_code, headers, body


def of_nobody(ask: Ask) -> Ask:
    body = json.loads(nobodys(json.dumps(ask.body)))
    return Ask(ask.operation, ask.who, ask.method, nobodys(ask.path), body, ask.tag)


@pytest.mark.parametrize("role", OTHERS)
def test_the_other_clinic_gets_nothing_and_cannot_tell_it_from_nothing(
    tape: Tape, role: str
) -> None:
    stranger = tape.clinic.live.person(role, "other")
    for operation, recorded in tape.requests.items():
        answer = recorded.ask.send(stranger)
        said = set(ID.findall(json.dumps(recorded.ask.body)))
        assert not (tape.ids - said) & set(ID.findall(answer.text)), operation
        if operation in NOBODYS_OWN:
            assert answer.status_code in (200, 201, 403), f"{operation}: {answer.text}"
            if operation == "searchPatients" and answer.ok:
                assert answer.json()["items"] == []
            continue
        assert answer.status_code in (403, 404), f"{operation}: {answer.text}"
        assert compared(answer) == compared(of_nobody(recorded.ask).send(stranger)), operation
        if answer.status_code == 403:
            # Said before anything is looked up, by the token's scopes or what its role could ever do.
            assert answer.json()["code"] in ("insufficient-scope", "not-permitted")


def test_who_may_do_it_at_home_gets_404_abroad(tape: Tape) -> None:
    for operation, recorded in tape.requests.items():
        if operation not in NOBODYS_OWN:
            stranger = tape.clinic.live.person(recorded.ask.who, "other")
            assert recorded.ask.send(stranger).status_code == 404, operation


@pytest.mark.parametrize("role", OTHERS[:4])
def test_an_outsider_of_the_same_clinic_gets_the_same_404(tape: Tape, role: str) -> None:
    outsider = tape.clinic.person(f"{role}-outsider")
    for operation, recorded in tape.requests.items():
        if operation in NOBODYS_OWN:
            continue
        answer = recorded.ask.send(outsider)
        assert answer.status_code == 404, f"{operation}: {answer.text}"
        assert compared(answer) == compared(of_nobody(recorded.ask).send(outsider)), operation
    for path in ("/care-plans", "/patients"):
        assert outsider.read(path)["items"] == []
    assert outsider.read("/me")["plans"] == []


def test_an_id_that_is_none_is_answered_as_one_that_nobody_has(tape: Tape) -> None:
    physician = tape.clinic.person(PHYSICIAN)
    for name in ("goals", "conflicts", "recommendations", "team-members"):
        path = f"{tape.clinic.plan}/{name}"
        nobody = physician.get(f"{path}/{uuid.uuid4()}")
        assert compared(physician.get(f"{path}/none")) == compared(nobody)


def test_a_refused_replay_changed_nothing(tape: Tape) -> None:
    plan = tape.clinic.plan
    before = tape.clinic.person(PHYSICIAN).read(plan)["revision"]
    for role in OTHERS:
        stranger = tape.clinic.live.person(role, "other")
        for operation, recorded in tape.requests.items():
            if operation not in NOBODYS_OWN and recorded.ask.method != "GET":
                assert not recorded.ask.send(stranger).ok
    assert tape.clinic.person(PHYSICIAN).read(plan)["revision"] == before


# --- tokens ---------------------------------------------------------------------------------------------


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for part in token.split(".")[:2]
    )
    return header, claims


def forged(token: str, name: str) -> str | None:
    """Make a token that is not to be trusted out of one that is."""
    header, claims = _read(token)
    own = ECKey.generate_key("P-256")
    if name == "none at all":
        return None
    if name == "of another scheme":
        return "Basic cGh5c2ljaWFuOnBoeXNpY2lhbg=="
    if name == "empty":
        return "Bearer "
    made = {
        "without a signature": lambda: f"{_part({**header, 'alg': 'none'})}.{_part(claims)}.",
        "signed by a stranger": lambda: jwt.encode(header, claims, own),
        "that brings its key": lambda: jwt.encode(
            {**header, "jwk": own.as_dict(private=False)}, claims, own
        ),
        "that points to its key": lambda: jwt.encode(
            {**header, "jku": "https://keys.example/jwks.json"}, claims, own
        ),
        "signed with a secret": lambda: jwt.encode(
            {**header, "alg": "HS256"},
            claims,
            OctKey.import_key("a-secret-that-everybody-could-know-of"),
            algorithms=["HS256"],
        ),
        "signed with RSA": lambda: jwt.encode(
            {**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048), algorithms=["RS256"]
        ),
        "with other claims": lambda: ".".join(
            [
                token.split(".", maxsplit=1)[0],
                _part({**claims, "scope": "admin"}),
                token.rsplit(".", maxsplit=1)[1],
            ]
        ),
        "that is too long": lambda: f"{token}{'A' * 10_000}",
        "that is none": lambda: "not-a-token",
    }[name]()
    return f"Bearer {made}"


@pytest.mark.parametrize(
    "name",
    [
        "none at all",
        "of another scheme",
        "empty",
        "without a signature",
        "signed by a stranger",
        "that brings its key",
        "that points to its key",
        "signed with a secret",
        "signed with RSA",
        "with other claims",
        "that is too long",
        "that is none",
    ],
)
def test_a_token_is_refused_on_every_route(tape: Tape, name: str) -> None:
    authorization = forged(tape.clinic.live.token(PHYSICIAN), name)
    headers = {} if authorization is None else {"Authorization": authorization}
    for operation, recorded in tape.requests.items():
        ask = recorded.ask
        if operation == "getService" and name == "none at all":
            continue  # what runs here is told without a token, but with no bad one
        answer = requests.request(
            ask.method,
            f"{tape.clinic.live.base}/api/v1{ask.path}",
            headers=headers,
            json=ask.body,
            timeout=30,
        )
        assert answer.status_code == 401, f"{operation}: {answer.status_code} {answer.text}"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        assert answer.json()["code"] in ("missing-token", "invalid-token")
