"""Eight colleagues write to one milestone four hundred times: every acknowledged write is there to stay."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.actions import items
from service.actions.milestones import MILESTONES
from service.db import Database
from service.errors import Stale
from service.models.changes import Change, PlanEvent
from service.models.plans import CarePlan
from tests.clinic import TEAM, Clinic
from tests.concurrency.conftest import at_once

WRITERS = 8
WRITES = 50


def the_shared_milestone(database: Database, clinic: Clinic) -> Any:
    with database.transaction(clinic.tenant_id) as session:
        return items.create(
            session,
            clinic.actor("physician"),
            MILESTONES,
            clinic.plan_id,
            {"title": "Walk to the shop", "owner_discipline": "shared", "description": ""},
        )


def plan_of(session: Session, clinic: Clinic) -> CarePlan:
    plan = session.get(CarePlan, (clinic.tenant_id, clinic.plan_id))
    assert plan is not None
    return plan


@pytest.mark.timeout(240)
def test_acknowledged_writes_are_the_versions_difference_and_none_is_lost(
    committed_database: Database, clinic: Clinic
) -> None:
    milestone = the_shared_milestone(committed_database, clinic)
    with committed_database.transaction(clinic.tenant_id) as session:
        revision = plan_of(session, clinic).revision
    refused: list[object] = []

    def write(number: int) -> list[str]:
        """Add a word to what stands there, reading again whenever somebody was quicker."""
        who = clinic.actor([name for name in TEAM if name != "care-coordinator"][number % 5])
        acknowledged = []
        read: Any = milestone
        for count in range(WRITES):
            word = f"{number}.{count}"
            while True:
                try:
                    with committed_database.transaction(clinic.tenant_id) as session:
                        read = items.revise(
                            session,
                            who,
                            MILESTONES,
                            clinic.plan_id,
                            milestone.id,
                            read.version,
                            {"description": f"{read.description or ''} {word}".strip()},
                        )
                except Stale as stale:
                    refused.append(stale.extra["conflicting_fields"])
                    with committed_database.transaction(clinic.tenant_id) as session:
                        read = items.one(session, who, MILESTONES, clinic.plan_id, milestone.id)
                else:
                    acknowledged.append(word)
                    break
        return acknowledged

    [answers] = at_once([lambda n=number: write(n) for number in range(WRITERS)])  # type: ignore[misc]
    acknowledged = [word for answer in answers for word in answer]
    assert len(acknowledged) == WRITERS * WRITES
    assert refused, "nobody was ever in anybody's way; this proves nothing"
    assert all(fields == ["description"] for fields in refused)
    with committed_database.transaction(clinic.tenant_id) as session:
        final = items.one(
            session, clinic.actor("physician"), MILESTONES, clinic.plan_id, milestone.id
        )
        assert final.version - milestone.version == len(acknowledged)
        assert sorted(final.description.split()) == sorted(acknowledged)
        plan = plan_of(session, clinic)
        assert plan.revision - revision == len(acknowledged)
        history = session.scalars(
            select(Change)
            .where(Change.tenant_id == clinic.tenant_id, Change.item_id == milestone.id)
            .order_by(Change.version)
        ).all()
        assert [row.version for row in history] == list(range(1, len(acknowledged) + 2))
        for earlier, later in pairwise(history):
            assert later.before.get("description") == earlier.after.get("description")
        sequences = session.scalars(
            select(PlanEvent.sequence)
            .where(PlanEvent.tenant_id == clinic.tenant_id)
            .order_by(PlanEvent.sequence)
        ).all()
        assert list(sequences) == list(range(1, plan.event_sequence + 1))


def test_of_two_who_write_on_the_same_version_one_is_told(
    committed_database: Database, clinic: Clinic
) -> None:
    milestone = the_shared_milestone(committed_database, clinic)

    def write(who: str) -> str:
        try:
            with committed_database.transaction(clinic.tenant_id) as session:
                items.revise(
                    session,
                    clinic.actor(who),
                    MILESTONES,
                    clinic.plan_id,
                    milestone.id,
                    milestone.version,
                    {"title": f"As {who} says"},
                )
        except Stale as stale:
            return f"told that it is {stale.extra['current_version']}"
        return who

    [answers] = at_once([lambda: write("physician"), lambda: write("psychologist")])
    told = f"told that it is {milestone.version + 1}"
    (winner,) = [one for one in answers if one != told]
    with committed_database.transaction(clinic.tenant_id) as session:
        found = items.one(
            session, clinic.actor("physician"), MILESTONES, clinic.plan_id, milestone.id
        )
    assert (found.version, found.title) == (milestone.version + 1, f"As {winner} says")
