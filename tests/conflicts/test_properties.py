"""Hold the engine to what must be true of every plan."""

from __future__ import annotations

import copy
import json
import random
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from service.conflicts import Finding, check, detect, next_change, not_checked, parse
from service.conflicts.day import Day
from service.conflicts.tables import tables
from tests.conflicts.mending import mend
from tests.conflicts.random_plans import DAY, plans

SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SUMS = ("CF13", "CF21")  # drawn over the whole plan
TIERS = ("critical", "warning", "notice", "info")


@SLOW
@given(plans())
def test_the_same_plan_gives_the_same_bytes(plan: dict[str, Any]) -> None:
    once = json.dumps(check(plan))
    assert json.dumps(check(copy.deepcopy(plan))) == once


@SLOW
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_plays_no_part(plan: dict[str, Any], chance: random.Random) -> None:
    shuffled = copy.deepcopy(plan)
    for key, items in shuffled.items():
        # Of two values of one day the later in the list counts, so their order is a fact.
        if isinstance(items, list) and key != "observations":
            chance.shuffle(items)
    assert check(shuffled) == check(plan)


@SLOW
@given(plans())
def test_an_unrelated_statement_changes_nothing(plan: dict[str, Any]) -> None:
    more = copy.deepcopy(plan)
    more["recommendations"].append(
        {
            "id": "zz-unrelated",
            "kind": "activity",
            "stance": "recommend",
            "action": "adl-aids",
            "author": {"id": "nobody-else", "discipline": "nursing"},
        }
    )
    # "No activity at all" would cover even the reacher.
    assume(all(item.get("action") != "any" for item in plan["recommendations"]))
    assert check(more) == check(plan)


def shifted(value: Any, days: int) -> Any:
    """Move every date in a document."""
    if isinstance(value, dict):
        return {key: shifted(item, days) for key, item in value.items()}
    if isinstance(value, list):
        return [shifted(item, days) for item in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        moved = date.fromisoformat(value[:10]) + timedelta(days=days)
        return moved.isoformat() + value[10:]
    return value


@SLOW
@given(plans(), st.integers(-40, 40))
def test_dates_moved_together_move_the_findings(plan: dict[str, Any], weeks: int) -> None:
    plan.pop("patient", None)  # an age follows the calendar year
    before = check(plan)
    after = check(shifted(plan, weeks * 7))  # a week of the calendar stays one
    essence = [
        (item["code"], item["tier"], item["fingerprint"], item["row"])
        for item in before["findings"]
    ]
    assert sorted(essence) == sorted(
        (item["code"], item["tier"], item["fingerprint"], item["row"]) for item in after["findings"]
    )
    assert before["not_checked"] == after["not_checked"]


@SLOW
@given(plans())
def test_every_repair_clears_its_finding(plan: dict[str, Any]) -> None:
    for finding in check(plan)["findings"]:
        for repair in finding["repairs"]:
            after = [
                item
                for item in check(mend(plan, repair))["findings"]
                if item["fingerprint"] == finding["fingerprint"]
            ]
            if repair["statement"]["id"] is None:
                assert TIERS.index(after[0]["tier"]) > TIERS.index(finding["tier"])
            else:
                assert not after, (finding["summary"], repair)


@settings(SLOW, max_examples=30)
@given(plans(most=4))
def test_nothing_changes_before_the_next_change(plan: dict[str, Any]) -> None:
    facts = parse(plan)
    day = DAY
    change = next_change(facts, day)
    expected = [item.to_dict() for item in detect(facts, day)], not_checked(facts, day)
    until = change or DAY + timedelta(days=900)
    probes = sorted({1, 2, 3, 27, 28, 29, 60, 365, 366, 400, (until - day).days - 1})
    for ahead in probes:
        then = day + timedelta(days=ahead)
        if day < then < until:
            found = [item.to_dict() for item in detect(facts, then)], not_checked(facts, then)
            assert found == expected, then


@settings(SLOW, max_examples=15)
@given(plans(most=4))
def test_every_day_of_a_year_is_announced(plan: dict[str, Any]) -> None:
    facts = parse(plan)
    day, due = DAY, next_change(facts, DAY)
    known = None
    for ahead in range(150):
        then = day + timedelta(days=ahead)
        if known is None or then == due:
            known = [item.to_dict() for item in detect(facts, then)], not_checked(facts, then)
            due = next_change(facts, then)
        else:
            assert known == (
                [item.to_dict() for item in detect(facts, then)],
                not_checked(facts, then),
            ), then


@SLOW
@given(plans())
def test_a_rule_that_is_passed_over_would_find_nothing(plan: dict[str, Any]) -> None:
    facts = parse(plan)
    kinds = frozenset({"statements", "goals", "milestones", "appointments"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Day, "there", kinds)
        asked_of_all = detect(facts, DAY)
    assert detect(facts, DAY) == asked_of_all


@SLOW
@given(plans())
def test_a_focus_gives_exactly_what_the_whole_gives_of_it(plan: dict[str, Any]) -> None:
    facts = parse(plan)
    pairwise = [finding for finding in detect(facts, DAY) if not is_a_sum(finding)]
    for item in facts.recommendations:
        touching = [finding for finding in pairwise if item.id in finding.ids]
        assert list(detect(facts, DAY, focus={item.id})) == touching


def is_a_sum(finding: Finding) -> bool:
    return finding.code in SUMS or finding.row in {row.id for row in tables().daily_maximum}


@SLOW
@given(plans())
def test_fingerprints_are_unique_and_versions_play_no_part(plan: dict[str, Any]) -> None:
    before = check(plan)["findings"]
    marks = [item["fingerprint"] for item in before]
    assert len(marks) == len(set(marks))
    revised = copy.deepcopy(plan)
    for item in revised["recommendations"]:
        item["version"] = 7
    after = check(revised)["findings"]
    assert [(item["fingerprint"], item["material"]) for item in after] == [
        (item["fingerprint"], item["material"]) for item in before
    ]
