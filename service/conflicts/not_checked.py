"""List what could not be checked, and why: no flag is not a promise of safety."""

from __future__ import annotations

from service.conflicts.day import Day
from service.conflicts.facts import OPEN_END, Recommendation
from service.conflicts.medicines import counting
from service.conflicts.messages import ANALGESIC, MESSAGES
from service.conflicts.statement import Statement

REASONS = (
    "incomparable-units", "dose-not-stated", "start-not-stated", "restriction-without-end",
    "review-overdue", "dependency-revoked", "suggested-coding", "missing-coding",
    "drug-class-not-stated",
)  # fmt: skip


def note_statements(day: Day) -> None:
    """Note what is missing on each live statement that is not over."""
    for code in day.drugs.observations:
        counting(day, code)  # notes values in a unit that does not compare
    status = {rec.id: rec.status for rec in day.facts.recommendations}
    for item in day.statements:
        rec = item.rec
        if rec is None or item.end <= day.as_of:
            continue
        if item.suggested:
            day.note("suggested-coding", item.id)
        if item.strength < 0 and has_no_end(rec):
            day.note("restriction-without-end", item.id)
        if rec.review_by is not None and rec.review_by < day.as_of:
            day.note("review-overdue", item.id)
        if any(
            status.get(other) in (None, "revoked", "entered-in-error") for other in rec.depends_on
        ):
            day.note("dependency-revoked", item.id)
        if is_uncoded(day, item, rec):
            day.note("missing-coding", item.id)
        if rec.message in ANALGESIC and not (rec.medication and rec.medication.drug_class):
            day.note("drug-class-not-stated", item.id)


def has_no_end(rec: Recommendation) -> bool:
    """Say whether nothing ever ends a restriction: no date, no event, no review."""
    return rec.end >= OPEN_END and rec.end_event is None and rec.review_by is None


def is_uncoded(day: Day, item: Statement, rec: Recommendation) -> bool:
    """Say whether a code is missing that the kind needs, or one is given that no table knows."""
    body, drugs = day.body, day.drugs
    drug = rec.medication.drug_class if rec.medication else None
    target = rec.load_target
    unknown = (
        (rec.action is not None and rec.action not in body.activities)
        or (target is not None and item.load_target is None)
        or (rec.body_region is not None and rec.body_region not in body.regions)
        or (rec.message is not None and rec.message not in MESSAGES)
        or (drug is not None and drug not in drugs.drug_up)
        or any(
            code not in body.activities and code not in drugs.drug_up
            for code in rec.exclude_actions
        )
    )
    if unknown:
        return True
    if rec.kind == "education":
        return rec.message is None
    if rec.kind == "medication":
        return drug is None
    # A load can be restricted or capped; it cannot be asked for.
    loaded = item.load_target is not None and (item.strength < 0 or bool(item.caps))
    return item.action is None and not loaded
