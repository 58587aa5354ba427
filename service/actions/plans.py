"""Shared plans: made for a patient, led by a clinician, read and revised by the team."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, closing, gate, items, patients, recheck, record
from service.actions.gate import Access
from service.actions.people import colleague
from service.actions.record import By
from service.actions.views import Page, Position, View
from service.domain import clock, lifecycles, policy
from service.domain.actor import Actor
from service.domain.checks import refuse
from service.domain.ids import new_id
from service.domain.merge import changed_fields
from service.domain.policy import Action, Relation, Resource
from service.domain.vocabulary import CLINICIANS, PlanStatus
from service.errors import FieldError, Forbidden, NotVisible, RuleConflict
from service.models import patient_access, teams
from service.models import plans as stored
from service.models.facts import Capacity, condition_codes
from service.models.patient_access import PatientNearness
from service.models.plans import CarePlan
from service.models.teams import TeamMember
from service.models.users import User


def create(session: Session, actor: Actor, fields: Mapping[str, Any]) -> View:
    """Make a plan for a patient, with its capacity, its lead's membership and its maker's."""
    if not policy.is_possible(actor.role, Resource.CARE_PLAN, Action.CREATE):
        raise Forbidden
    day = clock.today(actor.timezone)
    near = patient_access.nearness(
        session,
        actor.tenant_id,
        fields["patient_id"],
        actor.user_id,
        day,
        purpose=actor.purpose,
        clinicians=CLINICIANS,
        lock=True,
    )
    relations = _relations(session, actor, near)
    if near is None or not relations:
        raise NotVisible
    if not policy.permits(actor.role, Resource.CARE_PLAN, Action.CREATE, relations, actor.purpose):
        raise Forbidden
    # Making a plan is treatment of a patient whom nobody treats yet: a denial stops it, no permit is asked.
    patients.check_consent(actor, near, needs_permit=False)
    actor.admitted(session)
    # Asked again under the patient's lock: what the first statement saw may be older than the wait for it.
    if stored.open_plan_of(session, actor.tenant_id, near.patient.id) is not None:
        raise RuleConflict("plan-exists", errors=[FieldError("/patient_id", "plan-exists")])
    lead = _lead(session, actor, fields.get("lead_id"))
    plan = CarePlan(
        tenant_id=actor.tenant_id,
        id=new_id(),
        version=1,
        revision=0,
        event_sequence=0,
        patient_id=near.patient.id,
        status=PlanStatus.ACTIVE.value,
        created_by=actor.user_id,
        source={"system": actor.client_id} if actor.is_machine else None,
    )
    plan.take(CarePlan.own({"start": day, **fields, "lead_id": lead.id}))
    session.add(plan)
    record.bump(session, plan)
    session.flush()
    who = record.by(actor)
    record.change(session, plan, who, plan, "created", before=None, after=plan.state())
    _furnish(session, actor, plan, who, lead)
    recheck.plan(
        session,
        plan,
        actor.timezone,
        day,
        recheck.Cause(who=who, kind=plan.item_kind, id=plan.id, version=plan.version),
    )
    _audit(session, actor, "create", plan)
    return _show(session, actor, [plan])[0]


def _relations(session: Session, actor: Actor, near: PatientNearness | None) -> frozenset[Relation]:
    """Say how the caller stands to a patient who is to have a plan."""
    if near is None:
        return frozenset()
    if not actor.is_clinician:
        return frozenset({Relation.ANYBODY})
    knows = near.is_registrar or stored.shared_a_plan(
        session, actor.tenant_id, near.patient.id, actor.user_id
    )
    return frozenset({Relation.REGISTRAR} if knows else ())


def _lead(session: Session, actor: Actor, lead_id: uuid.UUID | None) -> User:
    """A clinician leads the plan they make; whoever else makes one names a clinician."""
    if actor.is_clinician:
        if lead_id not in (None, actor.user_id):
            raise refuse("/lead_id", "maker-leads")
        lead_id = actor.user_id
    if lead_id is None:
        raise refuse("/lead_id", "required")
    return colleague(session, actor.tenant_id, lead_id, "/lead_id", CLINICIANS)


def _furnish(session: Session, actor: Actor, plan: CarePlan, who: By, lead: User) -> None:
    """Enter what every plan has from its first day: a capacity to fill in, and a team."""
    written: dict[str, Any] = {
        "tenant_id": plan.tenant_id,
        "plan_id": plan.id,
        "version": 1,
        "author_id": str(actor.user_id),
        "author_discipline": actor.discipline,
        "author_role": actor.role,
        "entered_by": actor.user_id,
    }
    entered: list[Capacity | TeamMember] = [
        Capacity(**written, id=new_id(), minutes_per_day={}),
        _membership(actor, written, lead.id, lead.role, lead.discipline),
    ]
    if actor.is_staff and actor.user_id != lead.id:
        entered.append(_membership(actor, written, actor.user_id, actor.role, actor.discipline))
    session.add_all(entered)
    session.flush()
    for item in entered:
        record.change(session, plan, who, item, "created", before=None, after=item.state())


def _membership(
    actor: Actor,
    written: Mapping[str, Any],
    user_id: uuid.UUID,
    role: str,
    discipline: str | None,
) -> TeamMember:
    return TeamMember(
        **written,
        id=new_id(),
        user_id=user_id,
        role=str(role),
        discipline=discipline,
        starts_on=clock.today(actor.timezone),
        invited_by=actor.user_id,
    )


def listed(
    session: Session,
    actor: Actor,
    *,
    status: Sequence[PlanStatus] = (),
    after: Position | None = None,
    limit: int = 50,
) -> Page:
    """List the caller's plans, newest first."""
    if not policy.is_possible(actor.role, Resource.CARE_PLAN, Action.READ):
        raise Forbidden
    actor.admitted(session)
    found = stored.plans_near(
        session,
        actor.tenant_id,
        actor.user_id,
        clock.today(actor.timezone),
        machine=actor.is_machine,
        needs_permit_for=gate.permit_needed(actor),
        before=uuid.UUID(after[0]) if after else None,
        status=tuple(status),
        limit=limit + 1,
    )
    for plan in found[:limit]:
        _audit(session, actor, "read", plan)
    return Page.of(found, limit, _show(session, actor, found[:limit]))


