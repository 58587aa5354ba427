"""Change a plan in a way whose effect is known, and see that the findings follow.

Each test says exactly which relation holds. `METAMORPHIC_EXAMPLES` makes more plans.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from service.conflicts import check, is_at_or_below, taxonomy
from tests.conflicts.oracle.pair_plans import pair_plans
from tests.conflicts.random_plans import plans

Plan = dict[str, Any]
SOME = settings(
    max_examples=int(os.environ.get("METAMORPHIC_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
RANK = {"info": 0, "notice": 1, "warning": 2, "critical": 3}
LINKS = ("exception_to", "supersedes", "depends_on", "part_of", "alternative_to", "requires")
# The rules over two recommendations: what they find depends on those two and their interval.
OF_TWO = {f"CF{number:02}" for number in (1, 2, 3, 4, 5, 6, 8, 9, 10, 16, 23, 27, 29)}
SUMS = {"CF13", "CF21"}
PARENTS = {row["code"]: row["is_a"] for row in taxonomy()["activities"]}
ACTIVITIES = sorted(PARENTS)
CHILDREN = {
    code: kinds
    for code in ACTIVITIES
    if (kinds := [kind for kind in ACTIVITIES if code in PARENTS[kind]])
}


def any_plan() -> st.SearchStrategy[Plan]:
    """Draw plans with all kinds of facts, and dense ones of recommendations alone."""
    return st.one_of(plans(most=5), pair_plans(most=5))


def names(finding: dict[str, Any]) -> tuple[str, ...]:
    return tuple(item["id"] for item in finding["statements"])


def dimension(finding: dict[str, Any]) -> str | None:
    return (finding.get("dimension") or {}).get("name")


def days(finding: dict[str, Any]) -> tuple[str | None, str | None]:
    overlap = finding.get("overlap") or {}
    return overlap.get("start"), overlap.get("end")


def everywhere(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in a document that is not a key."""
    if isinstance(value, dict):
        return {key: everywhere(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [everywhere(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def later(text: str | None, count: int) -> str | None:
    """Move a text that begins with a date."""
    if text is None or not re.match(r"\d{4}-\d\d-\d\d", text):
        return text
    return (date.fromisoformat(text[:10]) + timedelta(days=count)).isoformat() + text[10:]


@SOME
@given(any_plan(), st.integers(-60, 60))
def test_dates_shifted(plan: Plan, weeks: int) -> None:
    """All dates by whole weeks: the same findings and notes, each overlap moved by as much.

    Whole weeks, because CF13 counts calendar weeks; no birth year, because an age turns with the
    calendar year.
    """
    plan.pop("patient", None)
    count = weeks * 7
    before, after = check(plan), check(everywhere(plan, lambda text: later(text, count) or text))
    assert [
        (
            item["fingerprint"],
            item["tier"],
            later(days(item)[0], count),
            later(days(item)[1], count),
        )
        for item in before["findings"]
    ] == [(item["fingerprint"], item["tier"], *days(item)) for item in after["findings"]]
    assert before["not_checked"] == after["not_checked"]


def renamed(plan: Plan, new: dict[str, str]) -> Plan:
    """Give items other ids, and follow every link."""
    result = copy.deepcopy(plan)
    for items in result.values():
        rows = items if isinstance(items, list) else [items] if isinstance(items, dict) else []
        for item in rows:
            if "id" in item:
                item["id"] = new.get(item["id"], item["id"])
            for link in LINKS:
                if link in item:
                    item[link] = [new.get(other, other) for other in item[link]]
    return result


@SOME
@given(any_plan(), st.data())
def test_ids_renamed(plan: Plan, data: st.DataObject) -> None:
    """Some items by other ids: the same findings under the new names.

    A finding that names no renamed item keeps its fingerprint; one that does gets another. A sum
    over the whole plan (CF13, CF21) is known by the patient's capacity alone, which keeps its id.
    """
    every = sorted({item["id"] for items in plan.values() if isinstance(items, list)
                    for item in items})  # fmt: skip
    chosen = data.draw(st.lists(st.sampled_from(every), unique=True))
    new = {code: f"{'za'[index % 2]}-{index}-renamed" for index, code in enumerate(chosen)}
    before, after = check(plan), check(renamed(plan, new))

    def essence(finding: dict[str, Any], words: dict[str, str]) -> tuple[Any, ...]:
        mine = tuple(sorted(words.get(code, code) for code in names(finding)))
        return finding["code"], finding["tier"], finding["row"], dimension(finding), mine

    ours = sorted((essence(item, new) for item in before["findings"]), key=str)
    assert ours == sorted((essence(item, {}) for item in after["findings"]), key=str)
    marks = {item["fingerprint"] for item in after["findings"]}
    for finding in before["findings"]:
        stays = finding["code"] in SUMS or new.keys().isdisjoint(names(finding))
        assert (finding["fingerprint"] in marks) == stays
    assert len(before["not_checked"]) == len(after["not_checked"])


# Pairs of units that compare with exactly the same other units, and by what to multiply. A day is
# left alone: `1/wk` compares with `d/wk`, and `1/d` does not.
EXACT = {"kg": ("g", 1000), "min": ("s", 60), "h": ("min", 60), "1/wk": ("/wk", 1), "1/d": ("/d", 1),
         "h/d": ("min/d", 60), "lb": ("[lb_av]", 1), "{score}": ("1", 1)}  # fmt: skip


@SOME
@given(any_plan(), st.data())
def test_units_converted(plan: Plan, data: st.DataObject) -> None:
    """Doses and targets in other units of the same amount: same findings, tiers and notes."""
    other = copy.deepcopy(plan)
    rows = [
        row
        for item in (*other["recommendations"], *other.get("job_demands", []))
        for row in item.get("dose", [])
    ]
    rows += [goal["target"] for goal in other.get("goals", []) if "target" in goal]
    for row in rows:
        if row.get("unit") in EXACT and data.draw(st.booleans()):
            unit, factor = EXACT[row["unit"]]
            row["unit"] = unit
            row.update({end: row[end] * factor for end in ("low", "high") if end in row})
    before, after = check(plan), check(other)
    assert [(item["fingerprint"], item["tier"], names(item)) for item in before["findings"]] == [
        (item["fingerprint"], item["tier"], names(item)) for item in after["findings"]
    ]
    assert before["not_checked"] == after["not_checked"]


@SOME
@given(st.one_of(plans(most=5), pair_plans(most=9, about="laterality")))
def test_left_and_right_mirrored(plan: Plan) -> None:
    """Left for right and right for left everywhere: the same findings, word for word mirrored."""
    swap = {"left": "right", "right": "left"}

    def mirror(text: str) -> str:
        # "At most 20 min is left" is no side.
        return re.sub(r"(?<!is )\b(left|right)\b", lambda match: swap[match[1]], text)

    assert everywhere(check(plan), mirror) == check(everywhere(plan, mirror))


@SOME
@given(pair_plans(most=5, about="period"), st.data())
def test_an_interval_split_in_two(plan: Plan, data: st.DataObject) -> None:
    """One statement as two that follow each other: the same pairs, told by one half or by both.

    For rules over two recommendations, with the halves counted as one: the same rules on the same
    items, the highest tier of the halves is the tier of the whole, and their overlaps together
    reach as far. The halves themselves do not conflict. A planned end with a review is not split,
    because what lies after it is another matter.
    """
    whole = [item for item in plan["recommendations"] if "end_event" not in item]
    assume(whole)
    item = data.draw(st.sampled_from(whole))
    cut = date.fromisoformat(plan["as_of"]) + timedelta(days=data.draw(st.integers(-45, 65)))
    period = item.get("period", {})
    assume(period.get("start", "0000") < cut.isoformat() < period.get("end", "9999"))
    split = copy.deepcopy(plan)
    for row in split["recommendations"]:
        for link in LINKS:
            if item["id"] in row.get(link, []):
                row[link].append("second-half")
    first = next(row for row in split["recommendations"] if row["id"] == item["id"])
    second = copy.deepcopy(first) | {"id": "second-half"}
    first["period"] = {**period, "end": cut.isoformat()}
    second["period"] = {**period, "start": cut.isoformat()}
    split["recommendations"].append(second)

    def told(document: Plan) -> dict[tuple[Any, ...], tuple[int, str, str]]:
        found: dict[tuple[Any, ...], tuple[int, str, str]] = {}
        for finding in check(document)["findings"]:
            if finding["code"] not in OF_TWO:
                continue
            ids = [item["id"] if code == "second-half" else code for code in names(finding)]
            key = (finding["code"], dimension(finding), *sorted(ids))
            start, end = days(finding)
            mine = RANK[finding["tier"]], start or "0000", end or "9999"
            kept = found.get(key, mine)
            found[key] = max(mine[0], kept[0]), min(mine[1], kept[1]), max(mine[2], kept[2])
        return found

    before, after = told(plan), told(split)
    # Of an interval that has begun only what is left is told, so its start may lie further on.
    today = plan["as_of"]
    assert {key: (tier, max(start, today), end) for key, (tier, start, end) in before.items()} == {
        key: (tier, max(start, today), end) for key, (tier, start, end) in after.items()
    }


@st.composite
def contradictions(draw: st.DrawFn) -> tuple[Plan, str]:
    """Draw a plan with an activity, something at or above it restricted, and others; and a child."""
    parent = draw(st.sampled_from(sorted(CHILDREN)))
    above = draw(st.sampled_from([code for code in ACTIVITIES if is_at_or_below(parent, code)]))
    plan = draw(pair_plans(most=5))
    p, n = plan["recommendations"][:2]
    for item in (p, n):
        for key in ("load_target", "medication", "dose", "exclude_actions"):
            item.pop(key, None)
    p |= {"kind": "exercise", "stance": draw(st.sampled_from(("require", "recommend")))}
    n |= {"kind": "activity", "stance": draw(st.sampled_from(("discourage", "prohibit")))}
    p["action"], n["action"] = parent, above
    n.pop("body_region", None)
    return plan, draw(st.sampled_from(CHILDREN[parent]))


@SOME
@given(contradictions())
def test_an_activity_replaced_by_its_child(drawn: tuple[Plan, str]) -> None:
    """What contradicts an activity contradicts each kind of it: CF01 and CF06 stay as they are.

    Where the restriction is on the activity or on something above it, names no part of the body
    (a child works on parts of its own), and neither side leaves anything out. Nothing is promised
    of CF02: a kind of an activity may state demands of its own.
    """
    plan, child = drawn
    narrower = copy.deepcopy(plan)
    narrower["recommendations"][0]["action"] = child
    pair = tuple(sorted(item["id"] for item in plan["recommendations"][:2]))

    def told(document: Plan) -> dict[str, str]:
        return {
            item["fingerprint"]: item["tier"]
            for item in check(document)["findings"]
            if item["code"] in {"CF01", "CF06"} and names(item) == pair
        }

    assert told(plan).items() <= told(narrower).items()


@SOME
@given(any_plan(), st.data())
def test_a_cap_widened(plan: Plan, data: st.DataObject) -> None:
    """A higher cap of a negative adds no finding and raises no tier.

    CF29 apart, which compares caps with each other; CF04 speaks of no cap. A permit is no part of
    this: a higher one permits more, too.
    """
    wider = copy.deepcopy(plan)
    capped = [
        row
        for item in wider["recommendations"]
        if item["stance"] in {"discourage", "prohibit"}
        for row in item.get("dose", [])
        if "high" in row
    ]
    assume(capped)
    row = data.draw(st.sampled_from(capped))
    row["high"] += data.draw(st.sampled_from((0.5, 1, 5, 30, 100, 5000)))

    def told(document: Plan) -> dict[tuple[Any, ...], int]:
        return {
            (finding["code"], dimension(finding), finding["row"], names(finding)): RANK[
                finding["tier"]
            ]
            for finding in check(document)["findings"]
            if finding["code"] not in {"CF29", "CF04"}
        }

    before = told(plan)
    for key, tier in told(wider).items():
        assert tier <= before.get(key, -1), key


UNRELATED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("recommendations", {"kind": "equipment", "stance": "recommend", "action": "adl-aids"}),
    ("recommendations", {"kind": "education", "stance": "recommend", "message": "red-flag-stop"}),
    ("conditions", {"code": "joint-hypermobility"}),
    ("allergies", {"drug_class": "fluoroquinolone"}),
    ("events", {"code": "review-held", "date": "2026-01-05"}),
    ("preferences", {"action": "craft-music", "attitude": "prefer"}),
    ("milestones", {"title": "Something else", "status": "planned", "due": "2026-03-01"}),
    ("goals", {"title": "Something else", "status": "active", "measure": "sleep-hours"}),
)


@SOME
@given(any_plan(), st.sampled_from(UNRELATED))
def test_an_unrelated_item(plan: Plan, added: tuple[str, dict[str, Any]]) -> None:
    """An item that nothing in the plan speaks of changes nothing, to the last byte."""
    # "No activity at all" would cover even the reacher.
    assume(all(item.get("action") != "any" for item in plan["recommendations"]))
    key, content = added
    person = {"id": "nobody-else", "discipline": "nursing"}
    item = {"id": "zz-unrelated", **content}
    if key in {"recommendations", "goals", "milestones"}:
        item["author" if key == "recommendations" else "owner"] = person
    more = copy.deepcopy(plan)
    more.setdefault(key, []).append(item)
    assert check(more) == check(plan)


PPI = {
    "id": "zz-ppi",
    "kind": "medication",
    "stance": "recommend",
    "medication": {"drug_class": "ppi", "route": "oral"},
    "author": {"id": "nobody-else", "discipline": "pharmacy"},
}


@SOME
@given(plans(most=5), st.sampled_from(({}, {"start": "2026-02-01"}, {"end": "2026-02-01"})))
def test_a_mitigating_drug(plan: Plan, period: dict[str, str]) -> None:
    """A drug that protects raises no tier and hides nothing; only what names it is new."""
    more = copy.deepcopy(plan)
    more["recommendations"].append({**PPI, "period": period})
    before = {item["fingerprint"]: item["tier"] for item in check(plan)["findings"]}
    after = {item["fingerprint"]: item for item in check(more)["findings"]}
    for mark, tier in before.items():
        assert mark in after
        assert RANK[after[mark]["tier"]] <= RANK[tier]
    for mark in after.keys() - before.keys():
        assert "zz-ppi" in names(after[mark])


def test_a_mitigating_drug_lowers_what_it_should() -> None:
    plan = {
        "as_of": "2026-01-05",
        "recommendations": [{**PPI, "id": "d", "medication": {"drug_class": "nsaid"}}],
        "conditions": [{"id": "c", "code": "peptic-ulcer"}],
    }
    assert [item["tier"] for item in check(plan)["findings"]] == ["critical"]
    assert isinstance(plan["recommendations"], list)
    plan["recommendations"].append(PPI)
    assert [item["tier"] for item in check(plan)["findings"]] == ["warning"]


@SOME
@given(any_plan(), any_plan())
def test_removed_after_it_was_added(plan: Plan, source: Plan) -> None:
    """A statement that comes and goes leaves the plan's findings as they were, to the last byte.

    Whether it is taken out, or stays with a status that is not checked: what it links to is then
    as if it had never been said.
    """
    before = check(plan)
    more = copy.deepcopy(plan)
    added = copy.deepcopy(source["recommendations"][-1]) | {"id": "zz-guest"}
    known = {item["id"] for item in plan["recommendations"]}
    for link in LINKS:
        if link in added:
            added[link] = [code for code in added[link] if code in known]
    more["recommendations"].append(added)
    check(more)
    for status in ("revoked", "entered-in-error", "draft", "completed"):
        added["status"] = status
        assert check(more) == before
    more["recommendations"].pop()
    assert check(more) == before
