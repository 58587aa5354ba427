"""Hold what a finding says: its figures, who resolves it, how it compares with what it was."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest

from service.conflicts import (
    check,
    compare_material,
    detect,
    newly_unchecked,
    next_change,
    not_checked,
    opened_or_worse,
    parse,
)
from service.conflicts.units import factor

PT = {"id": "pt", "discipline": "physiotherapy"}
DR = {"id": "dr", "discipline": "physician"}
DAY = date(2026, 1, 5)


def deadlift(kilograms: float, **fields: Any) -> dict[str, Any]:
    return {
        "id": "r1",
        "kind": "exercise",
        "stance": "recommend",
        "action": "deadlift",
        "author": PT,
        "dose": [{"dimension": "load", "low": kilograms, "high": kilograms, "unit": "kg"}],
        "period": {"start": "2026-01-05"},
        **fields,
    }


def limit(**fields: Any) -> dict[str, Any]:
    return {
        "id": "r2",
        "kind": "activity",
        "stance": "prohibit",
        "action": "lifting",
        "author": DR,
        "hard": True,
        "dose": [{"dimension": "load", "high": 5, "unit": "kg"}],
        "period": {"end": "2026-03-01"},
        **fields,
    }


def plan(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"as_of": DAY.isoformat(), "recommendations": list(items), **more}


def only(document: dict[str, Any]) -> dict[str, Any]:
    found = check(document)["findings"]
    assert len(found) == 1, [item["summary"] for item in found]
    return dict(found[0])


def test_a_deadlift_above_the_surgeons_limit_is_told_in_full() -> None:
    finding = only(
        plan(
            deadlift(20, recorded_at="2026-01-05T09:00:00Z", version=3),
            limit(recorded_at="2026-01-02T09:00:00Z"),
        )
    )
    assert (finding["code"], finding["tier"], finding["severity"]) == ("CF03", "critical", "high")
    assert finding["summary"] == (
        "Physiotherapy recommends deadlift (20 kg); the physician limits lifting to 5 kg."
    )
    assert finding["dimension"] == {
        "name": "load",
        "unit": "kg",
        "required": [20.0, 20.0],
        "allowed": [None, 5.0],
        "excess": 15.0,
    }
    assert finding["overlap"] == {
        "start": "2026-01-05",
        "end": "2026-03-01",
        "relation": "overlapped-by",
    }
    assert finding["since"] == {
        "valid": "2026-01-05",
        "recorded": "2026-01-05T09:00:00Z",
        "caused_by": "r1",
    }
    assert finding["told"] == ["author:pt", "author:dr", "lead"]
    assert finding["resolver"] == ["author:dr", "physician"]
    assert finding["statements"][0]["version"] == 3
    assert finding["why"][0] == (
        "Deadlift is a kind of lifting (deadlift → lifting from floor → lifting)."
    )
    assert finding["fhir"] == "DOSE"
    assert finding["tier_trace"][-1] == "4 points: critical."


def test_figures_stand_in_the_unit_of_the_restriction() -> None:
    pounds = deadlift(20)
    pounds["dose"] = [{"dimension": "load", "low": 10, "high": 50, "unit": "[lb_av]"}]
    dimension = only(plan(pounds, limit()))["dimension"]
    assert dimension["unit"] == "kg"
    assert dimension["required"] == [4.5359, 22.6796]
    assert dimension["excess"] == 17.6796


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (deadlift(20), deadlift(20), "same"),
        (deadlift(20), deadlift(10), "better"),
        (deadlift(20), deadlift(30), "worse"),
        (deadlift(20), deadlift(20, period={"start": "2026-01-20"}), "better"),
        (deadlift(20), deadlift(20, period={}), "worse"),
        (deadlift(20, stance="require"), deadlift(20), "better"),
        (deadlift(20), deadlift(10, stance="require"), "incomparable"),
        (deadlift(20), deadlift(20, action="loaded-squat"), "incomparable"),
        (deadlift(20), deadlift(20, laterality="left", rationale="because"), "same"),
    ],
)
def test_material_compares_what_decided(
    before: dict[str, Any], after: dict[str, Any], verdict: str
) -> None:
    old, new = only(plan(before, limit())), only(plan(after, limit()))
    assert old["fingerprint"] == new["fingerprint"]
    assert compare_material(old["material_fields"], new["material_fields"]) == verdict
    assert (old["material"] == new["material"]) is (verdict == "same")


def test_a_preview_tells_only_what_a_change_opens_or_worsens() -> None:
    before = detect(parse(plan(deadlift(20), limit())), DAY)
    same = detect(parse(plan(deadlift(20, rationale="x"), limit())), DAY)
    lower = detect(parse(plan(deadlift(8), limit())), DAY)
    higher = detect(parse(plan(deadlift(30), limit())), DAY)
    assert opened_or_worse((), before) == before
    assert opened_or_worse(before, same) == ()
    assert opened_or_worse(before, lower) == ()
    assert opened_or_worse(before, higher) == higher
    undosed = plan(deadlift(20, dose=[], action="grip-strengthening"), limit(action="gripping"))
    notes = not_checked(parse(undosed), DAY)
    assert {note["reason"] for note in notes} == {"dose-not-stated"}
    assert newly_unchecked((), notes) == notes
    assert newly_unchecked(notes, notes) == ()


def test_time_alone_steps_a_tier_on_the_announced_day() -> None:
    document = plan(deadlift(20, period={"start": "2026-02-10"}), limit())
    facts = parse(document)
    assert [item.tier for item in detect(facts, DAY)] == ["warning"]
    change = next_change(facts, DAY)
    assert change is not None
    assert change <= date(2026, 1, 13)
    assert [item.tier for item in detect(facts, date(2026, 1, 12))] == ["warning"]
    assert [item.tier for item in detect(facts, date(2026, 1, 13))] == ["critical"]
    assert detect(facts, date(2026, 3, 1)) == ()


def test_a_plan_without_dates_never_changes_by_itself() -> None:
    facts = parse(plan(deadlift(20, period={}), limit(period={})))
    assert next_change(facts, DAY) is None


def test_intervals_are_half_open() -> None:
    until, since = {"end": "2026-03-01"}, {"start": "2026-03-01"}
    assert check(plan(deadlift(20, period=since), limit(period=until)))["findings"] == []
    day_before = {"start": "2026-02-28"}
    assert check(plan(deadlift(20, period=day_before), limit(period=until)))["findings"]


def test_a_held_statement_still_raises_its_flag_but_exempts_nothing() -> None:
    held = deadlift(20, status="on-hold", held_by=["f1"])
    assert only(plan(held, limit()))["code"] == "CF03"
    assert check(plan({**held, "held_by": []}, limit()))["findings"] == []
    excused = {**held, "exception_to": ["r2"]}
    assert only(plan(excused, limit()))["code"] == "CF03"
    assert check(plan({**excused, "status": "active"}, limit()))["findings"] == []


def test_a_successor_that_is_only_suggested_ends_nothing() -> None:
    successor = deadlift(3, id="r3", supersedes=["r1"], coding_status="suggested")
    assert check(plan(deadlift(20), limit(), successor))["findings"]
    confirmed = {**successor, "coding_status": "confirmed"}
    assert check(plan(deadlift(20), limit(), confirmed))["findings"] == []


def test_a_chain_of_successors_ends_the_first_at_the_earliest_start() -> None:
    middle = deadlift(3, id="r3", supersedes=["r1"], status="revoked")
    last = deadlift(3, id="r4", supersedes=["r3"], period={"start": "2026-02-01"})
    overlap = only(plan(deadlift(20), limit(), middle, last))["overlap"]
    assert overlap["end"] == "2026-02-01"


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ("[lb_av]", "kg", 0.45359237),
        ("h", "min", 60.0),
        ("1/d", "1/wk", 7.0),
        ("/wk", "d/wk", 1.0),
        ("h/d", "min/d", 60.0),
        ("[mi_i]", "km", 1.609344),
        ("{score}", "1", 1.0),
        ("stone", "stone", 1.0),
        ("stone", "kg", None),
        ("d/wk", "1/d", None),
        ("h/wk", "h/d", None),
        ("%", "kg", None),
    ],
)
def test_units_compare_by_a_fixed_table_or_not_at_all(
    one: str, other: str, value: float | None
) -> None:
    into = factor(one, other)
    assert into is None if value is None else into == pytest.approx(value)


def test_findings_stand_in_order() -> None:
    items = [
        deadlift(20),
        limit(),
        deadlift(20, id="r5", author=DR, dose=[]),
        limit(id="r6", hard=False, author=PT, dose=[], period={"end": "2026-02-01"}),
    ]
    document = plan(*items)
    found = check(document)["findings"]
    tiers = [("critical", "warning", "notice", "info").index(item["tier"]) for item in found]
    assert tiers == sorted(tiers)
    assert len(found) > 2
    backwards = copy.deepcopy(document)
    backwards["recommendations"].reverse()
    assert check(backwards)["findings"] == found


def test_a_finding_ends_with_its_overlap() -> None:
    document = plan(deadlift(20), limit())
    document["as_of"] = (date(2026, 3, 1) - timedelta(days=1)).isoformat()
    assert check(document)["findings"]
    document["as_of"] = "2026-03-01"
    assert check(document)["findings"] == []
