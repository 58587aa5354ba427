"""Milestones: the steps of a plan, who owns them, what they wait for, and the progress reported on them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, gate, items, record
from service.actions import picture as pictures
from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.actions.ownership import SHARED, check_owner, fill_owner
from service.actions.views import Page, Position, View
from service.domain import lifecycles
from service.domain.actor import Actor
from service.domain.checks import check_interval, reaches_itself, refuse
from service.domain.ids import new_id
from service.domain.merge import jsonable
from service.domain.milestones import criteria_met, readiness
from service.domain.policy import Action, Resource
from service.domain.vocabulary import MilestoneStatus, Role
from service.errors import FieldError, RuleConflict
from service.models import items as stored
from service.models.base import PlanItem
from service.models.goals import Goal
from service.models.milestones import Milestone, Progress, beside, progress_of


class Milestones(Noun):
    model = Milestone
    resource = Resource.MILESTONE

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        return fill_owner(access, {"status": MilestoneStatus.PLANNED, **fields})

    def check(self, access: Access, draft: Draft) -> None:
        after, old, new = draft.after, draft.old("status"), draft.after["status"]
        imported = access.actor.is_machine
        lifecycles.begin(lifecycles.MILESTONE_STARTS, old, new, imported=imported)
        lifecycles.move(lifecycles.MILESTONE, old, new)
        lifecycles.needs_reason(lifecycles.MILESTONE_REASONS, old, new, draft.reason)
        check_owner(access, draft)
        check_interval(after["start"], after["due"], "/due")
        if after["goal_id"] is not None and draft.changed("goal_id"):
            _check_goal(access, after["goal_id"])
        if draft.changed("requires", "waived"):
            _check_requires(access, draft)

    def entered(self, access: Access, item: PlanItem) -> None:
        _note_achievement(access, item)

    def revised(self, access: Access, item: PlanItem) -> None:
        _note_achievement(access, item)

    def show(self, access: Access, items: Sequence[Any]) -> list[View]:
        if not items:
            return []
        plan = access.plan
        picture = pictures.at_hand(access.session, plan)
        if picture is None:
            status_of, reports = beside(access.session, plan.tenant_id, plan.id, items)
        else:
            status_of = picture.milestone_statuses()
            reports = picture.reports(access.session, plan)
        return [View(item, derived(item, status_of, reports)) for item in items]


MILESTONES = Milestones()


def derived(
    item: Any, status_of: Mapping[str, str], reports: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give what stands beside a milestone's own fields, outside its version."""
    percent = None
    measured: dict[tuple[str, str | None], float] = {}
    for report in reports:
        if report["milestone_id"] != str(item.id):
            continue
        if report["percent"] is not None:
            percent = report["percent"]
        if report["measure"] is not None and report["value"] is not None:
            measured[report["measure"], report["unit"]] = report["value"]
    return {
        "readiness": readiness(item.requires, item.waived, status_of),
        "criteria_met": criteria_met(item.criteria, measured),
        "percent": percent,
    }


def report_progress(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    milestone_id: uuid.UUID,
    fields: Mapping[str, Any],
) -> Progress:
    """Add a report of progress; any member may, and the patient's is marked as their own."""
    access = gate.enter(session, actor, plan_id, lock=True)
    milestone = items.find(access, MILESTONES, milestone_id)
    gate.require(access, Resource.PROGRESS, Action.CREATE)
    actor.admitted(session)
    gate.require_open(access.plan)
    report = Progress(
        tenant_id=actor.tenant_id,
        id=new_id(),
        plan_id=access.plan.id,
        milestone_id=milestone.id,
        self_reported=actor.role is Role.PATIENT,
        author_id=str(actor.user_id),
        author_discipline=actor.discipline,
        author_role=actor.role,
        **fields,
    )
    session.add(report)
    record.change(
        session,
        access.plan,
        record.by(actor, access.on_behalf_of),
        milestone,
        "progress",
        before=None,
        after={"progress": jsonable(dict(fields))},
    )
    audit.allowed(
        session,
        actor,
        "create",
        Resource.PROGRESS,
        plan_id=plan_id,
        patient_id=access.plan.patient_id,
        item_id=report.id,
    )
    session.flush()
    return report


def progress(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    milestone_id: uuid.UUID,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List the reports on one milestone, newest first."""
    access = gate.enter(session, actor, plan_id)
    milestone = items.find(access, MILESTONES, milestone_id)
    gate.require(access, Resource.PROGRESS, Action.READ)
    found = progress_of(
        session,
        actor.tenant_id,
        milestone.id,
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
    )
    audit.allowed(
        session,
        actor,
        "read",
        Resource.PROGRESS,
        plan_id=plan_id,
        patient_id=access.plan.patient_id,
        item_id=milestone.id,
    )
    return Page.of(found, limit)


def _note_achievement(access: Access, item: PlanItem) -> None:
    """Keep the day a milestone was achieved: it may be the end of a limit."""
    if not isinstance(item, Milestone):
        return
    if item.status != MilestoneStatus.ACHIEVED:
        item.achieved_on = None
    elif item.achieved_on is None:
        item.achieved_on = access.day


def _check_goal(access: Access, goal_id: str) -> None:
    goal = stored.item(
        access.session, Goal, access.actor.tenant_id, access.plan.id, uuid.UUID(goal_id)
    )
    if goal is None:
        raise refuse("/goal_id", "unknown-reference")


def _check_requires(access: Access, draft: Draft) -> None:
    after = draft.after
    others = {
        str(one.id): one
        for one in stored.all_of(access.session, Milestone, access.actor.tenant_id, access.plan.id)
    }
    # What was required before may have been entered in error since; only what is new has to stand.
    known = set(draft.old("requires") or ())
    for index, one in enumerate(after["requires"]):
        if one not in others and one not in known:
            raise refuse(f"/requires/{index}", "unknown-reference")
    if draft.item is not None:
        own = str(draft.item.id)
        edges = {key: tuple(other.requires) for key, other in others.items()}
        edges[own] = tuple(after["requires"])
        if reaches_itself(own, edges):
            raise RuleConflict(
                "prerequisite-cycle", errors=[FieldError("/requires", "prerequisite-cycle")]
            )
    excused = {one["id"] for one in draft.old("waived") or ()}
    for index, waiver in enumerate(after["waived"]):
        if waiver["id"] not in after["requires"]:
            raise refuse(f"/waived/{index}/id", "not-required")
        if waiver["id"] not in excused and waiver["id"] in others:
            _check_waiver(access, others[waiver["id"]], index)


def _check_waiver(access: Access, prerequisite: Milestone, index: int) -> None:
    """A prerequisite that another discipline owns is waived only with that discipline's consent."""
    if prerequisite.owner_discipline not in (SHARED, access.actor.discipline):
        raise RuleConflict(
            "consent-to-link-required",
            errors=[FieldError(f"/waived/{index}", "consent-to-link-required")],
        )
