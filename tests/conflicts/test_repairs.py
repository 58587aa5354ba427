"""Apply every repair of every case: the finding it is offered for is gone."""

from __future__ import annotations

import pytest

from service.conflicts import check, rules
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
