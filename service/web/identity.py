"""Read who is asking and for what purpose; whether the account exists, the database says later."""

from __future__ import annotations

from typing import Final

from flask import request

from service.domain.vocabulary import Purpose
from service.errors import Forbidden, Malformed, Unauthenticated
from service.web.tokens import Issuers, Principal

PURPOSE_HEADER: Final = "Purpose-Of-Use"
_KNOWN: Final = frozenset(purpose.value for purpose in Purpose)
# A token that names no purpose serves the two that need no permit; which of them applies is the role's.
_UNSTATED: Final = (Purpose.TREATMENT.value, Purpose.PATIENT_REQUEST.value)


def principal(issuers: Issuers) -> Principal:
    """Verify the bearer token of the request at hand."""
    header = request.headers.get("Authorization")
    if header is None:
        raise Unauthenticated("missing-token")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("missing-token" if scheme.lower() != "bearer" else "invalid-token")
    return issuers.verify(token)


def purpose_of(caller: Principal) -> str | None:
    """Give the purpose of use: the token's, narrowed by the header; None where neither says."""
    wanted = request.headers.get(PURPOSE_HEADER)
    if wanted is None:
        return caller.purposes[0] if caller.purposes else None
    if wanted not in _KNOWN:
        raise Malformed("invalid-header")
    if wanted not in (caller.purposes or _UNSTATED):
        raise Forbidden("purpose-not-permitted")
    return wanted