def one(session: Session, actor: Actor, plan_id: uuid.UUID) -> View:
    """Read one plan."""
    access = gate.enter(session, actor, plan_id)
    gate.require(access, Resource.CARE_PLAN, Action.READ)
    _audit(session, actor, "read", access.plan)
    return _show(session, actor, [access.plan])[0]


def of_patient(session: Session, actor: Actor, patient_id: uuid.UUID) -> View:
    """Read the one open plan of a patient."""
    found = stored.open_plan_of(session, actor.tenant_id, patient_id)
    if found is None:
        raise NotVisible
    return one(session, actor, found.id)


def revise(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    version: int,
    patch: Mapping[str, Any],
) -> View:
    """Change a plan's own fields by a merge patch."""
    access = gate.enter(session, actor, plan_id, lock=True)
    gate.require(access, Resource.CARE_PLAN, Action.UPDATE)
    plan = access.plan
    wanted = {name: value for name, value in patch.items() if name != "reason"}
    changes_lead = wanted.get("lead_id", plan.lead_id) != plan.lead_id
    # Who leads is never decided by who gains it.
    if changes_lead and wanted["lead_id"] == actor.user_id:
        raise Forbidden
    actor.admitted(session)
    items.require_version(access, plan, version, wanted)
    gate.require_open(plan)
    _check_status(plan, wanted.get("status"))
    if changes_lead:
        _check_lead(access, wanted["lead_id"])
    before = plan.state()
    plan.take(CarePlan.own(wanted))
    after = plan.state()
    if changed_fields(before, after):
        plan.version += 1
        record.change(
            session,
            plan,
            record.by(actor, access.on_behalf_of_lead),
            plan,
            "updated",
            before=before,
            after=after,
            reason=patch.get("reason"),
        )
        session.flush()
    _audit(session, actor, "update", plan)
    return _show(session, actor, [plan])[0]


def close(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    version: int,
    status: PlanStatus,
    reason: str,
) -> View:
    """Close a plan with a reason."""
    return _show(session, actor, [closing.close(session, actor, plan_id, version, status, reason)])[
        0
    ]


def _check_status(plan: CarePlan, status: PlanStatus | None) -> None:
    """Let a plan rest and go on; it ends by closing, which asks for a reason."""
    if status is None:
        return
    if status in closing.CLOSING:
        raise RuleConflict(
            "illegal-transition", errors=[FieldError("/status", "illegal-transition")]
        )
    lifecycles.move(lifecycles.PLAN, plan.status, status)


def _check_lead(access: Access, lead_id: uuid.UUID) -> None:
    """Refuse a lead who is no clinician of the team."""
    for member, person in teams.members(access.session, access.actor.tenant_id, access.plan.id):
        if (
            member.user_id == lead_id
            and person.active
            and person.role in CLINICIANS
            and (member.starts_on is None or member.starts_on <= access.day)
            and member.ends_on is None
        ):
            return
    raise refuse("/lead_id", "not-a-clinician-of-the-team")


def _show(session: Session, actor: Actor, plans: Sequence[CarePlan]) -> list[View]:
    codes = condition_codes(
        session,
        actor.tenant_id,
        [plan.id for plan in plans],
        clock.today(actor.timezone),
    )
    return [View(plan, {"conditions": codes[plan.id]}) for plan in plans]


def _audit(session: Session, actor: Actor, action: str, plan: CarePlan) -> None:
    audit.allowed(
        session,
        actor,
        action,
        Resource.CARE_PLAN,
        plan_id=plan.id,
        patient_id=plan.patient_id,
    )
