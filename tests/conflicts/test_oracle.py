"""Hold the engine to a second reading of its text, written as a logic program.

The rules over two recommendations were put into `oracle/pairs.lp` from the text alone. Plans that
favour what is rare run through both, and rule, pair and tier must be the same. `ORACLE_EXAMPLES`
sets how many plans are made (the default keeps the usual run short).
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from service.conflicts import check
from tests.conflicts.casebook import Case, cases, raw
from tests.conflicts.evaluation.__main__ import PLANS
from tests.conflicts.oracle.pair_plans import pair_plans
from tests.conflicts.oracle.solve import Found, pairs

CODES = frozenset({"CF01", "CF02", "CF03", "CF04", "CF05", "CF06", "CF10", "CF27"})
EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "60"))
# Read by rules that the program does not hold: certificates replace what it would find.
BEYOND = frozenset({"work-step", "work-capacity"})
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def engine(plan: dict[str, Any]) -> list[Found]:
    """Give the engine's findings over two recommendations as the program gives its own."""
    found = []
    for item in check(plan)["findings"]:
        sides = item["statements"]
        if item["code"] in CODES and all(side["kind"] == "recommendation" for side in sides):
            one, other = sorted(side["id"] for side in sides)
            found.append((item["code"], (one, other), item["tier"]))
    return sorted(found)


def without_certificates(plan: dict[str, Any]) -> dict[str, Any]:
    """Leave out what belongs to other rules, and the links to it."""
    kept = [
        {key: value for key, value in item.items() if key != "trigger"}
        for item in plan["recommendations"]
        if item["kind"] not in BEYOND
    ]
    names = {item["id"] for item in kept}
    for item in kept:
        for link in ("exception_to", "supersedes", "alternative_to", "part_of", "depends_on"):
            if link in item:
                item[link] = [name for name in item[link] if name in names]
    return {"as_of": plan["as_of"], "recommendations": kept}


@MANY
@given(pair_plans())
def test_a_second_reading_finds_the_same(plan: dict[str, Any]) -> None:
    assert engine(plan) == pairs(plan), json.dumps(plan)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_second_reading_of_whole_plans(path: Any) -> None:
    plan = without_certificates(raw(path)["plan"])
    assert engine(plan) == pairs(plan)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_second_reading_of_the_cases(code: str) -> None:
    book: list[Case] = [case for case in cases(set(CODES)) if case.rule == code]
    chosen = book if EXAMPLES > 60 else book[::6]
    for case in chosen:
        plan = without_certificates(case.plan)
        assert engine(plan) == pairs(plan), case.name


def test_the_second_reading_is_not_silent() -> None:
    plan = {
        "as_of": "2026-01-05",
        "recommendations": [
            {"id": "p", "kind": "exercise", "stance": "recommend", "action": "deadlift",
             "author": {"id": "a", "discipline": "physiotherapy"}},
            {"id": "n", "kind": "activity", "stance": "prohibit", "action": "lifting", "hard": True,
             "author": {"id": "b", "discipline": "physician"}},
        ],
    }  # fmt: skip
    assert pairs(plan) == [("CF01", ("n", "p"), "critical")]
