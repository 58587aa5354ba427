"""Read CodeableConcepts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.domain.clinical_record import Coding
from service.fhir.element import Element


def codings(concept: Element | None) -> tuple[Coding, ...]:
    """Give the codings of a concept that carry anything."""
    found = []
    for one in concept.children("coding") if concept is not None else []:
        coding = Coding(one.text("system"), one.text("code"), one.text("display"))
        if coding.code or coding.display:
            found.append(coding)
    return tuple(found)


def text(concept: Element | None) -> str | None:
    """Give the words for a concept: its text, else a display, else a code."""
    if concept is None:
        return None
    said = concept.text("text")
    if said:
        return said
    known = codings(concept)
    return next(
        (one.display for one in known if one.display),
        next((one.code for one in known if one.code), None),
    )


_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|regime/therapy|record artifact|person|event|"
    r"observable entity|qualifier value|morphologic abnormality|physical object)\)$"
)


def untagged(words: str) -> str:
    """Take off the semantic tag that SNOMED CT puts behind its names."""
    return _TAG.sub("", words)


def code(concept: Element | None) -> str | None:
    """Give the first code of a concept whose codes come from one required value set."""
    return next((one.code for one in codings(concept) if one.code), None)


def first(known: Sequence[Coding]) -> Coding | None:
    """Give the coding to carry on: the first that has a code."""
    return next((one for one in known if one.code), known[0] if known else None)
