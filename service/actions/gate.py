"""The gate to everything clinical: same clinic, relationship, purpose, consent; then the right.

An outsider gets the same answer as for a plan that does not exist; a member without the right is told so.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service.actions import days
from service.domain import clock, policy
from service.domain.actor import Actor
from service.domain.policy import Action, Relation, Resource
from service.domain.vocabulary import CLINICIANS, Purpose, Role
from service.errors import Forbidden, NotVisible, RuleConflict
from service.models.plans import OPEN_STATUSES, CarePlan, Nearness, nearness


@dataclass(frozen=True, slots=True)
class Access:
    """Say how one caller stands to one plan today."""

    session: Session
    actor: Actor
    plan: CarePlan
    relations: frozenset[Relation]
    covers_for: tuple[uuid.UUID, ...]
    is_member: bool
    day: date

    @property
    def released(self) -> bool:
        """Say whether the caller sees the released view only."""
        return self.actor.role is Role.PATIENT

    @property
    def acts_as(self) -> frozenset[str]:
        """Name the people whose items the caller may treat as their own."""
        return frozenset({str(self.actor.user_id), *(str(one) for one in self.covers_for)})

    @property
    def on_behalf_of(self) -> str | None:
        """Name the absent member the caller acts for, where they are not a member themselves."""
        return str(self.covers_for[0]) if self.covers_for and not self.is_member else None

    def on_behalf_of_author(self, item: Any) -> str | None:
        """Name the absent author whose item the caller changes in their place, member or not."""
        author = getattr(item, "author_id", None)
        is_covered = author in {str(one) for one in self.covers_for}
        return author if is_covered else self.on_behalf_of

    @property
    def on_behalf_of_lead(self) -> str | None:
        """Name the absent lead whose plan the caller changes in their place, member or not."""
        lead = self.plan.lead_id
        return str(lead) if lead in self.covers_for else self.on_behalf_of

    def stands(self, item: Any) -> frozenset[Relation]:
        """Add what the caller is to an item: its author, its discipline, its share-holder."""
        found = set(self.relations)
        if getattr(item, "author_id", None) in self.acts_as:
            found.add(Relation.AUTHOR)
        if self.actor.is_machine and getattr(item, "entered_by", None) == self.actor.user_id:
            found.add(Relation.CREATED_BY_MACHINE)
        return frozenset(found | self.owns(getattr(item, "owner_discipline", None)))

    def owns(self, owner_discipline: str | None) -> set[Relation]:
        """Say what the caller is to an item owned by a discipline, or shared."""
        if owner_discipline is None or not self.relations & {Relation.MEMBER, Relation.OWN_RECORD}:
            return set()
        if owner_discipline == "shared":
            return {Relation.SHARED}
        if owner_discipline == self.actor.discipline:
            return {Relation.OWN_DISCIPLINE}
        return set()


def enter(session: Session, actor: Actor, plan_id: uuid.UUID, *, lock: bool = False) -> Access:
    """Let a caller near a plan, or say that there is nothing; `lock` holds the plan for a write."""
    day = clock.today(actor.timezone)
    access = _admit(session, actor, plan_id, day, lock=lock)
    if not lock and days.is_due(access.plan, day):
        lock = True
        access = _admit(session, actor, plan_id, day, lock=True)
    if lock and (later := clock.today(actor.timezone)) != day:
        # Midnight passed while waiting for the lock: somebody else may have turned the plan to the new day.
        day = later
        access = _admit(session, actor, plan_id, day, lock=True)
    if lock:
        days.turn(session, access.plan, actor.timezone, day)
    return access


def _admit(session: Session, actor: Actor, plan_id: uuid.UUID, day: date, *, lock: bool) -> Access:
    near = nearness(
        session,
        actor.tenant_id,
        plan_id,
        actor.user_id,
        day,
        clinicians=tuple(CLINICIANS),
        lock=lock,
    )
    if near is None:
        raise NotVisible
    relations = _relations(actor, near)
    if not relations:
        raise NotVisible
    _check_consent(actor, near)
    return Access(
        session=session,
        actor=actor,
        plan=near.plan,
        relations=relations,
        covers_for=near.covers_for,
        is_member=near.is_member,
        day=day,
    )


def _relations(actor: Actor, near: Nearness) -> frozenset[Relation]:
    found: set[Relation] = set()
    if actor.is_staff and (near.is_member or near.covers_for):
        found.add(Relation.MEMBER)
        if near.plan.lead_id == actor.user_id or near.plan.lead_id in near.covers_for:
            found.add(Relation.LEAD)
    if actor.role is Role.PATIENT and near.patient_user_id == actor.user_id:
        found.add(Relation.OWN_RECORD)
    if actor.is_machine:
        found.add(Relation.PERMITTED_MACHINE)
    if actor.role is Role.CARE_COORDINATOR and not near.has_active_clinician:
        found.add(Relation.APPOINTING)
    return frozenset(found)


def _check_consent(actor: Actor, near: Nearness) -> None:
    """Stop at a recorded denial at once; ask for a permit where treatment by the team is not the purpose."""
    if actor.role is Role.PATIENT:
        return
    if Purpose.TREATMENT in near.denied and actor.purpose is Purpose.TREATMENT:
        raise Forbidden("consent-required")
    needed = permit_needed(actor)
    if needed is not None and needed not in near.permitted_purposes:
        raise Forbidden("consent-required")


def permit_needed(actor: Actor) -> Purpose | None:
    """Name the purpose that needs an active permit of the patient, where the caller's does."""
    if actor.role is Role.PATIENT:
        return None
    needs = actor.is_machine or actor.purpose is not Purpose.TREATMENT
    return actor.purpose if needs else None


def require(
    access: Access,
    resource: Resource,
    action: Action,
    relations: Iterable[Relation] | None = None,
) -> None:
    """Refuse what the table of rights has no row for."""
    standing = access.relations if relations is None else relations
    if not policy.permits(access.actor.role, resource, action, standing, access.actor.purpose):
        raise Forbidden


def require_open(plan: CarePlan) -> None:
    """Refuse a write in a closed plan."""
    if plan.status not in OPEN_STATUSES:
        raise RuleConflict("plan-closed")
