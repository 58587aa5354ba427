"""The subcommand `check`: print the findings of a plan document, and what was not checked."""

from __future__ import annotations

from datetime import date
from typing import Any

from service.conflicts.detection import examine
from service.conflicts.facts import Facts
from service.conflicts.finding import TIER_ORDER
from service.conflicts.rule import knowledge_version
from service.conflicts.tool.document import BadInput, read_plan
from service.conflicts.tool.explanation import Explainer
from service.conflicts.tool.text import columns, marked, put, put_json

# What a reader of the table should know of each reason why something was not checked.
REASONS = {
    "incomparable-units": "units that do not convert into each other",
    "dose-not-stated": "a limit on a dose that is not stated",
    "start-not-stated": "when a medicine that makes drowsy began is not known",
    "restriction-without-end": "nobody has said how long it holds",
    "review-overdue": "the day to review it is past",
    "dependency-revoked": "what it depends on is gone",
    "suggested-coding": "its coding is suggested, not confirmed",
    "missing-coding": "it has no code that the engine knows",
    "drug-class-not-stated": "the class of the medicine is not stated closely enough",
}


def run(source: str, *, explained: bool, as_json: bool) -> int:
    """Read, check, print."""
    facts = read_plan(source)
    if facts.as_of is None:
        raise BadInput("/as_of", "required")
    result = examine(facts, facts.as_of)
    if explained:
        explainer = Explainer(facts)
        for finding in result["findings"]:
            finding["explanation"] = explainer.explain(finding)
    if as_json:
        put_json(result)
    else:
        put(_lines(facts, facts.as_of, result))
    return 0


def _lines(facts: Facts, as_of: date, result: dict[str, Any]) -> list[str]:
    findings, unchecked = result["findings"], result["not_checked"]
    lines = [f"Plan on {as_of} · {len(facts.recommendations)} recommendations · {_count(findings)}"]
    if findings and "explanation" in findings[0]:
        for finding in findings:
            lines += ["", *_explained(finding)]
    elif findings:
        rows = [("TIER", "CODE", "ITEMS", "WHAT")]
        rows += [
            (one["tier"], one["code"], _ids(one["statements"]), one["summary"]) for one in findings
        ]
        lines += ["", *columns(rows)]
    lines += ["", f"Not checked: {len(unchecked)}"]
    if unchecked:
        lines += columns(
            [
                (f"  {one['reason']}", " ".join(one["statements"]), REASONS.get(one["reason"], ""))
                for one in unchecked
            ]
        )
    lines += [
        "",
        f"Knowledge release {knowledge_version()}, a draft for clinicians to review.",
        "No finding is not a promise of safety.",
    ]
    return lines


def _count(findings: list[dict[str, Any]]) -> str:
    tiers = [finding["tier"] for finding in findings]
    counted = [f"{tiers.count(tier)} {tier}" for tier in TIER_ORDER if tier in tiers]
    return f"{len(findings)} findings" + (f" ({', '.join(counted)})" if counted else "")


def _ids(statements: list[dict[str, Any]]) -> str:
    return " ".join(one["id"] for one in statements)


def _explained(finding: dict[str, Any]) -> list[str]:
    """Write one finding with everything behind it."""
    given = finding["explanation"]
    lines = [f"{finding['tier'].upper()} {finding['code']} {finding['type']}"]
    lines += marked("what", finding["summary"], 2)
    for one in finding["statements"]:
        lines += marked("item", f"{one['id']} ({one['kind']}): {one['says']}", 2)
    for one in given["paths"]:
        way = " → ".join(one["path"])
        # Of two statements the sentences below say it in words.
        lines += marked("way", way if one["to"] else f"{way}  {one['says']}", 2)
    for one in given["demands"]:
        lines += marked("demand", _demand(one), 2)
    if given["row"] is not None:
        lines += marked("row", f"{given['row']['id']} ({given['row']['source']})", 2)
    for sentence in finding["why"]:
        lines += marked("why", sentence, 2)
    for sentence in finding["tier_trace"]:
        lines += marked("tier", sentence, 2)
    lines += marked("told", ", ".join(finding["told"]) or "nobody", 2)
    lines += marked("resolves", ", ".join(finding["resolver"]), 2)
    for one in finding["repairs"]:
        lines += marked("repair", f"{one['by']}: {one['says']}", 2)
    return lines


def _demand(one: dict[str, Any]) -> str:
    code = f"{one['load']}@{one['region']}:{one['level']}{'i' if one['inherent'] else 't'}"
    way = f", stated for {' → '.join(reversed(one['path']))}" if len(one["path"]) > 1 else ""
    known = ", known only for a larger region" if one["coarse"] else ""
    region, level = one["against"]["region"], one["against"]["level"]
    return f"{code} meets {one['load']}@{region} from level {level}{way}{known}"
