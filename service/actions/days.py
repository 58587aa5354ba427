"""Turn a plan's day: what time alone changes is written before anybody reads or writes the plan that day.

The first request after midnight does it, or the worker, whichever comes first; both call `turn` under the
plan's lock, and a second call on the same day finds nothing due.
"""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.orm import Session

from service.actions import notices, recheck, record, releases
from service.domain.vocabulary import RecommendationStatus
from service.models import items as stored
from service.models.changes import open_obligations
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation


def is_due(plan: CarePlan, day: date) -> bool:
    """Say whether time has changed something on this plan since it was last checked."""
    return recheck.is_open(plan) and plan.next_change is not None and plan.next_change <= day


def turn(session: Session, plan: CarePlan, timezone: str, day: date) -> None:
    """Recheck a plan as of today and write what the passing of days has brought.

    The plan must be locked; a plan that another request has just turned is left alone. A release of the
    knowledge is taken first, so that neither is said to be the other's doing.
    """
    releases.take(session, plan, timezone, day)
    if not is_due(plan, day):
        return
    record.bump(session, plan)
    told = plan.event_sequence
    recheck.plan(session, plan, timezone, day, recheck.system_cause(), may_hold=False)
    if plan.event_sequence == told:
        # Every revision has an entry among the plan's versions, also where no flag has moved.
        record.change(session, plan, record.CONCORD, plan, "day-turned", before=None, after={})
    _owe_reviews(session, plan, day)


def _owe_reviews(session: Session, plan: CarePlan, day: date) -> None:
    """Ask the author and the lead to look at a limit whose review is overdue, once."""
    overdue = [
        item
        for item in stored.all_of(session, Recommendation, plan.tenant_id, plan.id)
        if item.review_by is not None
        and item.review_by <= day
        and item.status in (RecommendationStatus.ACTIVE, RecommendationStatus.ON_HOLD)
    ]
    if not overdue:
        return
    asked: set[uuid.UUID] = {
        one.subject_id
        for one in open_obligations(
            session,
            plan.tenant_id,
            plan.id,
            [item.id for item in overdue],
            kind=notices.REVIEW,
        )
    }
    for item in overdue:
        if item.id not in asked:
            people = {item.author_id, str(plan.lead_id)}
            notices.owe(
                session, plan, notices.REVIEW, people, item, "recommendation", item.review_by
            )
