"""Close a plan: nothing in it changes afterwards, so what is open in it is settled now."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, gate, items, notices, recheck, record
from service.actions.record import By
from service.domain import clock, lifecycles
from service.domain.actor import Actor
from service.domain.flags import OPEN, Move
from service.domain.merge import jsonable
from service.domain.policy import Action, Resource
from service.domain.vocabulary import FlagStatus, PlanStatus
from service.models import items as stored
from service.models.flags import flags_of_plan
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation

CLOSING = (PlanStatus.COMPLETED, PlanStatus.REVOKED)


def close(
    session: Session,
    actor: Actor,
    plan_id: uuid.UUID,
    version: int,
    status: PlanStatus,
    reason: str,
) -> CarePlan:
    """Close a plan with a reason; holds stay as they are, and the patient may have a new plan."""
    access = gate.enter(session, actor, plan_id, lock=True)
    gate.require(access, Resource.CARE_PLAN, Action.CLOSE)
    actor.admitted(session)
    plan = access.plan
    items.require_version(access, plan, version, {})
    gate.require_open(plan)
    lifecycles.move(lifecycles.PLAN, plan.status, status)
    before = _state(plan)
    plan.status = status.value
    plan.closed_reason = reason
    plan.closed_at = clock.now()
    plan.closed_by = actor.user_id
    plan.next_change = None
    plan.version += 1
    who = record.by(actor, access.on_behalf_of_lead)
    record.change(
        session, plan, who, plan, "closed", before=before, after=_state(plan), reason=reason
    )
    _close_flags(session, plan, who)
    _settle(session, plan)
    audit.allowed(
        session,
        actor,
        "close",
        Resource.CARE_PLAN,
        plan_id=plan.id,
        patient_id=plan.patient_id,
    )
    session.flush()
    return plan


def _state(plan: CarePlan) -> Mapping[str, Any]:
    names = ("status", "closed_reason", "closed_at", "closed_by")
    return {name: jsonable(getattr(plan, name)) for name in names}


def _close_flags(session: Session, plan: CarePlan, who: By) -> None:
    for flag in flags_of_plan(session, plan.tenant_id, plan.id):
        if flag.status not in OPEN:
            continue
        before = recheck.flag_state(flag)
        flag.status = FlagStatus.AUTO_CLOSED.value
        flag.closed_at = flag.updated_at = clock.now()
        flag.caused_by = {
            "kind": plan.item_kind,
            "id": str(plan.id),
            "version": plan.version,
            "by": who.id,
        }
        flag.version += 1
        record.change(
            session,
            plan,
            who,
            flag,
            Move.AUTO_CLOSE,
            before=before,
            after=recheck.flag_state(flag),
        )


def _settle(session: Session, plan: CarePlan) -> None:
    """Ask nobody any longer for what was owed about the plan's flags and advice."""
    flags = flags_of_plan(session, plan.tenant_id, plan.id)
    advice = stored.all_of(session, Recommendation, plan.tenant_id, plan.id)
    subjects = [*(one.id for one in flags), *(one.id for one in advice)]
    notices.settle(session, plan, subjects)
