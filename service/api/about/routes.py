"""Serve what the service tells of itself to anybody who asks."""

from __future__ import annotations

from typing import Any, Final

from service.actions import knowledge
from service.api.about.schemas import ServiceOut
from service.web.blueprint import API, NO_TOKEN, Blueprint

_LINKS: Final = {
    "specification": "/openapi.json",
    "documentation": "/docs",
    "problems": "/problems",
    "me": f"{API}/me",
    "keys": "/.well-known/jwks.json",
    "health": "/healthz",
    "readiness": "/readyz",
}

blp = Blueprint(
    "about", __name__, tag="Service", description="What runs here, and where to read on."
)


@blp.operation(
    "GET",
    "",
    scope=NO_TOKEN,
    permission=None,
    out=ServiceOut,
    etag=False,
)
def get_service() -> Any:
    """Say what runs here, and where to read on."""
    return {**knowledge.about(), "links": _LINKS}
