"""Hold what a clinic system knows of one patient, in the plan's words and free of any exchange format.

A reader (FHIR today) fills a `ClinicalRecord`; the import action takes it into the shared plan. Nothing here
knows FHIR's shapes, the database or HTTP. Dates are half-open, as everywhere in the plan.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum

from service.domain.vocabulary import Basis, Discipline, GoalDirection, Stance


@dataclass(frozen=True, slots=True)
class Identifier:
    """Name a thing in a system of names, as (system, value)."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class SourceKey:
    """Name a resource in the system it came from."""

    source: str
    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Say where an item comes from; `part` tells apart the items that one resource gives rise to."""

    key: SourceKey
    identifiers: tuple[Identifier, ...] = ()
    part: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """Hold a half-open interval of days; a missing end is open."""

    start: date | None = None
    end: date | None = None

    @property
    def is_empty(self) -> bool:
        return self.start is not None and self.end is not None and self.end <= self.start

    def touches(self, other: Period) -> bool:
        """Say whether two intervals meet or follow each other without a gap."""
        return not (
            (self.end is not None and other.start is not None and self.end < other.start)
            or (other.end is not None and self.start is not None and other.end < self.start)
        )

    def joined_with(self, other: Period) -> Period:
        starts = [one.start for one in (self, other)]
        ends = [one.end for one in (self, other)]
        known_starts = [day for day in starts if day is not None]
        known_ends = [day for day in ends if day is not None]
        return Period(
            min(known_starts) if len(known_starts) == 2 else None,
            max(known_ends) if len(known_ends) == 2 else None,
        )


@dataclass(frozen=True, slots=True)
class Coding:
    """Carry a code as it was sent."""

    system: str | None
    code: str | None
    display: str | None = None


class PersonKind(StrEnum):
    PRACTITIONER = "practitioner"
    PATIENT = "patient"
    RELATED_PERSON = "related-person"
    ORGANIZATION = "organization"
    DEVICE = "device"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PersonRef:
    """Point at whoever asked, wrote or takes part: by identifiers, never by an account of ours."""

    kind: PersonKind
    name: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    key: SourceKey | None = None
    discipline: Discipline | None = None


@dataclass(frozen=True, slots=True)
class PersonRole:
    """Hold one role of a person in an organization."""

    origin: Origin
    discipline: Discipline | None
    codes: tuple[Coding, ...]
    organization: PersonRef | None
    period: Period


@dataclass(frozen=True, slots=True)
class Person:
    """Hold a practitioner as the source names them."""

    origin: Origin
    name: str | None
    active: bool
    roles: tuple[PersonRole, ...] = ()

    @property
    def discipline(self) -> Discipline | None:
        """Give the one discipline the roles agree on, or none."""
        found = {role.discipline for role in self.roles if role.discipline is not None}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Organization:
    origin: Origin
    name: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Hold demographics; `birth_date` is missing where only a year or month is known."""

    origin: Origin
    name: str
    birth_date: date | None
    birth_year: int | None
    gender: str | None
    language: str | None
    deceased: bool


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Hold one person's part in the patient's care teams, with the days of all of them joined."""

    person: PersonRef
    discipline: Discipline | None
    roles: tuple[str, ...]
    periods: tuple[Period, ...]
    teams: tuple[SourceKey, ...]


@dataclass(frozen=True, slots=True)
class PlanActivity:
    """List what a care plan of the source asks for; it is shown to people, never turned into advice."""

    plan: SourceKey
    text: str
    status: str | None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Hold a care plan of the source."""

    origin: Origin
    title: str
    status: str
    period: Period
    description: str | None
    author: PersonRef | None
    addresses: tuple[SourceKey, ...] = ()


