"""No day is missed and none acts twice, whatever a team writes and however long nobody looks.

A plan is rechecked only on the days it named itself as the next that change anything. Whether it named them
all is seen on every day by a detection of its own: what is stored must be what a fresh look at the plan finds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from service import conflicts
from service.actions import document, flag_acting, gate, items
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database, make_engine
from service.domain import clock
from service.domain.vocabulary import FlagStatus
from service.errors import ConcordError
from service.jobs.day_turn import turn_days
from service.jobs.knowledge_release import release_knowledge
from service.models import changes
from service.models.changes import Change
from service.models.flags import flags_of_plan
from service.models.plans import CarePlan
from tests.clinic import Clinic, open_clinic, tenant_id_of
from tests.databases import DatabaseUrls

FIRST_DAY = date(2027, 2, 15)
SETTLED = {FlagStatus.RESOLVED, FlagStatus.AUTO_CLOSED, FlagStatus.SUPERSEDED}

in_days = st.integers(min_value=-20, max_value=60)
lengths = st.one_of(st.none(), st.integers(min_value=1, max_value=50))
positives = st.sampled_from(
    [
        {"kind": "exercise", "action": "deadlift"},
        {"kind": "exercise", "action": "walking"},
        {"kind": "activity", "action": "lifting"},
        {"kind": "exercise", "action": "swimming"},
    ]
)
negatives = st.sampled_from(
    [
        {"kind": "activity", "action": "lifting"},
        {"kind": "activity", "action": "walking"},
        {"kind": "activity", "action": "bending"},
    ]
)
minutes = st.one_of(st.none(), st.integers(min_value=5, max_value=90))


class Days(RuleBasedStateMachine):
    """Let a team advise, answer and look, while days go by."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        connection = self.stack.enter_context(self.engine.connect())
        outer = connection.begin()
        self.stack.callback(outer.rollback)
        self.database = Database.bound_to(connection)
        self.now = datetime(2027, 2, 15, 9, 30, tzinfo=UTC)
        self.given: list[Any] = []
        self.accepted = 0
        self.clinic: Clinic

    def teardown(self) -> None:
        self.stack.close()

    @initialize()
    def open(self) -> None:
        with self._session() as session:
            self.clinic = open_clinic(session)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with (
            clock.set_to(self.now),
            self.database.transaction(tenant_id_of("clinic")) as session,
        ):
            yield session

    @property
    def day(self) -> date:
        return self.now.date()

    # --- what the team does -------------------------------------------------------------------

    def _give(self, who: str, stance: str, start: int, length: int | None, **fields: Any) -> None:
        begins = self.day + timedelta(days=start)
        period = {"start": begins.isoformat()}
        if length is not None:
            period["end"] = (begins + timedelta(days=length)).isoformat()
        with self._session() as session:
            view = items.create(
                session,
                self.clinic.actor(who),
                RECOMMENDATIONS,
                self.clinic.plan_id,
                {**fields, "stance": stance, "period": period},
            )
            self.given.append(view.id)

    @rule(what=positives, start=in_days, length=lengths, minutes=minutes)
    def recommend(
        self, what: dict[str, Any], start: int, length: int | None, minutes: int | None
    ) -> None:
        dose = (
            []
            if minutes is None
            else [{"dimension": "session", "low": minutes, "high": minutes, "unit": "min"}]
        )
        self._give("physiotherapist", "recommend", start, length, dose=dose, **what)

    @rule(what=negatives, start=in_days, length=lengths, review=lengths)
    def limit(
        self, what: dict[str, Any], start: int, length: int | None, review: int | None
    ) -> None:
        further = {}
        if length is None or review is not None:
            # A limit without an end has to name the day it is looked at again.
            review = review or 9
            further["review_by"] = (self.day + timedelta(days=review)).isoformat()
        self._give("physician", "discourage", start, length, **what, **further)

    @precondition(lambda self: self.given)
    @rule(data=st.data(), start=st.integers(min_value=0, max_value=30))
    def supersede(self, data: st.DataObject, start: int) -> None:
        """Give advice its successor, whose first day retires it."""
        chosen = data.draw(st.sampled_from(self.given))
        with self._session() as session:
            who = "physiotherapist"
            old = items.one(
                session, self.clinic.actor(who), RECOMMENDATIONS, self.clinic.plan_id, chosen
            )
            if old.author_id != str(self.clinic.users[who].id) or old.status != "active":
                return
            if old.superseded_by is not None:
                return
            action = old.action
        self._give(
            who,
            "recommend",
            start,
            None,
            kind="exercise",
            action=action,
            supersedes=[str(chosen)],
        )

    @rule(
        data=st.data(),
        days=st.integers(min_value=1, max_value=28),
        look_after=st.one_of(st.none(), st.integers(min_value=1, max_value=28)),
    )
    def accept_or_renew(self, data: st.DataObject, days: int, look_after: int | None) -> None:
        with self._session() as session:
            who = self.clinic.actor("physician")
            gate.enter(session, who, self.clinic.plan_id, lock=True)
            open_now = [
                flag
                for flag in flags_of_plan(session, who.tenant_id, self.clinic.plan_id)
                if flag.status
                in (FlagStatus.DETECTED, FlagStatus.ACKNOWLEDGED, FlagStatus.ACCEPTED)
            ]
            if not open_now:
                return
            flag = data.draw(st.sampled_from(open_now))
            until = self.day + timedelta(days=days)
            look = None if look_after is None else self.day + timedelta(days=look_after)
        # Who may accept, and until when, is not this test's matter: a refusal changes nothing.
        with suppress(ConcordError), self._session() as session:
            flag_acting.accept(
                session,
                who,
                self.clinic.plan_id,
                flag.id,
                flag.version,
                {
                    "reason_code": "benefit-outweighs-risk" if look is None else "will-monitor",
                    "text": "agreed",
                    "expires": until,
                    "monitor_by": look,
                },
            )
            self.accepted += 1

    # --- time, and who looks ------------------------------------------------------------------

    @rule(days=st.sampled_from([1, 1, 1, 2, 5, 13, 29]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def somebody_reads(self) -> None:
        with self._session() as session:
            gate.enter(session, self.clinic.actor("psychologist"), self.clinic.plan_id)

    @rule()
    def the_worker_comes(self) -> None:
        with clock.set_to(self.now):
            turn_days(self.database)

    @rule()
    def another_knowledge_is_released(self) -> None:
        """What it finds is the same here: whatever moves, moves by the day alone."""
        with self._session() as session:
            plan = self._plan(session)
            if plan.knowledge_version is not None:
                plan.knowledge_version = "2020.1"

    @rule()
    def the_worker_rechecks(self) -> None:
        with clock.set_to(self.now):
            release_knowledge(self.database)

    # --- what must hold -----------------------------------------------------------------------

    @invariant()
    def what_is_stored_is_what_a_fresh_look_finds(self) -> None:
        with self._session() as session:
            plan = self._plan(session)
            if plan.next_change is not None and plan.next_change <= self.day:
                return  # nobody has looked yet; whoever comes first turns the day
            if plan.checked_on is None:
                return  # nothing was ever said
            built = document.build(session, plan.tenant_id, plan.id, self.day, "Europe/London")
            findings = conflicts.detect(conflicts.parse(built), self.day)
            fresh = {one.to_dict()["fingerprint"]: one.to_dict()["tier"] for one in findings}
            stored = {
                flag.fingerprint: flag.tier
                for flag in flags_of_plan(session, plan.tenant_id, plan.id)
                if flag.status not in SETTLED
            }
            assert stored == fresh

    @rule()
    def a_day_that_was_turned_is_not_turned_again(self) -> None:
        self.the_worker_rechecks()
        with self._session() as session:
            gate.enter(session, self.clinic.actor("psychologist"), self.clinic.plan_id)
            session.flush()
            before = self._counted(session)
        with clock.set_to(self.now):
            assert turn_days(self.database) == 0
        with self._session() as session:
            gate.enter(session, self.clinic.actor("physician"), self.clinic.plan_id, lock=True)
            session.flush()
            assert self._counted(session) == before

    @invariant()
    def no_acceptance_outlives_its_days(self) -> None:
        with self._session() as session:
            plan = self._plan(session)
            if plan.next_change is not None and plan.next_change <= self.day:
                return
            for flag in flags_of_plan(session, plan.tenant_id, plan.id):
                if flag.status == FlagStatus.ACCEPTED:
                    assert flag.expires is not None
                    assert flag.expires > self.day
                    assert flag.monitor_by is None or flag.monitor_by > self.day

    @invariant()
    def new_knowledge_that_finds_the_same_moves_nothing(self) -> None:
        with self._session() as session:
            told = session.scalars(
                select(Change.after).where(Change.action == "knowledge-released")
            ).all()
        for counts in told:
            assert not any(counts[name] for name in ("opened", "worsened", "eased", "closed"))

    @invariant()
    def a_flag_is_not_raised_twice_nor_closed_twice_in_a_row(self) -> None:
        with self._session() as session:
            rows = session.execute(
                select(Change.item_id, Change.action)
                .where(Change.plan_id == self.clinic.plan_id, Change.item_kind == "conflict")
                .order_by(Change.id)
            ).all()
        is_open: dict[Any, bool] = defaultdict(bool)
        for item_id, action in rows:
            if action in ("raised", "auto-closed", "superseded", "resolved"):
                assert is_open[item_id] == (action != "raised"), action
            is_open[item_id] = action not in ("auto-closed", "superseded", "resolved")

    def _plan(self, session: Session) -> CarePlan:
        plan = session.get(CarePlan, (self.clinic.tenant_id, self.clinic.plan_id))
        assert plan is not None
        return plan

    def _counted(self, session: Session) -> tuple[int, int | None]:
        changes.write(session)
        count = session.scalar(
            select(func.count()).select_from(Change).where(Change.plan_id == self.clinic.plan_id)
        )
        session.expire_all()
        return self._plan(session).revision, count


@pytest.fixture
def engine(database_urls: DatabaseUrls) -> Iterator[Engine]:
    engine = make_engine(database_urls.service, pool_size=1)
    yield engine
    engine.dispose()


@pytest.mark.timeout(300)
def test_no_day_is_missed_and_none_acts_twice(engine: Engine) -> None:
    machine = type("Machine", (Days,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
