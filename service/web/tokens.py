"""Make and verify access tokens: JWTs by RFC 9068, signed with ES256, trusted by a table of issuers.

The table maps an issuer to its public keys, so an external issuer is one more row. A token names its key by
`kid`; a header that brings or points to a key is refused (RFC 8725), as is any other algorithm. The checks of
`exp`, `aud` and the rest are ours: the library verifies the signature alone.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID, uuid4

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from service.errors import Unauthenticated
from service.settings import Settings

ALGORITHM: Final = "ES256"
TOKEN_TYPE: Final = "at+jwt"  # noqa: S105  # a media type
LARGEST_TOKEN: Final = 8192
LEEWAY_SECONDS: Final = 10
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
_FOREIGN_KEYS: Final = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "enc", "zip"})
_REMEMBERED: Final = 2048


@dataclass(frozen=True, slots=True)
class Principal:
    """Name who presents a token, as the token says it."""

    issuer: str
    tenant_id: UUID
    subject: UUID
    client_id: str
    scopes: frozenset[str]
    purposes: tuple[str, ...]
    token_id: str
    issued_at: int
    expires_at: int


class Issuers:
    """Verify tokens against the keys of the issuers we trust."""

    def __init__(
        self,
        keys: Mapping[str, KeySet],
        audience: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = dict(keys)
        self._audience = audience
        self._clock = clock
        # A signature that was good stays good; times are compared again at every use.
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    @classmethod
    def from_settings(cls, settings: Settings) -> Issuers:
        """Trust our own key, and the keys the settings name for our issuer."""
        keys: list[ECKey] = []
        if settings.signing_key_file is not None:
            keys.append(_public(_private_key(settings.signing_key_file)))
        if settings.jwks_file is not None:
            keys.extend(_key_set(settings.jwks_file.read_bytes()))
        return cls({settings.issuer: KeySet(list(keys))}, settings.audience)

    def verify(self, token: str) -> Principal:
        """Return whom the token names, or refuse it."""
        principal = self._remembered(token)
        now = self._clock()
        if (
            principal.expires_at <= now - LEEWAY_SECONDS
            or principal.issued_at > now + LEEWAY_SECONDS
        ):
            raise Unauthenticated("invalid-token")
        return principal

    def published(self) -> dict[str, Any]:
        """Return the public keys as a JWK Set."""
        keys = [key for keys in self._keys.values() for key in keys.as_dict(private=False)["keys"]]
        return {"keys": keys}

    def _read(self, token: str) -> Principal:
        if len(token) > LARGEST_TOKEN:
            raise Unauthenticated("invalid-token")
        header, claims = _unverified(token)
        if (
            header.get("alg") != ALGORITHM
            or str(header.get("typ", "")).lower() not in _TYPES
            or not isinstance(header.get("kid"), str)
            or _FOREIGN_KEYS & header.keys()
        ):
            raise Unauthenticated("invalid-token")
        issuer = claims.get("iss")
        keys = self._keys.get(issuer) if isinstance(issuer, str) else None
        if keys is None:
            raise Unauthenticated("invalid-token")
        try:
            verified = jwt.decode(token, keys, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError):
            raise Unauthenticated("invalid-token") from None
        return self._principal(verified)

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        texts = [claims.get(name) for name in ("iss", "sub", "client_id", "jti", "tenant")]
        times = [claims.get(name) for name in ("iat", "exp")]
        scope, purpose = claims.get("scope", ""), claims.get("purpose", "")
        not_before = claims.get("nbf", 0)
        if (
            self._audience not in audiences
            or not all(isinstance(text, str) and text for text in texts)
            or not all(_is_time(moment) for moment in (*times, not_before))
            or not (isinstance(scope, str) and isinstance(purpose, str))
        ):
            raise Unauthenticated("invalid-token")
        issuer, subject, client_id, token_id, tenant = (str(text) for text in texts)
        issued_at, expires_at = (int(cast("int", moment)) for moment in times)
        try:
            return Principal(
                issuer=issuer,
                tenant_id=UUID(tenant),
                subject=UUID(subject),
                client_id=client_id,
                scopes=frozenset(scope.split()),
                purposes=tuple(purpose.split()),
                token_id=token_id,
                issued_at=max(issued_at, int(not_before)),
                expires_at=expires_at,
            )
        except ValueError:
            raise Unauthenticated("invalid-token") from None


def mint(
    settings: Settings,
    *,
    tenant_id: UUID,
    subject: UUID,
    scopes: Iterable[str],
    client_id: str,
    purpose: str,
    lifetime: timedelta,
) -> str:
    """Make an access token with our own key; it needs no running service."""
    if settings.signing_key_file is None:
        raise LookupError("there is no signing key here; tokens come from another issuer")
    key = _private_key(settings.signing_key_file)
    now = int(time.time())
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.thumbprint()}
    claims = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": str(subject),
        "client_id": client_id,
        "iat": now,
        "exp": now + int(lifetime.total_seconds()),
        "jti": str(uuid4()),
        "scope": " ".join(sorted(str(scope) for scope in scopes)),
        "tenant": str(tenant_id),
        "purpose": purpose,
    }
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def _private_key(path: Path) -> ECKey:
    return ECKey.import_key(path.read_bytes())


def _public(key: ECKey) -> ECKey:
    described = key.as_dict(private=False)
    return ECKey.import_key({**described, "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM})


def _key_set(raw: bytes) -> list[ECKey]:
    described = orjson.loads(raw)["keys"]
    return [
        ECKey.import_key(one) for one in described if one.get("crv") == "P-256" and "kid" in one
    ]


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read header and claims before the signature, to choose the key and nothing else."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise Unauthenticated("invalid-token")
    try:
        header, claims = (
            orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            for part in parts[:2]
        )
    except (ValueError, binascii.Error):
        raise Unauthenticated("invalid-token") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise Unauthenticated("invalid-token")
    return header, claims


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
