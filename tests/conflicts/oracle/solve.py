"""Answer the rules over two recommendations a second time, by logic alone.

The program in `pairs.lp` was written from the text of the rules and knows nothing of the engine.
This file turns a plan document and the knowledge files into its facts. Numbers become ranks among
the values of their kind of unit, since the solver counts in whole numbers and only order matters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import clingo

HERE = Path(__file__).parent
KNOWLEDGE = resources.files("service.conflicts") / "knowledge"
OPEN_START, OPEN_END = -4_000_000, 4_000_000
TIERS = {4: "critical", 3: "warning", 2: "notice", 1: "info"}
TRAINING = (
    "exercise", "resistance", "isometric", "mobility", "motor-control", "physical-activity",
)  # fmt: skip
# How much of the base unit one of each is; a unit that is not here compares with itself alone.
FACTORS = {
    "mass": {"kg": Fraction(1), "g": Fraction(1, 1000), "lb": Fraction("0.45359237"),
             "[lb_av]": Fraction("0.45359237")},
    "time": {"s": Fraction(1), "min": Fraction(60), "h": Fraction(3600)},
    "length": {"m": Fraction(1), "km": Fraction(1000), "[mi_i]": Fraction("1609.344")},
    "times": {"1/d": Fraction(7), "/d": Fraction(7), "1/wk": Fraction(1), "/wk": Fraction(1),
              "d/wk": Fraction(1)},
    "share": {"min/d": Fraction(1), "h/d": Fraction(60)},
}  # fmt: skip
CONVERTING = (
    {"kg", "g", "lb", "[lb_av]"}, {"s", "min", "h"}, {"m", "km", "[mi_i]"},
    {"1/d", "/d", "1/wk", "/wk"}, {"min/d", "h/d"}, {"d/wk", "1/wk", "/wk"},
)  # fmt: skip
MARKS = {"mass": (0, 5, 20, 30), "%": (0, 50, 100)}
OF_ONE_ACTIVITY = ("up", "demand", "worked", "opposing")
Found = tuple[str, tuple[str, str], str]


def term(value: object) -> str:
    """Write a value as the solver reads it."""
    return str(value) if isinstance(value, int) else json.dumps(str(value))


def fact(name: str, *values: object) -> str:
    """Write a fact."""
    return f"{name}({','.join(map(term, values))})."


def is_score(unit: str) -> bool:
    """Say whether a unit is a bare number, or a number of something in braces."""
    return unit == "1" or re.fullmatch(r"\{[^}]*\}", unit) is not None


def kind_and_factor(unit: str) -> tuple[str, Fraction]:
    """Give the kind of a unit, and how much of its base one is."""
    if is_score(unit):
        return "score", Fraction(1)
    for kind, units in FACTORS.items():
        if unit in units:
            return kind, units[unit]
    return unit, Fraction(1)


def comparable(one: str, other: str) -> bool:
    """Say whether values in two units can be compared."""
    if one == other or (is_score(one) and is_score(other)):
        return True
    return any(one in group and other in group for group in CONVERTING)


def amount(value: float, unit: str) -> tuple[str, Fraction]:
    """Give a value in the base of its kind of unit."""
    kind, factor = kind_and_factor(unit)
    return kind, Fraction(str(value)) * factor


def solve(*programs: str) -> list[clingo.Symbol]:
    """Give what the one answer of a program shows."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], "\n".join(programs))
    control.ground([("base", [])])
    answers: list[list[clingo.Symbol]] = []
    control.solve(on_model=lambda model: answers.append(list(model.symbols(shown=True))))
    assert len(answers) == 1, "the program has one answer"
    return answers[0]


@cache
def raw(name: str) -> dict[str, Any]:
    """Read a knowledge file."""
    content: dict[str, Any] = json.loads((KNOWLEDGE / name).read_text(encoding="utf-8"))
    return content


