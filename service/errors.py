"""One exception tree; every error has a stable code, and none knows HTTP.

    ConcordError
    ├── Unauthenticated      nobody we know is asking
    ├── Forbidden            known and allowed to see, not allowed to do
    ├── NotVisible           absent, or hidden from this caller: the two look alike
    ├── Malformed            the request cannot be read
    ├── TooLarge             the request is larger than we read
    ├── UnsupportedMedia     the body is of another type than we read
    ├── PreconditionRequired a write without the version it is based on
    ├── Stale                the version it is based on is no longer current
    ├── Invalid              readable, but the fields are not what the contract says
    ├── RuleConflict         valid, but the present state does not allow it
    ├── RuleInvalid          valid in shape, but a rule of the plan refuses it
    └── Unavailable          something below us is down; try again

`CODES` is the one table of stable codes; the documentation and the problem types are made from it.
Messages never carry a value that a caller or a record gave us: names and codes only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """Name one field that is wrong: an RFC 6901 JSON pointer and a stable code."""

    pointer: str
    code: str


class ConcordError(Exception):
    """Say what went wrong, by a code that never changes its meaning."""

    default_code: ClassVar[str]

    def __init__(
        self,
        code: str | None = None,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code or self.default_code
        if self.code not in CODES:
            raise LookupError(f"error code {self.code} is not in the table of codes")
        self.detail = detail or CODES[self.code]
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        super().__init__(self.detail)


class Unauthenticated(ConcordError):
    """Nobody we know is asking."""

    default_code = "invalid-token"


class Forbidden(ConcordError):
    """Known and allowed to see, not allowed to do."""

    default_code = "not-permitted"


class NotVisible(ConcordError):
    """Absent, or hidden from this caller: the two look alike."""

    default_code = "not-found"


class Malformed(ConcordError):
    """The request cannot be read."""

    default_code = "malformed-request"


class TooLarge(ConcordError):
    """The request is larger than we read."""

    default_code = "body-too-large"


class UnsupportedMedia(ConcordError):
    """The body is of another type than we read."""

    default_code = "unsupported-media-type"


class PreconditionRequired(ConcordError):
    """A write without the version it is based on."""

    default_code = "if-match-required"


class Stale(ConcordError):
    """The version a write is based on is no longer current.

    `extra` carries `current_version` and, where known, `conflicting_fields`.
    """

    default_code = "stale-version"


class Invalid(ConcordError):
    """Readable, but the fields are not what the contract says."""

    default_code = "invalid-fields"


class RuleConflict(ConcordError):
    """Valid, but the present state does not allow it."""

    default_code = "illegal-transition"


class RuleInvalid(ConcordError):
    """Valid in shape, but a rule of the plan refuses it."""

    default_code = "rule-violated"


class Unavailable(ConcordError):
    """Something below us is down; try again."""

    default_code = "temporarily-unavailable"


CODES: dict[str, str] = {
    # who is asking
    "missing-token": "Send a bearer token in the Authorization header.",
    "invalid-token": "The bearer token is not valid; ask for a new one.",
    "unknown-account": "The token names an account that does not exist or is switched off.",
    # what they may do
    "insufficient-scope": "The token lacks the scope this operation needs.",
    "not-permitted": "Your role on this plan does not allow this.",
    "purpose-not-permitted": "This purpose of use is not allowed here.",
    "consent-required": "This access needs an active consent, and there is none.",
    "not-found": "There is nothing here that you can see.",
    # the request itself
    "malformed-request": "The request cannot be read.",
    "malformed-json": "The body is not valid JSON.",
    "body-required": "This operation needs a JSON body.",
    "body-too-large": "The body is larger than this service reads.",
    "json-too-deep": "The JSON is nested too deeply.",
    "duplicate-key": "An object names the same key twice.",
    "forbidden-character": "Text cannot hold NUL or half of a surrogate pair.",
    "number-too-large": "A number has more digits than this service reads.",
    "unsupported-media-type": "Send application/json (or application/merge-patch+json with PATCH).",
    "not-acceptable": "This resource is served as JSON only.",
    "unknown-parameter": "A query parameter is not one this operation knows.",
    "repeated-parameter": "A query parameter is given more than once.",
    "invalid-parameter": "A query parameter has a value this operation does not take.",
    "invalid-cursor": "The cursor is not one we gave out for this list; start again without it.",
    "invalid-header": "A request header has a value this operation does not take.",
    "method-not-allowed": "This resource does not know that method; see the Allow header.",
    "if-match-required": "Send If-Match with the ETag of the version you have read.",
    "stale-version": "Somebody changed this since you read it; read it again and merge.",
    "invalid-fields": "Some fields are not what this operation takes; see errors.",
    "rule-violated": "A rule of the plan refuses this; see errors.",
    "bad-document": "The plan document is not valid; see errors.",
    # idempotency
    "key-in-flight": "A request with this Idempotency-Key is still being answered; try again.",
    "key-reused": "This Idempotency-Key was used with another request; use a new one.",
    # the state of things
    "illegal-transition": "That status cannot follow the present one.",
    "reason-required": "This change needs a reason.",
    "plan-closed": "The plan is closed; nothing in it can be changed.",
    "plan-exists": "The patient has an active plan already.",
    "already-exists": "One such item exists already.",
    "already-superseded": "That recommendation has a successor already.",
    "consent-to-link-required": "The link names another author's item, who has not agreed to it.",
    "held-by-flag": "A flag holds this; revise it, revoke it, or have the flag resolved.",
    "flag-closed": "The flag is closed.",
    "finding-remains": "The changes do not clear the finding.",
    "second-person-needed": "A second clinician has to accept this, and nobody on the team can.",
    "second-acceptance-needed": "The same person cannot accept twice; a second clinician has to.",
    "prerequisite-cycle": "The prerequisites would form a cycle.",
    "supersedes-cycle": "The succession would form a cycle.",
    "unknown-reference": "A field names an item that is not in this plan.",
    "not-imported": "Only an imported item can be confirmed or adopted.",
    "last-lead": "The plan needs a lead; name another one first.",
    "item-withdrawn": "The item was entered in error and cannot be changed.",
    # records from elsewhere
    "unsupported-fhir-version": "Only FHIR R4 (4.0.x) can be imported.",
    "not-a-bundle": "The file is not a FHIR transaction, batch or collection bundle.",
    "bad-import": "The file cannot be imported.",
    # below us
    "temporarily-unavailable": "Something this service needs is not available; try again.",
    "internal-error": "Something went wrong on our side; the request id helps us find it.",
}
