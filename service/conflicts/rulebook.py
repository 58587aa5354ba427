"""Turn the rules' docstrings into pages: an index, and one page a rule.

A docstring is a title, some paragraphs, and marked parts (`Example:`, `Tier:`, `Told:` and so on).
The command line, `docs/rules/` and the tests all read the parts through this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import wrap

from service.conflicts.rule import Rule, knowledge_version
from service.conflicts.rules import RULES

PARTS = ("Example", "Tier", "Told", "Resolves", "FHIR", "Source")
MADE = "<!-- Made from the rules' docstrings by `make docs`; change the rule, not this page. -->\n"
WIDTH = 120
_PART = re.compile(rf"(?:^|(?<=\s))({'|'.join(PARTS)}):\s")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one rule's documentation in its parts."""

    rule: Rule
    title: str
    paragraphs: tuple[str, ...]
    parts: dict[str, str]

    @property
    def page(self) -> str:
        """Give the file name of its page."""
        return f"{self.rule.code.lower()}.md"

    @property
    def fhir(self) -> str:
        """Give its FHIR codes, or say that there are none."""
        return ", ".join(f"`{code}`" for code in self.rule.fhir) or "our own code alone"


def entry(rule: Rule) -> Entry:
    """Read one docstring into its parts; a part that it does not have is left out."""
    title, _, rest = rule.documentation.strip().partition("\n")
    marks = list(_PART.finditer(rest))
    body = rest[: marks[0].start()] if marks else rest
    ends = [*(mark.start() for mark in marks[1:]), len(rest)]
    parts = {
        mark.group(1): " ".join(rest[mark.end() : end].split())
        for mark, end in zip(marks, ends, strict=False)
    }
    paragraphs = tuple(" ".join(text.split()) for text in body.split("\n\n") if text.strip())
    return Entry(rule, title.strip(), paragraphs, parts)


def entries() -> tuple[Entry, ...]:
    """Give all rules, in the order of their codes."""
    return tuple(entry(rule) for rule in RULES)


def pages() -> dict[str, str]:
    """Give every page by its file name under docs/."""
    shown = entries()
    return {
        "rules/README.md": _index(shown),
        **{f"rules/{one.page}": _page(one) for one in shown},
    }


def _index(shown: tuple[Entry, ...]) -> str:
    lines = [
        MADE,
        "# The rules of the conflict engine",
        "",
        *_paragraph(
            f"{len(shown)} rules say where members of one team tell one patient things that cannot both be followed. "
            "None of them judges who is right. Rules and tables are a draft for clinicians to review. The same text "
            "is served at `/api/v1/conflict-rules` and printed by `python -m service.conflicts explain CODE` "
            "([the tool](../engine-tool.md))."
        ),
        "| Code | Title | Tier | Told | Resolves |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| [{one.rule.code}]({one.page}) | {_cell(one.title)} | {_cell(one.parts.get('Tier', ''))} "
            f"| {one.rule.told} | {one.rule.resolver} |"
            for one in shown
        ),
        "",
        "## Tiers",
        "",
        *_paragraph(
            "**critical** is told at once, and what was just asked for is held until somebody decides. **warning** "
            "leaves both standing and obliges both authors to agree. **notice** is listed. **info** is for whoever "
            "asks. FHIR severity: critical is high, warning moderate, notice and info low."
        ),
        *_paragraph("**By points** (CF01, CF02, CF03, CF12):"),
        "| What meets | Points |",
        "| --- | --- |",
        "| required or recommended, and ruled out | 3 |",
        "| required, and advised against | 3 |",
        "| recommended, and advised against: by two disciplines, by one | 3, 2 |",
        "| in CF02 also permitted, and ruled out or advised against | 2, 1 |",
        "| the restriction is a safety or legal limit | +1 |",
        "| the load can be avoided by technique, or is known only for a larger region | −1 |",
        "| only part of the dose lies above the limit | −1 |",
        "| it begins more than 28 days ahead | −1 |",
        "",
        *_paragraph("4 points or more are critical, 3 a warning, 2 a notice, fewer info."),
        *_paragraph(
            "For every rule: a side whose coding is only suggested makes it a notice at most. Of one author on both "
            "sides CF01 to CF09, CF11 and CF14 make info at most (a notice against a safety or legal limit), and CF10, "
            "CF15, CF16, CF23 and CF29 say nothing. What begins only after a planned end that may yet be recorded "
            "is info."
        ),
        *_paragraph(f"Knowledge release {knowledge_version()}."),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _page(one: Entry) -> str:
    rule = one.rule
    rows = {
        "Tier": one.parts.get("Tier", ""),
        "Told": one.parts.get("Told", ""),
        "Resolves": one.parts.get("Resolves", ""),
        "FHIR DetectedIssue code": one.fhir,
        "Source": one.parts.get("Source", ""),
        "Version of the rule": rule.version,
    }
    lines = [
        MADE,
        f"# {rule.code} · {rule.type}",
        "",
        *_paragraph(f"**{one.title}**"),
        *(line for text in one.paragraphs for line in _paragraph(text)),
        *_paragraph(f"*Example:* {one.parts.get('Example', '')}"),
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {_cell(text)} |" for name, text in rows.items()),
        "",
        *_paragraph("A draft for clinicians to review. [All rules](README.md)"),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _paragraph(text: str) -> list[str]:
    return [*wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False), ""]


def _cell(text: str) -> str:
    sentence = text.strip().removesuffix(".")
    return sentence.replace("|", "\\|")
