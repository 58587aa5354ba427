"""Write what an import did: for people on a terminal, for machines as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from service.actions.imports import Imported, UnknownPerson
from service.domain.clinical_record import Outcome, ReportRow, counts
from service.domain.vocabulary import Tier
from service.fhir.importing import Done, FileReport, Refusal

_OUTCOMES = tuple(Outcome)
# What a person has to look at, by reason, in these words.
_NOTABLE = {
    "unknown-medicine": "Medicines nobody could map (kept by name, not checked)",
    "no-class-in-the-tables": "Medicines of no class a rule speaks of (kept by name, not checked)",
    "no-drug-class": "Allergies to medicines of no known class (kept by name, not checked)",
    "edited-here": "Changed at the source, but edited here since: left alone",
    "withdrawn-here": "Entered in error here: left out",
    "ended": "Over at the source: ended here",
    "another-open-plan": "Other open plans of the record (one plan is shared)",
    "only-a-limit": "Values reported only as a limit",
    "deceased": "The record says that the patient has died",
}


def as_text(reports: Sequence[FileReport]) -> str:
    """Write the report for people."""
    lines: list[str] = []
    for report in reports:
        lines.append(report.path.name)
        for one in report.done:
            lines += [f"  {line}" for line in _lines(one)]
        lines.append("")
    refused = sum(report.is_refused for report in reports)
    taken = len(reports) - refused
    lines.append(
        f"{taken} of {len(reports)} files taken" + (f", {refused} refused." if refused else ".")
    )
    return "\n".join(lines)


def _lines(done: Done) -> list[str]:
    if isinstance(done, Refusal):
        return [
            f"REFUSED: {done.detail} [{done.code}]",
            *(f"  at {pointer}: {code}" for pointer, code in done.errors),
        ]
    if not isinstance(done, Imported):
        return ["people and organizations", *_table(done.rows)]
    state = "new plan" if done.is_new_plan else "changed" if done.changed else "nothing new"
    return [
        f"{state}: plan {done.plan_id}, patient {done.patient_id}",
        f"open flags: {_flags(done)}",
        *_table(done.rows),
        *_skipped(done.rows),
        *_notable(done.rows),
        *_people(done.unknown_people),
        *_listed("Activities of the record's open plans (listed, not taken as advice)",
                 [f"{one.text} ({one.status or 'no status'})" for one in done.activities]),
    ]  # fmt: skip


def _flags(done: Imported) -> str:
    found = [f"{done.flags[tier]} {tier}" for tier in Tier if done.flags.get(tier)]
    return ", ".join(found) or "none"


def _table(rows: Sequence[ReportRow]) -> list[str]:
    tally = Counter((row.type, row.outcome) for row in rows)
    types = sorted({row.type for row in rows})
    shown = [outcome for outcome in _OUTCOMES if any(tally[kind, outcome] for kind in types)]
    width = max([len(kind) for kind in types], default=0)
    lines = ["  ".join([" " * width, *(f"{outcome:>9}" for outcome in shown)])]
    lines += [
        "  ".join([f"{kind:<{width}}", *(f"{tally[kind, outcome] or '·':>9}" for outcome in shown)])
        for kind in types
    ]
    return lines


def _skipped(rows: Sequence[ReportRow]) -> list[str]:
    """Say why things were skipped; types that are never taken are one line together."""
    left = [row for row in rows if row.outcome is Outcome.SKIPPED]
    other = Counter(row.type for row in left if row.reason == "type-not-taken")
    lines = [
        f"  {one.type} {one.reason}: {one.count}"
        for one in counts(row for row in left if row.reason != "type-not-taken")
    ]
    if other:
        lines.append(
            "  types not taken: " + ", ".join(f"{kind} {n}" for kind, n in sorted(other.items()))
        )
    return ["skipped, and why:", *lines] if lines else []


def _notable(rows: Sequence[ReportRow]) -> list[str]:
    lines: list[str] = []
    for reason, words in _NOTABLE.items():
        found = [f"{row.type}: {row.detail or row.id}" for row in rows if row.reason == reason]
        lines += _listed(words, found)
    return lines


def _people(people: Sequence[UnknownPerson]) -> list[str]:
    return _listed(
        "People of the record's care teams who have no account here",
        [
            f"{one.name or 'unnamed'}{', now' if one.is_current else ', formerly'}"
            + "".join(f", {system}|{value}" for system, value in one.identifiers)
            for one in people
        ],
    )


def _listed(title: str, found: Iterable[str]) -> list[str]:
    tally = Counter(found)
    if not tally:
        return []
    return [f"{title}:", *(f"  {text}" + (f" ×{n}" if n > 1 else "") for text, n in tally.items())]


def as_json(reports: Sequence[FileReport]) -> dict[str, Any]:
    """Write the report for machines: every resource with what became of it."""
    return {
        "files": [
            {
                "file": report.path.name,
                "refused": report.is_refused,
                "results": [_object(one) for one in report.done],
            }
            for report in reports
        ],
        "refused": sum(report.is_refused for report in reports),
    }


def _object(done: Done) -> dict[str, Any]:
    if isinstance(done, Refusal):
        return {
            "outcome": "refused",
            "code": done.code,
            "detail": done.detail,
            "errors": [{"pointer": pointer, "code": code} for pointer, code in done.errors],
            "rows": _rows(done.report),
        }
    if not isinstance(done, Imported):
        return {"outcome": "people", "counts": _counts(done.rows), "rows": _rows(done.rows)}
    return {
        "outcome": "taken",
        "patient_id": str(done.patient_id),
        "plan_id": str(done.plan_id),
        "new_plan": done.is_new_plan,
        "changed": done.changed,
        "open_flags": {tier.value: done.flags.get(tier, 0) for tier in Tier},
        "counts": _counts(done.rows),
        "unknown_people": [
            {
                "name": one.name,
                "identifiers": [
                    {"system": system, "value": value} for system, value in one.identifiers
                ],
                "discipline": one.discipline,
                "current": one.is_current,
            }
            for one in done.unknown_people
        ],
        "activities": [{"text": one.text, "status": one.status} for one in done.activities],
        "rows": _rows(done.rows),
    }


def _counts(rows: Sequence[ReportRow]) -> list[dict[str, Any]]:
    return [
        {"type": one.type, "outcome": one.outcome, "reason": one.reason, "count": one.count}
        for one in counts(rows)
    ]


def _rows(rows: Sequence[ReportRow]) -> list[dict[str, Any]]:
    return [
        {
            "type": row.type,
            "id": row.id,
            "outcome": row.outcome,
            "reason": row.reason,
            "detail": row.detail,
        }
        for row in rows
    ]
