"""How often each operation asks the database: a statement more is a round trip more, so it has to be meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from service.actions import days, gate, items, kept, plan_reading, previews
from service.actions.kept import Kept
from service.actions.milestones import MILESTONES
from service.actions.recommendations import RECOMMENDATIONS
from service.models.flags import flags_of_plan
from service.models.milestones import Milestone
from tests.clinic import Clinic

ADVICE = {"kind": "exercise", "stance": "recommend", "action": "walking"}
DEADLIFT = {"kind": "exercise", "stance": "recommend", "action": "deadlift"}


class Asked:
    """Count statements; BEGIN, COMMIT and savepoints are not statements of an operation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @contextmanager
    def exactly(self, number: int) -> Iterator[None]:
        """Hold what is done, and written at its end, to so many statements."""
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_further: Any) -> None:
            seen.append(" ".join(statement.split())[:90])

        self._session.flush()
        # As a request begins: with a session that knows nothing, and has bumped no plan yet.
        self._session.expunge_all()
        self._session.info.clear()
        connection = self._session.connection()
        event.listen(connection, "before_cursor_execute", note)
        try:
            yield
            self._session.flush()
        finally:
            event.remove(connection, "before_cursor_execute", note)
        assert len(seen) == number, "\n".join(("", *seen))


def commit(session: Session) -> None:
    """Do what waits for the commit, which never comes here."""
    for call in session.info.pop("after_commit", ()):
        call()


@pytest.fixture
def asked(session: Session) -> Asked:
    return Asked(session)


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "SUMMARIES", Kept())


def give(session: Session, clinic: Clinic, who: str, **fields: Any) -> Any:
    return items.create(session, clinic.actor(who), RECOMMENDATIONS, clinic.plan_id, fields)


def no_lifting(day: date, length: int = 30) -> dict[str, Any]:
    return {
        "kind": "activity",
        "stance": "prohibit",
        "action": "lifting",
        "period": {"start": day.isoformat(), "end": (day + timedelta(days=length)).isoformat()},
    }


@pytest.fixture
def milestones(session: Session, clinic: Clinic) -> list[Any]:
    """Several, so that a statement an item would be seen."""
    return [
        items.create(
            session,
            clinic.actor("physiotherapist"),
            MILESTONES,
            clinic.plan_id,
            {"title": f"Step {number}", "owner_discipline": "physiotherapy"},
        )
        for number in range(6)
    ]


@pytest.mark.usefixtures("nothing_kept", "milestones")
def test_a_summary_takes_four_statements_and_a_kept_one_two(
    asked: Asked, session: Session, clinic: Clinic
) -> None:
    for _ in range(4):
        give(session, clinic, "physiotherapist", **ADVICE, context={"setting": ["home"]})

    def read() -> bytes:
        return plan_reading.summary(
            session,
            clinic.actor("physician"),
            clinic.plan_id,
            lambda shown: orjson.dumps(shown, default=str),
        ).body

    # The gate, the audit row; when nothing is kept, also what is shown and what was not checked.
    with asked.exactly(4):
        fresh = read()
    with asked.exactly(2):
        assert read() == fresh


def test_a_list_takes_the_gate_the_page_and_the_audit_row(
    asked: Asked, session: Session, clinic: Clinic
) -> None:
    for _ in range(6):
        give(session, clinic, "physiotherapist", **ADVICE)
    who = clinic.actor("physiotherapist")
    with asked.exactly(4):
        page = items.listed(session, who, RECOMMENDATIONS, clinic.plan_id)
    assert len(page.items) == 6


def test_a_list_of_milestones_takes_no_statement_an_item(
    asked: Asked, session: Session, clinic: Clinic, milestones: list[Any]
) -> None:
    # Beside the gate, the page and the audit row: the status of what they require, and the reports.
    with asked.exactly(4):
        page = items.listed(session, clinic.actor("physician"), MILESTONES, clinic.plan_id)
    assert len(page.items) == len(milestones)


def test_one_milestone(
    asked: Asked, session: Session, clinic: Clinic, milestones: list[Any]
) -> None:
    with asked.exactly(4):
        items.one(session, clinic.actor("physician"), MILESTONES, clinic.plan_id, milestones[0].id)


