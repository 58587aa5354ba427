"""Write one operation into the specification, from its declaration."""

from __future__ import annotations

from typing import Any, Final

from service.web.operation import Operation
from service.web.problems import phrase
from service.web.reading import JSON, MERGE_PATCH
from service.web.schemas import LARGEST_PAGE, Either, Shown, names_of, page_of

ERROR_NAMES: Final[dict[int, str]] = {
    400: "BadRequest",
    401: "Unauthenticated",
    403: "Forbidden",
    404: "NotFound",
    406: "NotAcceptable",
    409: "StateConflict",  # `Conflict` is a flag
    412: "Stale",
    413: "TooLarge",
    415: "UnsupportedMedia",
    422: "Unprocessable",
    428: "PreconditionRequired",
    503: "Unavailable",
}
SECURITY: Final = "bearer"
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def document(operation: Operation) -> dict[str, Any]:
    """Describe an operation as OpenAPI does; schemas are still schemas, which apispec names."""
    doc: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": _description(operation),
        **_needed(operation),
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _success(operation)},
    }
    if operation.conditional or (operation.status == 200 and _is_rendered(operation)):
        doc["responses"]["304"] = "NotModified"
    for status in sorted(_errors(operation)):
        doc["responses"][str(status)] = ERROR_NAMES[status]
    if operation.body is not None:
        doc["requestBody"] = _body(operation)
    if operation.deprecation is not None:
        operation.deprecation.document(doc, str(operation.status))
    return doc


def _needed(operation: Operation) -> dict[str, Any]:
    if operation.permission is None:
        return {"security": []}
    resource, action = operation.permission
    return {
        # A bearer scheme has no scopes of its own for tools to look up, so ours stand beside it.
        "security": [{SECURITY: []}],
        "x-scopes": [operation.scope] if operation.scope else [],
        "x-permission": {"resource": resource, "action": action},
    }


def _is_rendered(operation: Operation) -> bool:
    return operation.method == "GET" and operation.etag and "version" not in _fields(operation)


def _fields(operation: Operation) -> set[str]:
    return names_of(operation.out) if operation.out else set()


def _description(operation: Operation) -> str:
    needed = "No token is needed; one that is sent has to be valid."
    if operation.permission is not None:
        resource, action = operation.permission
        scope = f"`{operation.scope}`" if operation.scope else "any valid token"
        needed = f"Scope: {scope}. Permission: `{resource}` · `{action}`."
    gone = operation.deprecation.words if operation.deprecation else ""
    return "\n\n".join(part for part in (gone, operation.description, needed) if part)


def _parameters(operation: Operation) -> list[Any]:
    parameters: list[Any] = []
    if operation.query is not None:
        parameters.append({"in": "query", "schema": operation.query})
    if operation.if_match:
        parameters.append("IfMatch")
    if operation.conditional or _is_rendered(operation):
        parameters.append("IfNoneMatch")
    if operation.method == "POST":
        parameters.append("IdempotencyKey")
    if not operation.is_open:
        parameters.append("PurposeOfUse")
    return parameters


def _success(operation: Operation) -> dict[str, Any]:
    response: dict[str, Any] = {"description": phrase(operation.status)}
    headers = {"X-Request-Id": "XRequestId"}
    if operation.etag:
        headers["ETag"] = "ETag"
    if operation.created:
        headers["Location"] = "Location"
    if operation.paged:
        headers["Link"] = "Link"
    if operation.method == "POST":
        headers["Idempotency-Replayed"] = "IdempotencyReplayed"
    response["headers"] = headers
    if operation.out is not None:
        media: dict[str, Any] = {"schema": _shown(operation.out, paged=operation.paged)}
        response["content"] = {JSON: media}
    return response


def _shown(out: Shown, *, paged: bool) -> Any:
    if isinstance(out, Either):
        return f"{out.name}Page" if paged else out.name
    return page_of(out) if paged else out


def schemas_of(out: Either) -> dict[str, dict[str, Any]]:
    """Describe what has several forms, and a page of it: schemas nest schemas, and none of them is `oneOf`."""
    return {
        out.name: {
            "description": "Show it in the form that is the reader's.",
            "oneOf": list(out.forms),
        },
        f"{out.name}Page": {
            "type": "object",
            "description": "Hold one page of a list.",
            "required": ["items", "next_cursor"],
            "properties": {
                "items": {
                    "type": "array",
                    "maxItems": LARGEST_PAGE,
                    "items": {"$ref": f"#/components/schemas/{out.name}"},
                },
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "Give this as `cursor` for the next page; null at the end.",
                },
            },
        },
    }


def _errors(operation: Operation) -> set[int]:
    if operation.is_open:
        return {400, 401, 406, *operation.errors}
    found = {400, 401, 403, 406, 503, *operation.errors}
    if operation.parameters:
        found.add(404)
    if operation.method in _WRITES:
        found |= {409, 422}
    if operation.if_match:
        found |= {412, 428}
    if operation.method in ("POST", "PUT", "PATCH"):
        found |= {413, 415}
    return found


def _body(operation: Operation) -> dict[str, Any]:
    schema = type(operation.body)
    media: dict[str, Any] = {"schema": schema}
    types = (JSON, MERGE_PATCH) if operation.method == "PATCH" else (JSON,)
    return {
        "required": operation.body_required,
        "content": {content_type: dict(media) for content_type in types},
    }
