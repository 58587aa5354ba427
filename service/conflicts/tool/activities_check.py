"""Check a file of activities, loads and regions of the body."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from service.conflicts.taxonomy import LIMBS_AND_SPINE, TRAINING, WHOLE_BODY
from service.conflicts.tool.inspection import Inspection
from service.conflicts.tool.positions import Member, Node
from service.conflicts.tool.text import quoted
from service.conflicts.vocabulary import DIMENSIONS

TOP = "any"
PARTS = (
    "version", "regions", "loads", "levels", "rom_levels", "transmitted", "as_load", "counts_as",
    "both_sides", "opposed", "opposed_except", "activities",
)  # fmt: skip
# Codes that the rules name themselves; without them they would match nothing, or not start.
NEEDED = {
    "activities": ("any", "work", "driving", "rest", "passive", *sorted(TRAINING)),
    "regions": (WHOLE_BODY, *sorted(LIMBS_AND_SPINE)),
    "loads": ("xload", "wb", "vigil"),
}
_LOAD, _REGION = re.compile(r"[a-z]+"), re.compile(r"[a-z]+(-[a-z]+)*")
_DEMAND = re.compile(r"([^@:]*)@([^@:]*):([0-9]+)([a-z]?)")


@dataclass(frozen=True)
class Codes:
    """Hold the codes of a file, for what refers to them."""

    activities: Collection[str]
    regions: Collection[str]
    loads: Collection[str]


def check_activities(look: Inspection, top: Node) -> Codes:
    """Check the whole file; give the codes it defines."""
    look.record(top, "the file", PARTS, ("about",))
    look.optional_text(top.get("about"), "about")
    look.text(top.get("version"), "version")
    codes = Codes(_keys(top.get("activities")), _keys(top.get("regions")), _keys(top.get("loads")))
    for part, needed in NEEDED.items():
        node = top.get(part)
        if node is not None and node.is_object:
            for code in needed:
                if code not in _keys(node):
                    look.fault(node.line, f"{part}: the rules need {quoted(code)}")
    for member in look.members(top.get("loads"), "loads"):
        _spelling(look, member, "load", _LOAD)
        look.text(member.node, f"the label of load {member.key}")
    _regions(look, top.get("regions"))
    _activities(look, top.get("activities"), codes)
    _lists(look, top, codes)
    _levels(look, top, codes)
    return codes


def _keys(node: Node | None) -> set[str]:
    return {member.key for member in node.members} if node is not None else set()


def _spelling(look: Inspection, member: Member, kind: str, form: re.Pattern[str]) -> None:
    if not form.fullmatch(member.key):
        look.fault(
            member.line,
            f"{kind} {quoted(member.key)}: a code is lower-case letters"
            f"{' and hyphens' if form is _REGION else ''}",
        )


def _regions(look: Inspection, node: Node | None) -> None:
    above: dict[str, list[tuple[str, int]]] = {}
    lines: dict[str, int] = {}
    for member in look.members(node, "regions"):
        what = f"region {member.key}"
        _spelling(look, member, "region", _REGION)
        above[member.key] = []
        lines[member.key] = member.line
        if look.record(member.node, what, ("part_of", "icf", "label")):
            look.text(member.node.get("label"), f"the label of {what}")
            look.optional_text(member.node.get("icf"), f"the icf code of {what}")
            part_of = member.node.get("part_of")
            whole = look.optional_text(part_of, f"part_of of {what}")
            if whole is not None and part_of is not None:
                above[member.key] = [(whole, part_of.line)]
    look.parents("region", above)
    for code, parts in above.items():
        if not parts and code != WHOLE_BODY:
            look.fault(
                lines[code], f"region {code} is part of nothing; the largest is {WHOLE_BODY}"
            )
        elif parts and code == WHOLE_BODY:
            look.fault(lines[code], f"region {WHOLE_BODY} is the largest and part of nothing")


def _activities(look: Inspection, node: Node | None, codes: Codes) -> None:
    above: dict[str, list[tuple[str, int]]] = {}
    lines: dict[str, int] = {}
    for member in look.members(node, "activities"):
        what = f"activity {member.key}"
        _spelling(look, member, "activity", _REGION)
        above[member.key] = []
        lines[member.key] = member.line
        if not look.record(member.node, what, ("label", "is_a", "icf", "demands")):
            continue
        look.text(member.node.get("label"), f"the label of {what}")
        look.optional_text(member.node.get("icf"), f"the icf code of {what}")
        parents = member.node.get("is_a")
        named = [
            (parent, item.line)
            for item in look.items(parents, f"is_a of {what}")
            if (parent := look.text(item, f"a parent of {what}")) is not None
        ]
        items = parents.items if parents is not None else ()
        look.once(
            parents,
            f"is_a of {what}",
            [(item, item.value) for item in items if isinstance(item.value, str)],
        )
        above[member.key] = named
        _demands(look, member, codes)
    look.parents("activity", above)
    for code, parents_of in above.items():
        if not parents_of and code != TOP:
            look.fault(lines[code], f"activity {code} is below nothing; the topmost is {TOP}")
        elif parents_of and code == TOP:
            look.fault(lines[code], f"activity {TOP} is the topmost and below nothing")


def _demands(look: Inspection, member: Member, codes: Codes) -> None:
    what = f"activity {member.key}"
    node = member.node.get("demands")
    found = []
    for item in look.items(node, f"demands of {what}"):
        text = look.text(item, f"a demand of {what}")
        if text is None:
            continue
        found.append((item, text))
        match = _DEMAND.fullmatch(text)
        if match is None:
            form = "load@region:level with i or t, as in flex@lumbar:2t"
            look.fault(item.line, f"{what}: {quoted(text)} is not {form}")
            continue
        load, region, level, mark = match.groups()
        look.is_known(load, item.line, what, "load", codes.loads)
        look.is_known(region, item.line, what, "region", codes.regions)
        if level not in ("0", "1", "2", "3"):
            look.fault(item.line, f"{what}: the level of {quoted(text)} must be from 0 to 3")
        elif level == "0" and mark:
            look.fault(item.line, f"{what}: {quoted(text)} takes a demand away, so without i or t")
        elif level != "0" and mark not in ("i", "t"):
            look.fault(item.line, f"{what}: {quoted(text)} needs i (inherent) or t (typical)")
    look.once(node, f"demands of {what}", found)


def _lists(look: Inspection, top: Node, codes: Codes) -> None:
    look.codes(top.get("both_sides"), "both_sides", "activity", codes.activities)
    look.codes(top.get("transmitted"), "transmitted", "load", codes.loads)
    for name in ("opposed", "opposed_except"):
        first: dict[tuple[str, ...], int] = {}
        for row in look.items(top.get(name), name):
            if not row.is_list or len(row.items) != 2:
                look.fault(row.line, f"an entry of {name} must be a list of two activities")
                continue
            pair = tuple(
                code
                for item in row.items
                if (code := look.code(item, name, "activity", codes.activities))
            )
            if len(pair) == 2 and pair[0] == pair[1]:
                look.fault(row.line, f"{name}: {pair[0]} cannot oppose itself")
            elif len(pair) == 2 and pair in first:
                before = f"first on line {first[pair]}"
                look.fault(
                    row.line, f"{name}: the pair {' and '.join(pair)} stands twice ({before})"
                )
            first.setdefault(pair, row.line)
    for row in look.items(top.get("counts_as"), "counts_as"):
        needed = ("of", "as", "dimension", "above", "unit")
        if look.record(row, "an entry of counts_as", needed, ("typical",)):
            for key in ("of", "as"):
                look.code(row.get(key), f"counts_as {key}", "activity", codes.activities)
            look.code(row.get("dimension"), "counts_as", "dimension", DIMENSIONS)
            look.number(row.get("above"), "counts_as above")
            look.text(row.get("unit"), "counts_as unit")
            look.flag(row.get("typical"), "counts_as typical")


def _levels(look: Inspection, top: Node, codes: Codes) -> None:
    for member in look.members(top.get("as_load"), "as_load"):
        what = f"as_load of {member.key}"
        look.is_known(member.key, member.line, "as_load", "activity", codes.activities)
        if not member.node.is_list or len(member.node.items) != 3:
            look.fault(member.line, f"{what} must be a list of load, region and level")
            continue
        load, region, level = member.node.items
        look.code(load, what, "load", codes.loads)
        look.code(region, what, "region", codes.regions)
        look.whole(level, f"the level of {what}", 1, 3)
    for member in look.members(top.get("levels"), "levels"):
        load_code, at, region_code = member.key.partition("@")
        look.is_known(load_code, member.line, "levels", "load", codes.loads)
        if at:
            look.is_known(region_code, member.line, "levels", "region", codes.regions)
        words = look.items(member.node, f"levels of {member.key}")
        for word in words:
            look.text(word, f"a level of {member.key}")
        if member.node.is_list and len(words) != 3:
            look.fault(member.line, f"levels of {member.key} must be three texts, for 1, 2 and 3")
    for member in look.members(top.get("rom_levels"), "rom_levels"):
        load_code, _, region_code = member.key.partition("@")
        what = f"rom_levels of {member.key}"
        look.is_known(load_code, member.line, "rom_levels", "load", codes.loads)
        look.is_known(region_code, member.line, "rom_levels", "region", codes.regions)
        bounds = look.items(member.node, what)
        if member.node.is_list and len(bounds) != 2:
            look.fault(member.line, f"{what} must be two bounds in degrees, the second may be null")
            continue
        low = look.number(bounds[0], what) if bounds else None
        if low is not None and bounds[1].value is not None:
            high = look.number(bounds[1], what)
            if high is not None and high <= low:
                look.fault(bounds[1].line, f"{what}: the second bound must be above the first")
