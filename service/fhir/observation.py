"""Map Observation: only values whose LOINC code the clinical tables know; a record may hold thousands more."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.clinical_record import Ended, ObservationFacts
from service.fhir import concept, dates
from service.fhir.bundle import Entry
from service.fhir.element import Element
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_FINAL = frozenset({"final", "amended", "corrected", "preliminary"})
# "Below 15" is stated as just below its limit, so that a rule for values below 15 sees it.
_JUST_BELOW = 0.1


def observations(entries: Iterable[Entry], reading: Reading) -> tuple[ObservationFacts, ...]:
    """Read the observations a rule may need, in the order they were made."""
    found = [facts for entry in entries if (facts := _one(entry, reading)) is not None]
    return tuple(sorted(found, key=lambda one: (one.date, one.origin.key.id)))


def _one(entry: Entry, reading: Reading) -> ObservationFacts | None:
    resource = entry.resource
    report = reading.report
    known = concept.codings(resource.child("code"))
    code = reading.maps.observations.code(known)
    if code is None:
        report.skipped(entry.key, "not-in-the-tables")
        return None
    text = concept.text(resource.child("code"))
    status = resource.text("status")
    if status not in _FINAL:
        report.skipped(entry.key, status_reason(status), text)
        if status == "entered-in-error":
            reading.ended.append(Ended(entry.key, status, None))
        return None
    quantity = resource.child("valueQuantity")
    value = quantity.number("value") if quantity else None
    unit = (quantity.text("code") or quantity.text("unit")) if quantity else None
    if quantity is None or value is None or unit is None:
        report.skipped(entry.key, "no-value-with-a-unit", text)
        return None
    when = _when(resource, reading)
    if when is None:
        report.skipped(entry.key, "no-date", text)
        return None
    bound = quantity.text("comparator")
    report.mapped(entry.key, "only-a-limit" if bound else None, text)
    performers = resource.children("performer")
    return ObservationFacts(
        reading.origin(entry),
        code,
        round(value - _JUST_BELOW, 6) if bound == "<" else value,
        reading.maps.observations.unit(unit),
        when.first,
        bound,
        reading.person(performers[0], resource) if performers else None,
    )


def _when(resource: Element, reading: Reading) -> dates.When | None:
    for name in ("effectiveDateTime", "effectiveInstant"):
        when = dates.read(resource, name, reading.zone)
        if when is not None:
            return when
    span = resource.child("effectivePeriod")
    when = dates.read(span, "start", reading.zone) if span else None
    return when or dates.read(resource, "issued", reading.zone)
