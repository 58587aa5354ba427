"""Make plans for property tests: small, dense, and in favour of rare loads and regions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from service.conflicts.taxonomy import taxonomy

DAY = date(2026, 1, 5)
BODY = taxonomy()
AUTHORS = (
    {"id": "pt", "discipline": "physiotherapy"},
    {"id": "pt-2", "discipline": "physiotherapy"},
    {"id": "dr", "discipline": "physician"},
    {"id": "ot", "discipline": "occupational-therapy"},
    {"id": "psy", "discipline": "psychology"},
)
ACTIONS = (
    "walking", "running", "lifting", "deadlift", "loaded-squat", "exercise", "resistance",
    "bed-rest", "rest", "physical-activity", "immobilisation", "mobility", "cat-camel", "sitting",
    "driving", "work", "desk-work", "manual-handling-work", "sport", "swimming", "bending",
    "lumbar-flexion-ex", "overhead-press", "unknown-activity",
)  # fmt: skip
LOADS = (
    ("flex", "lumbar"), ("xload", "whole-body"), ("xload", "shoulder"), ("wb", "knee"),
    ("wb", "lower-limb"), ("impact", "spine"), ("ovh", "shoulder"), ("vigil", "whole-body"),
    ("grip", "thumb"),
)  # fmt: skip
DRUGS = (
    "nsaid", "opioid", "tramadol", "benzodiazepine", "paracetamol", "anticoagulant", "ssri",
    "duloxetine", "ppi", "acei-arb", "diuretic", "antiplatelet", "tca",
)  # fmt: skip
MESSAGES = ("hurt-not-harm", "stop-if-it-hurts", "analgesic-regular", "analgesic-as-needed")
DOSES = (
    ("load", "kg", (0, 3, 5, 10, 25)),
    ("load", "[lb_av]", (5, 10, 50)),
    ("load-rel", "%", (50, 80)),
    ("bout", "min", (5, 20, 45, 90)),
    ("frequency", "1/wk", (1, 3, 7)),
    ("frequency", "1/d", (1, 2)),
    ("weight-bearing", "%", (0, 20, 50, 100)),
    ("work-hours", "h/d", (2, 4, 8)),
    ("rom", "deg", (45, 80, 120)),
    ("pain-limit", "{score}", (0, 3, 6)),
)


THEMES = (
    ("deadlift", "lifting", "resistance", "bending"),
    ("walking", "running", "exercise", "physical-activity", "bed-rest"),
    ("work", "desk-work", "manual-handling-work", "sitting", "prolonged-sitting"),
    ("immobilisation", "mobility", "sling", "pendulum", "resistance"),
    ("driving", "sitting", "rest", "swimming", "sport"),
    ACTIONS,
)


def dates() -> st.SearchStrategy[str]:
    return st.integers(-60, 120).map(lambda days: (DAY + timedelta(days=days)).isoformat())


def rarely(draw: st.DrawFn, one_in: int) -> bool:
    """Say yes once in so many times; a shrunk plan has as little as possible."""
    return draw(st.integers(1, one_in)) == one_in


@st.composite
def doses(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for dimension, unit, values in draw(st.lists(st.sampled_from(DOSES), max_size=2)):
        low, high = sorted((draw(st.sampled_from(values)), draw(st.sampled_from(values))))
        row: dict[str, Any] = {"dimension": dimension, "unit": unit}
        shape = draw(st.sampled_from(("low", "high", "both")))
        if shape != "high":
            row["low"] = low
        if shape != "low":
            row["high"] = high
        rows[dimension] = row
    return list(rows.values())


@st.composite
def periods(draw: st.DrawFn) -> dict[str, str]:
    period = {}
    if rarely(draw, 3):
        period["start"] = draw(dates())
    if rarely(draw, 3):
        period["end"] = draw(dates())
    return period


def contexts() -> st.SearchStrategy[dict[str, list[str]]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "phase": st.lists(st.sampled_from(("baseline", "flare", "post-op")), max_size=2),
            "setting": st.lists(st.sampled_from(("home", "gym", "work")), max_size=2),
            "aid": st.lists(st.sampled_from(("crutches", "none")), max_size=1),
        },
    )


@st.composite
def recommendations(
    draw: st.DrawFn, code: str, others: list[str], theme: dict[str, tuple[Any, ...]]
) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            (
                "exercise",
                "activity",
                "activity",
                "medication",
                "education",
                "work-step",
                "work-capacity",
            )
        )
    )
    item: dict[str, Any] = {
        "id": code,
        "kind": kind,
        "stance": draw(
            st.sampled_from(("require", "recommend", "permit", "discourage", "prohibit"))
        ),
        "author": draw(st.sampled_from(AUTHORS)),
        "period": draw(periods()),
        "hard": draw(st.booleans()),
        "context": draw(contexts()) if rarely(draw, 4) else {},
    }
    if kind == "medication":
        item["medication"] = {"drug_class": draw(st.sampled_from(theme["drugs"]))}
        if draw(st.booleans()):
            item["medication"]["route"] = draw(st.sampled_from(("oral", "topical")))
        if draw(st.booleans()):
            item["medication"]["daily_mg"] = draw(st.sampled_from((1000, 3000, 5000)))
    elif kind == "education":
        item["message"] = draw(st.sampled_from(MESSAGES))
        if draw(st.booleans()):
            item["medication"] = {"drug_class": draw(st.sampled_from(DRUGS[:3]))}
    elif item["stance"] in ("discourage", "prohibit") and draw(st.booleans()):
        load, region = draw(st.sampled_from(theme["loads"]))
        level = draw(st.integers(1, 3))
        item["load_target"] = {"load": load, "region": region, "min_level": level}
        item["dose"] = draw(doses()) if rarely(draw, 3) else []
    elif kind != "work-capacity" or draw(st.booleans()):
        item["action"] = draw(st.sampled_from(theme["actions"]))
        item["dose"] = draw(doses()) if rarely(draw, 2) else []
    optional: dict[str, st.SearchStrategy[Any]] = {
        "status": st.sampled_from(("active", "active", "on-hold", "revoked")),
        "quantifier": st.sampled_from(("some", "all")),
        "body_region": st.sampled_from(("knee", "lumbar", "shoulder", "spine", "whole-body")),
        "laterality": st.sampled_from(("left", "right", "bilateral")),
        "coding_status": st.sampled_from(("confirmed", "suggested")),
        "exclude_actions": st.lists(st.sampled_from(ACTIONS), max_size=1),
        "progression": st.sampled_from(({"mode": "criterion"}, {"mode": "time-contingent"})),
        "held_by": st.just(["flag-1"]),
        "review_by": dates(),
        "trigger": st.sampled_from(({"measure": "nrs", "low": 5}, {"measure": "nrs", "low": 7})),
    }
    for key, values in optional.items():
        if rarely(draw, 8):
            item[key] = draw(values)
    if others and rarely(draw, 6):
        link = draw(
            st.sampled_from(
                ("exception_to", "supersedes", "alternative_to", "part_of", "depends_on")
            )
        )
        item[link] = [draw(st.sampled_from(others))]
    if rarely(draw, 8):
        item["end_event"] = {"kind": "review", "recorded": draw(st.booleans())}
        if draw(st.booleans()):
            item["end_event"]["recorded_on"] = draw(dates())
    return item


def milestones(codes: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.tuples(
        *(
            st.fixed_dictionaries(
                {
                    "id": st.just(code),
                    "title": st.just(f"Step {code}"),
                    "status": st.sampled_from(("planned", "in-progress", "achieved", "cancelled")),
                    "requires": st.just(codes[:index][-1:]),
                    "owner": st.sampled_from(AUTHORS),
                },
                optional={"due": dates()},
            )
            for index, code in enumerate(codes)
        )
    ).map(list)


@st.composite
def plans(draw: st.DrawFn, most: int = 6) -> dict[str, Any]:
    """Give a whole plan document."""
    codes = [f"r{index}" for index in range(draw(st.integers(2, most)))]
    # A plan speaks of few things, so that its statements meet.
    theme: dict[str, tuple[Any, ...]] = {
        "actions": draw(st.sampled_from(THEMES)),
        "loads": (draw(st.sampled_from(LOADS)), draw(st.sampled_from(LOADS))),
        "drugs": tuple(draw(st.lists(st.sampled_from(DRUGS), min_size=2, max_size=3))),
    }
    items = [draw(recommendations(code, codes[:index], theme)) for index, code in enumerate(codes)]
    plan: dict[str, Any] = {"as_of": DAY.isoformat(), "recommendations": items}
    if draw(st.booleans()):
        plan["patient"] = {"birth_year": draw(st.sampled_from((1950, 1960, 1961, 1990)))}
    if draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(("ckd", "peptic-ulcer", "unheard-of")), max_size=2))
        plan["conditions"] = [
            {"id": f"c{index}", "code": name, **draw(periods())} for index, name in enumerate(names)
        ]
    if draw(st.booleans()):
        plan["allergies"] = [{"id": "a0", "drug_class": draw(st.sampled_from(DRUGS))}]
    if draw(st.booleans()):
        plan["observations"] = [
            {
                "id": f"o{index}",
                "code": "egfr",
                "value": draw(st.sampled_from((20, 45, 80))),
                "unit": draw(st.sampled_from(("mL/min", "mL/min/{1.73_m2}", "mg"))),
                "date": (DAY - timedelta(days=draw(st.integers(-20, 500)))).isoformat(),
            }
            for index in range(draw(st.integers(1, 2)))
        ]
    if draw(st.booleans()):
        plan["milestones"] = draw(milestones(["m0", "m1", "m2"]))
    return plan
