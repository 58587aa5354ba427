"""Map AllergyIntolerance: the drug class it concerns, or none, and what the source said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from service.domain.clinical_record import AllergyFacts, Coding, Ended, Period
from service.fhir import concept, dates
from service.fhir.bundle import Entry
from service.fhir.element import Element
from service.fhir.maps import ATC, Maps
from service.fhir.product import identify
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_DENIED = frozenset({"refuted", "entered-in-error"})
_NO_ALLERGY = re.compile(r"\bno (?:known )?(?:drug |medication )?allerg", re.IGNORECASE)


def allergies(entries: Iterable[Entry], reading: Reading) -> tuple[AllergyFacts, ...]:
    """Read the allergies and intolerances of the patient."""
    return tuple(facts for entry in entries for facts in _one(entry, reading))


def _one(entry: Entry, reading: Reading) -> Iterable[AllergyFacts]:
    resource = entry.resource
    report = reading.report
    clinical = concept.code(resource.child("clinicalStatus"))
    verification = concept.code(resource.child("verificationStatus"))
    if verification in _DENIED or clinical in ("inactive", "resolved"):
        status = verification if verification in _DENIED else clinical
        report.skipped(entry.key, status_reason(status))
        reading.ended.append(Ended(entry.key, status or "", None))
        return
    known = concept.codings(resource.child("code"))
    text = _words(resource.child("code"))
    if text is None:
        report.skipped(entry.key, "no-code")
        return
    if _NO_ALLERGY.search(text):
        report.skipped(entry.key, "says-there-is-none", text)
        return
    classes = drug_classes(known, text, reading.maps)
    categories = resource.texts("category")
    if classes:
        report.mapped(entry.key, None, text)
    else:
        is_drug = "medication" in categories or not categories
        report.taken(entry.key, "no-drug-class" if is_drug else "not-a-drug", text)
    days = Period(_since(entry, reading), None)
    for drug_class in classes or (None,):
        yield AllergyFacts(
            reading.origin(entry, drug_class or ""),
            drug_class,
            text,
            known,
            days,
            categories[0] if categories else None,
            resource.text("criticality"),
            reading.person(resource.child("recorder"), resource),
        )


def _words(code: Element | None) -> str | None:
    """Name all substances of a group, where only its codes name them."""
    displays = [one.display for one in concept.codings(code) if one.display]
    if code is not None and code.text("text") is None and len(displays) > 1:
        return ", ".join(dict.fromkeys(displays))
    return concept.text(code)


def _since(entry: Entry, reading: Reading) -> date | None:
    onset = dates.read(entry.resource, "onsetDateTime", reading.zone)
    return onset.first if onset else None


def drug_classes(known: Sequence[Coding], text: str, maps: Maps) -> tuple[str, ...]:
    """Give the classes an allergy concerns: each once, and none that lies below another."""
    finding = maps.allergies.drug_class(known)
    if finding is not None:
        return (finding,)
    found: list[str] = []
    for coding in known or (Coding(None, None, text),):
        product = identify((coding,), text if len(known) <= 1 else None, maps.medicines)
        found.extend(product.atc_classes)
        for substance in product.substances:
            ingredient = maps.medicines.ingredients.get(substance.name)
            if ingredient is not None:
                found.extend(ingredient.classes)
        if coding.system == ATC and coding.code and not found:
            found.extend(maps.medicines.classes_of_atc(coding.code) or ())
    unique = tuple(dict.fromkeys(found))
    return tuple(
        one
        for one in unique
        if not any(other != one and other in maps.drug_up[one] for other in unique)
    )
