"""Map Condition: our code where the map knows one, and always what the source said.

Systems write the same problem at every visit. Statements of one code whose days meet are one condition: it
begins with the first and carries the newest one's words. What is over and means nothing to any rule is left
out, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from service.domain.clinical_record import ConditionFacts, Ended, Period
from service.fhir import concept, dates
from service.fhir.bundle import Entry
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_OVER = frozenset({"inactive", "remission", "resolved"})
_DENIED = frozenset({"refuted", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class _Statement:
    entry: Entry
    facts: ConditionFacts
    known_on: date


def conditions(entries: Iterable[Entry], reading: Reading) -> tuple[ConditionFacts, ...]:
    """Read the conditions of the patient."""
    groups: dict[object, list[_Statement]] = {}
    for entry in entries:
        for one in _statements(entry, reading):
            same = one.facts.code or _same_words(one.facts)
            groups.setdefault(same, []).append(one)
    merged = [facts for group in groups.values() for facts in _merge(group)]
    return tuple(sorted(merged, key=lambda one: (one.period.start or date.min, one.text)))


def _same_words(facts: ConditionFacts) -> tuple[str | None, str]:
    coding = concept.first(facts.codings)
    if coding is not None and coding.code:
        return coding.system, coding.code
    return None, facts.text.lower()


def _statements(entry: Entry, reading: Reading) -> Iterable[_Statement]:
    resource = entry.resource
    report = reading.report
    clinical = concept.code(resource.child("clinicalStatus"))
    verification = concept.code(resource.child("verificationStatus"))
    if verification in _DENIED:
        report.skipped(entry.key, status_reason(verification))
        reading.ended.append(Ended(entry.key, verification or "", None))
        return
    known = concept.codings(resource.child("code"))
    text = concept.text(resource.child("code"))
    if text is None:
        report.skipped(entry.key, "no-code")
        return
    if reading.maps.conditions.is_something_else(known):
        report.skipped(entry.key, "not-a-health-problem", text)
        return
    onset = _onset(entry, reading)
    abated = _abatement(entry, reading)
    days = dates.interval(onset, abated)
    if abated is not None and not abated.is_instant and abated.is_exact_day:
        # An abatement is the day it was over, not a period that includes its last day.
        days = Period(days.start, abated.first)
    if clinical in _OVER and days.end is None:
        report.skipped(entry.key, "ended-without-date", text)
        reading.ended.append(Ended(entry.key, clinical or "", None))
        return
    if days.is_empty:
        report.skipped(entry.key, "ends-before-it-starts", text)
        return
    ours = reading.maps.conditions.codes(known, text)
    if days.end is not None:
        reading.ended.append(Ended(entry.key, clinical or "resolved", days.end))
    if not ours and clinical in _OVER:
        report.skipped(entry.key, "over-and-not-in-the-tables", text)
        return
    note = verification if verification in ("unconfirmed", "provisional", "differential") else None
    recorded = dates.read(resource, "recordedDate", reading.zone)
    for code in ours or (None,):
        if code is None:
            report.taken(entry.key, note or "not-in-the-tables", text)
        else:
            report.mapped(entry.key, note, text)
        facts = ConditionFacts(
            reading.origin(entry, code or ""),
            code,
            text,
            known,
            days,
            reading.maps.conditions.is_musculoskeletal(known),
            (entry.key,),
            reading.person(resource.child("recorder"), resource),
        )
        began = onset or recorded
        yield _Statement(entry, facts, began.first if began else date.min)


def _onset(entry: Entry, reading: Reading) -> dates.When | None:
    resource = entry.resource
    own = dates.read(resource, "onsetDateTime", reading.zone)
    span = resource.child("onsetPeriod")
    return own or (dates.read(span, "start", reading.zone) if span else None)


def _abatement(entry: Entry, reading: Reading) -> dates.When | None:
    resource = entry.resource
    own = dates.read(resource, "abatementDateTime", reading.zone)
    span = resource.child("abatementPeriod")
    return own or (dates.read(span, "start", reading.zone) if span else None)


def _merge(group: list[_Statement]) -> list[ConditionFacts]:
    """Join the statements of one code whose days meet."""
    result: list[list[_Statement]] = []
    spans: list[Period] = []
    for one in sorted(
        group, key=lambda item: (item.facts.period.start or date.min, item.entry.key.id)
    ):
        if spans and spans[-1].touches(one.facts.period):
            result[-1].append(one)
            spans[-1] = spans[-1].joined_with(one.facts.period)
        else:
            result.append([one])
            spans.append(one.facts.period)
    return [_joined(statements, span) for statements, span in zip(result, spans, strict=True)]


def _joined(statements: list[_Statement], span: Period) -> ConditionFacts:
    newest_first = sorted(
        statements, key=lambda one: (one.known_on, one.entry.key.id), reverse=True
    )
    # The first statement keeps its place as the origin, so that a later one updates the same item.
    oldest = statements[0].facts
    texts = dict.fromkeys(one.facts.text for one in newest_first)
    return replace(
        newest_first[0].facts,
        origin=oldest.origin,
        text="; ".join(texts),
        codings=tuple(dict.fromkeys(one for item in newest_first for one in item.facts.codings)),
        period=span,
        sources=tuple(one.entry.key for one in newest_first),
        musculoskeletal=any(one.facts.musculoskeletal for one in statements),
    )
