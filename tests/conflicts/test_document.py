"""Read plan documents strictly: what is wrong is refused, with its place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from service.conflicts import BadDocument, check, parse
from service.errors import Invalid

AUTHOR = {"id": "pt", "discipline": "physiotherapy"}


def plan(**fields: Any) -> dict[str, Any]:
    item = {
        "id": "r1",
        "kind": "exercise",
        "stance": "recommend",
        "action": "walking",
        "author": AUTHOR,
        **fields,
    }
    return {
        "as_of": "2026-01-05",
        "recommendations": [{key: value for key, value in item.items() if value != "absent"}],
    }


def step(code: str, *requires: str) -> dict[str, Any]:
    return {
        "id": code,
        "title": code,
        "status": "planned",
        "requires": list(requires),
        "owner": AUTHOR,
    }


BAD: list[tuple[dict[str, Any], str, str]] = [
    (plan(stance="absent"), "/recommendations/0/stance", "required"),
    (plan(stance="suggest"), "/recommendations/0/stance", "not-allowed"),
    (plan(kind=7), "/recommendations/0/kind", "not-text"),
    (plan(id=""), "/recommendations/0/id", "empty"),
    (plan(id="patient"), "/recommendations/0/id", "stands-twice"),
    (plan(latterality="left"), "/recommendations/0/latterality", "unknown-field"),
    (plan(laterality="up"), "/recommendations/0/laterality", "not-allowed"),
    (plan(hard="yes"), "/recommendations/0/hard", "not-a-boolean"),
    (plan(author={"id": "pt", "discipline": "plumbing"}), "/recommendations/0/author/discipline",
     "not-allowed"),
    (plan(period={"start": "2026-1-5"}), "/recommendations/0/period/start", "not-a-date"),
    (plan(period={"start": "2026-02-30"}), "/recommendations/0/period/start", "not-a-date"),
    (plan(period=["2026-01-05"]), "/recommendations/0/period", "not-an-object"),
    (plan(dose={"dimension": "load"}), "/recommendations/0/dose", "not-a-list"),
    (plan(dose=[{"dimension": "load", "unit": "kg"}]), "/recommendations/0/dose/0/low",
     "low-or-high-required"),
    (plan(dose=[{"dimension": "load", "unit": "kg", "low": 5, "high": 2}]),
     "/recommendations/0/dose/0/low", "above-high"),
    (plan(dose=[{"dimension": "load", "unit": "kg", "low": True}]),
     "/recommendations/0/dose/0/low", "not-a-number"),
    (plan(dose=[{"dimension": "load", "unit": "kg", "low": 10**400}]),
     "/recommendations/0/dose/0/low", "out-of-range"),
    (plan(dose=[{"dimension": "speed", "unit": "km/h", "low": 1}]),
     "/recommendations/0/dose/0/dimension", "not-allowed"),
    (plan(dose=[{"dimension": "load", "unit": "kg", "low": 1}] * 2),
     "/recommendations/0/dose/1/dimension", "stands-twice"),
    (plan(context={"phase": ["winter"]}), "/recommendations/0/context/phase/0", "not-allowed"),
    (plan(action="absent", stance="prohibit", load_target={"load": "flex", "min_level": 4}),
     "/recommendations/0/load_target/min_level", "out-of-range"),
    (plan(load_target={"load": "flex", "region": "lumbar"}),
     "/recommendations/0/load_target", "beside-an-action"),
    (plan(supersedes=["r1"]), "/recommendations/0/supersedes", "cycle"),
    ({"as_of": "2026-01-05", "milestones": [step("a", "b")]}, "/milestones/0/requires/0",
     "unknown-reference"),
    ({"as_of": "2026-01-05", "milestones": [step("a", "b"), step("b", "a")]},
     "/milestones/1/requires", "cycle"),
    ({"as_of": "2026-01-05", "conditions": [{"id": "x", "code": "ckd"}],
      "allergies": [{"id": "x", "drug_class": "nsaid"}]}, "/allergies/0/id", "stands-twice"),
    ({"as_of": "2026-01-05", "observations": [{"id": "o", "code": "egfr", "unit": "mL/min",
      "value": 20}]}, "/observations/0/date", "required"),
    ({"as_of": "2026-01-05", "appointments": [{"id": "x", "start": "2026-01-05T08:00:00Z",
      "end": "2026-01-05T09:00:00", "mode": "online", "owner": AUTHOR}]},
     "/appointments/0/start", "not-a-local-date-time"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "pointer", "problem"), BAD)
def test_a_bad_document_is_refused_at_its_place(
    document: dict[str, Any], pointer: str, problem: str
) -> None:
    with pytest.raises(BadDocument) as caught:
        check(document)
    assert (caught.value.pointer, caught.value.problem) == (pointer, problem)


def test_the_error_is_a_value_error_and_one_of_ours() -> None:
    with pytest.raises(ValueError) as caught:
        check({"as_of": "yesterday"})
    assert isinstance(caught.value, Invalid)
    assert caught.value.code == "bad-document"
    assert [(item.pointer, item.code) for item in caught.value.errors] == [("/as_of", "not-a-date")]
    assert "yesterday" not in str(caught.value)


def test_null_is_as_absent_and_one_link_needs_no_list() -> None:
    document = plan(laterality=None, period=None, depends_on="r9", context={"phase": None})
    facts = parse(document)
    assert facts.recommendations[0].laterality is None
    assert facts.recommendations[0].depends_on == ("r9",)


def test_unknown_codes_are_no_error_but_not_checked() -> None:
    codes = [
        plan(action="moonwalking"),
        plan(body_region="tail"),
        plan(exclude_actions=["moonwalking"]),
        plan(action="absent"),
        plan(kind="medication", action="absent", medication={"drug_class": "snake-oil"}),
        plan(kind="education", action="absent", message="all-is-well"),
        plan(stance="prohibit", action="absent", load_target={"load": "gravity"},
             review_by="2026-02-01"),
        plan(action="absent", load_target={"load": "flex", "region": "lumbar"}),
    ]  # fmt: skip
    for document in codes:
        result = check(document)
        assert result["findings"] == []
        assert result["not_checked"] == [{"reason": "missing-coding", "statements": ["r1"]}], (
            document
        )


def test_a_long_chain_of_successors_is_read() -> None:
    document = plan()
    first = document["recommendations"][0]
    for index in range(2, 3000):
        item = copy.deepcopy(first)
        item |= {"id": f"r{index}", "supersedes": [f"r{index - 1}"], "status": "revoked"}
        document["recommendations"].append(item)
    assert check(document) == {"findings": [], "not_checked": []}
