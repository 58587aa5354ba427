"""Hold the evaluation to its definitions, and each baseline to what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from service.conflicts import check
from tests.conflicts.casebook import Case, raw
from tests.conflicts.evaluation.__main__ import (
    PLANS,
    Result,
    evaluate,
    is_clean,
    judge_plan,
    table,
)
from tests.conflicts.evaluation.baselines import METHODS, engine
from tests.conflicts.evaluation.measures import Count, match, of_case, of_plan

PT = {"id": "pt", "discipline": "physiotherapy"}
DR = {"id": "dr", "discipline": "physician"}


def found(code: str, tier: str, *names: str, dimension: str | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"code": code, "tier": tier, "statements": [{"id": n} for n in names]}
    return item | ({"dimension": {"name": dimension}} if dimension else {})


def wanted(code: str, tier: str, *names: str) -> dict[str, Any]:
    return {"code": code, "tier": tier, "statements": list(names)}


def test_another_tier_is_a_miss_and_a_surplus() -> None:
    outcome = match([found("CF01", "notice", "b", "a")], [wanted("CF01", "warning", "a", "b")])
    assert (len(outcome.met), len(outcome.missed), len(outcome.surplus)) == (0, 1, 1)


def test_a_finding_meets_one_expectation_only() -> None:
    twice = [wanted("CF03", "warning", "a", "b")] * 2
    outcome = match([found("CF03", "warning", "a", "b", dimension="load")], twice)
    assert (len(outcome.met), len(outcome.missed)) == (1, 1)


def test_the_dimension_counts_where_it_is_named() -> None:
    expected = {**wanted("CF03", "warning", "a", "b"), "dimension": "bout"}
    assert match([found("CF03", "warning", "a", "b", dimension="load")], [expected]).missed


def test_a_case_counts_its_own_rule_and_breaks_on_the_others() -> None:
    findings = [found("CF01", "warning", "a", "b"), found("CF02", "info", "a", "b")]
    silent = of_case("CF01", findings, [], [wanted("CF27", "info", "a", "b")], silent=True)
    assert silent == Count(surplus=1, silent=1, broken=1)
    fires = of_case("CF01", findings, [wanted("CF01", "warning", "a", "b")], [], silent=False)
    assert fires == Count(hits=1)


def test_only_what_is_loud_and_not_expected_is_a_nuisance() -> None:
    findings = [
        found("CF01", "warning", "a", "b"),
        found("CF01", "critical", "a", "c"),
        found("CF01", "info", "b", "c"),
    ]
    counts, _ = of_plan(findings, [wanted("CF01", "warning", "a", "b")])
    assert counts["CF01"] == Count(hits=1, surplus=2, nuisance=1)
    assert counts["CF01"].precision == pytest.approx(1 / 3)
    assert counts["CF01"].recall == 1.0
    assert Count().precision is None


def plan(*items: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"id": f"r{index}", "kind": "activity", "author": (PT, DR)[index], **item}
        for index, item in enumerate(items)
    ]
    return {"as_of": "2026-01-05", "recommendations": rows}


# For each method what it must still see, and what it must get wrong.
LIFTING = plan(
    {"stance": "recommend", "action": "deadlift"}, {"stance": "prohibit", "action": "lifting"}
)
SAME = plan(
    {"stance": "recommend", "action": "lifting"}, {"stance": "prohibit", "action": "lifting"}
)
NARROW = plan(
    {"stance": "recommend", "action": "resistance"}, {"stance": "prohibit", "action": "deadlift"}
)
LOADED = plan(
    {"stance": "recommend", "action": "deadlift"},
    {"stance": "prohibit", "load_target": {"load": "axial", "region": "lumbar"}},
)
OTHER_SIDE = plan(
    {"stance": "recommend", "action": "knee-extension", "laterality": "left"},
    {"stance": "prohibit", "action": "knee-extension", "laterality": "right"},
)
SEES: dict[str, tuple[bool, bool, bool, bool, bool]] = {
    "engine": (True, True, False, True, False),
    "exact code": (False, True, False, False, False),
    "symmetric": (True, True, True, True, False),
    "no loads": (True, True, False, False, False),
    "no context": (True, True, False, True, True),
}


@pytest.mark.parametrize("name", METHODS)
def test_each_method_leaves_out_what_it_says(name: str) -> None:
    before = check(LOADED)
    with METHODS[name]() as method:
        alarms = tuple(
            any(item["code"] in {"CF01", "CF02"} for item in method(document))
            for document in (LIFTING, SAME, NARROW, LOADED, OTHER_SIDE)
        )
    assert alarms == SEES[name]
    assert check(LOADED) == before, "what a baseline forgot is known again"


def test_a_miss_is_named_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    case = Case("CF01", "made-up", "", SAME, [wanted("CF01", "info", "r0", "r1")], False, [])
    results = evaluate([case], {"made-up": {"plan": SAME, "expect": []}})
    assert results["engine"].wrong == ["case CF01-made-up", "plan made-up"]
    assert "made-up" not in capsys.readouterr().out
    lines = table(results, 1)
    assert lines[2].split()[:7] == ["CF01", "1", "0", "|", "0.00", "0.00", "1.00"]


def test_a_false_alarm_on_a_clean_plan_is_loud() -> None:
    result = Result()
    judge_plan(result, "same", {"plan": SAME, "expect": []}, engine)
    assert result.loud_on_clean == 1


def test_there_are_enough_whole_plans_and_clean_ones() -> None:
    contents = [raw(path) for path in PLANS]
    assert len(contents) >= 20
    assert sum(map(is_clean, contents)) >= 6
    for content in contents:
        assert len(content["plan"]["recommendations"]) >= 20, content["title"]
