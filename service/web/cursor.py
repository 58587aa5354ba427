"""Seal the place where the next page starts, so that it says nothing and serves nobody else.

A cursor is encrypted and authenticated (AES-GCM) and bound to the tenant, the caller, the list and its filters;
what was not given out for exactly this list is refused.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.actions.views import Position
from service.errors import Malformed
from service.web import json

_NONCE: Final = 12
_PURPOSE: Final = b"concord cursor 1"
_LONGEST: Final = 2048


class Cursors:
    """Seal and open cursors with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(
        self,
        position: Position,
        *,
        tenant_id: UUID,
        subject: UUID,
        path: str,
        filters: Mapping[str, Any],
    ) -> str:
        """Make the opaque text for a position."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(
            nonce, orjson.dumps(list(position)), _bound(tenant_id, subject, path, filters)
        )
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def open(
        self, text: str, *, tenant_id: UUID, subject: UUID, path: str, filters: Mapping[str, Any]
    ) -> Position:
        """Return the position, or refuse the cursor."""
        if len(text) > _LONGEST or not text.isascii():
            raise Malformed("invalid-cursor")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            opened = self._cipher.decrypt(
                raw[:_NONCE], raw[_NONCE:], _bound(tenant_id, subject, path, filters)
            )
        except (ValueError, binascii.Error, InvalidTag):
            raise Malformed("invalid-cursor") from None
        return tuple(str(part) for part in orjson.loads(opened))


def _bound(tenant_id: UUID, subject: UUID, path: str, filters: Mapping[str, Any]) -> bytes:
    return b"\0".join(
        (_PURPOSE, tenant_id.bytes, subject.bytes, path.encode(), json.canonical(dict(filters)))
    )