@cache
def knowledge() -> dict[str, str]:
    """Work out what the knowledge files imply, once."""
    body, drugs = raw("activity_taxonomy.json"), raw("clinical_tables.json")["drug_classes"]
    facts = []
    for code, row in body["activities"].items():
        facts.append(fact("act", code))
        facts += [fact("is_a", code, parent) for parent in row["is_a"]]
        for text in row["demands"]:
            load, region, level = re.split("[@:]", text)
            facts.append(fact("own", code, load, region, int(level[0]), level[1:] or "none"))
    for code, row in drugs.items():
        facts.append(fact("act", code))
        facts += [fact("is_a", code, parent) for parent in row.get("is_a", [])]
    for code, row in body["regions"].items():
        facts.append(fact("region", code))
        if row["part_of"]:
            facts.append(fact("part_of", code, row["part_of"]))
    implied = solve((HERE / "knowledge.lp").read_text(encoding="utf-8"), *facts)
    rest = [fact("region", code) for code in body["regions"]]
    rest += [fact("load", code) for code in body["loads"]]
    rest += [fact("transmitted", code) for code in body["transmitted"]]
    rest += [fact("both_sides", code) for code in body["both_sides"]]
    rest += [fact("training", code) for code in TRAINING]
    rest += [fact("as_load", code, *row) for code, row in body["as_load"].items()]
    rest += [fact("opposed", *row) for row in body["opposed"]]
    rest += [fact("opposed_except", *row) for row in body["opposed_except"]]
    about: dict[str, list[str]] = {}
    for symbol in implied:
        key = symbol.arguments[0].string if symbol.name in OF_ONE_ACTIVITY else ""
        about.setdefault(key, []).append(f"{symbol}.")
    about[""] += rest
    return {key: "\n".join(lines) for key, lines in about.items()}


@cache
def below() -> dict[str, frozenset[str]]:
    """Give what lies at or below each activity and drug class, as the solver worked it out."""
    found: dict[str, set[str]] = {}
    for code, lines in knowledge().items():
        for above in re.findall(r'up\("[^"]*","([^"]*)"\)', lines) if code else ():
            found.setdefault(above, set()).add(code)
    return {above: frozenset(codes) for above, codes in found.items()}


def relevant(plan: dict[str, Any]) -> Iterator[str]:
    """Give what is known of the activities and drugs of a plan, and of what lies below them."""
    words = {item.get("action") for item in plan["recommendations"]}
    words |= {item.get("medication", {}).get("drug_class") for item in plan["recommendations"]}
    known = below()
    every = {code for word in words if word in known for code in known[word]}
    yield knowledge()[""]
    yield from (knowledge()[code] for code in sorted(every))


@cache
def marks() -> tuple[tuple[str, Fraction], ...]:
    """Give the values that the text itself names, so that doses can be ranked among them."""
    body = raw("activity_taxonomy.json")
    named = [(kind, Fraction(value)) for kind, values in MARKS.items() for value in values]
    named += [amount(row["above"], row["unit"]) for row in body["counts_as"]]
    named += [("deg", Fraction(v)) for row in body["rom_levels"].values() for v in row if v]
    return tuple(named)


class Ranks:
    """Turn values into their places among all values of their kind."""

    def __init__(self, values: Iterable[tuple[str, Fraction]]) -> None:
        every: dict[str, set[Fraction]] = {}
        for kind, value in (*marks(), *values):
            every.setdefault(kind, set()).add(value)
        self.places = {
            (kind, value): place
            for kind, items in every.items()
            for place, value in enumerate(sorted(items), 1)
        }

    def of(self, value: float, unit: str) -> int:
        """Give the rank of a value."""
        return self.places[amount(value, unit)]

    def facts(self) -> Iterator[str]:
        """Give the marks of the text with their ranks."""
        for kind, values in MARKS.items():
            for value in values:
                yield fact("mark", kind, value, self.places[kind, Fraction(value)])
        body = raw("activity_taxonomy.json")
        for row in body["counts_as"]:
            rank = self.of(row["above"], row["unit"])
            mode = "typical" if row.get("typical") else "sure"
            yield fact("counts", row["of"], row["as"], row["dimension"], row["unit"], rank, mode)
        for key, bounds in body["rom_levels"].items():
            yield fact(
                "rom",
                *key.split("@"),
                *("none" if bound is None else self.of(bound, "deg") for bound in bounds),
            )


