"""Map Practitioner and PractitionerRole: the people a record names."""

from __future__ import annotations

from datetime import tzinfo

from service.domain.clinical_record import (
    Origin,
    Period,
    Person,
    PersonKind,
    PersonRef,
    PersonRole,
)
from service.domain.vocabulary import Discipline
from service.fhir import concept, dates
from service.fhir.bundle import Bundle, Entry
from service.fhir.element import Element
from service.fhir.maps import Roles
from service.fhir.report import Report

_BEST_USE = {"official": 0, "usual": 1, None: 2, "temp": 3, "nickname": 4, "anonymous": 5}


def human_name(names: list[Element]) -> str | None:
    """Write the name somebody goes by: the official one before others, former ones never."""
    ranked = sorted(
        (name for name in names if name.text("use") in _BEST_USE),
        key=lambda name: _BEST_USE[name.text("use")],
    )
    for name in ranked:
        given, family = name.texts("given"), name.text("family")
        parts = [*given, *([family] if family else [])]
        if parts:
            return " ".join(parts)
        if name.text("text"):
            return name.text("text")
    return None


def name_of(resource: Element) -> str | None:
    """Give the name of a person or organization."""
    if isinstance(resource.data.get("name"), str):
        return resource.text("name")
    prefix = next(
        (given for name in resource.children("name") for given in name.texts("prefix")), None
    )
    name = human_name(resource.children("name"))
    is_doctor = prefix is not None and prefix.startswith("Dr") and resource.has("name")
    return f"{prefix} {name}" if name and is_doctor else name


def discipline_of(role: Element, roles: Roles) -> Discipline | None:
    """Give the discipline of a PractitionerRole by its code or specialty."""
    concepts = [*role.children("code"), *role.children("specialty")]
    codings = [coding for one in concepts for coding in concept.codings(one)]
    texts = [text for one in concepts if (text := one.text("text"))]
    return roles.discipline(codings, texts)


def people(bundle: Bundle, zone: tzinfo, roles: Roles, report: Report) -> tuple[Person, ...]:
    """Read every practitioner of a file with the roles they have."""
    held: dict[str, list[PersonRole]] = {}
    for entry in bundle.of_type("PractitionerRole"):
        person = bundle.follow(entry.resource.child("practitioner"), entry.resource)
        if person is None or person.entry is None:
            report.skipped(entry.key, "practitioner-not-in-file")
            continue
        held.setdefault(person.entry.key.id, []).append(_role(bundle, entry, zone, roles))
        report.taken(entry.key)
    found = []
    for entry in bundle.of_type("Practitioner"):
        report.taken(entry.key)
        found.append(
            Person(
                Origin(entry.key, entry.identifiers),
                name_of(entry.resource),
                entry.resource.flag("active") is not False,
                tuple(held.get(entry.key.id, ())),
            )
        )
    return tuple(found)


def _role(bundle: Bundle, entry: Entry, zone: tzinfo, roles: Roles) -> PersonRole:
    resource = entry.resource
    organization = bundle.follow(resource.child("organization"), resource)
    concepts = [*resource.children("code"), *resource.children("specialty")]
    return PersonRole(
        Origin(entry.key, entry.identifiers),
        discipline_of(resource, roles),
        tuple(coding for one in concepts for coding in concept.codings(one)),
        PersonRef(
            PersonKind.ORGANIZATION,
            organization.display or _name(organization.entry),
            organization.identifiers,
            organization.key,
        )
        if organization
        else None,
        _period(resource, zone),
    )


def _name(entry: Entry | None) -> str | None:
    return name_of(entry.resource) if entry else None


def _period(resource: Element, zone: tzinfo) -> Period:
    return dates.period(resource.child("period"), zone)