@pytest.mark.parametrize("fields", [{"title": "A longer walk"}, {"due": "2027-05-01"}])
def test_a_patch_of_a_milestone(
    fields: dict[str, Any],
    asked: Asked,
    session: Session,
    clinic: Clinic,
    milestones: list[Any],
) -> None:
    """Gate and lock, item, its update, plan, rows, flags, history with event and audit, and to show it."""
    item = milestones[0]
    who = clinic.actor("physiotherapist")
    with asked.exactly(8):
        items.revise(session, who, MILESTONES, clinic.plan_id, item.id, item.version, fields)
    commit(session)
    # From the write before, the rows, the flags and the reports are known.
    with asked.exactly(5):
        items.revise(
            session, who, MILESTONES, clinic.plan_id, item.id, item.version + 1, {"title": "Later"}
        )


def test_naming_a_colleague_as_owner_takes_one_more_and_naming_oneself_none(
    asked: Asked, session: Session, clinic: Clinic, milestones: list[Any]
) -> None:
    item = milestones[0]
    who = clinic.actor("physiotherapist")
    colleague, own = clinic.users["psychologist"].id, who.user_id
    for version, owner, statements in ((1, colleague, 9), (2, own, 8)):
        with asked.exactly(statements):
            items.revise(
                session, who, MILESTONES, clinic.plan_id, item.id, version, {"owner_id": owner}
            )


def test_a_recommendation_that_contradicts_nothing(
    asked: Asked, session: Session, clinic: Clinic
) -> None:
    # Gate, item, plan, rows, flags, the plan's next day, history with event and audit, what is disputed.
    with asked.exactly(8):
        give(session, clinic, "physiotherapist", **ADVICE)


def test_a_recommendation_that_raises_a_flag(
    asked: Asked, session: Session, clinic: Clinic, frozen_day: date
) -> None:
    give(session, clinic, "physician", **no_lifting(frozen_day))
    # As above, and the flag, whom to tell, and what they owe.
    with asked.exactly(11):
        give(session, clinic, "physiotherapist", **DEADLIFT)
    assert len(flags_of_plan(session, clinic.tenant_id, clinic.plan_id)) == 1


def test_a_preview_writes_nothing_but_its_audit_row(
    asked: Asked, session: Session, clinic: Clinic, frozen_day: date
) -> None:
    give(session, clinic, "physician", **no_lifting(frozen_day))
    with asked.exactly(3):
        found = previews.preview(session, clinic.actor("physician"), clinic.plan_id, DEADLIFT)
    assert [one["code"] for one in found["findings"]] == ["CF01"]


def test_a_day_that_closes_a_flag(
    asked: Asked, session: Session, clinic: Clinic, frozen_day: date
) -> None:
    give(session, clinic, "physiotherapist", **DEADLIFT)
    give(session, clinic, "physician", **no_lifting(frozen_day, length=3))
    plan = gate.enter(session, clinic.actor("physician"), clinic.plan_id, lock=True).plan
    session.flush()
    with asked.exactly(9):
        plan = session.merge(plan, load=False)
        days.turn(session, plan, "Europe/London", frozen_day + timedelta(days=3))
    assert plan.checked_on == frozen_day + timedelta(days=3)


def test_a_day_that_is_not_due_asks_nothing(
    asked: Asked, session: Session, clinic: Clinic, frozen_day: date
) -> None:
    give(session, clinic, "physician", **no_lifting(frozen_day - timedelta(days=5)))
    plan = gate.enter(session, clinic.actor("physician"), clinic.plan_id, lock=True).plan
    session.flush()
    tomorrow = frozen_day + timedelta(days=1)
    assert plan.next_change is not None
    assert plan.next_change > tomorrow
    with asked.exactly(0):
        days.turn(session, plan, "Europe/London", tomorrow)


def test_detection_does_not_read_the_items_one_by_one(
    asked: Asked, session: Session, clinic: Clinic, milestones: list[Any]
) -> None:
    """Twenty pieces of advice more cost no statement more."""
    for number in range(20):
        setting = ["home", "clinic", "gym", "work"][number % 4]
        give(session, clinic, "physiotherapist", **ADVICE, context={"setting": [setting]})
    item = session.get(Milestone, (clinic.tenant_id, milestones[0].id))
    assert item is not None
    version, who = item.version, clinic.actor("physiotherapist")
    with asked.exactly(8):
        items.revise(
            session, who, MILESTONES, clinic.plan_id, item.id, version, {"due": "2027-05-01"}
        )
