"""The team of a plan: who joins, who leaves, who is away and who stands in.

Nobody adds or promotes themselves: who asks is never the one who gains by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.actions.people import colleague
from service.actions.views import View
from service.domain import policy
from service.domain.checks import check_interval, refuse
from service.domain.policy import Action, Relation, Resource
from service.errors import FieldError, Forbidden, RuleConflict
from service.models import teams, users
from service.models.base import PlanItem
from service.models.teams import TeamMember

Days = tuple[date, date]


class Team(Noun):
    model = TeamMember
    resource = Resource.TEAM_MEMBER

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        period = fields.get("period") or {}
        return {**fields, "period": {"start": access.day.isoformat(), **period}}

    def standing(self, access: Access, item: PlanItem) -> Iterable[Relation]:
        own = {Relation.OWN_MEMBERSHIP} if _is_own(access, item) else set()
        return access.stands(item) | own

    def allow(self, access: Access, draft: Draft) -> None:
        own_id = str(access.actor.user_id)
        joins = draft.is_new and draft.after["user_id"] == own_id
        stands_in = draft.after["cover_id"] == own_id and draft.changed("cover_id")
        if joins or stands_in or _lengthens(access, draft):
            raise Forbidden

    def check(self, access: Access, draft: Draft) -> None:
        after = draft.after
        after["period"] = _interval(after["period"], "/period") or {"start": None, "end": None}
        after["on_leave"] = _interval(after["on_leave"], "/on_leave")
        if after["on_leave"] is not None and after["on_leave"]["start"] is None:
            raise refuse("/on_leave/start", "required")
        if draft.is_new:
            _colleague(access, after["user_id"], "/user_id")
        elif draft.changed("period"):
            _check_lead_stays(access, after)
        if after["cover_id"] is not None and draft.changed("cover_id"):
            if after["cover_id"] == after["user_id"]:
                raise refuse("/cover_id", "covers-themselves")
            _colleague(access, after["cover_id"], "/cover_id")
        if draft.changed("period"):
            _check_overlap(access, draft)

    def entered(self, access: Access, item: PlanItem) -> None:
        assert isinstance(item, TeamMember)
        person = colleague(access.session, access.actor.tenant_id, item.user_id, "/user_id")
        item.role, item.discipline = person.role, person.discipline
        item.invited_by = access.actor.user_id

    def withdrawn(self, access: Access, item: PlanItem) -> None:
        if isinstance(item, TeamMember) and item.user_id == access.plan.lead_id:
            raise RuleConflict("last-lead")

    def show(self, access: Access, items: Sequence[Any]) -> list[View]:
        people = users.users_by_id(
            access.session, access.actor.tenant_id, [item.user_id for item in items]
        )
        return [View(item, {"name": people[item.user_id].name}) for item in items]


TEAM = Team()


def _is_own(access: Access, item: PlanItem) -> bool:
    return isinstance(item, TeamMember) and item.user_id == access.actor.user_id


def _interval(value: Mapping[str, Any] | None, pointer: str) -> dict[str, Any] | None:
    """Spell out both ends, so that what was left open reads the same however it was said."""
    found = {"start": (value or {}).get("start"), "end": (value or {}).get("end")}
    check_interval(found["start"], found["end"], f"{pointer}/end")
    return found if any(found.values()) else None


def _colleague(access: Access, user_id: str, pointer: str) -> None:
    colleague(access.session, access.actor.tenant_id, uuid.UUID(user_id), pointer)


def _lengthens(access: Access, draft: Draft) -> bool:
    """Say whether somebody would hold a membership longer who does not decide on that."""
    if draft.is_new or not _is_longer(draft.old("period"), draft.after["period"]):
        return False
    manages = policy.permits(
        access.actor.role,
        Resource.TEAM_MEMBER,
        Action.UPDATE,
        access.relations,
        access.actor.purpose,
    )
    return not manages or draft.after["user_id"] == str(access.actor.user_id)


def _check_lead_stays(access: Access, after: Mapping[str, Any]) -> None:
    if after["user_id"] == str(access.plan.lead_id) and not _is_unbroken(access, after["period"]):
        raise RuleConflict("last-lead", errors=[FieldError("/period", "last-lead")])


def _is_longer(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Say whether a membership would hold days that it did not hold."""
    old, new = _days(before), _days(after)
    return new[0] < old[0] or new[1] > old[1]


def _is_unbroken(access: Access, period: Mapping[str, Any]) -> bool:
    start, end = _days(period)
    return start <= access.day and end == date.max


def _days(period: Mapping[str, Any] | None) -> Days:
    start, end = ((period or {}).get(name) for name in ("start", "end"))
    return (
        date.fromisoformat(start) if start else date.min,
        date.fromisoformat(end) if end else date.max,
    )


def _check_overlap(access: Access, draft: Draft) -> None:
    """Refuse a second membership of the same person on the same days."""
    after, item = draft.after, draft.item
    start, end = _days(after["period"])
    for other, _ in teams.members(access.session, access.actor.tenant_id, access.plan.id):
        if str(other.user_id) != after["user_id"] or (item is not None and other.id == item.id):
            continue
        if start < (other.ends_on or date.max) and (other.starts_on or date.min) < end:
            raise RuleConflict("already-exists", errors=[FieldError("/user_id", "already-exists")])
