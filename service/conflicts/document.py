"""Read a plan document into facts, strictly.

What a field may hold is checked here; what a code means is not. A code that no table knows is no
error: it matches nothing, and the engine lists it among what it could not check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from service.conflicts.facts import (
    OPEN_END,
    OPEN_START,
    STANCES,
    Allergy,
    Appointment,
    Author,
    Capacity,
    Condition,
    Context,
    Dose,
    EndEvent,
    Event,
    Facts,
    Goal,
    JobDemand,
    LoadTarget,
    Medication,
    Milestone,
    Observation,
    Preference,
    Recommendation,
)
from service.conflicts.links import check_links
from service.conflicts.reader import FIRST_YEAR, LAST_YEAR, BadDocument, Reader
from service.conflicts.vocabulary import (
    BASES,
    DIMENSIONS,
    DISCIPLINES,
    FACETS,
    GOAL_STATUSES,
    KINDS,
    MILESTONE_STATUSES,
    PROGRESSIONS,
    SIDES,
    STATUSES,
)

__all__ = ["BadDocument", "parse", "parse_item"]

MINUTES_OF_A_DAY = 24 * 60

T = TypeVar("T")


def _author(reader: Reader | None, parent: Reader, key: str) -> Author:
    if reader is None:
        raise parent.bad(key, "required")
    author = Author(
        reader.needed_text("id"), reader.choice("discipline", DISCIPLINES), reader.note("role")
    )
    reader.close()
    return author


def _interval(reader: Reader) -> tuple[int, int]:
    start, end = reader.day("start"), reader.day("end")
    return OPEN_START if start is None else start, OPEN_END if end is None else end


def _doses(parent: Reader) -> tuple[Dose, ...]:
    doses: dict[str, Dose] = {}
    for reader in parent.children("dose"):
        dimension = reader.needed_choice("dimension", DIMENSIONS)
        dose = Dose(
            dimension, reader.number("low"), reader.number("high"), reader.needed_text("unit")
        )
        reader.close()
        if dimension in doses:
            raise reader.bad("dimension", "stands-twice")
        if dose.low is None and dose.high is None:
            raise reader.bad("low", "low-or-high-required")
        if dose.low is not None and dose.high is not None and dose.low > dose.high:
            raise reader.bad("low", "above-high")
        doses[dimension] = dose
    return tuple(doses.values())


def _context(reader: Reader | None) -> Context:
    if reader is None:
        return Context()
    facets = {name: frozenset(reader.texts(name, words)) for name, words in FACETS.items()}
    reader.close()
    return Context(**facets)


def _load_target(reader: Reader | None) -> LoadTarget | None:
    if reader is None:
        return None
    target = LoadTarget(
        reader.needed_text("load"),
        reader.text("region") or "whole-body",
        reader.whole("min_level", 1, 3) or 1,
    )
    reader.close()
    return target


def _end_event(reader: Reader | None) -> EndEvent | None:
    if reader is None:
        return None
    event = EndEvent(
        reader.needed_choice("kind", ("review", "milestone", "appointment")),
        reader.text("ref"),
        bool(reader.flag("recorded")),
        reader.day("recorded_on"),
    )
    reader.close()
    return event


def _medication(reader: Reader | None) -> Medication | None:
    if reader is None:
        return None
    medication = Medication(
        reader.text("drug_class"),
        reader.note("name"),
        reader.choice("route", ("oral", "topical", "injected", "other")),
        reader.flag("sedating"),
        reader.day("dose_change_date"),
        reader.flag("fit_to_drive"),
        reader.number("daily_mg"),
    )
    reader.close()
    if medication.daily_mg is not None and medication.daily_mg < 0:
        raise reader.bad("daily_mg", "out-of-range")
    return medication


def _trigger(reader: Reader | None) -> tuple[str, float] | None:
    if reader is None:
        return None
    low = reader.number("low")
    trigger = reader.needed_text("measure"), low if low is not None else 0.0
    reader.close()
    if low is None:
        raise reader.bad("low", "required")
    return trigger


def _progression(reader: Reader | None) -> str:
    if reader is None:
        return "none"
    mode = reader.choice("mode", PROGRESSIONS) or "none"
    reader.note("note")
    reader.close()
    return mode


def _period(reader: Reader | None) -> tuple[int, int]:
    if reader is None:
        return OPEN_START, OPEN_END
    interval = _interval(reader)
    reader.close()
    return interval


def _recommendation(reader: Reader) -> Recommendation:
    # Carried for people and not read by any rule, but still checked for shape.
    for key in ("rationale", "source_text"):
        reader.note(key)
    reader.texts("reason_refs")
    reader.text("intent_target")
    reader.choice("strength", ("strong", "conditional"))
    reader.choice("certainty", ("high", "moderate", "low", "very-low", "not-rated"))
    reader.choice("basis", BASES)
    recorded = reader.instant("recorded_at", local=False)
    start, end = _period(reader.child("period"))
    recommendation = Recommendation(
        id=reader.needed_text("id"),
        version=reader.whole("version", 0, 10**9),
        author=_author(reader.child("author"), reader, "author"),
        recorded_at=None if recorded is None else reader.text("recorded_at"),
        kind=reader.needed_choice("kind", KINDS),
        status=reader.choice("status", STATUSES) or "active",
        held_by=reader.texts("held_by"),
        stance=reader.needed_choice("stance", STANCES),
        quantifier=reader.choice("quantifier", ("some", "all")),
        action=reader.text("action"),
        load_target=_load_target(reader.child("load_target")),
        exclude_actions=reader.texts("exclude_actions"),
        body_region=reader.text("body_region"),
        laterality=reader.choice("laterality", SIDES),
        dose=_doses(reader),
        progression=_progression(reader.child("progression")),
        context=_context(reader.child("context")),
        start=start,
        end=end,
        end_event=_end_event(reader.child("end_event")),
        review_by=reader.day("review_by"),
        hard=bool(reader.flag("hard")),
        message=reader.text("message"),
        medication=_medication(reader.child("medication")),
        trigger=_trigger(reader.child("trigger")),
        exception_to=reader.texts("exception_to"),
        supersedes=reader.texts("supersedes"),
        depends_on=reader.texts("depends_on"),
        part_of=reader.texts("part_of"),
        alternative_to=reader.texts("alternative_to"),
        coding_status=reader.choice("coding_status", ("confirmed", "suggested")) or "confirmed",
    )
    if recommendation.action is not None and recommendation.load_target is not None:
        raise reader.bad("load_target", "beside-an-action")
    return recommendation


def _goal(reader: Reader) -> Goal:
    target = reader.child("target")
    low = high = unit = None
    if target is not None:
        low, high, unit = target.number("low"), target.number("high"), target.text("unit")
        target.close()
    start, due = reader.day("start"), reader.day("due")
    return Goal(
        id=reader.needed_text("id"),
        title=reader.needed_text("title"),
        action=reader.text("action"),
        measure=reader.text("measure"),
        low=low,
        high=high,
        unit=unit,
        direction=reader.choice("direction", ("increase", "decrease", "maintain")),
        start=OPEN_START if start is None else start,
        due=OPEN_END if due is None else due,
        status=reader.choice("status", GOAL_STATUSES) or "active",
        owner=_author(reader.child("owner"), reader, "owner"),
    )


def _milestone(reader: Reader) -> Milestone:
    waived = []
    for waiver in reader.children("waived"):
        waived.append((waiver.needed_text("id"), waiver.note("reason")))
        waiver.close()
    return Milestone(
        id=reader.needed_text("id"),
        title=reader.needed_text("title"),
        action=reader.text("action"),
        start=reader.day("start"),
        due=reader.day("due"),
        status=reader.choice("status", MILESTONE_STATUSES) or "planned",
        requires=reader.texts("requires"),
        waived=tuple(waived),
        owner=_author(reader.child("owner"), reader, "owner"),
    )


def _preference(reader: Reader) -> Preference:
    return Preference(
        reader.needed_text("id"),
        reader.needed_text("action"),
        reader.needed_choice("attitude", ("refuse", "dislike", "prefer")),
        reader.text("alternative"),
    )


def _capacity(reader: Reader | None) -> Capacity | None:
    if reader is None:
        return None
    minutes = reader.child("minutes_per_day")
    baseline = flare = None
    if minutes is not None:
        baseline, flare = minutes.number("baseline"), minutes.number("flare")
        minutes.close()
    recorded = reader.raw("resources") is not None
    capacity = Capacity(
        reader.needed_text("id"),
        baseline,
        flare,
        reader.number("hours_per_week"),
        frozenset(reader.texts("resources")) if recorded else None,
    )
    reader.close()
    return capacity


def _condition(reader: Reader) -> Condition:
    return Condition(reader.needed_text("id"), reader.needed_text("code"), *_interval(reader))


def _allergy(reader: Reader) -> Allergy:
    return Allergy(reader.needed_text("id"), reader.needed_text("drug_class"), *_interval(reader))


def _observation(reader: Reader) -> Observation:
    value, day = reader.number("value"), reader.day("date")
    if value is None:
        raise reader.bad("value", "required")
    if day is None:
        raise reader.bad("date", "required")
    return Observation(
        reader.needed_text("id"),
        reader.needed_text("code"),
        value,
        reader.needed_text("unit"),
        day,
    )


def _job_demand(reader: Reader) -> JobDemand:
    return JobDemand(
        reader.needed_text("id"),
        reader.needed_text("action"),
        reader.text("body_region"),
        _doses(reader),
        bool(reader.flag("removed")),
    )


def _event(reader: Reader) -> Event:
    day = reader.day("date")
    if day is None:
        raise reader.bad("date", "required")
    return Event(
        reader.needed_text("id"),
        reader.needed_text("code"),
        reader.text("body_region"),
        reader.choice("laterality", SIDES),
        day,
    )


def _appointment(reader: Reader) -> Appointment:
    start, end = reader.instant("start", local=True), reader.instant("end", local=True)
    if start is None or end is None:
        raise reader.bad("start" if start is None else "end", "required")
    travel = reader.number("travel_minutes") or 0.0
    if not 0 <= travel <= MINUTES_OF_A_DAY:
        raise reader.bad("travel_minutes", "out-of-range")
    return Appointment(
        reader.needed_text("id"),
        start,
        end,
        reader.needed_choice("mode", ("in-person", "online", "self-paced")),
        reader.text("place"),
        travel,
        _author(reader.child("owner"), reader, "owner"),
    )


def _every(top: Reader, key: str, build: Callable[[Reader], T]) -> tuple[T, ...]:
    items = []
    for reader in top.children(key):
        items.append(build(reader))
        reader.close()
    return tuple(items)


READERS: dict[str, Callable[[Reader], Any]] = {
    "recommendations": _recommendation,
    "goals": _goal,
    "milestones": _milestone,
    "preferences": _preference,
    "capacity": _capacity,
    "conditions": _condition,
    "allergies": _allergy,
    "observations": _observation,
    "job_demands": _job_demand,
    "events": _event,
    "appointments": _appointment,
}
MANY = tuple(kind for kind in READERS if kind != "capacity")


def parse_item(kind: str, item: object) -> object:
    """Read one item of a plan document, by the key it stands under.

    What items say of each other is not looked at: whoever keeps a plan has seen to that.
    """
    reader = Reader(item, f"/{kind}")
    read = READERS[kind](reader)
    reader.close()
    return read


def parse(document: object) -> Facts:
    """Read a plan document; a bad one raises BadDocument with the pointer of what is wrong."""
    top = Reader(document)
    patient = top.child("patient")
    birth_year = None
    if patient is not None:
        birth_year = patient.whole("birth_year", 1850, 2200)
        patient.close()
    as_of = top.date("as_of")
    if as_of is not None and not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise top.bad("as_of", "out-of-range")
    facts = Facts(
        as_of=as_of,
        birth_year=birth_year,
        capacity=_capacity(top.child("capacity")),
        **{kind: _every(top, kind, READERS[kind]) for kind in MANY},
    )
    top.close()
    check_links(facts)
    return facts
