"""The example in each rule's documentation is true: what is said to fire does, the rest is silent.

Each entry holds the plan of the docstring's example, and the changes that are said to silence it.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from service.conflicts import check
from service.conflicts.rules import RULES
from tests.conflicts.casebook import put

PT, DR, PSY, OT, RN = "physiotherapy", "physician", "psychology", "occupational-therapy", "nursing"


def by(discipline: str) -> dict[str, str]:
    return {"id": f"a-{discipline}", "discipline": discipline}


def said(id_: str, who: str, stance: str = "recommend", **fields: Any) -> dict[str, Any]:
    base = {"id": id_, "kind": "exercise", "stance": stance, "author": by(who)}
    if stance in ("prohibit", "discourage"):
        base["period"] = {"end": "2026-03-01"}
    return {**base, **fields}


def dose(dimension: str, low: float | None, high: float | None, unit: str) -> list[dict[str, Any]]:
    return [{"dimension": dimension, "low": low, "high": high, "unit": unit}]


def goal(id_: str, who: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "title": id_, "status": "active", "owner": by(who), **fields}


def drug(id_: str, drug_class: str, **fields: Any) -> dict[str, Any]:
    route = fields.pop("route", "oral")
    medication = {"drug_class": drug_class, "route": route}
    return said(id_, DR, kind="medication", medication=medication, **fields)


def plan(*recommendations: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"as_of": "2026-01-05", "recommendations": list(recommendations), **facts}


Changes = list[tuple[str, Any]]
STEPS = {"measure": "steps"}
MANY, FEW = {"low": 8000, "high": 10000}, {"low": 3000, "high": 4000}
KILOS, LIFT, RUN = dose("load", 20, 20, "kg"), {"action": "lifting"}, {"action": "running"}
CAP = dose("load", None, 5, "kg")
DAILY = [*dose("session", 20, 20, "min"), *dose("frequency", 7, 7, "1/wk")]
SHOULDER = {"body_region": "shoulder", "laterality": "left"}
EVENT = {"id": "e", "code": "corticosteroid-injection", "date": "2026-01-02", **SHOULDER}
EGFR = {"id": "o", "code": "egfr", "value": 25, "unit": "mL/min", "date": "2025-12-20"}

EXAMPLES: dict[str, tuple[dict[str, Any], list[Changes]]] = {
    "CF01": (
        plan(said("p", PT, action="deadlift", laterality="left"), said("n", DR, "prohibit", **LIFT)),
        [
            [("/recommendations/1/laterality", "right"), ("/recommendations/0/action", "knee-extension"),
             ("/recommendations/1/action", "knee-extension")],
            [("/recommendations/0/period", {"start": "2026-03-01"})],
        ],
    ),
    "CF02": (
        plan(
            said("p", PT, action="situp"),
            said("n", DR, "prohibit", load_target={"load": "flex", "region": "lumbar"}),
        ),
        [[("/recommendations/0/action", "hip-hinge-drill")]],
    ),
    "CF03": (
        plan(
            said("p", PT, action="deadlift", dose=KILOS),
            said("n", DR, "discourage", action="lifting", dose=CAP),
        ),
        [
            [("/recommendations/0/dose", dose("load", 4, 4, "kg"))],
            [("/recommendations/0/dose", dose("load", 10, 10, "[lb_av]"))],
        ],
    ),
    "CF04": (
        plan(
            said("p", PT, action="walking", dose=dose("session", 10, 15, "min")),
            said("q", RN, action="walking", dose=dose("session", 40, 60, "min")),
        ),
        [[("/recommendations/0/dose", dose("session", 10, 30, "min")),
          ("/recommendations/1/dose", dose("session", 20, 40, "min"))]],
    ),
    "CF05": (
        plan(
            said("p", DR, kind="treatment", action="bed-rest"),
            said("q", PSY, kind="activity", action="physical-activity"),
        ),
        [[("/recommendations/0/action", "sling"), ("/recommendations/1/action", "pendulum")]],
    ),
    "CF06": (
        plan(
            said("n", DR, "prohibit", action="walking", context={"phase": ["flare"]}),
            said("p", PT, action="walking", context={"phase": ["flare"]}),
        ),
        [[("/recommendations/0/context/phase", ["baseline"])]],
    ),
    "CF07": (
        plan(goals=[
            goal("g1", PT, direction="increase", due="2026-03-01", **STEPS),
            goal("g2", DR, direction="decrease", due="2026-03-01", **STEPS),
        ]),
        [[("/goals/1/direction", "maintain")]],
    ),
    "CF08": (
        plan(
            said("n", DR, "discourage", action="lifting", dose=CAP, period={},
                 end_event={"kind": "review", "recorded": False}),
            said("p", PT, action="deadlift", dose=dose("load", 3, None, "kg"),
                 progression={"mode": "criterion"}),
        ),
        [[("/recommendations/0/end_event/recorded", True)]],
    ),
    "CF09": (
        plan(
            said("p", PT, action="resistance", dose=dose("pain-limit", None, 5, "1")),
            said("q", DR, action="resistance", dose=dose("pain-limit", None, 0, "1")),
        ),
        [[("/recommendations/0/dose/0/high", 4), ("/recommendations/1/dose/0/high", 5)]],
    ),
    "CF10": (
        plan(said("q", PT, "permit", kind="activity", action="sport"), said("n", DR, "prohibit", **RUN)),
        [[("/recommendations/0/context", {"setting": ["sport"]}),
          ("/recommendations/1/context", {"setting": ["work"]})]],
    ),
    "CF11": (
        plan(
            said("p", OT, kind="work-step", action="desk-work", period={"start": "2026-02-15"}),
            said("n", DR, "prohibit", kind="work-capacity", hard=True),
        ),
        [[("/recommendations/0/period/start", "2026-03-01")]],
    ),
    "CF12": (
        plan(
            said("n", DR, "prohibit", action="lifting"),
            job_demands=[{"id": "j", "action": "patient-handling", "removed": False}],
        ),
        [[("/job_demands/0/removed", True)]],
    ),
    "CF13": (
        plan(
            said("w", OT, kind="work-step", action="desk-work",
                 dose=[*dose("work-hours", 4, 4, "h/d"), *dose("work-days", 5, 5, "d/wk")]),
            said("p", PT, action="walking",
                 dose=[*dose("session", 30, 30, "min"), *dose("frequency", 3, 3, "1/wk")]),
            capacity={"id": "c", "hours_per_week": 20},
        ),
        [[("/capacity/hours_per_week", 22)]],
    ),
    "CF14": (
        plan(
            said("n", DR, "prohibit", action="running", period={"end": "2026-09-01"}),
            goals=[goal("g", PT, action="running", due="2026-06-01")],
        ),
        [[("/goals/0/due", "2026-09-01")]],
    ),
    "CF15": (
        plan(goals=[
            goal("g1", PT, target={**MANY, "unit": "1/d"}, due="2026-06-01", direction="increase", **STEPS),
            goal("g2", PSY, target={**FEW, "unit": "1/d"}, due="2026-06-01", direction="increase", **STEPS),
        ]),
        [[("/goals/1/due", "2026-03-01")]],
    ),
    "CF16": (
        plan(
            said("p", PSY, kind="education", message="hurt-not-harm"),
            said("q", DR, kind="education", message="stop-if-it-hurts"),
        ),
        [[("/recommendations/1/message", "red-flag-stop")]],
    ),
    "CF17": (
        plan(milestones=[
            {"id": "run", "title": "Run", "status": "planned", "due": "2026-03-01",
             "requires": ["test"], "waived": [], "owner": by(PT)},
            {"id": "test", "title": "Strength test", "status": "planned", "due": "2026-03-15",
             "requires": [], "waived": [], "owner": by(DR)},
        ]),
        [
            [("/milestones/1/due", "2026-03-01")],
            [("/milestones/0/waived", [{"id": "test", "reason": "Done elsewhere."}])],
        ],
    ),
    "CF18": (
        plan(
            said("p", PT, action="overhead-press", **SHOULDER, dose=dose("load", 8, 8, "kg")),
            events=[EVENT],
        ),
        [[("/events/0/laterality", "right")], [("/as_of", "2026-01-10")]],
    ),
    "CF19": (
        plan(appointments=[
            {"id": "a1", "start": "2026-01-07T10:00", "end": "2026-01-07T11:00", "mode": "in-person",
             "place": "North", "owner": by(PT)},
            {"id": "a2", "start": "2026-01-07T11:15", "end": "2026-01-07T12:00", "mode": "in-person",
             "place": "South", "travel_minutes": 30, "owner": by(PSY)},
        ]),
        [[("/appointments/1/mode", "self-paced")]],
    ),
    "CF20": (
        plan(
            said("p", PT, action="swimming"),
            preferences=[{"id": "w", "action": "swimming", "attitude": "refuse", "alternative": "walking"}],
        ),
        [[("/recommendations/0/action", "walking")]],
    ),
    "CF21": (
        plan(
            said("p", PT, action="walking", dose=DAILY),
            said("q", PT, action="stretching", dose=DAILY),
            capacity={"id": "c", "minutes_per_day": {"baseline": 30}},
        ),
        [[("/recommendations/1/alternative_to", ["p"])]],
    ),
    "CF22": (
        plan(
            said("p", PT, action="swimming", context={"setting": ["home"]}),
            capacity={"id": "c", "resources": ["bicycle"]},
        ),
        [[("/capacity/resources", None)]],
    ),
    "CF23": (
        plan(
            said("p", PT, kind="treatment", action="massage", body_region="cervical"),
            said("q", RN, kind="treatment", action="massage", body_region="cervical"),
        ),
        [[("/recommendations/1/part_of", ["p"])]],
    ),
    "CF24": (
        plan(drug("d", "nsaid"), observations=[EGFR]),
        [[("/recommendations/0/medication/route", "topical")], [("/observations/0/value", 75)]],
    ),
    "CF25": (
        plan(drug("d", "nsaid"), drug("e", "anticoagulant")),
        [
            [("/recommendations/1/medication/drug_class", "paracetamol")],
            [("/recommendations/0/period", {"end": "2026-02-01"}),
             ("/recommendations/1/period", {"start": "2026-02-01"})],
        ],
    ),
    "CF26": (
        plan(
            drug("d", "opioid", period={"start": "2025-12-29"}),
            job_demands=[{"id": "j", "action": "work-height", "removed": False}],
        ),
        [[("/job_demands/0/action", "desk-work")], [("/as_of", "2026-01-26")]],
    ),
    "CF27": (
        plan(said("p", PT, action="resistance"), said("n", DR, "prohibit", action="deadlift")),
        [[("/recommendations/0/quantifier", "all")]],
    ),
    "CF28": (
        plan(
            said("p", PT, kind="treatment", action="manipulation"),
            conditions=[{"id": "c", "code": "osteoporosis"}],
        ),
        [],
    ),
    "CF29": (
        plan(
            said("n", DR, "discourage", action="lifting", dose=CAP),
            said("m", OT, "discourage", action="lifting", dose=dose("load", None, 10, "kg")),
        ),
        [[("/recommendations/1/dose/0/high", 5000), ("/recommendations/1/dose/0/unit", "g")]],
    ),
}  # fmt: skip


def found(document: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in check(document)["findings"]}


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_the_example_fires_and_falls_silent_as_it_says(code: str) -> None:
    document, silences = EXAMPLES[code]
    assert code in found(document)
    for changes in silences:
        changed = copy.deepcopy(document)
        for pointer, value in changes:
            put(changed, pointer, value)
        assert code not in found(changed), changes


def test_a_ban_narrower_than_what_is_asked_becomes_a_contradiction_when_all_is_meant() -> None:
    document = copy.deepcopy(EXAMPLES["CF27"][0])
    document["recommendations"][0]["quantifier"] = "all"
    assert found(document) == {"CF01"}


def test_a_beta_blocker_speaks_against_a_heart_rate_and_not_against_perceived_exertion() -> None:
    rate = dose("heart-rate", 110, 120, "/min")
    document = plan(said("p", PT, action="cycling", dose=rate), drug("d", "beta-blocker"))
    assert "CF28" in found(document)
    document["recommendations"][0]["dose"] = dose("rpe", 12, 14, "1")
    assert found(document) == set()
