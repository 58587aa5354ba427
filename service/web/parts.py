"""The parts of the specification that all operations share: answers of errors, headers, security."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from apispec import APISpec

from service.domain.vocabulary import Purpose, Scope
from service.errors import CODES
from service.web.operation_doc import ERROR_NAMES, SECURITY
from service.web.problems import PROBLEM_TYPE

TITLE: Final = "Concord"
# The contract's own version, by docs/versioning.md; what runs here has another (`GET /api/v1`).
VERSION: Final = "1.0.0"
DESCRIPTION: Final = (
    "One care plan for musculoskeletal pain rehabilitation that physicians, physiotherapists, psychologists and"
    " occupational therapists keep together; advice that cannot all be followed raises a flag.\n\n"
    'Every mutable resource has a `version` and the ETag `W/"<version>"`; a change names the version it is'
    " based on in `If-Match`. PATCH is JSON Merge Patch (RFC 7396). Errors are problem details (RFC 9457) with a"
    " stable `code`. A method that a resource does not know is answered by 405 with `Allow`. Times are RFC 3339"
    " with their offset, ids are UUIDs, codes are kebab-case."
)
CONTACT: Final = {"name": "Concord"}
# No licence is given with the project so far; what is not granted is reserved.
LICENSE: Final = {"name": "All rights reserved", "identifier": "LicenseRef-All-Rights-Reserved"}
SERVERS: Final = [{"url": "/", "description": "The service that serves this document."}]

SCOPES: Final[dict[Scope, str]] = {
    Scope.PLAN_READ: "read plans and everything in them",
    Scope.PLAN_WRITE: "change plans, goals, milestones, progress and facts",
    Scope.RECOMMENDATION_WRITE: "enter and change recommendations",
    Scope.FLAG_WRITE: "act on flags of contradicting advice",
    Scope.PATIENT_READ: "read patients",
    Scope.PATIENT_WRITE: "register and change patients",
    Scope.AUDIT_READ: "read the audit",
    Scope.ADMIN: "keep accounts and clients",
}

_ERRORS: Final[dict[int, str]] = {
    400: "The request cannot be read: its query, its headers or its JSON.",
    401: "There is no valid bearer token, or its account is unknown.",
    403: "The token lacks the scope, or the caller's role does not allow this.",
    404: "There is nothing here that the caller can see.",
    406: "The caller accepts no JSON.",
    409: "The present state does not allow this, or a request with this key is being answered.",
    412: "Somebody changed this since the version that If-Match names.",
    413: "The body is larger than this service reads.",
    415: "The body is of another media type.",
    422: "Some fields are not what the operation takes, or a rule of the plan refuses them.",
    428: "If-Match is missing, or it is `*`.",
    503: "Something the service needs is not available.",
}

_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Deprecation": {
        "description": "Since when the operation is deprecated (RFC 9745), in seconds since 1970.",
        "required": True,
        "schema": {"type": "string", "pattern": "^@-?[0-9]+$"},
        "example": "@1803859200",
    },
    "DeprecationLink": {
        "description": 'Where the deprecation is told of, with `rel="deprecation"`.',
        "required": True,
        "schema": {"type": "string"},
        "example": '</docs>; rel="deprecation"; type="text/html"',
    },
    "ETag": {
        "description": "The version shown, as a weak tag; give it back in If-Match.",
        "required": True,
        "schema": {"type": "string"},
        "example": 'W/"7"',
    },
    "Link": {
        "description": 'The next page, with `rel="next"`; absent on the last.',
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the new resource is.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "IdempotencyReplayed": {
        "description": "`true` where this is the kept answer of an earlier request with the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RetryAfter": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Sunset": {
        "description": "When the operation goes away (RFC 8594).",
        "required": True,
        "schema": {"type": "string"},
        "example": "Wed, 01 Sep 2027 00:00:00 GMT",
    },
    "WWWAuthenticate": {
        "description": "What is wrong with the token (RFC 6750).",
        "schema": {"type": "string"},
    },
    "XRequestId": {
        "description": "The request's id: the caller's, if it was a sane one, else ours.",
        "required": True,
        "schema": {"type": "string", "maxLength": 64},
    },
}

_PARAMETERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "IfMatch": (
        "header",
        {
            "name": "If-Match",
            "required": True,
            "description": "The ETag of the version this change is based on.",
            "schema": {"type": "string"},
            "example": 'W/"7"',
        },
    ),
    "IfNoneMatch": (
        "header",
        {
            "name": "If-None-Match",
            "required": False,
            "description": "The ETag of what the caller has; unchanged is answered by 304.",
            "schema": {"type": "string"},
            "example": 'W/"7"',
        },
    ),
    "IdempotencyKey": (
        "header",
        {
            "name": "Idempotency-Key",
            "required": False,
            "description": "A key of the caller's own; a repeat within a day gets the same answer.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": 255,
                "pattern": "^[!-~]+$",
            },
            "example": "7f3c1a52-goal-1",
        },
    ),
    "PurposeOfUse": (
        "header",
        {
            "name": "Purpose-Of-Use",
            "required": False,
            "description": "The purpose of this request; it can only narrow the token's.",
            "schema": {"$ref": "#/components/schemas/Purpose"},
            "example": Purpose.TREATMENT.value,
        },
    ),
}


def add_components(spec: APISpec) -> None:
    """Add the shared parts to a document."""
    for name, described in _HEADERS.items():
        spec.components.header(name, described)
    for name, (location, described) in _PARAMETERS.items():
        spec.components.parameter(name, location, described)
    spec.components.schema(
        "Purpose",
        {
            "type": "string",
            "enum": [purpose.value for purpose in Purpose],
            "description": "Purpose of use, HL7 v3 ActReason.",
        },
    )
    spec.components.schema("FieldError", _FIELD_ERROR)
    spec.components.schema("Problem", _problem_schema())
    for status, text in _ERRORS.items():
        spec.components.response(ERROR_NAMES[status], _error(status, text))
    spec.components.response(
        "NotModified",
        {
            "description": "Unchanged since the version that If-None-Match names.",
            "headers": {"ETag": "ETag", "X-Request-Id": "XRequestId"},
        },
    )
    spec.components.security_scheme(SECURITY, _security())


def _security() -> dict[str, Any]:
    scopes = "\n".join(f"- `{scope.value}`: {text}" for scope, text in SCOPES.items())
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": f"An access token by RFC 9068, signed with ES256. Scopes:\n{scopes}",
    }


_FIELD_ERROR: Final = {
    "type": "object",
    "description": "Name one field or parameter that is wrong.",
    "properties": {
        "pointer": {
            "type": "string",
            "description": "A JSON pointer (RFC 6901); empty for the whole.",
        },
        "code": {"type": "string", "description": "What is wrong with it, as a stable code."},
    },
    "required": ["pointer", "code"],
}


def _problem_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Say what went wrong (RFC 9457); further members depend on the code.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {
                "type": "string",
                "description": "A stable code; new ones may be added, so a client keeps a default.",
                "examples": sorted(CODES)[:1],
            },
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
            "scope": {
                "type": "string",
                "description": "With `insufficient-scope`: the scope that is needed.",
            },
            "index": {
                "type": "integer",
                "description": "With a refusal of one of several changes: which, from 0.",
            },
            "current_version": {
                "type": "integer",
                "description": "With 412: the version now.",
            },
            "conflicting_fields": {
                "type": "array",
                "items": {"type": "string"},
                "description": "With 412 on PATCH: the fields that both sides changed.",
            },
        },
        "required": ["type", "title", "status", "code", "detail", "errors", "request_id"],
    }


def _error(status: int, text: str) -> dict[str, Any]:
    headers = {"X-Request-Id": "XRequestId"}
    if status in (401, 403):
        headers["WWW-Authenticate"] = "WWWAuthenticate"
    if status in (409, 503):
        headers["Retry-After"] = "RetryAfter"
    return {
        "description": text,
        "headers": headers,
        "content": {PROBLEM_TYPE: {"schema": "Problem"}},
    }


def query_parameter(name: str, schema: Mapping[str, Any]) -> str:
    """Say what a filter does."""
    words = name.replace("_", " ")
    if schema.get("type") == "array":
        return f"Only those whose {words} is one of these, separated by commas."
    return f"Only those whose {words} is this."


def path_parameter(name: str) -> str:
    """Say what a path parameter is."""
    if name.endswith("_id"):
        return f"The id of the {name.removesuffix('_id').replace('_', ' ')}."
    return f"The {name.replace('_', ' ')}."
