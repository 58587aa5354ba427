"""The subcommand `taxonomy`: show one activity, what is above and below it, and what it demands."""

from __future__ import annotations

from typing import Any

from service.conflicts.explain import level_words
from service.conflicts.tables import tables
from service.conflicts.taxonomy import Activity, Demand, Taxonomy, taxonomy
from service.conflicts.tool.document import Unusable
from service.conflicts.tool.suggestions import did_you_mean
from service.conflicts.tool.text import columns, put, put_json, quoted


def run(code: str, *, as_json: bool) -> int:
    """Print one activity, found by its code."""
    body = taxonomy()
    activity = body.activities.get(code.strip().casefold())
    if activity is None:
        labels = {one.code: one.label for one in body.activities.values()}
        hint = did_you_mean(code, body.activities, labels)
        raise Unusable(f"unknown activity {quoted(code)}{hint}")
    content = describe(body, activity)
    if as_json:
        put_json(content)
    else:
        put(_lines(content))
    return 0


def describe(body: Taxonomy, activity: Activity) -> dict[str, Any]:
    """Give all that the taxonomy and the tables say of one activity."""
    code = activity.code
    ways = sorted(
        (body.path(code, above) for above in body.up[code] if above != code),
        key=lambda way: (len(way), way),
    )
    return {
        "code": code,
        "label": activity.label,
        "icf": activity.icf,
        "parents": list(activity.is_a),
        "ancestors": [
            {"code": way[-1], "label": body.activities[way[-1]].label, "path": list(way)}
            for way in ways
        ],
        "children": [
            {"code": one.code, "label": one.label}
            for one in body.activities.values()
            if code in one.is_a
        ],
        "below": len(body.down[code]) - 1,
        "demands": [
            _demand(body, code, demand)
            for demand in sorted(body.demands[code], key=lambda one: (one.load, one.region))
        ],
        "loads": {
            load: body.loads[load] for load in sorted({one.load for one in body.demands[code]})
        },
        "also": _also(body, code),
        "knowledge_version": body.version,
    }


def _demand(body: Taxonomy, code: str, demand: Demand) -> dict[str, Any]:
    return {
        "load": demand.load,
        "region": demand.region,
        "level": demand.level,
        "means": level_words(body, demand),
        "inherent": demand.inherent,
        "stated_by": demand.action,
        "path": list(body.path(code, demand.action)),
    }


def _also(body: Taxonomy, code: str) -> list[str]:
    """Say what else the knowledge files make of an activity."""
    up, said = body.up[code], []
    if code in body.both_sides:
        said.append("Both sides of the body do it, so it has no side.")
    if code in body.passive:
        said.append("It is done to the patient; it works on the part that is treated.")
    reading = body.as_load.get(code)
    if reading is not None:
        said.append(
            f"A restriction on it is also one on {body.loads[reading.load]} at the "
            f"{body.region_label(reading.region)} from level {reading.min_level}."
        )
    for row in body.counting.get(code, ()):
        usual = " usually" if row.typical else ""
        said.append(
            f"With {row.dimension} above {row.above:g} {row.unit} it{usual} counts as {row.as_}."
        )
    for pair in body.opposed:
        if pair.quiets in up:
            said.append(f"As {pair.quiets} it opposes {pair.moves}.")
        if pair.moves in up:
            said.append(f"As {pair.moves} it opposes {pair.quiets}.")
    for pair in body.opposed_except:
        if pair.quiets in up:
            said.append(f"As {pair.quiets} it goes well with {pair.moves}.")
        if pair.moves in up:
            said.append(f"As {pair.moves} it goes well with {pair.quiets}.")
    for needing, needs in tables().resources.items():
        if needing in up:
            said.append(f"As {needing} it needs {' or '.join(needs)}.")
    return said


def _lines(content: dict[str, Any]) -> list[str]:
    icf = f" · ICF {content['icf']}" if content["icf"] else ""
    lines = [f"{content['code']} · {content['label']}{icf}", ""]
    if content["ancestors"]:
        lines.append("Is a kind of")
        lines += [f"  {' → '.join(one['path'])}" for one in content["ancestors"]]
        lines.append("")
    if content["children"]:
        lines.append(f"Kinds of it ({content['below']} below in all)")
        kinds = [(f"  {one['code']}", one["label"]) for one in content["children"]]
        lines += [*columns(kinds), ""]
    if content["demands"]:
        lines.append("What it demands")
        rows = [("  load@region", "level", "certainty", "stated by")]
        rows += [
            (
                f"  {one['load']}@{one['region']}",
                one["means"].removeprefix("level "),
                "inherent" if one["inherent"] else "typical",
                " → ".join(one["path"]) if len(one["path"]) > 1 else "itself",
            )
            for one in content["demands"]
        ]
        lines += [*columns(rows), ""]
        lines.append("Loads")
        lines += [*columns([(f"  {k}", v) for k, v in content["loads"].items()]), ""]
    else:
        lines += ["It demands nothing of its own.", ""]
    if content["also"]:
        lines += [f"  {said}" for said in content["also"]]
        lines.append("")
    lines.append(
        f"Knowledge release {content['knowledge_version']}, a draft for clinicians to review."
    )
    return lines
