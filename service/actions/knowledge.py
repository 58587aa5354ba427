"""Show the knowledge the service runs on, and check a plan document of any origin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service import __version__, conflicts
from service.actions import audit
from service.actions.accounts import require_anybody
from service.domain import instruments as measures
from service.domain.actor import Actor
from service.domain.policy import Action, Resource
from service.errors import NotVisible

Row = Mapping[str, Any]

_MOST_ITEMS = 2000
_MOST_LIVE = 250
_OVER = frozenset({"draft", "revoked", "completed", "entered-in-error", "cancelled"})


def about() -> Row:
    """Say what runs here; it is the same for everybody, and nobody's."""
    return {
        "name": "Concord",
        "version": __version__,
        "knowledge_version": conflicts.KNOWLEDGE_VERSION,
    }


def activities(session: Session, actor: Actor) -> Row:
    """List the activities advice may name, with regions, loads and the other known codes."""
    _read(session, actor)
    return {
        **conflicts.taxonomy(),
        "codes": conflicts.known_codes(),
        "knowledge_version": conflicts.KNOWLEDGE_VERSION,
    }


def activity(session: Session, actor: Actor, code: str) -> Row:
    """Read one activity and what it asks of the body."""
    _read(session, actor)
    return _of_code(conflicts.taxonomy()["activities"], code)


def rules(session: Session, actor: Actor) -> Row:
    """List the rules that find contradictions."""
    _read(session, actor)
    return {"items": conflicts.rules(), "knowledge_version": conflicts.KNOWLEDGE_VERSION}


def rule(session: Session, actor: Actor, code: str) -> Row:
    """Read one rule with its documentation."""
    _read(session, actor)
    return _of_code(conflicts.rules(), code)


def instruments(session: Session, actor: Actor) -> Row:
    """List the outcome measures."""
    _read(session, actor)
    found = measures.catalogue()
    return {"items": found["instruments"], "knowledge_version": found["version"]}


def check_document(session: Session, actor: Actor, document: Row) -> Row:
    """Check a plan document without storing anything of it."""
    require_anybody(actor, Resource.DOCUMENT_CHECK, Action.READ)
    actor.admitted(session)
    audit.allowed(session, actor, "read", Resource.DOCUMENT_CHECK)
    _check_size(document)
    return conflicts.check(dict(document))


def _check_size(document: Row) -> None:
    """Refuse more than one team says to one patient: every pair of statements is looked at."""
    for name, items in document.items():
        if not isinstance(items, list):
            continue
        live = [one for one in items if not _is_over(one)]
        if len(live) > _MOST_LIVE or len(items) > _MOST_ITEMS:
            raise conflicts.BadDocument(f"/{name}", "too-many")


def _is_over(item: Any) -> bool:
    return isinstance(item, dict) and item.get("status") in _OVER


def _read(session: Session, actor: Actor) -> None:
    require_anybody(actor, Resource.KNOWLEDGE, Action.READ)
    actor.admitted(session)


def _of_code(rows: Any, code: str) -> Row:
    for row in rows:
        if row["code"] == code:
            found: Row = row
            return found
    raise NotVisible