def _of_statement(item: dict[str, Any], ranks: Ranks, today: int) -> Iterator[str]:
    code = item["id"]
    body, drugs = raw("activity_taxonomy.json"), raw("clinical_tables.json")["drug_classes"]
    medicine = item["kind"] == "medication"
    yield fact("rec", code)
    yield fact("stance", code, item["stance"])
    yield fact("status", code, item.get("status", "active"))
    yield fact("author", code, item["author"]["id"])
    yield fact("discipline", code, item["author"]["discipline"])
    by_default = "all" if item["stance"] == "permit" and item["kind"] != "work-capacity" else "some"
    yield fact("quantifier", code, item.get("quantifier", by_default))
    if "quantifier" in item:
        yield fact("written", code, item["quantifier"])
    if item.get("held_by"):
        yield fact("held", code)
    if item.get("hard"):
        yield fact("hard", code)
    if item.get("coding_status") == "suggested":
        yield fact("suggested", code)
    if medicine:
        yield fact("drug", code)
    word = item.get("medication", {}).get("drug_class") if medicine else item.get("action")
    if word in (drugs if medicine else body["activities"]):
        yield fact("term", code, word)
    if item.get("medication", {}).get("route"):
        yield fact("route", code, item["medication"]["route"])
    target = item.get("load_target")
    if target:
        yield fact(
            "load_target", code, target["load"], target["region"], target.get("min_level", 1)
        )
    if item.get("body_region"):
        yield fact("part", code, item["body_region"])
    if item.get("laterality") in {"left", "right"}:
        yield fact("side", code, item["laterality"])
    for row in item.get("dose", []):
        for end in ("low", "high"):
            if end in row:
                rank = ranks.of(row[end], row["unit"])
                yield fact(f"dose_{end}", code, row["dimension"], row["unit"], rank)
    if item.get("progression", {}).get("mode", "none") != "none":
        yield fact("progresses", code)
    for facet, values in item.get("context", {}).items():
        for value in values:
            yield fact("context", code, facet, value)
    period = item.get("period", {})
    yield fact("start", code, ordinal(period["start"]) if "start" in period else OPEN_START)
    if "end" in period:
        yield fact("end", code, ordinal(period["end"]))
    if "end_event" in item:
        event = item["end_event"]
        yield fact("event", code, "recorded" if event.get("recorded") else "unrecorded")
        on = event.get("recorded_on")
        yield fact("recorded_on", code, ordinal(on) if on else today)
    for link in ("exception_to", "supersedes", "alternative_to", "part_of"):
        for other in item.get(link, []):
            yield fact("part_of_plan" if link == "part_of" else link, code, other)
    for other in item.get("exclude_actions", []):
        yield fact("excludes", code, other)


def ordinal(day: str) -> int:
    """Count a day."""
    return date.fromisoformat(day).toordinal()


def facts_of(plan: dict[str, Any]) -> Iterator[str]:
    """Turn a plan into facts."""
    items = plan["recommendations"]
    rows = [row for item in items for row in item.get("dose", [])]
    ranks = Ranks(
        amount(row[end], row["unit"]) for row in rows for end in ("low", "high") if end in row
    )
    units = {row["unit"] for row in rows} | {"%", "deg", "min", "h/d"}
    yield from ranks.facts()
    for one in units:
        if kind_and_factor(one)[0] == "mass":
            yield fact("mass", one)
        yield from (fact("comparable", one, other) for other in units if comparable(one, other))
    today = ordinal(plan["as_of"])
    yield fact("as_of", today)
    yield fact("open_end", OPEN_END)
    for item in items:
        yield from _of_statement(item, ranks, today)


@cache
def program() -> str:
    """Give the rules."""
    return (HERE / "pairs.lp").read_text(encoding="utf-8")


def pairs(plan: dict[str, Any]) -> list[Found]:
    """Give each finding over two recommendations as rule, pair and tier."""
    best: dict[tuple[str, str, str, str], int] = {}
    for symbol in solve(program(), *relevant(plan), *facts_of(plan)):
        rule, one, other, dimension = (part.string for part in symbol.arguments[:4])
        key = (rule, min(one, other), max(one, other), dimension)
        # CF04 and CF05 see a couple from both ends.
        best[key] = max(best.get(key, 0), symbol.arguments[4].number)
    return sorted((rule, (p, n), TIERS[tier]) for (rule, p, n, _), tier in best.items())
