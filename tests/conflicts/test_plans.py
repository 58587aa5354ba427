"""Run whole plans as a team writes them: exactly the findings a clinician expects, no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.conflicts import check
from tests.conflicts.casebook import raw
from tests.conflicts.mending import mend
from tests.conflicts.test_cases import line

PLANS = sorted((Path(__file__).parent / "plans").glob("*.yml"))


def essence(code: str, tier: str, statements: list[str], dimension: str | None) -> str:
    """Write a finding as one line that can be compared."""
    return f"{code} {tier} {'+'.join(sorted(statements))} {dimension or ''}".strip()


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_plan(path: Path) -> None:
    content = raw(path)
    findings = check(content["plan"])["findings"]
    found = {
        essence(
            finding["code"],
            finding["tier"],
            [item["id"] for item in finding["statements"]],
            (finding.get("dimension") or {}).get("name"),
        ): finding
        for finding in findings
    }
    # A case need not name the dimension where there is only one.
    expected = set()
    for wanted in content["expect"]:
        bare = essence(wanted["code"], wanted["tier"], wanted["statements"], None)
        full = essence(
            wanted["code"], wanted["tier"], wanted["statements"], wanted.get("dimension")
        )
        like = [key for key in found if key == full or key.startswith(f"{bare} ")]
        expected.add(like[0] if len(like) == 1 and "dimension" not in wanted else full)
    missing = sorted(expected - found.keys())
    surplus = sorted(found.keys() - expected)
    report = [content["title"], "missing:", *missing, "not expected:"]
    report += [f"{key}: {line(found[key])}" for key in surplus]
    assert not missing, "\n".join(report)
    assert not surplus, "\n".join(report)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_repairs_in_a_whole_plan(path: Path) -> None:
    plan = raw(path)["plan"]
    for finding in check(plan)["findings"]:
        for repair in finding["repairs"]:
            if repair["statement"]["id"] is None:
                continue
            after = {item["fingerprint"] for item in check(mend(plan, repair))["findings"]}
            assert finding["fingerprint"] not in after, (finding["summary"], repair)


def test_there_are_plans() -> None:
    assert PLANS
