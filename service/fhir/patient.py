"""Map Patient: who the plan is for."""

from __future__ import annotations

from datetime import tzinfo

from service.domain.clinical_record import Origin, PatientFacts
from service.fhir import concept, dates
from service.fhir.bundle import Entry, identifiers
from service.fhir.element import Element
from service.fhir.practitioner import human_name

GENDERS = frozenset({"male", "female", "other", "unknown"})


def patient(entry: Entry, zone: tzinfo) -> PatientFacts:
    """Read a patient; one without any name cannot be told from others, and is a bad element."""
    resource = entry.resource
    name = human_name(resource.children("name"))
    if name is None:
        raise resource.bad("name", "required")
    born = dates.read(resource, "birthDate", zone)
    gender = resource.text("gender")
    if gender is not None and gender not in GENDERS:
        raise resource.bad("gender", "unknown-code")
    return PatientFacts(
        Origin(entry.key, identifiers(resource)),
        name,
        born.first if born is not None and born.is_exact_day else None,
        born.year if born is not None else None,
        gender,
        _language(resource),
        resource.has("deceasedDateTime") or resource.flag("deceasedBoolean") is True,
    )


def _language(resource: Element) -> str | None:
    """Give the language to speak in: the preferred one, else the first."""
    known = resource.children("communication")
    ranked = sorted(known, key=lambda one: one.flag("preferred") is not True)
    for one in ranked:
        code = concept.code(one.child("language"))
        if code:
            return code
    return None
