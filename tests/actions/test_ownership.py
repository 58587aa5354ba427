"""Whose a goal or a milestone can be: somebody's who takes part in this plan today."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.actions import items
from service.actions.goals import GOALS
from service.actions.milestones import MILESTONES
from service.actions.noun import Noun
from service.errors import RuleInvalid
from service.models.teams import TeamMember, members
from tests.clinic import Clinic

NOUNS = pytest.mark.parametrize("noun", [GOALS, MILESTONES], ids=lambda one: one.kind)


def enter(session: Session, clinic: Clinic, noun: Noun, owner: Any, who: str = "physician") -> Any:
    fields = {"title": "Walk", "owner_discipline": "shared", "owner_id": owner}
    return items.create(session, clinic.actor(who), noun, clinic.plan_id, fields)


def refusals(caught: pytest.ExceptionInfo[RuleInvalid]) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in caught.value.errors]


def membership(session: Session, clinic: Clinic, username: str) -> TeamMember:
    found = members(session, clinic.tenant_id, clinic.plan_id)
    return next(one for one, person in found if person.username == username)


@NOUNS
@pytest.mark.parametrize(
    "username", ["physician", "physiotherapist", "care-coordinator", "patient"]
)
def test_a_member_or_the_patient_can_own_one(
    session: Session, clinic: Clinic, noun: Noun, username: str
) -> None:
    owner = clinic.users[username].id

    assert enter(session, clinic, noun, owner).owner_id == str(owner)


@NOUNS
@pytest.mark.parametrize("username", ["physician-outsider", "auditor", "clinic-system", None])
def test_nobody_else_can(
    session: Session, clinic: Clinic, noun: Noun, username: str | None
) -> None:
    owner = clinic.users[username].id if username else uuid.uuid4()

    with pytest.raises(RuleInvalid) as caught:
        enter(session, clinic, noun, owner)

    assert refusals(caught) == [("/owner_id", "unknown-reference")]


@NOUNS
def test_a_machine_owns_nothing_and_names_who_does(
    session: Session, clinic: Clinic, noun: Noun
) -> None:
    own, colleague = (clinic.users[name].id for name in ("clinic-system", "psychologist"))

    with pytest.raises(RuleInvalid) as caught:
        enter(session, clinic, noun, own, "clinic-system")
    named = enter(session, clinic, noun, colleague, "clinic-system")

    assert refusals(caught) == [("/owner_id", "unknown-reference")]
    assert named.owner_id == str(colleague)


@pytest.mark.parametrize(
    ("starts", "ends", "active", "can"),
    [
        (0, None, True, True),
        (1, None, True, False),
        (-9, 0, True, False),
        (-9, 1, True, True),
        (0, None, False, False),
    ],
)
def test_a_membership_and_its_account_count_while_they_last(
    session: Session,
    clinic: Clinic,
    frozen_day: date,
    starts: int,
    ends: int | None,
    active: bool,
    can: bool,
) -> None:
    member = membership(session, clinic, "psychologist")
    member.starts_on = frozen_day + timedelta(days=starts)
    member.ends_on = None if ends is None else frozen_day + timedelta(days=ends)
    owner = clinic.users["psychologist"]
    owner.active = active
    session.flush()

    if can:
        assert enter(session, clinic, GOALS, owner.id).owner_id == str(owner.id)
    else:
        with pytest.raises(RuleInvalid):
            enter(session, clinic, GOALS, owner.id)


@NOUNS
def test_a_change_of_owner_is_looked_at_and_an_owner_who_left_may_stay_named(
    session: Session, clinic: Clinic, noun: Noun, frozen_day: date
) -> None:
    owner = clinic.users["psychologist"].id
    made = enter(session, clinic, noun, owner)
    membership(session, clinic, "psychologist").ends_on = frozen_day
    session.flush()

    def revise(version: int, **patch: Any) -> Any:
        who = clinic.actor("physician")
        return items.revise(session, who, noun, clinic.plan_id, made.id, version, patch)

    assert revise(1, title="Walk further").owner_id == str(owner)
    with pytest.raises(RuleInvalid) as caught:
        revise(2, owner_id=clinic.users["physician-outsider"].id)
    assert refusals(caught) == [("/owner_id", "unknown-reference")]
    assert revise(2, owner_id=None).owner_id is None
    with pytest.raises(RuleInvalid):
        revise(3, owner_id=owner)
