"""The subcommand `explain`: print the public documentation of one rule."""

from __future__ import annotations

from textwrap import wrap

from service.conflicts.rulebook import Entry, entries
from service.conflicts.tool.document import Unusable
from service.conflicts.tool.suggestions import did_you_mean
from service.conflicts.tool.text import marked, put, put_json, quoted, width


def run(code: str, *, as_json: bool) -> int:
    """Print one rule, found by its code (CF03) or its type (dose-cap)."""
    asked = code.strip().casefold()
    shown = entries()
    for one in shown:
        if asked in (one.rule.code.casefold(), one.rule.type):
            if as_json:
                put_json(_content(one))
            else:
                put(_lines(one))
            return 0
    known = [name for one in shown for name in (one.rule.code.casefold(), one.rule.type)]
    titles = {one.rule.type: one.title for one in shown}
    hint = did_you_mean(code, known, titles).replace("cf", "CF")
    raise Unusable(f"unknown rule {quoted(code)}{hint or '; the rules are CF01 to CF29'}")


def _content(one: Entry) -> dict[str, object]:
    rule = one.rule
    return {
        "code": rule.code,
        "type": rule.type,
        "version": rule.version,
        "title": one.title,
        "documentation": rule.documentation.strip(),
        "example": one.parts.get("Example"),
        "tier": one.parts.get("Tier"),
        "told": rule.told,
        "resolver": rule.resolver,
        "fhir": list(rule.fhir),
        "source": rule.source,
    }


def _lines(one: Entry) -> list[str]:
    rule = one.rule
    lines = [f"{rule.code} · {rule.type} · version {rule.version}", "", one.title, ""]
    for text in one.paragraphs:
        lines += [*wrap(text, width(), break_on_hyphens=False), ""]
    for name in ("Example", "Tier"):
        lines += marked(name, one.parts.get(name, ""), 0)
    lines += marked("Told", rule.told, 0)
    lines += marked("Resolves", rule.resolver, 0)
    lines += marked("FHIR", ", ".join(rule.fhir) or "our own code alone", 0)
    lines += marked("Source", rule.source, 0)
    return lines
