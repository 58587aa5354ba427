"""Answer before saving: what would this raise, or make worse? Nothing is written."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import audit, document, gate
from service.actions.gate import Access
from service.actions.noun import blank
from service.domain.actor import Actor
from service.domain.merge import jsonable, merge_patch
from service.domain.policy import Action, Resource
from service.domain.recommendations import check_shape
from service.domain.vocabulary import RecommendationStatus
from service.errors import ConcordError, FieldError, NotVisible, RuleInvalid
from service.models import items as stored
from service.models.document import rows_of_plan
from service.models.recommendations import Recommendation

Row = dict[str, Any]


def preview(
    session: Session, actor: Actor, plan_id: uuid.UUID, body: Mapping[str, Any]
) -> dict[str, Any]:
    """Say what saving this would open or worsen; `body` is one recommendation, or `changes`: several.

    Each change is a new recommendation, or an `id` with a merge patch. What is posted counts as active;
    new ones are named new-1, new-2 in their order.
    """
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.PREVIEW, Action.READ)
    actor.admitted(session)
    asked = jsonable(dict(body))
    changes = asked.get("changes", [asked])
    answer = _compare(access, changes, "changes" in asked)
    audit.allowed(
        session,
        actor,
        "read",
        Resource.PREVIEW,
        plan_id=plan_id,
        patient_id=access.plan.patient_id,
    )
    return answer


def _compare(access: Access, changes: list[Row], several: bool) -> dict[str, Any]:
    rows = rows_of_plan(access.session, access.actor.tenant_id, access.plan.id)
    before = _facts(rows, access)
    wanted = {
        **rows,
        "recommendations": _changed(access, rows["recommendations"], changes, several),
    }
    after = _facts(wanted, access)
    worse = conflicts.opened_or_worse(
        conflicts.detect(before, access.day), conflicts.detect(after, access.day)
    )
    unchecked = conflicts.newly_unchecked(
        conflicts.not_checked(before, access.day), conflicts.not_checked(after, access.day)
    )
    return {"findings": [one.to_dict() for one in worse], "not_checked": list(unchecked)}


def _facts(rows: Row, access: Access) -> conflicts.Facts:
    return conflicts.parse(document.from_rows(rows, access.day, access.actor.timezone))


def _changed(access: Access, current: list[Row], changes: list[Row], several: bool) -> list[Row]:
    by_id = {row["id"]: row for row in current}
    fresh = 0
    for index, change in enumerate(changes):
        pointer = f"/changes/{index}" if several else ""
        fields = {
            name: value for name, value in change.items() if name not in ("reason", "resolves")
        }
        item_id = fields.pop("id", None)
        if item_id is None:
            fresh += 1
            row = _new_row(access, f"new-{fresh}", fields)
        else:
            row = _revised_row(by_id.get(item_id) or _own_draft(access, item_id), fields)
        _check(access, row, pointer)
        by_id[row["id"]] = row
    return list(by_id.values())


def _new_row(access: Access, item_id: str, fields: Row) -> Row:
    given = {name: value for name, value in fields.items() if value is not None}
    own = {name: given.get(name, blank(Recommendation, name)) for name in Recommendation.own_fields}
    return {
        **own,
        "status": RecommendationStatus.ACTIVE.value,
        "id": item_id,
        "version": 0,
        "author_id": str(access.actor.user_id),
        "author_discipline": access.actor.discipline,
        "author_role": access.actor.role,
        "recorded_at": None,
        "held_by": [],
        "superseded_by": None,
        "source": None,
    }


def _own_draft(access: Access, item_id: str) -> Row:
    """Give a draft of the caller's: what would giving it raise?"""
    item = stored.item(
        access.session,
        Recommendation,
        access.actor.tenant_id,
        access.plan.id,
        uuid.UUID(item_id),
    )
    if item is None or item.author_id not in access.acts_as:
        raise NotVisible
    return item.row()


def _revised_row(row: Row, patch: Row) -> Row:
    merged = merge_patch(row, patch)
    own = {
        name: blank(Recommendation, name) if merged.get(name) is None else merged[name]
        for name in Recommendation.own_fields
    }
    status = own["status"]
    if status in (RecommendationStatus.DRAFT, RecommendationStatus.ON_HOLD):
        own["status"] = RecommendationStatus.ACTIVE.value
    return {**row, **own, "held_by": []}


def _check(access: Access, row: Row, pointer: str) -> None:
    imported = access.actor.is_machine or row["source"] is not None
    try:
        check_shape(row, imported=imported)
    except ConcordError as error:
        raise RuleInvalid(
            error.code,
            errors=[FieldError(pointer + one.pointer, one.code) for one in error.errors],
        ) from None
