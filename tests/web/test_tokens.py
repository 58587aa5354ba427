"""Only a token of a trusted issuer, signed as we say and complete, names anybody."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from service.errors import Unauthenticated
from service.settings import Settings
from service.web.tokens import LARGEST_TOKEN, Issuers, mint
from tests.web.conftest import PERSON, PLAN, TENANT, THING, Client

Token = Callable[..., str]


@pytest.fixture(scope="module")
def issuers(settings: Settings) -> Issuers:
    return Issuers.from_settings(settings)


@pytest.fixture(scope="module")
def key(settings: Settings) -> ECKey:
    assert settings.signing_key_file is not None
    return ECKey.import_key(settings.signing_key_file.read_bytes())


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    complete = {
        "iss": "urn:concord:demo",
        "aud": "concord",
        "sub": str(PERSON),
        "client_id": "probe",
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "scope": "plan:read plan:write",
        "tenant": str(TENANT),
        "purpose": "TREAT",
        **changes,
    }
    return {name: value for name, value in complete.items() if value is not ...}


def sign(key: ECKey, header: dict[str, Any] | None = None, **changes: Any) -> str:
    full = {"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint(), **(header or {})}
    return jwt.encode(
        {name: value for name, value in full.items() if value is not ...},
        claims(**changes),
        key,
        algorithms=[full["alg"]],
        default_type=None,
    )


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def refused(issuers: Issuers, token: str) -> None:
    with pytest.raises(Unauthenticated) as error:
        issuers.verify(token)
    assert error.value.code == "invalid-token"


def test_a_minted_token_names_its_bearer(issuers: Issuers, settings: Settings) -> None:
    token = mint(
        settings,
        tenant_id=TENANT,
        subject=PERSON,
        scopes=["plan:write", "plan:read"],
        client_id="probe",
        purpose="TREAT",
        lifetime=timedelta(hours=12),
    )
    named = issuers.verify(token)
    assert (named.tenant_id, named.subject, named.client_id) == (TENANT, PERSON, "probe")
    assert named.scopes == {"plan:read", "plan:write"}
    assert named.purposes == ("TREAT",)
    assert named.expires_at - named.issued_at == 12 * 3600
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert (header["alg"], header["typ"]) == ("ES256", "at+jwt")


def test_a_published_key_verifies_a_token_elsewhere(
    client: Client, issuers: Issuers, key: ECKey
) -> None:
    answer = client.get("/.well-known/jwks.json")
    published = answer.json["keys"]
    assert all("d" not in one and one["alg"] == "ES256" and one["kid"] for one in published)
    keys = KeySet([ECKey.import_key(one) for one in published])
    assert jwt.decode(sign(key), keys, algorithms=["ES256"]).claims["sub"] == str(PERSON)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "urn:somebody:else"},
        {"iss": ...},
        {"iss": ["urn:concord:demo"]},
        {"aud": "other"},
        {"aud": ...},
        {"aud": []},
        {"exp": int(time.time()) - 60},
        {"exp": ...},
        {"exp": True},
        {"exp": "9999999999"},
        {"exp": 1 << 60},
        {"iat": ...},
        {"iat": int(time.time()) + 600},
        {"nbf": int(time.time()) + 600},
        {"nbf": "soon"},
        {"sub": ...},
        {"sub": "not-a-uuid"},
        {"sub": 5},
        {"client_id": ...},
        {"client_id": ""},
        {"jti": ...},
        {"tenant": ...},
        {"tenant": "demo"},
        {"scope": ["plan:read"]},
        {"purpose": {"a": 1}},
    ],
)
def test_a_claim_that_is_wrong_or_missing(
    issuers: Issuers, key: ECKey, changes: dict[str, Any]
) -> None:
    refused(issuers, sign(key, **changes))


def test_an_audience_may_be_a_list_and_a_scope_may_be_missing(issuers: Issuers, key: ECKey) -> None:
    named = issuers.verify(sign(key, aud=["x", "concord"], scope=..., purpose=...))
    assert (named.scopes, named.purposes) == (frozenset(), ())


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": ...},
        {"kid": ...},
        {"kid": "unknown"},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["AAAA"]},
        {"crit": ["b64"], "b64": True},
    ],
)
def test_a_header_that_brings_a_key_or_names_none(
    issuers: Issuers, key: ECKey, header: dict[str, Any]
) -> None:
    refused(issuers, sign(key, header))


def test_a_key_of_the_callers_own(issuers: Issuers, key: ECKey) -> None:
    mine = ECKey.generate_key("P-256")
    refused(issuers, sign(mine, {"kid": key.thumbprint()}))
    refused(issuers, sign(mine, {"kid": key.thumbprint(), "jwk": mine.as_dict(private=False)}))


def test_other_algorithms(issuers: Issuers, key: ECKey) -> None:
    header = {"alg": "none", "typ": "at+jwt", "kid": key.thumbprint()}
    refused(issuers, f"{part(header)}.{part(claims())}.")
    rsa = RSAKey.generate_key(2048)
    refused(
        issuers,
        jwt.encode({**header, "alg": "RS256"}, claims(), rsa, algorithms=["RS256"]),
    )
    # The public key as the secret of an HMAC: the old confusion of algorithms.
    signed = f"{part({**header, 'alg': 'HS256'})}.{part(claims())}"
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    refused(issuers, f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "é.é.é",
        f"{part([])}.{part({})}.x",
        f"{part({'alg': 'ES256'})}.{part([])}.x",
        "A" * (LARGEST_TOKEN + 1),
        f"{'W1tb' * 900}.{'W1tb' * 900}.x",
    ],
)
def test_what_is_no_token(issuers: Issuers, token: str) -> None:
    refused(issuers, token)


def test_a_signature_that_was_touched(issuers: Issuers, key: ECKey) -> None:
    token = sign(key)
    head, body, _ = token.split(".")
    other = sign(key, sub=str(TENANT)).split(".")[1]
    refused(issuers, f"{head}.{other}.{token.split('.')[2]}")
    refused(issuers, f"{head}.{body}.")


def test_a_remembered_token_expires_all_the_same(settings: Settings, key: ECKey) -> None:
    now = time.time()
    issuers = Issuers({"urn:concord:demo": KeySet([_public(key)])}, "concord", clock=lambda: now)
    token = sign(key)
    assert issuers.verify(token).subject == PERSON
    now += 3600
    refused(issuers, token)


def test_an_issuer_more_is_one_row_more(settings: Settings) -> None:
    theirs = ECKey.generate_key("P-256")
    issuers = Issuers({"https://id.example": KeySet([_public(theirs)])}, "concord")
    assert issuers.verify(sign(theirs, iss="https://id.example")).issuer == "https://id.example"
    refused(issuers, sign(theirs))


def _public(key: ECKey) -> ECKey:
    return ECKey.import_key({**key.as_dict(private=False), "kid": key.thumbprint()})


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "missing-token"),
        ("Basic dXNlcjpwYXNz", "missing-token"),
        ("Bearer", "invalid-token"),
        ("Bearer ", "invalid-token"),
        ("Bearer x.y.z", "invalid-token"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_without_a_good_token_every_operation_is_401(
    client: Client, method: str, header: str | None, code: str
) -> None:
    path = f"/api/v1/care-plans/{PLAN}/things"
    if method in ("PATCH", "DELETE"):
        path += f"/{THING}"
    headers = {"Authorization": header} if header is not None else {}
    answer = client.open(path, method=method, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, code)
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer realm=")
    assert ('error="invalid_token"' in challenge) == (code == "invalid-token")
