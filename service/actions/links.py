"""The deliberate ways to say "I know": which items advice may name, and when another has to agree first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.actions.gate import Access
from service.domain.checks import reaches_itself, refuse
from service.domain.recommendations import FINAL
from service.domain.vocabulary import NEGATIVE, EndEventKind, RecommendationStatus
from service.errors import FieldError, RuleConflict
from service.models import items as stored
from service.models import plans
from service.models.base import PlanItem
from service.models.facts import Appointment, Condition
from service.models.goals import Goal
from service.models.milestones import Milestone
from service.models.recommendations import LINKS, Recommendation


def check(
    access: Access,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    item: PlanItem | None,
    own_author: str,
) -> None:
    """Refuse links to what is not in the plan, and links that need an author's consent."""
    _check_references(access, before, after)
    changed = [name for name in LINKS if set(after[name]) - set((before or {}).get(name) or ())]
    if not changed:
        return
    others = {
        str(one.id): one
        for one in stored.all_of(
            access.session, Recommendation, access.actor.tenant_id, access.plan.id
        )
        if one.status != RecommendationStatus.DRAFT or one.author_id in access.acts_as
    }
    own = None if item is None else str(item.id)
    for name in changed:
        known = set((before or {}).get(name) or ())
        for index, target in enumerate(after[name]):
            if target in known:
                continue
            if target not in others or target == own:
                raise refuse(f"/{name}/{index}", "unknown-reference")
            _check_consent(name, after, others[target], own_author, index)
    if "supersedes" in changed:
        _check_succession(before, after, own, others)


def _check_consent(
    name: str,
    after: Mapping[str, Any],
    target: Recommendation,
    own_author: str,
    index: int,
) -> None:
    if target.author_id == own_author or name == "depends_on":
        return
    if name == "exception_to" and after["stance"] in NEGATIVE:
        return  # loosening one's own limit needs nobody
    raise RuleConflict(
        "consent-to-link-required",
        errors=[FieldError(f"/{name}/{index}", "consent-to-link-required")],
    )


def _check_succession(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    own: str | None,
    others: Mapping[str, Recommendation],
) -> None:
    if own is not None:
        edges = {key: tuple(one.supersedes) for key, one in others.items()}
        edges[own] = tuple(after["supersedes"])
        if reaches_itself(own, edges):
            raise RuleConflict(
                "supersedes-cycle", errors=[FieldError("/supersedes", "supersedes-cycle")]
            )
    taken = {
        target
        for key, one in others.items()
        if key != own and one.status != RecommendationStatus.REVOKED
        for target in one.supersedes
    }
    known = set((before or {}).get("supersedes") or ())
    for index, target in enumerate(after["supersedes"]):
        if target in known:
            continue
        has_heir = others[target].superseded_by is not None
        if target in taken or has_heir or others[target].status in FINAL:
            raise RuleConflict(
                "already-superseded",
                errors=[FieldError(f"/supersedes/{index}", "already-superseded")],
            )


def _check_references(
    access: Access, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> None:
    """Refuse an end event or a reason that names nothing in this plan."""
    old = before or {}
    end_event = after["end_event"]
    if end_event is not None and end_event != old.get("end_event"):
        models: dict[str, type[PlanItem]] = {
            EndEventKind.MILESTONE: Milestone,
            EndEventKind.APPOINTMENT: Appointment,
        }
        model = models.get(end_event["kind"])
        if model is not None and end_event.get("ref") not in _ids(access, model):
            raise refuse("/end_event/ref", "unknown-reference")
    if after["reason_refs"] and after["reason_refs"] != old.get("reason_refs"):
        known = _ids(access, Goal) | _ids(access, Condition)
        for index, one in enumerate(after["reason_refs"]):
            if one not in known:
                raise refuse(f"/reason_refs/{index}", "unknown-reference")


def _ids(access: Access, model: type[PlanItem]) -> set[str]:
    return {
        str(one.id)
        for one in stored.all_of(access.session, model, access.actor.tenant_id, access.plan.id)
    }


def is_on_team(access: Access, author_id: str) -> bool:
    """Say whether a person is an active member of the team today."""
    return any(
        str(member.user_id) == author_id
        and (member.starts_on is None or member.starts_on <= access.day)
        and (member.ends_on is None or member.ends_on > access.day)
        for member, _ in plans.members(access.session, access.actor.tenant_id, access.plan.id)
    )
