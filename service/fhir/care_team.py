"""Map CareTeam: who takes part in the patient's care, and when.

A record may hold a team for every plan it ever had. A person is one member here, with the days of all their
teams joined.
"""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.clinical_record import (
    Period,
    PersonKind,
    PersonRef,
    SourceKey,
    TeamMember,
)
from service.domain.vocabulary import Discipline
from service.fhir import concept, dates
from service.fhir.bundle import Entry
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_AT_WORK = frozenset({"active", "inactive", None})


class _Part:
    def __init__(self, person: PersonRef) -> None:
        self.person = person
        self.disciplines: list[Discipline] = []
        self.roles: list[str] = []
        self.periods: list[Period] = []
        self.teams: list[SourceKey] = []


def members(entries: Iterable[Entry], reading: Reading) -> tuple[TeamMember, ...]:
    """Read the members of all care teams of the patient, each person once."""
    parts: dict[object, _Part] = {}
    for entry in entries:
        resource = entry.resource
        status = resource.text("status")
        whole = dates.period(resource.child("period"), reading.zone)
        if status not in _AT_WORK:
            reading.report.skipped(entry.key, status_reason(status))
            continue
        if status == "inactive" and whole.end is None:
            reading.report.skipped(entry.key, "ended-without-date")
            continue
        reading.report.taken(entry.key)
        for participant in resource.children("participant"):
            person = reading.person(participant.child("member"), resource)
            if person is None or person.kind in (PersonKind.PATIENT, PersonKind.ORGANIZATION):
                continue  # the patient is on every team; an organization is not a person
            own = participant.child("period")
            days = dates.period(own, reading.zone) if own else whole
            if days.is_empty:
                continue
            part = parts.setdefault(person.key or person.identifiers or person.name, _Part(person))
            for role in participant.children("role"):
                known = concept.codings(role)
                discipline = reading.maps.roles.discipline(known, [role.text("text") or ""])
                if discipline is not None:
                    part.disciplines.append(discipline)
                said = concept.text(role)
                if said:
                    part.roles.append(said)
            part.periods.append(days)
            part.teams.append(entry.key)
    return tuple(_member(part) for part in parts.values())


def _member(part: _Part) -> TeamMember:
    known = set(part.disciplines)
    return TeamMember(
        part.person,
        part.person.discipline or (known.pop() if len(known) == 1 else None),
        tuple(dict.fromkeys(part.roles)),
        joined(part.periods),
        tuple(dict.fromkeys(part.teams)),
    )


def joined(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Join intervals that overlap or follow each other without a gap."""
    result: list[Period] = []
    for one in sorted(set(periods), key=lambda period: (period.start is not None, period.start)):
        if result and result[-1].touches(one):
            result[-1] = result[-1].joined_with(one)
        else:
            result.append(one)
    return tuple(result)
