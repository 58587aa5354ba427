"""Make plans for the second oracle: few statements, many near misses, rare codes before common ones.

A plan has a theme, so that its statements speak of the same few things; within it the rare loads,
small regions, unusual contexts, touching periods, written quantifiers and exclusions are drawn as
often as the common ones, because that is where two readings of the text part.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

DAY = date(2026, 1, 5)
AUTHORS = (
    {"id": "pt", "discipline": "physiotherapy"},
    {"id": "pt-2", "discipline": "physiotherapy"},
    {"id": "dr", "discipline": "physician"},
    {"id": "ot", "discipline": "occupational-therapy"},
)
# A theme: activities, (load, region) pairs, regions, dimensions.
Theme = tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...], str]
# What a plan is about beside its theme: it is drawn for every other statement, else for one in six.
ACCENTS = (
    "laterality",
    "context",
    "period",
    "body_region",
    "quantifier",
    "exclude_actions",
    "hard",
)
THEMES: tuple[Theme, ...] = (
    (
        ("lifting", "deadlift", "lifting-floor", "carrying", "loaded-squat", "resistance",
         "handling", "bending", "gardening", "shopping", "unknown-activity"),
        (("xload", "whole-body"), ("xload", "thumb"), ("axial", "lumbar"), ("flex", "lumbar"),
         ("flex", "hip"), ("grip", "fingers"), ("strain", "whole-body")),
        ("lumbar", "spine", "trunk", "knee", "hand", "whole-body"),
        "load",
    ),
    (
        ("walking", "running", "stairs", "walking-aid", "jumping", "standing", "physical-activity",
         "calf-raise", "aquatic-walking", "leg-press", "bed-rest", "rest", "balance-training"),
        (("wb", "lower-limb"), ("wb", "ankle"), ("impact", "foot"), ("impact", "pelvis"),
         ("bal", "whole-body"), ("ulwb", "wrist"), ("cardio", "whole-body"), ("impact", "hip")),
        ("knee", "ankle", "lower-limb", "hip", "foot", "lumbar"),
        "weight-bearing",
    ),
    (
        ("sitting", "prolonged-sitting", "desk-work", "standing", "prolonged-standing", "driving",
         "long-journey", "low-seat", "posture", "standing-work", "bending", "lumbar-flexion-ex"),
        (("static", "lumbar"), ("static", "lower-limb"), ("flex", "hip"), ("vigil", "whole-body"),
         ("vib", "spine"), ("rot", "cervical"), ("flex", "lumbar")),
        ("lumbar", "hip", "cervical", "spine", "lower-leg"),
        "bout",
    ),
    (
        ("immobilisation", "sling", "cervical-collar", "mobility", "pendulum", "assisted-elevation",
         "cervical-mobility", "deep-neck-flexor", "overhead-press", "cuff-strengthening", "driving",
         "reaching-overhead", "resistance", "manual-mobilisation", "manipulation"),
        (("ovh", "shoulder"), ("rot", "cervical"), ("xload", "shoulder"), ("endr", "cervical"),
         ("ext", "cervical"), ("xload", "upper-limb")),
        ("shoulder", "cervical", "upper-limb", "wrist-hand", "spine"),
        "rom",
    ),
    (
        ("squatting", "kneeling", "cycling", "cycling-outdoor", "rowing-erg", "bw-squat", "stairs",
         "exercise", "motor-control", "bridge", "kneeling-work", "crawling", "yoga", "pilates"),
        (("flex", "knee"), ("flex", "hip"), ("wb", "knee"), ("ulwb", "hand"), ("rep", "lower-limb"),
         ("flex", "spine"), ("endr", "lumbar")),
        ("knee", "hip", "thigh", "lumbar", "whole-body"),
        "rom",
    ),
    (
        ("swimming", "swimming-crawl", "sport", "golf", "racket-sport", "team-sport", "skiing",
         "contact-sport", "dance", "aquatic", "bathing-tub", "twisting", "throwing"),
        (("rot", "knee"), ("rot", "lumbar"), ("submerge", "whole-body"), ("contact", "whole-body"),
         ("height", "whole-body"), ("rep", "elbow"), ("ovh", "shoulder"), ("rot", "thoracic")),
        ("knee", "elbow", "shoulder", "thoracic", "lumbar"),
        "frequency",
    ),
    (
        ("resistance", "knee-extension", "calf-raise", "bw-squat", "lunge", "cuff-strengthening",
         "wrist-extensor-loading", "grip-strengthening", "achilles-loading", "mobility", "pendulum"),
        (("xload", "knee"), ("xload", "ankle-foot"), ("wb", "knee"), ("grip", "hand"),
         ("flex", "knee"), ("xload", "shoulder")),
        ("knee", "shoulder", "wrist", "elbow", "ankle-foot"),
        "load",
    ),
    (
        ("napping", "sleep-restriction", "lying", "bed-rest", "behavioural-activation", "work",
         "graded-activity", "cbt-session", "night-shift", "desk-work", "relative-rest", "rest"),
        (("inact", "whole-body"), ("cog", "whole-body"), ("vigil", "whole-body")),
        ("whole-body", "head", "lumbar"),
        "bout",
    ),
)  # fmt: skip
DRUGS = ("nsaid", "opioid", "tramadol", "ssri", "duloxetine", "antidepressant", "snri")
DOSES: dict[str, tuple[tuple[str, tuple[float, ...]], ...]] = {
    "load": (("kg", (0, 3, 4.9, 5, 10, 20, 25)), ("[lb_av]", (5, 11, 12, 44, 45)), ("lb", (10,)),
             ("g", (3000, 5000))),
    "load-rel": (("%", (50, 80)),),
    "weight-bearing": (("%", (0, 20, 49, 50, 80, 100, 120)), ("kg", (0, 10, 30, 40))),
    "bout": (("min", (5, 20, 60, 61, 90)), ("h", (0.5, 1, 1.5)), ("s", (1200, 3660))),
    "session": (("min", (10, 30)),),
    "frequency": (("1/wk", (1, 3, 7)), ("1/d", (1, 2)), ("/wk", (3,)), ("d/wk", (3,))),
    "rom": (("deg", (30, 45, 60, 90, 100, 115, 120)),),
    "work-hours": (("h/d", (1, 2, 4)),),
    "daily-minutes": (("min/d", (30, 60)), ("h/d", (1,))),
    "pain-limit": (("{score}", (2, 5)), ("1", (4,))),
}  # fmt: skip
PHASES = ("baseline", "flare", "post-op", "post-injection", "acute")


def seldom(draw: st.DrawFn, one_in: int) -> bool:
    """Say yes once in so many times; a shrunk plan has as little as possible."""
    return draw(st.integers(1, one_in)) == one_in


CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "phase": st.lists(st.sampled_from(PHASES), max_size=2, unique=True),
        "setting": st.lists(st.sampled_from(("home", "gym")), max_size=2, unique=True),
        "supervision": st.lists(st.sampled_from(("supervised", "unsupervised")), max_size=1),
        "aid": st.lists(st.sampled_from(("crutches", "none", "brace")), max_size=2, unique=True),
    },
)
# Days that touch each other, the day of the check, and the 28 days after it.
DAYS = st.sampled_from(
    tuple((DAY + timedelta(days=ahead)).isoformat() for ahead in (-40, -1, 0, 1, 7, 27, 28, 29, 60))
)
PERIODS = st.fixed_dictionaries({}, optional={"start": DAYS, "end": DAYS})
RARE: dict[str, st.SearchStrategy[Any]] = {
    "hard": st.just(value=True),
    "period": PERIODS,
    "context": CONTEXTS,
    "laterality": st.sampled_from(("left", "right", "left", "right", "bilateral", "unspecified")),
    "quantifier": st.sampled_from(("all", "some")),
}
RARER: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(("on-hold", "revoked", "draft")),
    "coding_status": st.just("suggested"),
    "progression": st.sampled_from(({"mode": "criterion"}, {"mode": "none"})),
}


def doses(draw: st.DrawFn, favourite: str, *, cap: bool) -> list[dict[str, Any]]:
    """Draw one or two doses, mostly in the dimension of the theme."""
    names = [favourite]
    if seldom(draw, 3):
        every = st.sampled_from(tuple(DOSES))
        names = draw(st.lists(every, min_size=1, max_size=2, unique=True))
    rows = []
    for name in names:
        unit, values = draw(st.sampled_from(DOSES[name]))
        low, high = sorted((draw(st.sampled_from(values)), draw(st.sampled_from(values))))
        row: dict[str, Any] = {"dimension": name, "unit": unit}
        shape = draw(st.sampled_from(("high", "high", "both") if cap else ("low", "high", "both")))
        if shape != "high":
            row["low"] = low
        if shape != "low":
            row["high"] = high
        rows.append(row)
    return rows


def statement(
    draw: st.DrawFn, code: str, earlier: list[str], theme: Theme, accent: str
) -> dict[str, Any]:
    """Draw one statement on a theme."""
    actions, loads, regions, favourite = theme
    stance = draw(st.sampled_from(("require", "recommend", "permit", "discourage", "prohibit")))
    item: dict[str, Any] = {
        "id": code,
        "kind": draw(st.sampled_from(("exercise", "activity", "treatment"))),
        "stance": stance,
        "author": draw(st.sampled_from(AUTHORS)),
    }
    negative = stance in {"discourage", "prohibit"}
    if seldom(draw, 12):
        item["kind"] = "medication"
        item["medication"] = {"drug_class": draw(st.sampled_from(DRUGS))}
        if draw(st.booleans()):
            item["medication"]["route"] = draw(st.sampled_from(("oral", "topical")))
    elif (negative and draw(st.booleans())) or (stance == "permit" and seldom(draw, 4)):
        load, region = draw(st.sampled_from(loads))
        item["load_target"] = {
            "load": load,
            "region": region,
            "min_level": draw(st.integers(1, 3)),
        }
        if stance == "permit" or seldom(draw, 3):
            item["dose"] = doses(draw, favourite, cap=True)
    else:
        item["action"] = draw(st.sampled_from(actions))
        if not seldom(draw, 3):
            item["dose"] = doses(draw, favourite, cap=negative)

    def likely(key: str) -> bool:
        return seldom(draw, 2 if key == accent else 6)

    item |= {key: draw(values) for key, values in RARE.items() if likely(key)}
    if likely("body_region"):
        item["body_region"] = draw(st.sampled_from(regions))
    if likely("exclude_actions"):
        item["exclude_actions"] = [draw(st.sampled_from(actions))]
    if seldom(draw, 6):
        item["context"] = {"phase": ["flare"]}
    item |= {key: draw(values) for key, values in RARER.items() if seldom(draw, 10)}
    if item.get("status") == "on-hold" and draw(st.booleans()):
        item["held_by"] = ["flag-1"]
    if earlier and seldom(draw, 8):
        link = draw(st.sampled_from(("exception_to", "supersedes", "alternative_to", "part_of")))
        item[link] = [draw(st.sampled_from(earlier))]
    if negative and seldom(draw, 8):
        item["end_event"] = {"kind": "review", "recorded": draw(st.booleans())}
        if draw(st.booleans()):
            item["end_event"]["recorded_on"] = draw(DAYS)
    return item


@st.composite
def pair_plans(draw: st.DrawFn, most: int = 7, about: str | None = None) -> dict[str, Any]:
    """Draw a plan of a few statements on one theme."""
    actions, loads, regions, favourite = draw(st.sampled_from(THEMES))
    # A plan speaks of three or four things, so that its statements meet.
    few = tuple(draw(st.lists(st.sampled_from(actions), min_size=2, max_size=4, unique=True)))
    theme = (few, loads, regions, favourite)
    accent = about or draw(st.sampled_from(ACCENTS))
    codes = [f"r{index}" for index in range(draw(st.integers(3, most)))]
    items = [
        statement(draw, code, codes[:index], theme, accent) for index, code in enumerate(codes)
    ]
    return {"as_of": DAY.isoformat(), "recommendations": items}
