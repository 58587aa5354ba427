"""Hold full detection to its budget, with room for a busy machine."""

from __future__ import annotations

from service.conflicts import detect, parse
from tests.conflicts.speed import AS_OF, hundred_statements, time_detection

BUDGET_MS = 10.0
ROOM = 4  # other tests share the machine; the bench measures the budget itself


def test_a_hundred_statements_stay_within_the_budget() -> None:
    assert time_detection() < BUDGET_MS * ROOM


def test_the_plan_it_is_measured_on_is_a_real_one() -> None:
    findings = detect(parse(hundred_statements()), AS_OF)
    assert {"CF02", "CF10", "CF25"} <= {finding.code for finding in findings}
    assert len(findings) > 20