@dataclass(frozen=True, slots=True)
class GoalFacts:
    origin: Origin
    title: str
    status: str
    achievement: str | None
    start: date | None
    due: date | None
    measure: str | None
    low: float | None
    high: float | None
    unit: str | None
    direction: GoalDirection | None
    expressed_by: PersonRef | None
    addresses: tuple[SourceKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """Hold a condition: a code of our tables or none, and always what the source said.

    `text` names every diagnosis that the code stands for and `sources` every resource that states it, the
    newest first.
    """

    origin: Origin
    code: str | None
    text: str
    codings: tuple[Coding, ...]
    period: Period
    musculoskeletal: bool
    sources: tuple[SourceKey, ...]
    recorder: PersonRef | None = None


@dataclass(frozen=True, slots=True)
class AllergyFacts:
    origin: Origin
    drug_class: str | None
    text: str
    codings: tuple[Coding, ...]
    period: Period
    category: str | None
    criticality: str | None
    recorder: PersonRef | None = None


@dataclass(frozen=True, slots=True)
class ObservationFacts:
    """Hold a measured value; `bound` is set where only a limit was reported (">60")."""

    origin: Origin
    code: str
    value: float
    unit: str | None
    date: date
    bound: str | None = None
    performer: PersonRef | None = None


@dataclass(frozen=True, slots=True)
class MedicationPart:
    """State one drug class of a medication line; without a class, the ingredients nobody could map."""

    origin: Origin
    drug_class: str | None
    ingredients: tuple[str, ...]
    daily_mg: float | None
    sedating: bool | None


@dataclass(frozen=True, slots=True)
class MedicationLine:
    """Hold orders of one ingredient, strength, form and route as one line of treatment.

    The newest order rules name, status, dose, end and author; `history` names the earlier ones, the newest
    first. The period starts with the first of them: an order renewed is not a drug newly begun. Where the
    newest changed the daily dose, `dose_change_date` says since when.
    """

    key: str
    origin: Origin
    name: str
    parts: tuple[MedicationPart, ...]
    status: str
    stance: Stance
    route: str | None
    form: str | None
    period: Period
    dose_change_date: date | None
    basis: Basis
    requester: PersonRef | None
    dosage_text: str | None
    reasons: tuple[SourceKey, ...]
    history: tuple[SourceKey, ...]

    @property
    def sources(self) -> tuple[SourceKey, ...]:
        return (self.origin.key, *self.history)


@dataclass(frozen=True, slots=True)
class Ended:
    """Say that a resource of the source is over or withdrawn, so that an earlier import of it can end too."""

    key: SourceKey
    status: str
    on: date | None


class Outcome(StrEnum):
    """Say what became of a resource of a file."""

    TAKEN = "taken"
    MAPPED = "mapped"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Account for one resource. `reason` is a stable code, `detail` what a person needs to see."""

    type: str
    id: str
    outcome: Outcome
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class ReportCount:
    type: str
    outcome: Outcome
    reason: str | None
    count: int


def counts(rows: Iterable[ReportRow]) -> tuple[ReportCount, ...]:
    """Count report rows by type, outcome and reason, in a fixed order."""
    tally = Counter((row.type, row.outcome, row.reason or "") for row in rows)
    return tuple(
        ReportCount(kind, outcome, reason or None, number)
        for (kind, outcome, reason), number in sorted(tally.items())
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """Hold the people and organizations of a file that speaks of no patient."""

    source: str
    people: tuple[Person, ...]
    organizations: tuple[Organization, ...]
    report: tuple[ReportRow, ...]


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """Hold why one patient's record cannot be taken; nothing of it is."""

    key: SourceKey
    code: str
    detail: str
    errors: tuple[tuple[str, str], ...]
    report: tuple[ReportRow, ...]


@dataclass(frozen=True, slots=True)
class ClinicalRecord:
    """Hold all that one file says of one patient and that the shared plan can use."""

    source: str
    patient: PatientFacts
    people: tuple[Person, ...]
    organizations: tuple[Organization, ...]
    team: tuple[TeamMember, ...]
    plan: PlanFacts
    other_plans: tuple[PlanFacts, ...]
    activities: tuple[PlanActivity, ...]
    goals: tuple[GoalFacts, ...]
    conditions: tuple[ConditionFacts, ...]
    allergies: tuple[AllergyFacts, ...]
    observations: tuple[ObservationFacts, ...]
    medications: tuple[MedicationLine, ...]
    ended: tuple[Ended, ...]
    report: tuple[ReportRow, ...]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return value


def digest(item: object) -> str:
    """Give a fingerprint of an item's content: equal content, equal fingerprint, in every process."""
    text = json.dumps(_plain(item), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
