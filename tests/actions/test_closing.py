"""Closing settles what is owed and what is flagged, and leaves a hold as it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions import items, plans
from service.actions.recommendations import RECOMMENDATIONS
from service.domain.vocabulary import PlanStatus
from service.errors import RuleConflict
from service.models.changes import Change, Obligation, PlanEvent
from service.models.flags import Flag
from service.models.plans import CarePlan
from tests.clinic import Clinic


@pytest.fixture
def held(session: Session, clinic: Clinic) -> str:
    """Advice that a critical flag holds, with what its team owes for it."""
    items.create(
        session,
        clinic.actor("physician"),
        RECOMMENDATIONS,
        clinic.plan_id,
        {
            "kind": "activity",
            "stance": "prohibit",
            "action": "lifting",
            "hard": True,
            "basis": "surgeon-protocol",
            "period": {"end": "2027-06-01"},
        },
    )
    advice = items.create(
        session,
        clinic.actor("physiotherapist"),
        RECOMMENDATIONS,
        clinic.plan_id,
        {"kind": "exercise", "stance": "require", "action": "deadlift"},
    )
    assert advice.status == "on-hold"
    assert advice.held_by
    return str(advice.id)


def test_closing_settles_flags_and_obligations_and_keeps_the_hold(
    session: Session, clinic: Clinic, held: str
) -> None:
    owed = session.scalars(select(Obligation)).all()
    assert owed
    assert all(one.done_at is None for one in owed)

    closed = plans.close(
        session,
        clinic.actor("physician"),
        clinic.plan_id,
        1,
        PlanStatus.COMPLETED,
        "Discharged",
    )
    session.flush()

    assert (closed.status, closed.closed_reason, closed.version) == (
        "completed",
        "Discharged",
        2,
    )
    assert {flag.status for flag in session.scalars(select(Flag))} == {"auto-closed"}
    assert all(one.done_at is not None for one in session.scalars(select(Obligation)))
    [advice] = [
        one
        for one in items.listed(
            session, clinic.actor("physician"), RECOMMENDATIONS, clinic.plan_id
        ).items
        if str(one.id) == held
    ]
    assert (advice.status, bool(advice.held_by)) == ("on-hold", True)
    plan = session.get(CarePlan, (clinic.tenant_id, clinic.plan_id))
    assert plan is not None
    assert plan.next_change is None
    assert plan.closed_by == clinic.users["physician"].id


def test_closing_is_one_revision_with_its_reason(
    session: Session, clinic: Clinic, held: str
) -> None:
    session.info.pop("bumped_plans")  # what came before was another request
    before = plans.one(session, clinic.actor("physician"), clinic.plan_id).revision

    plans.close(
        session, clinic.actor("physician"), clinic.plan_id, 1, PlanStatus.REVOKED, "Moved away"
    )
    session.flush()

    changes = session.scalars(select(Change).where(Change.revision == before + 1)).all()
    assert {(one.item_kind, one.action) for one in changes} == {
        ("care-plan", "closed"),
        ("conflict", "auto-closed"),
    }
    [own] = [one for one in changes if one.item_kind == "care-plan"]
    assert own.reason == "Moved away"
    assert own.after["status"] == "revoked"
    events = session.scalars(select(PlanEvent.type).where(PlanEvent.revision == before + 1)).all()
    assert "care-plan.closed" in events


def test_a_closed_plan_takes_no_more_advice(session: Session, clinic: Clinic) -> None:
    plans.close(
        session, clinic.actor("physician"), clinic.plan_id, 1, PlanStatus.REVOKED, "Moved away"
    )

    with pytest.raises(RuleConflict) as refused:
        items.create(
            session,
            clinic.actor("physiotherapist"),
            RECOMMENDATIONS,
            clinic.plan_id,
            {"kind": "exercise", "stance": "recommend", "action": "walking"},
        )
    assert refused.value.code == "plan-closed"
