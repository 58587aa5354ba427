"""Run every YAML case: what must fire fires as it says, and what must stay silent does."""

from __future__ import annotations

from typing import Any

import pytest

from service.conflicts import check, rules
from tests.conflicts.casebook import Case, cases

KNOWN = {rule["code"] for rule in rules()}
CASES = cases(KNOWN)


def line(finding: dict[str, Any]) -> str:
    """Say in one line what was found, for a failing test."""
    names = ", ".join(item["id"] for item in finding["statements"])
    return f"{finding['code']} {finding['tier']} [{names}] {finding['summary']}"


def matches(finding: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Say whether a finding is the one a case describes."""
    if finding["code"] != wanted["code"] or finding["tier"] != wanted["tier"]:
        return False
    if "statements" in wanted:
        ids = sorted(item["id"] for item in finding["statements"])
        if ids != sorted(wanted["statements"]):
            return False
    if "dimension" in wanted:
        return (finding.get("dimension") or {}).get("name") == wanted["dimension"]
    return True


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    findings = check(case.plan)["findings"]
    report = "\n".join([case.says, *map(line, findings)])
    own = [finding for finding in findings if finding["code"] == case.rule]
    if case.silent:
        assert not own, report
    else:
        assert case.expect, "a case that is not silent says what it expects"
        assert own or any(item["code"] != case.rule for item in case.expect), report
    for wanted in [*case.expect, *case.instead]:
        if wanted["code"] in KNOWN:
            assert any(matches(finding, wanted) for finding in findings), f"{wanted}\n{report}"
