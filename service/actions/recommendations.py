"""Advice: given, revised, confirmed, adopted; what it may link to, and who sees which of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import audit, gate, items, links, recheck, record
from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.actions.views import View
from service.domain import clock, lifecycles
from service.domain.actor import Actor
from service.domain.checks import refuse
from service.domain.policy import Action, Relation, Resource
from service.domain.recommendations import (
    DISCIPLINES_OF_KIND,
    check_final,
    check_hold,
    check_shape,
)
from service.domain.vocabulary import (
    RecommendationKind,
    RecommendationStatus,
    Verification,
)
from service.errors import RuleConflict
from service.models import flags as stored_flags
from service.models import recommendations as stored
from service.models.base import PlanItem
from service.models.recommendations import Recommendation


class Recommendations(Noun):
    model = Recommendation
    resource = Resource.RECOMMENDATION

    def resource_of(self, fields: Mapping[str, Any]) -> Resource:
        is_medication = fields.get("kind") == RecommendationKind.MEDICATION
        return Resource.MEDICATION if is_medication else Resource.RECOMMENDATION

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        return {"status": RecommendationStatus.ACTIVE.value, **fields}

    def sees(self, access: Access, item: PlanItem) -> bool:
        return isinstance(item, Recommendation) and _sees(access, item)

    def visible(self, access: Access) -> Sequence[Any]:
        return (
            stored.released_only()
            if access.released
            else stored.not_a_draft_of_others(access.acts_as)
        )

    def private_to(self, item: PlanItem) -> str | None:
        is_draft = getattr(item, "status", None) == RecommendationStatus.DRAFT
        return item.author_id if is_draft else None

    def reads(self, item: PlanItem) -> bool:
        return getattr(item, "status", None) != RecommendationStatus.DRAFT

    def check(self, access: Access, draft: Draft) -> None:
        after, item = draft.after, draft.item
        imported = access.actor.is_machine or (item is not None and item.source is not None)
        _check_status(draft)
        check_shape(after, imported=imported)
        if after["kind"] == RecommendationKind.WORK_STEP and not conflicts.is_at_or_below(
            after["action"], "work"
        ):
            raise refuse("/action", "not-at-or-under-work")
        own_author = str(access.actor.user_id) if item is None else item.author_id
        links.check(access, draft.before, after, item, own_author)
        _keep_end_event(draft)

    def revised(self, access: Access, item: PlanItem) -> None:
        if isinstance(item, Recommendation) and item.status == RecommendationStatus.REVOKED:
            item.held_by = []
            item.released = None

    def vanishes(self, item: PlanItem) -> bool:
        return getattr(item, "status", None) == RecommendationStatus.DRAFT

    def withdrawn(self, access: Access, item: PlanItem) -> None:
        if isinstance(item, Recommendation):
            item.status = RecommendationStatus.ENTERED_IN_ERROR
            item.held_by = []
            item.released = None

    def known_until(self, access: Access, item: PlanItem) -> int | None:
        """A reader of the released view knows of no version after the one released to them."""
        released = getattr(item, "released", None)
        return released["version"] if access.released and released else None

    def show(self, access: Access, items: Sequence[Any]) -> list[View]:
        if not items:
            return []
        disputed = stored_flags.disputed_statements(
            access.session, access.actor.tenant_id, access.plan.id
        )
        hidden = self.hidden(access)
        return [View(item, _derived(access, item, disputed), hidden) for item in items]


RECOMMENDATIONS = Recommendations()


def _sees(access: Access, item: Recommendation) -> bool:
    if access.released:
        is_current = item.status in (
            RecommendationStatus.ACTIVE,
            RecommendationStatus.COMPLETED,
        )
        return (is_current and not item.held_by) or item.released is not None
    return item.status != RecommendationStatus.DRAFT or item.author_id in access.acts_as


def _derived(access: Access, item: Recommendation, disputed: set[str]) -> dict[str, Any]:
    derived: dict[str, Any] = {"under_discussion": str(item.id) in disputed}
    if access.released and item.released is not None:
        derived |= item.typed(item.released)
        derived |= {"under_discussion": True, "version": item.released["version"]}
    return derived


def _check_status(draft: Draft) -> None:
    before, status = draft.before, draft.after["status"]
    lifecycles.begin(lifecycles.RECOMMENDATION_STARTS, draft.old("status"), status)
    if before is None:
        return
    check_final(before)
    if isinstance(draft.item, Recommendation):
        check_hold(before, status, draft.item.held_by)
    lifecycles.move(lifecycles.RECOMMENDATION, before["status"], status)


def _keep_end_event(draft: Draft) -> None:
    """Whether the end event has been met is found out from the plan, never said by the author."""
    after = draft.after
    if after["end_event"] is not None:
        kept = draft.old("end_event") or {}
        is_same = all(kept.get(name) == after["end_event"].get(name) for name in ("kind", "ref"))
        after["end_event"] = {
            **after["end_event"],
            "recorded": bool(kept.get("recorded")) if is_same else False,
            "recorded_on": kept.get("recorded_on") if is_same else None,
        }


def confirm(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    version: int,
    reason: str,
) -> View:
    """Confirm that imported advice is what its source said."""
    access, item = _find(session, actor, plan_id, item_id)
    resource = RECOMMENDATIONS.resource_of(item.state())
    gate.require(access, resource, Action.CONFIRM)
    actor.admitted(session)
    _require_current(access, item, version)
    if item.source is None:
        raise RuleConflict("not-imported")
    before = _with_origin(item)
    item.verification = Verification.CONFIRMED
    return _settled(access, item, "confirmed", before, reason)


def adopt(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    item_id: uuid.UUID,
    version: int,
    reason: str,
) -> View:
    """Make imported advice, or that of a colleague who has left the team, one's own."""
    access, item = _find(session, actor, plan_id, item_id)
    resource = RECOMMENDATIONS.resource_of(item.state())
    gate.require(access, resource, Action.ADOPT, _standing_to_adopt(access, item))
    actor.admitted(session)
    _require_current(access, item, version)
    if item.source is None and links.is_on_team(access, item.author_id):
        raise RuleConflict("not-imported")
    before = _with_origin(item)
    if item.original_author is None:
        item.original_author = item.author
    item.author_id = str(actor.user_id)
    item.author_discipline = actor.discipline
    item.author_role = actor.role
    if item.source is not None:
        item.verification = Verification.CONFIRMED
    return _settled(access, item, "adopted", before, reason)


