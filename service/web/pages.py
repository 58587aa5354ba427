"""Serve what people read: the specification, its browser without a content delivery network, the problem types."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any, Final

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound

from service.errors import CODES, ConcordError
from service.web.problems import STATUS, title_of
from service.web.specification import Specification

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
# Of the package's files we serve these and no others.
_ASSETS: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "index.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_START: Final = """\
"use strict";
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""
_BROWSER: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Concord API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/index.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""


def blueprint(specification: Specification) -> Blueprint:
    """Make the routes of the pages."""
    blp = Blueprint("pages", __name__)

    @blp.get("/")
    def root() -> Any:
        return redirect("/docs")

    @blp.get("/openapi.json")
    def document() -> Response:
        body = specification.body
        response = Response(body, content_type="application/json")
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself

    @blp.get("/docs")
    def browser() -> Response:
        return Response(_BROWSER, headers=_HEADERS, content_type="text/html; charset=utf-8")

    @blp.get("/docs/<name>")
    def asset(name: str) -> Response:
        if name == "start.js":
            return Response(_START, headers=_HEADERS, content_type="text/javascript; charset=utf-8")
        if name not in _ASSETS:
            raise NotFound
        content = files("flask_swagger_ui").joinpath("dist", name).read_bytes()
        headers = {**_HEADERS, "Cache-Control": "public, max-age=86400"}
        return Response(content, headers=headers, content_type=_ASSETS[name])

    @blp.get("/problems")
    def problems() -> Response:
        rows = Markup("").join(
            Markup('<li><a href="/problems/{0}"><code>{0}</code></a> {1}</li>\n').format(code, text)
            for code, text in CODES.items()
        )
        return _page("Problem types", Markup("<ul>\n{}</ul>").format(rows))

    @blp.get("/problems/<code>")
    def problem(code: str) -> Response:
        if code not in CODES:
            raise NotFound
        body = Markup("<p>{}</p>\n<p>Code: <code>{}</code></p>").format(CODES[code], code)
        return _page(title_of(code), body)

    return blp


def statuses() -> dict[str, int]:
    """Say which status each kind of error has, for the documentation."""
    return {error.__name__: status for error, status in STATUS.items() if error is not ConcordError}


def _page(title: str, body: Markup) -> Response:
    text = Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{0}</title>\n'
        "</head>\n<body>\n<h1>{0}</h1>\n{1}\n</body>\n</html>\n"
    ).format(escape(title), body)
    return Response(str(text), headers=_HEADERS, content_type="text/html; charset=utf-8")
