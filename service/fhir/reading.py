"""Hold what every mapping needs while one patient's part of a bundle is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

from service.domain.clinical_record import Ended, Origin, PersonKind, PersonRef, SourceKey
from service.domain.vocabulary import Discipline
from service.fhir.bundle import Bundle, Entry
from service.fhir.element import Element
from service.fhir.maps import Maps
from service.fhir.practitioner import discipline_of, name_of
from service.fhir.report import Report

KINDS = {
    "Practitioner": PersonKind.PRACTITIONER,
    "PractitionerRole": PersonKind.PRACTITIONER,
    "Patient": PersonKind.PATIENT,
    "RelatedPerson": PersonKind.RELATED_PERSON,
    "Organization": PersonKind.ORGANIZATION,
    "CareTeam": PersonKind.ORGANIZATION,
    "Device": PersonKind.DEVICE,
}


@dataclass(slots=True)
class Reading:
    bundle: Bundle
    patient: SourceKey
    zone: tzinfo
    maps: Maps
    report: Report
    ended: list[Ended] = field(default_factory=list)

    def origin(self, entry: Entry, part: str = "") -> Origin:
        return Origin(entry.key, entry.identifiers, part)

    def key(self, reference: Element | None, inside: Element) -> SourceKey | None:
        """Name the resource a reference points to."""
        found = self.bundle.follow(reference, inside)
        return found.key if found else None

    def keys(self, resource: Element, name: str) -> tuple[SourceKey, ...]:
        found = (self.key(one, resource) for one in resource.children(name))
        return tuple(dict.fromkeys(key for key in found if key is not None))

    def person(self, reference: Element | None, inside: Element) -> PersonRef | None:
        """Say who a reference points to, through a role to the person who has it."""
        found = self.bundle.follow(reference, inside)
        if found is None:
            return None
        discipline: Discipline | None = None
        entry = found.entry
        if entry is not None and entry.type == "PractitionerRole":
            discipline = discipline_of(entry.resource, self.maps.roles)
            person = self.bundle.follow(entry.resource.child("practitioner"), entry.resource)
            if person is not None:
                found, entry = person, person.entry
        elif found.key is not None and found.type == "Practitioner":
            discipline = self._discipline(found.key)
        name = name_of(entry.resource) if entry is not None else None
        return PersonRef(
            KINDS.get(found.type or "", PersonKind.UNKNOWN),
            name or found.display,
            found.identifiers,
            found.key,
            discipline,
        )

    def _discipline(self, practitioner: SourceKey) -> Discipline | None:
        """Find the discipline that the roles of a person in this file agree on."""
        found = set()
        for role in self.bundle.of_type("PractitionerRole"):
            held_by = self.bundle.follow(role.resource.child("practitioner"), role.resource)
            if held_by is not None and held_by.key == practitioner:
                found.add(discipline_of(role.resource, self.maps.roles))
        found.discard(None)
        return found.pop() if len(found) == 1 else None
