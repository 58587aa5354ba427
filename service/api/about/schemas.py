"""Say what the service tells of itself."""

from __future__ import annotations

from service.web import fields
from service.web.schemas import Out


def _link(what: str) -> fields.Text:
    return fields.Text(metadata={"format": "uri-reference", "description": what})


class ServiceLinksOut(Out):
    """Say where to read on."""

    specification = _link("This API as OpenAPI describes it.")
    documentation = _link("The same, to browse.")
    problems = _link("The types of problems, one a stable code.")
    me = _link("Who a token belongs to, and which plans are theirs: where to begin with one.")
    keys = _link("The keys that tokens of this service are signed with.")
    health = _link("Whether the service lives.")
    readiness = _link("Whether it can work.")


class ServiceOut(Out):
    """Show what runs here."""

    name = fields.Text()
    version = fields.Text(metadata={"description": "The release of the service."})
    knowledge_version = fields.Text(
        metadata={"description": "The release of the taxonomy, the rules and the tables."}
    )
    links = fields.Nested(ServiceLinksOut)
