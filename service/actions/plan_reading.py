"""Read a plan as a whole: its summary, its document for the engine, what was not checked, its versions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from service import __version__, conflicts
from service.actions import audit, document, gate, items, kept, releases
from service.actions.gate import Access
from service.actions.milestones import derived as milestone_derived
from service.actions.views import Page, Position, Rendered
from service.domain import policy
from service.domain.actor import Actor
from service.domain.policy import Action, Resource
from service.domain.vocabulary import RecommendationStatus, Tier
from service.errors import NotVisible
from service.models import changes as stored
from service.models.document import rows_of_plan, summary_rows

Row = dict[str, Any]
Render = Callable[[Row], bytes]
_DISPUTED = (Tier.WARNING, Tier.CRITICAL)


def summary(
    session: Session, actor: Actor, plan_id: uuid.UUID, render: Render, *, language: str = "en"
) -> Rendered:
    """Give the whole plan in one read; `render` turns the rows into the documented JSON."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.CARE_PLAN, Action.READ)
    _audit(access, Resource.CARE_PLAN)
    view = "released" if access.released else "team"
    revision = access.plan.revision
    key = (
        __version__,
        conflicts.KNOWLEDGE_VERSION,
        actor.tenant_id,
        plan_id,
        revision,
        view,
        access.day,
        language,
    )
    tag = f"{revision}-{view}-{access.day.isoformat()}"
    found = kept.SUMMARIES.get(key)
    if found is not None:
        return Rendered(found, tag)
    rows = summary_rows(session, actor.tenant_id, plan_id, access.day)
    body = render(_summary(access, rows))
    # A revision that is not committed yet could come to nothing, and another come under its number.
    is_settled = rows["plan"]["revision"] == revision and not session.info.get("bumped_plans")
    if is_settled:
        kept.SUMMARIES.put(key, body)
    return Rendered(body, tag)


def _summary(access: Access, rows: Row) -> Row:
    disputed = {
        one for flag in rows["flags"] if flag["tier"] in _DISPUTED for one in flag["statements"]
    }
    tiers = [flag["tier"] for flag in rows["flags"]]
    counts = {
        tier.value: tiers.count(tier) if not access.released or tier in _DISPUTED else None
        for tier in Tier
    }
    not_checked = None
    if not access.released:
        not_checked = len(_checked(access, access.day)["not_checked"])
    return {
        "plan": {**rows["plan"], "conditions": rows["conditions"]},
        "team": [_with_author(row) for row in rows["team"]],
        "goals": [_with_author(row) for row in rows["goals"]],
        "milestones": _milestones(rows),
        "recommendations": _recommendations(access, rows["recommendations"], disputed),
        "open_flags": counts,
        "not_checked": not_checked,
    }


def _with_author(row: Row) -> Row:
    row["author"] = {
        "id": row["author_id"],
        "discipline": row["author_discipline"],
        "role": row["author_role"],
    }
    return row


def _milestones(rows: Row) -> list[Row]:
    status_of = {row["id"]: row["status"] for row in rows["milestones"]}
    reports = rows["progress"]
    return [
        {**_with_author(row), **milestone_derived(SimpleNamespace(**row), status_of, reports)}
        for row in rows["milestones"]
    ]


def _recommendations(access: Access, rows: list[Row], disputed: set[str]) -> list[Row]:
    if not access.released:
        return [{**_with_author(row), "under_discussion": row["id"] in disputed} for row in rows]
    hidden = dict.fromkeys(policy.RELEASED_HIDES[Resource.RECOMMENDATION])
    shown = []
    for row in rows:
        released = row["released"]
        is_current = row["status"] == RecommendationStatus.ACTIVE and not row["held_by"]
        if not is_current and released is None:
            continue
        under_discussion = released is not None or row["id"] in disputed
        shown.append(
            {
                **_with_author(row),
                **(released or {}),
                **hidden,
                "under_discussion": under_discussion,
            }
        )
    return shown


def plan_document(
    session: Session, actor: Actor, plan_id: uuid.UUID, as_of: date | None = None
) -> Row:
    """Give the engine's input for this plan, today or as of another day."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.PLAN_DOCUMENT, Action.READ)
    _audit(access, Resource.PLAN_DOCUMENT)
    return document.build(session, actor.tenant_id, plan_id, as_of or access.day, actor.timezone)


def not_checked(session: Session, actor: Actor, plan_id: uuid.UUID) -> Row:
    """List what the engine could not check, and why: no flag is not a promise of safety."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.NOT_CHECKED, Action.READ)
    _audit(access, Resource.NOT_CHECKED)
    found = _checked(access, access.day)["not_checked"]
    return {"items": found, "count": len(found)}


def _checked(access: Access, day: date) -> Row:
    rows = rows_of_plan(access.session, access.actor.tenant_id, access.plan.id)
    return conflicts.check(document.from_rows(rows, day, access.actor.timezone))


def versions(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List the plan's revisions, newest first: who changed which items and fields, and when."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.VERSION, Action.READ)
    _audit(access, Resource.VERSION)
    rows = stored.changes_by_revision(
        session,
        actor.tenant_id,
        plan_id,
        reader=str(actor.user_id),
        before=int(after[0]) if after else None,
        limit=limit + 1,
    )
    entries = [_version(access, number, list(group)) for number, group in _by_revision(rows)]
    page = entries[:limit]
    more = len(entries) > limit
    # A revision that tells its reader nothing would tell them that something was done, and by whom.
    shown = [entry for entry in page if entry["items"]]
    return Page(shown, (str(page[-1]["revision"]),) if more and page else None)


def version(session: Session, actor: Actor, plan_id: uuid.UUID, revision: int) -> Row:
    """Read one revision with what each change was, from what to what."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.VERSION, Action.READ)
    rows = stored.changes_by_revision(
        session, actor.tenant_id, plan_id, reader=str(actor.user_id), revision=revision
    )
    if not any(_tells(access, row) for row in rows):
        raise NotVisible
    _audit(access, Resource.VERSION)
    return {
        **_version(access, revision, list(rows)),
        "changes": [items.entry(row, _hidden(access, row)) for row in rows if _tells(access, row)],
    }


def _by_revision(rows: Any) -> Any:
    return groupby(rows, key=lambda row: row.revision)


def _version(access: Access, revision: int, rows: list[stored.Change]) -> Row:
    first = rows[0]
    return {
        "revision": revision,
        "at": first.at,
        "by": {"id": first.by_id, "name": first.by_name, "role": first.by_role},
        "on_behalf_of": first.on_behalf_of,
        "items": [
            {
                "kind": row.item_kind,
                "id": row.item_id,
                "version": row.version,
                "action": row.action,
                "fields": [name for name in row.fields if name not in _hidden(access, row)],
            }
            for row in rows
            if _tells(access, row)
        ],
    }


def _tells(access: Access, row: stored.Change) -> bool:
    """Flags, how many of them new knowledge moved, and advice while it is held, are the team's own business."""
    if not access.released:
        return True
    return row.item_kind not in ("conflict", "recommendation") and row.action != releases.RELEASED


def _hidden(access: Access, row: stored.Change) -> frozenset[str]:
    if not access.released:
        return frozenset()
    return policy.RELEASED_HIDES.get(Resource(row.item_kind), frozenset())


def _audit(access: Access, resource: Resource) -> None:
    audit.allowed(
        access.session,
        access.actor,
        "read",
        resource,
        plan_id=access.plan.id,
        patient_id=access.plan.patient_id,
    )
