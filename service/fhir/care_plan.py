"""Map CarePlan: one of them becomes the shared plan, the others and all activities are listed.

The plan is the active one that speaks of muscles, joints or pain, else the newest active one. A record
without any gets a plan named after its conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from service.domain.clinical_record import (
    ConditionFacts,
    Origin,
    PatientFacts,
    Period,
    PlanActivity,
    PlanFacts,
    SourceKey,
)
from service.fhir import concept, dates
from service.fhir.bundle import Entry
from service.fhir.element import Element
from service.fhir.reading import Reading
from service.fhir.report import status_reason

_OPEN = ("active", "on-hold")
_LONGEST_TITLE = 200
_PAIN_WORDS = (
    "musculoskeletal", "physiotherapy", "physical therapy", "rehabilitation", "back pain", "neck pain",
    "chronic pain", "joint", "arthritis",
)  # fmt: skip
# Categories that say of every plan that it is one.
_EMPTY_CATEGORIES = frozenset({"assess-plan"})


def plans(
    entries: Iterable[Entry],
    patient: PatientFacts,
    conditions: Sequence[ConditionFacts],
    reading: Reading,
) -> tuple[PlanFacts, tuple[PlanFacts, ...], tuple[PlanActivity, ...]]:
    """Choose the plan to share; give it, the other plans and the activities of all open ones."""
    read = [(entry, _facts(entry, reading)) for entry in entries]
    pain = {key for one in conditions if one.musculoskeletal for key in one.sources}
    open_plans = [(entry, facts) for entry, facts in read if facts.status in _OPEN]
    ranked = sorted(
        open_plans,
        key=lambda pair: (
            pair[1].status == "active",
            _is_about_pain(pair[1], pain),
            pair[1].period.start or date.min,
            pair[1].origin.key.id,
        ),
        reverse=True,
    )
    chosen = ranked[0] if ranked else None
    for entry, facts in read:
        if chosen is not None and entry is chosen[0]:
            reading.report.taken(entry.key, "becomes-the-plan", facts.title)
        elif facts.status in _OPEN:
            reading.report.skipped(entry.key, "another-open-plan", facts.title)
        else:
            reading.report.skipped(entry.key, status_reason(facts.status), facts.title)
    activities = tuple(one for entry, _ in open_plans for one in _activities(entry))
    others = tuple(facts for entry, facts in read if chosen is None or entry is not chosen[0])
    if chosen is not None:
        return chosen[1], others, activities
    return made_from(conditions, patient), others, activities


def _facts(entry: Entry, reading: Reading) -> PlanFacts:
    resource = entry.resource
    categories = [text for one in resource.children("category") if (text := concept.text(one))]
    named = [concept.untagged(text) for text in categories if text not in _EMPTY_CATEGORIES]
    title = resource.text("title") or ", ".join(named) or "Care plan"
    return PlanFacts(
        reading.origin(entry),
        title[:_LONGEST_TITLE],
        resource.text("status") or "unknown",
        dates.period(resource.child("period"), reading.zone),
        resource.text("description"),
        reading.person(resource.child("author"), resource),
        reading.keys(resource, "addresses"),
    )


def _is_about_pain(facts: PlanFacts, pain: set[SourceKey]) -> bool:
    lowered = facts.title.lower()
    return any(word in lowered for word in _PAIN_WORDS) or bool(pain & set(facts.addresses))


def _activities(entry: Entry) -> Iterable[PlanActivity]:
    for activity in entry.resource.children("activity"):
        detail = activity.child("detail")
        text = _text(activity, detail)
        if text is not None:
            yield PlanActivity(entry.key, text, detail.text("status") if detail else None)


def _text(activity: Element, detail: Element | None) -> str | None:
    if detail is not None:
        return concept.text(detail.child("code")) or detail.text("description")
    reference = activity.child("reference")
    return (reference.text("display") or reference.text("reference")) if reference else None


def made_from(conditions: Sequence[ConditionFacts], patient: PatientFacts) -> PlanFacts:
    """Make a plan for a record that has none, named after what it is likely to be about."""
    current = [one for one in conditions if one.period.end is None]
    relevant = [one for one in current if one.musculoskeletal] or current
    named = [concept.untagged(one.text.partition("; ")[0]) for one in relevant[:3]]
    title = "Care plan: " + ", ".join(named) if named else "Care plan"
    return PlanFacts(
        Origin(patient.origin.key, (), "plan"),
        title[:_LONGEST_TITLE],
        "active",
        Period(),
        None,
        None,
        tuple(one.origin.key for one in relevant),
    )
