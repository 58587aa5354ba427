"""Make changes to a plan, one after the other, with rare loads and regions as likely as common ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from service.conflicts.messages import MESSAGES
from tests.conflicts.random_plans import (
    BODY,
    DAY,
    DRUGS,
    LOADS,
    THEMES,
    milestones,
    periods,
    recommendations,
    surroundings,
)

CODES = [f"r{index}" for index in range(8)]
STEPS = ["m0", "m1", "m2", "m3"]
# Each load with each region on which any activity places it: a rare pair is as likely as a common one.
PLACED = sorted(
    {(demand.load, demand.region) for demands in BODY.demands.values() for demand in demands}
)
# Protective and three-way medicines beside the common ones.
MORE_DRUGS = (*DRUGS, "nsaid", "acei-arb", "diuretic", "ppi", "z-drug", "gabapentinoid", "lithium")

# What seldom meets by chance: certificates and the job's tasks, medicines that name an activity or make up a row
# of three, messages that contradict each other, rules on pain.
RARE: dict[int, st.SearchStrategy[dict[str, Any]]] = {
    5: st.just({"kind": "work-capacity", "stance": "prohibit", "hard": True}),
    6: st.builds(
        lambda action, drug: {
            "kind": "medication",
            "action": action,
            "medication": {"drug_class": drug, "route": "oral"},
        },
        st.sampled_from(("deadlift", "driving", "work")),
        st.sampled_from(("benzodiazepine", "nsaid")),
    ),
    7: st.sampled_from(("nsaid", "acei-arb", "diuretic", "ppi", "anticoagulant")).map(
        lambda drug: {"kind": "medication", "medication": {"drug_class": drug, "route": "oral"}}
    ),
    8: st.sampled_from(MESSAGES).map(lambda text: {"kind": "education", "message": text}),
    9: st.builds(
        lambda action, high: {
            "kind": "exercise",
            "action": action,
            "dose": [{"dimension": "pain-limit", "high": high, "unit": "{nrs}"}],
        },
        st.sampled_from(("deadlift", "lifting", "resistance", "exercise")),
        st.sampled_from((0, 3, 6)),
    ),
}

Theme = dict[str, tuple[Any, ...]]


@st.composite
def themes(draw: st.DrawFn) -> Theme:
    """Choose what a history speaks of: a few activities, two loads, a few medicines."""
    drugs = tuple(draw(st.lists(st.sampled_from(MORE_DRUGS), min_size=2, max_size=4)))
    if draw(st.booleans()):
        loads: tuple[Any, ...] = (draw(st.sampled_from(LOADS)), draw(st.sampled_from(LOADS)))
        return {"actions": draw(st.sampled_from(THEMES)), "loads": loads, "drugs": drugs}
    load, region = draw(st.sampled_from(PLACED))
    around = sorted(BODY.region_up[region] | BODY.region_down[region])
    placing = [
        code
        for code, demands in BODY.demands.items()
        if any(demand.load == load and demand.region in around for demand in demands)
    ]
    some = draw(st.lists(st.sampled_from(placing), min_size=1, max_size=4, unique=True))
    above = sorted({code for one in some for code in BODY.up[one]})
    return {
        "actions": (*some, *draw(st.lists(st.sampled_from(above), max_size=2))),
        "loads": ((load, region), (load, draw(st.sampled_from(around)))),
        "drugs": drugs,
    }


@st.composite
def advice(draw: st.DrawFn, theme: Theme) -> dict[str, Any]:
    """Make one recommendation, new or in the place of one; it links to earlier ones only."""
    place = draw(st.integers(0, len(CODES) - 1))
    item = draw(recommendations(CODES[place], CODES[:place], theme))
    rarity = draw(st.integers(0, 12))
    if rarity in RARE:
        item = {key: item[key] for key in ("id", "author", "period", "context")}
        item |= {"stance": "recommend", **draw(RARE[rarity])}
    return item


@st.composite
def records(draw: st.DrawFn, theme: Theme) -> dict[str, list[dict[str, Any]]]:
    """Make a few facts of the patient or around the plan."""
    around = draw(surroundings((*theme["actions"], "lifting", "driving")))
    capacity = around.pop("capacity", None)
    if capacity is not None:
        around["capacity"] = [capacity]
    kind = draw(st.sampled_from(("conditions", "allergies", "observations", "milestones")))
    if kind == "milestones":
        around[kind] = draw(milestones(STEPS))
    elif kind == "conditions":
        codes = ("ckd", "peptic-ulcer", "osteoporosis", "pregnancy", "heart-failure", "unheard-of")
        around[kind] = [{"id": "c0", "code": draw(st.sampled_from(codes)), **draw(periods())}]
    elif kind == "allergies":
        around[kind] = [{"id": "a0", "drug_class": draw(st.sampled_from(theme["drugs"]))}]
    else:
        day = DAY - timedelta(days=draw(st.integers(-20, 500)))
        around[kind] = [
            {
                "id": draw(st.sampled_from(("o0", "o1"))),
                "code": "egfr",
                "value": draw(st.sampled_from((20, 45, 80))),
                "unit": draw(st.sampled_from(("mL/min", "mL/min/{1.73_m2}", "mg"))),
                "date": day.isoformat(),
            }
        ]
    return around
