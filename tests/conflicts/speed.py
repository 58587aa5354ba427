"""Make a plan of a hundred statements, and time full detection on it."""

from __future__ import annotations

import gc
import time
from datetime import date, timedelta
from typing import Any

from service.conflicts import detect, parse

AS_OF = date(2026, 1, 5)
AUTHORS = (
    {"id": "dr", "discipline": "physician"},
    {"id": "pt", "discipline": "physiotherapy"},
    {"id": "ot", "discipline": "occupational-therapy"},
    {"id": "psy", "discipline": "psychology"},
)
EXERCISES = (
    "walking", "cycling-stationary", "bridge", "cat-camel", "bw-squat", "leg-press", "row-press",
    "hip-hinge-drill", "stretching", "balance-training", "deadlift", "lunge", "calf-raise",
    "swimming", "treadmill-walk", "relaxation", "pacing", "graded-activity", "tai-chi", "elliptical",
)  # fmt: skip
ACTIVITIES = (
    "housework", "cooking", "shopping", "driving", "stairs", "gardening", "desk-work", "sitting",
    "dressing-lower", "showering", "vacuuming", "car-passenger", "craft-music", "reaching", "sport",
)  # fmt: skip
BANS = (
    "running", "jumping", "contact-sport", "lifting-overhead", "ladder", "manipulation", "situp",
    "legs-crossed", "low-seat", "plyometric", "golf", "horse-riding",
)  # fmt: skip
LOADS = (
    ("flex", "lumbar", 3), ("impact", "lower-limb", 2), ("rot", "lumbar", 3), ("ovh", "shoulder", 3),
    ("flex", "hip", 3), ("submerge", "whole-body", 2), ("vib", "spine", 2), ("ulwb", "wrist", 3),
)  # fmt: skip
DRUGS = (
    "paracetamol", "nsaid", "gabapentinoid", "ssri", "ppi", "acei-arb", "beta-blocker", "opioid",
    "muscle-relaxant", "anticoagulant",
)  # fmt: skip
MESSAGES = (
    "hurt-not-harm", "movement-heals", "graded-return", "area-is-robust", "sleep-first",
    "no-single-correct-posture", "imaging-findings-common", "quota-not-pain",
)  # fmt: skip


def hundred_statements() -> dict[str, Any]:
    """Give a plan document with a hundred live statements of four disciplines."""
    items: list[dict[str, Any]] = []

    def add(kind: str, stance: str, **fields: Any) -> None:
        index = len(items)
        start = AS_OF + timedelta(days=index % 5 * 7 - 14)
        items.append(
            {
                "id": f"s{index:03}",
                "version": 1,
                "recorded_at": f"2026-01-01T08:{index % 60:02}:00Z",
                "kind": kind,
                "stance": stance,
                "author": AUTHORS[index % len(AUTHORS)],
                "period": {
                    "start": start.isoformat(),
                    "end": (start + timedelta(days=120)).isoformat(),
                },
                **fields,
            }
        )

    minutes = {"dimension": "bout", "low": 10, "high": 20, "unit": "min"}
    weight = {"dimension": "load", "low": 2, "high": 4, "unit": "kg"}
    for index in range(34):
        dose = [minutes] if index % 2 else [weight]
        phase = ("baseline", "flare")[index % 2]
        add(
            "exercise",
            "recommend",
            action=EXERCISES[index % len(EXERCISES)],
            dose=dose,
            context={"phase": [phase]},
        )
    for index in range(18):
        stance = "permit" if index % 3 else "recommend"
        add("activity", stance, action=ACTIVITIES[index % len(ACTIVITIES)])
    for index in range(14):
        add("activity", ("prohibit", "discourage")[index % 2], action=BANS[index % len(BANS)])
    for index in range(10):
        load, region, level = LOADS[index % len(LOADS)]
        target = {"load": load, "region": region, "min_level": level}
        add("activity", "discourage", load_target=target)
    for index in range(4):
        add(
            "activity", "prohibit", action="lifting", dose=[{**weight, "high": 5 + index, "low": 0}]
        )
    for drug in DRUGS:
        add("medication", "recommend", medication={"drug_class": drug, "route": "oral"})
    for index in range(10):
        add("education", "recommend", message=MESSAGES[index % len(MESSAGES)])
    assert len(items) == 100
    return {"as_of": AS_OF.isoformat(), "patient": {"birth_year": 1970}, "recommendations": items}


def time_detection(rounds: int = 15) -> float:
    """Give the milliseconds of the quickest full detection on the hundred statements."""
    facts = parse(hundred_statements())
    detect(facts, AS_OF)
    best = float("inf")
    gc.disable()  # what else lives in this process is not to be measured
    try:
        for _ in range(rounds):
            began = time.perf_counter()
            detect(facts, AS_OF)
            best = min(best, time.perf_counter() - began)
    finally:
        gc.enable()
    return best * 1000