def _standing_to_adopt(access: Access, item: Recommendation) -> Iterable[Relation]:
    found = set(access.relations)
    if access.actor.discipline in DISCIPLINES_OF_KIND[item.kind] or (
        access.actor.discipline == item.author_discipline
    ):
        found.add(Relation.OWN_DISCIPLINE)
    return found


def _find(
    session: Session, actor: Actor, plan_id: uuid.UUID, item_id: uuid.UUID
) -> tuple[Access, Recommendation]:
    access = gate.enter(session, actor, plan_id, lock=True)
    item = items.find(access, RECOMMENDATIONS, item_id)
    assert isinstance(item, Recommendation)
    return access, item


def _require_current(access: Access, item: Recommendation, version: int) -> None:
    items.require_version(access, item, version, {})
    gate.require_open(access.plan)
    check_final(item.state())


def _with_origin(item: Recommendation) -> dict[str, Any]:
    return {
        **item.state(),
        "author": item.author,
        "original_author": item.original_author,
        "verification": item.verification,
    }


def _settled(
    access: Access,
    item: Recommendation,
    action: str,
    before: Mapping[str, Any],
    reason: str,
) -> View:
    """Write down who now stands behind the advice, and look at the plan again: authors count."""
    item.version += 1
    item.updated_at = clock.now()
    who = record.by(access.actor, access.on_behalf_of)
    record.change(
        access.session,
        access.plan,
        who,
        item,
        action,
        before=before,
        after=_with_origin(item),
        reason=reason,
    )
    recheck.plan(
        access.session,
        access.plan,
        access.actor.timezone,
        access.day,
        recheck.Cause(who, item.item_kind, item.id, item.version, reason=reason),
        may_hold=False,
    )
    audit.allowed(
        access.session,
        access.actor,
        action,
        RECOMMENDATIONS.resource_of(item.state()),
        plan_id=access.plan.id,
        patient_id=access.plan.patient_id,
        item_id=item.id,
    )
    return RECOMMENDATIONS.show(access, [item])[0]
