"""Apply every repair of every case: the finding it is offered for is gone."""

from __future__ import annotations

import pytest

from service.conflicts import check, rules
from service.conflicts.vocabulary import MILESTONE_STATUSES
from service.domain import lifecycles
from tests.conflicts.casebook import Case, cases
from tests.conflicts.mending import mend

CASES = cases({rule["code"] for rule in rules()})
TIERS = ("critical", "warning", "notice", "info")


def tier_after(plan: dict, fingerprint: str) -> str | None:
    """Give the tier of a finding in a plan, or nothing where it is gone."""
    for finding in check(plan)["findings"]:
        if finding["fingerprint"] == fingerprint:
            return str(finding["tier"])
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_repair_clears_its_finding(case: Case) -> None:
    for finding in check(case.plan)["findings"]:
        assert finding["repairs"], f"{finding['code']} offers nothing: {finding['summary']}"
        for repair in finding["repairs"]:
            after = tier_after(mend(case.plan, repair), finding["fingerprint"])
            if repair["statement"]["id"] is None:
                assert after is not None
                assert TIERS.index(after) > TIERS.index(finding["tier"]), repair["says"]
            else:
                assert after is None, f"{finding['summary']}\n{repair['says']}: {repair['change']}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_finding_is_complete(case: Case) -> None:
    for finding in check(case.plan)["findings"]:
        assert len(finding["summary"]) <= 140
        assert finding["summary"].endswith((".", "…"))
        assert finding["why"]
        assert all(finding["why"])
        assert finding["tier_trace"]
        assert finding["told"], finding["summary"]
        assert finding["resolver"], finding["summary"]
        ids = [item["id"] for item in finding["statements"]]
        assert ids == sorted(ids)
        assert all(item["says"] for item in finding["statements"])


@pytest.mark.parametrize("step", sorted(MILESTONE_STATUSES))
@pytest.mark.parametrize("first", sorted(MILESTONE_STATUSES))
def test_a_milestone_is_only_offered_moves_that_it_can_make(step: str, first: str) -> None:
    owner = {"id": "pt", "discipline": "physiotherapy"}
    plan = {
        "as_of": "2026-01-05",
        "milestones": [
            {"id": "a", "title": "Walk", "status": first, "due": "2026-03-01", "owner": owner},
            {
                "id": "b",
                "title": "Run",
                "status": step,
                "due": "2026-02-01",
                "requires": ["a"],
                "owner": owner,
            },
        ],
    }
    status_of = {"a": first, "b": step}
    for finding in check(plan)["findings"]:
        assert finding["repairs"]
        for repair in finding["repairs"]:
            wanted = repair["change"].get("status")
            code = repair["statement"]["id"]
            assert wanted is None or wanted in lifecycles.MILESTONE[status_of[code]], repair["says"]


def test_nothing_is_offered_to_begin_after_its_own_planned_end() -> None:
    """An event that is awaited keeps a statement open, but its written period still ends."""
    awaited = {"kind": "review", "recorded": False}
    plan = {
        "as_of": "2026-01-05",
        "recommendations": [
            {
                "id": "run",
                "kind": "exercise",
                "stance": "recommend",
                "action": "running",
                "author": {"id": "pt", "discipline": "physiotherapy"},
                "period": {"start": "2026-01-01", "end": "2026-02-01"},
                "end_event": awaited,
            },
            {
                "id": "rest",
                "kind": "activity",
                "stance": "prohibit",
                "action": "running",
                "author": {"id": "dr", "discipline": "physician"},
                "period": {"start": "2026-01-01", "end": "2026-03-01"},
            },
        ],
        "events": [
            {"id": "op", "code": "arthroplasty", "body_region": "knee", "date": "2026-01-04"}
        ],
    }
    findings = check(plan)["findings"]
    assert {finding["code"] for finding in findings} >= {"CF01", "CF18"}
    for finding in findings:
        for repair in finding["repairs"]:
            start = (repair["change"].get("period") or {}).get("start")
            assert start is None or start < "2026-02-01", repair["says"]
