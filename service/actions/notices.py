"""Turn who is to be told into people, and what they owe into rows; delivery reads them later."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.domain import clock
from service.domain.vocabulary import Role, Tier
from service.models import plans
from service.models.changes import Obligation, open_obligations
from service.models.flags import Flag
from service.models.plans import CarePlan

RESOLVE = "resolve-conflict"
ESCALATE = "escalate-conflict"
MONITOR = "monitor"
REVIEW = "review-restriction"

# A critical flag that no resolver has answered within a day is brought to the coordinator.
ESCALATION = timedelta(days=1)


class Team:
    """Know a plan's active team on a day; read once, when somebody has to be told."""

    def __init__(self, session: Session, plan: CarePlan, day: date) -> None:
        self._plan = plan
        self.active = [
            person
            for member, person in plans.members(session, plan.tenant_id, plan.id)
            if _holds(member.starts_on, member.ends_on, day)
        ]

    def people(self, told: Iterable[str]) -> set[str]:
        """Find the accounts behind `lead`, `patient`, `author:<id>` and disciplines."""
        found: set[str] = set()
        for one in told:
            if one == "lead":
                found.add(str(self._plan.lead_id))
            elif one.startswith("author:"):
                found.add(one.removeprefix("author:"))
            else:
                found |= {str(person.id) for person in self.active if person.discipline == one}
        return found

    def in_role(self, role: Role) -> set[str]:
        return {str(person.id) for person in self.active if person.role == role}


def _holds(start: date | None, end: date | None, day: date) -> bool:
    return (start is None or start <= day) and (end is None or end > day)


def authors(finding: dict[str, Any]) -> set[str]:
    """Name the people who said what the finding is about."""
    return {
        statement["author"]["id"]
        for statement in finding["statements"]
        if statement.get("author") and _is_account(statement["author"].get("id"))
    }


def _is_account(value: object) -> bool:
    try:
        uuid.UUID(str(value))
    except ValueError:
        return False
    return True


def owe(
    session: Session,
    plan: CarePlan,
    kind: str,
    people: Iterable[str],
    subject: Any,
    subject_kind: str,
    due: date | None,
) -> None:
    """Write one obligation a person."""
    for person in sorted(people):
        session.add(
            Obligation(
                tenant_id=plan.tenant_id,
                plan_id=plan.id,
                kind=kind,
                for_id=person,
                subject_kind=subject_kind,
                subject_id=subject.id,
                due=due,
            )
        )


def for_flag(session: Session, plan: CarePlan, flag: Flag, team: Team, day: date) -> set[str]:
    """Tell who has to know of a flag that opened or got worse; give the event's addressees."""
    people = authors(flag.finding) | team.people(flag.finding["told"])
    if flag.tier == Tier.CRITICAL:
        people.add(str(plan.lead_id))
        owe(
            session,
            plan,
            RESOLVE,
            authors(flag.finding) | {str(plan.lead_id)},
            flag,
            "conflict",
            day,
        )
        owe(
            session,
            plan,
            ESCALATE,
            team.in_role(Role.CARE_COORDINATOR),
            flag,
            "conflict",
            day + ESCALATION,
        )
    elif flag.tier == Tier.WARNING:
        owe(session, plan, RESOLVE, authors(flag.finding), flag, "conflict", None)
    return people


def settle(
    session: Session, plan: CarePlan, subject_ids: list[uuid.UUID], *, kind: str | None = None
) -> None:
    """Mark what was owed about these subjects as done."""
    if not subject_ids:
        return
    for one in open_obligations(session, plan.tenant_id, plan.id, subject_ids, kind=kind):
        one.done_at = clock.now()
