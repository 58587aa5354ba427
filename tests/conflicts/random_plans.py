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
    ("session", "min", (10, 30)),
    ("daily-minutes", "min/d", (10, 60)),
    ("rom", "deg", (45, 80, 120)),
    ("pain-limit", "{score}", (0, 3, 6)),
)


THEMES = (
    ("deadlift", "lifting", "resistance", "bending"),
    ("walking", "running", "exercise", "physical-activity", "bed-rest"),
    ("work", "desk-work", "manual-handling-work", "sitting", "prolonged-sitting"),
    ("immobilisation", "mobility", "sling", "pendulum", "resistance"),
    ("driving", "sitting", "rest", "swimming", "sport", "manipulation"),
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
        if rarely(draw, 4):
            item["medication"]["fit_to_drive"] = False
        if rarely(draw, 4):
            item["medication"]["dose_change_date"] = draw(dates())
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


def goals(actions: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "title": st.just("A goal"),
            "status": st.just("active"),
            "owner": st.sampled_from(AUTHORS),
        },
        optional={
            "action": st.sampled_from(actions),
            "measure": st.sampled_from(("steps", "pain")),
            "direction": st.sampled_from(("increase", "decrease", "maintain")),
            "start": dates(),
            "due": dates(),
            "target": st.sampled_from(
                (
                    {"low": 10, "unit": "min"},
                    {"high": 5, "unit": "min"},
                    {"low": 1, "high": 2, "unit": "h"},
                    {"low": 3, "unit": "kg"},
                )
            ),
        },
    )


def appointments() -> st.SearchStrategy[dict[str, Any]]:
    def at(days: int, hour: int, length: int, rest: dict[str, Any]) -> dict[str, Any]:
        on = (DAY + timedelta(days=days)).isoformat()
        return {"start": f"{on}T{hour:02}:00:00", "end": f"{on}T{hour + length:02}:30:00", **rest}

    rest = st.fixed_dictionaries(
        {
            "mode": st.sampled_from(("in-person", "online", "self-paced")),
            "owner": st.sampled_from(AUTHORS),
        },
        optional={
            "place": st.sampled_from(("clinic", "gym")),
            "travel_minutes": st.sampled_from((0, 20, 45)),
        },
    )
    return st.builds(at, st.integers(-2, 4), st.integers(9, 11), st.integers(0, 2), rest)


def events() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "code": st.sampled_from(("fracture", "arthroplasty", "tendon-repair", "spinal-fusion")),
            "date": dates(),
        },
        optional={
            "body_region": st.sampled_from(("knee", "shoulder", "lumbar")),
            "laterality": st.sampled_from(("left", "right")),
        },
    )


def numbered(letter: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": f"{letter}{index}", **item} for index, item in enumerate(items)]


@st.composite
def surroundings(draw: st.DrawFn, actions: tuple[str, ...]) -> dict[str, Any]:
    """Give what stands around the recommendations of a plan."""
    tasks = st.fixed_dictionaries(
        {"action": st.sampled_from(actions), "dose": doses()}, optional={"removed": st.booleans()}
    )
    likes = st.fixed_dictionaries(
        {
            "action": st.sampled_from(actions),
            "attitude": st.sampled_from(("refuse", "dislike", "prefer")),
        },
        optional={"alternative": st.sampled_from(actions)},
    )
    kinds: dict[str, tuple[str, st.SearchStrategy[dict[str, Any]]]] = {
        "goals": ("g", goals(actions)),
        "appointments": ("v", appointments()),
        "events": ("e", events()),
        "job_demands": ("j", tasks),
        "preferences": ("p", likes),
    }
    around: dict[str, Any] = {}
    for key, (letter, items) in kinds.items():
        if rarely(draw, 3):
            around[key] = numbered(letter, draw(st.lists(items, min_size=1, max_size=3)))
    if rarely(draw, 3):
        around["capacity"] = {
            "id": "cap",
            "hours_per_week": draw(st.sampled_from((1, 10, 30))),
            "minutes_per_day": {"baseline": 5, "flare": 15},
            "resources": draw(st.sampled_from(([], ["gym"], ["pool", "bicycle"]))),
        }
    return around


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
        names = draw(
            st.lists(
                st.sampled_from(("ckd", "peptic-ulcer", "osteoporosis", "unheard-of")), max_size=2
            )
        )
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
    plan |= draw(surroundings(theme["actions"]))
    if draw(st.booleans()):
        plan["milestones"] = draw(milestones(["m0", "m1", "m2"]))
    return plan
