"""Hold a plan as the engine sees it: frozen, parsed once, days as plain numbers.

Days are ordinals (`date.toordinal`), so that comparing two intervals costs nothing. A missing
start is open (`OPEN_START`), a missing end too (`OPEN_END`); intervals are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

OPEN_START = -(10**9)
OPEN_END = 10**9
FIRST_DAY, LAST_DAY = date.min.toordinal(), date.max.toordinal()

STANCES = {"require": 2, "recommend": 1, "permit": 0, "discourage": -1, "prohibit": -2}


def iso(day: int) -> str | None:
    """Write a day as a date; an open end, or one beyond the calendar, has none."""
    return date.fromordinal(day).isoformat() if FIRST_DAY <= day <= LAST_DAY else None


@dataclass(frozen=True, slots=True)
class Author:
    """Name who said it, and for which discipline."""

    id: str
    discipline: str | None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Dose:
    """Bound one dimension: what is asked on a positive, what remains allowed on a negative."""

    dimension: str
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class LoadTarget:
    """Name the load a restriction is about."""

    load: str
    region: str
    min_level: int


@dataclass(frozen=True, slots=True)
class Context:
    """Say when and where a statement holds; an empty facet means any."""

    phase: frozenset[str] = frozenset()
    setting: frozenset[str] = frozenset()
    supervision: frozenset[str] = frozenset()
    aid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EndEvent:
    """Keep an interval open until something has happened and is recorded."""

    kind: str
    ref: str | None
    recorded: bool
    recorded_on: int | None


@dataclass(frozen=True, slots=True)
class Medication:
    """Hold what the drug rules read."""

    drug_class: str | None
    name: str | None
    route: str | None
    sedating: bool | None
    dose_change: int | None
    fit_to_drive: bool | None
    daily_mg: float | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Hold one statement of the team as it was said."""

    id: str
    version: int | None
    author: Author
    recorded_at: str | None
    kind: str
    status: str
    held_by: tuple[str, ...]
    stance: str
    quantifier: str | None
    action: str | None
    load_target: LoadTarget | None
    exclude_actions: tuple[str, ...]
    body_region: str | None
    laterality: str | None
    dose: tuple[Dose, ...]
    progression: str
    context: Context
    start: int
    end: int
    end_event: EndEvent | None
    review_by: int | None
    hard: bool
    message: str | None
    medication: Medication | None
    trigger: tuple[str, float] | None
    exception_to: tuple[str, ...]
    supersedes: tuple[str, ...]
    depends_on: tuple[str, ...]
    part_of: tuple[str, ...]
    alternative_to: tuple[str, ...]
    coding_status: str


@dataclass(frozen=True, slots=True)
class Goal:
    """Hold one goal."""

    id: str
    title: str
    action: str | None
    measure: str | None
    low: float | None
    high: float | None
    unit: str | None
    direction: str | None
    start: int
    due: int
    status: str
    owner: Author


@dataclass(frozen=True, slots=True)
class Milestone:
    """Hold one step of the plan and what it waits for."""

    id: str
    title: str
    action: str | None
    start: int | None
    due: int | None
    status: str
    requires: tuple[str, ...]
    waived: tuple[tuple[str, str | None], ...]
    owner: Author


@dataclass(frozen=True, slots=True)
class Preference:
    """Hold what the patient refuses, dislikes or prefers."""

    id: str
    action: str
    attitude: str
    alternative: str | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """Hold the patient's own word on time and means."""

    id: str
    baseline: float | None
    flare: float | None
    hours_per_week: float | None
    resources: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Condition:
    """Hold one condition."""

    id: str
    code: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Allergy:
    """Hold one allergy or intolerance to a drug class."""

    id: str
    drug_class: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Observation:
    """Hold one measured value."""

    id: str
    code: str
    value: float
    unit: str
    day: int


@dataclass(frozen=True, slots=True)
class JobDemand:
    """Hold one task the job asks for."""

    id: str
    action: str
    body_region: str | None
    dose: tuple[Dose, ...]
    removed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Hold an injection, operation, injury or review."""

    id: str
    code: str
    body_region: str | None
    laterality: str | None
    day: int


@dataclass(frozen=True, slots=True)
class Appointment:
    """Hold one appointment in local time."""

    id: str
    start: datetime
    end: datetime
    mode: str
    place: str | None
    travel_minutes: float
    owner: Author


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold everything the engine knows of one plan."""

    as_of: date | None
    birth_year: int | None
    recommendations: tuple[Recommendation, ...]
    goals: tuple[Goal, ...]
    milestones: tuple[Milestone, ...]
    preferences: tuple[Preference, ...]
    capacity: Capacity | None
    conditions: tuple[Condition, ...]
    allergies: tuple[Allergy, ...]
    observations: tuple[Observation, ...]
    job_demands: tuple[JobDemand, ...]
    events: tuple[Event, ...]
    appointments: tuple[Appointment, ...]
