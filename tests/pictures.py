"""Hold every picture of a plan that is kept against the plan itself, read and worked out anew."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from service import conflicts
from service.actions import document, picture
from service.actions.picture import Picture
from service.models.document import rows_of_plan
from service.models.flags import flags_of_plan
from service.models.milestones import reports_in_plan
from service.models.plans import CarePlan


def assert_true(session: Session, plan: CarePlan, kept: Picture) -> None:
    """Compare rows, findings, the next day and the flags with what is stored."""
    session.flush()
    rows = rows_of_plan(session, plan.tenant_id, plan.id)
    for table in document.KEYS:
        assert by_id(kept.rows[table]) == by_id(rows[table]), table
    assert kept.rows["team_days"] == rows["team_days"]
    facts = conflicts.parse(document.from_rows(rows, kept.day, kept.timezone))
    # An event of today may have its day of record in the engine alone; findings are what counts.
    assert kept.standing.findings == conflicts.detect(facts, kept.day)
    assert kept.standing.next_change() == conflicts.next_change(facts, kept.day)
    assert kept.reports(session, plan) == reports_in_plan(session, plan.tenant_id, plan.id)
    assert kept.flags is not None
    stored = {flag.fingerprint: flag for flag in flags_of_plan(session, plan.tenant_id, plan.id)}
    assert {one.fingerprint: (one.status, one.tier, one.material) for one in kept.flags} == {
        mark: (flag.status, flag.tier, flag.material) for mark, flag in stored.items()
    }


def by_id(rows: Any) -> dict[str, Any]:
    return {row["id"]: row for row in rows}


@pytest.fixture
def true_pictures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare each picture as it is kept; where statements are counted, nothing is asked besides."""
    if "asked" not in request.fixturenames:
        keep = picture.keep

        def checked(session: Session, plan: CarePlan, kept: Picture) -> None:
            assert_true(session, plan, kept)
            keep(session, plan, kept)

        monkeypatch.setattr(picture, "keep", checked)
