"""Turn what a view returns into a response: its JSON, its ETag, its place, the next page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from service.actions.views import Page, Rendered
from service.web import json
from service.web.cursor import Cursors
from service.web.operation import Operation
from service.web.preconditions import etag, not_modified
from service.web.reading import JSON
from service.web.tokens import Principal


def respond(
    operation: Operation,
    result: Any,
    *,
    caller: Principal,
    cursors: Cursors,
    filters: Mapping[str, Any],
    path_values: Mapping[str, Any],
) -> Response:
    """Make the response of an operation that succeeded."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    headers: dict[str, str] = {}
    if isinstance(result, Rendered):
        headers["ETag"] = etag(result.tag)
        if not_modified(headers["ETag"]):
            return Response(status=304, headers=headers)
        body = result.body
    elif isinstance(result, Page):
        cursor = None
        if result.after is not None:
            cursor = cursors.seal(
                result.after,
                tenant_id=caller.tenant_id,
                subject=caller.subject,
                path=request.path,
                filters=filters,
            )
            headers["Link"] = _next(cursor)
        body = _page(operation, result, cursor)
    else:
        if operation.etag:
            headers["ETag"] = etag(result.version)
            if operation.conditional and not_modified(headers["ETag"]):
                return Response(status=304, headers=headers)
        if operation.created:
            headers["Location"] = (
                operation.locate(result, path_values)
                if operation.locate
                else f"{request.path}/{result.id}"
            )
        return shown(operation, result, headers)
    return Response(body, operation.status, headers, content_type=JSON)


def shown(operation: Operation, result: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Make the response that shows one object."""
    body = json.dumps(operation.dump(result) if operation.dump else result)
    return Response(body, operation.status, headers, content_type=JSON)


def _page(operation: Operation, page: Page, cursor: str | None) -> bytes:
    dump = operation.dump
    items = page.items if dump is None else [dump(item) for item in page.items]
    return json.dumps({"items": items, "next_cursor": cursor})


def _next(cursor: str) -> str:
    following = {**request.args.to_dict(), "cursor": cursor}
    return f'<{request.path}?{urlencode(following)}>; rel="next"'
