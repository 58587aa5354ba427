"""Hold the knowledge files, and what the engine makes of them, to the text."""

from __future__ import annotations

import copy
import sys
from typing import Any

import pytest

from service.conflicts import KNOWLEDGE_VERSION, known_codes, rules
from service.conflicts import taxonomy as shown
from service.conflicts.knowledge import BrokenKnowledge, closure, load
from service.conflicts.rules import RULES, ReusedCode, register
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy

BODY = taxonomy()


def demand(action: str, load_code: str, region: str) -> list[tuple[int, bool]]:
    """Give level and certainty of what an activity demands of one pair."""
    return sorted(
        (item.level, item.inherent)
        for item in BODY.demands[action]
        if (item.load, item.region) == (load_code, region)
    )


def test_what_is_stated_replaces_what_the_parents_say() -> None:
    assert demand("lifting", "flex", "lumbar") == [(2, False)]
    assert demand("carrying", "flex", "lumbar") == []  # level 0 takes it away
    assert demand("deadlift", "xload", "whole-body") == [(3, True)]


def test_what_is_not_stated_comes_from_the_parents_highest() -> None:
    assert demand("deadlift", "flex", "knee") == [(2, False)]
    # Both parents state the hip: squatting at 3; what they say of the lumbar spine is replaced.
    assert demand("loaded-squat", "grip", "wrist-hand") == [(1, True)]
    assert demand("long-journey", "static", "lumbar") == [(3, True)]


def test_up_and_down_are_each_others_inverse() -> None:
    for code, above in BODY.up.items():
        assert code in above
        assert all(code in BODY.down[other] for other in above)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (None, "knee", True),
        ("whole-body", "knee", True),
        ("knee", "lower-limb", True),
        ("lower-limb", "knee", True),
        ("knee", "hip", False),
        ("tail", "knee", False),
        ("tail", "tail", False),
    ],
)
def test_regions_meet_when_one_is_part_of_the_other(
    one: str | None, other: str, meet: bool
) -> None:
    assert BODY.regions_meet(one, other) is meet
    assert BODY.regions_meet(other, one) is meet


def test_a_passive_treatment_works_only_where_it_is_applied() -> None:
    assert BODY.worked_regions["manipulation"] == frozenset()
    assert BODY.worked_regions["leg-press"] == {"lower-limb", "knee", "hip"}
    assert BODY.worked_regions["cuff-strengthening"] == {"shoulder"}  # only level 1: all demands


def test_a_cycle_and_an_unknown_parent_are_refused() -> None:
    with pytest.raises(BrokenKnowledge):
        closure({"a": ("b",), "b": ("a",)}, "test")
    with pytest.raises(BrokenKnowledge):
        closure({"a": ("nowhere",)}, "test")


def test_a_demand_on_an_unknown_region_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = copy.deepcopy(load("activity_taxonomy.json"))
    raw["activities"]["walking"]["demands"].append("wb@wing:2i")
    breaks_taxonomy(monkeypatch, raw)


def test_a_demand_without_its_mark_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = copy.deepcopy(load("activity_taxonomy.json"))
    raw["activities"]["walking"]["demands"].append("wb@knee:2")
    breaks_taxonomy(monkeypatch, raw)


def breaks_taxonomy(monkeypatch: pytest.MonkeyPatch, raw: dict[str, Any]) -> None:
    module = sys.modules["service.conflicts.taxonomy"]
    monkeypatch.setattr(module, "load", lambda name: raw)
    with pytest.raises(BrokenKnowledge):
        taxonomy.__wrapped__()


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("drug_drug", {"id": "X1", "a": "nsaid", "b": "snake-oil", "tier": "warning"}),
        ("drug_drug", {"id": "DD01", "a": "nsaid", "b": "ssri", "tier": "warning"}),
        ("drug_drug", {"id": "X2", "a": "nsaid", "b": "ssri", "tier": "awful"}),
        ("drug_condition", {"id": "X3", "class": "nsaid", "tier": "warning", "fhir": "COND"}),
        ("separation", {"id": "X4", "event": "a-party", "days": 1}),
        ("condition_activity", {"id": "X5", "condition": "ckd", "tier": "notice", "fhir": "COND"}),
    ],
)
def test_a_row_that_names_what_is_unknown_is_refused(
    monkeypatch: pytest.MonkeyPatch, table: str, row: dict[str, Any]
) -> None:
    raw = copy.deepcopy(load("clinical_tables.json"))
    raw[table].append({"source": "a test", **row})
    monkeypatch.setattr(sys.modules["service.conflicts.tables"], "load", lambda name: raw)
    with pytest.raises(BrokenKnowledge):
        tables.__wrapped__()


def test_a_code_used_twice_is_refused() -> None:
    with pytest.raises(ReusedCode):
        register([RULES[0], RULES[0]])


def test_each_rule_is_documented_for_the_public() -> None:
    shown_rules = rules()
    assert [rule["code"] for rule in shown_rules] == [f"CF{number:02}" for number in range(1, 30)]
    for rule in shown_rules:
        for word in ("Told:", "Resolves:", "FHIR:", "Source:"):
            assert word in rule["documentation"], rule["code"]
        assert rule["source"]
        assert rule["version"]
        for code in rule["fhir"]:
            assert code in rule["documentation"].replace("\n", " "), (rule["code"], code)


def test_every_row_of_the_tables_names_its_source() -> None:
    known = tables()
    sources = [
        *(row.source for row in known.drug_condition),
        *(row.source for row in known.drug_drug),
        *(row.source for row in known.daily_maximum),
        *(row.source for row in known.separation),
        *(row.source for row in known.drug_activity),
        *(row.source for row in known.condition_activity),
    ]
    assert len(sources) > 70
    assert all(sources)


def test_the_catalogue_shows_what_the_engine_knows() -> None:
    assert load("activity_taxonomy.json")["version"] == KNOWLEDGE_VERSION
    catalogue = shown()
    deadlift = next(item for item in catalogue["activities"] if item["code"] == "deadlift")
    assert deadlift["label"] == "Deadlift"
    assert {"load": "axial", "region": "lumbar", "level": 3, "inherent": True} in deadlift[
        "demands"
    ]
    assert {"code": "knee", "label": "Knee", "part_of": "lower-limb"} in catalogue["regions"]
    codes = known_codes()
    assert {"activities", "regions", "loads", "drug_classes", "messages", "conditions"} <= set(
        codes
    )
    assert all(values == sorted(set(values)) for key, values in codes.items() if key in CODED)


CODED = ("activities", "regions", "loads", "drug_classes", "conditions", "observations", "events")
