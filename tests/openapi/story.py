"""Say what the examples of the document ask for: the table of `tests.e2e.asks`, in the words of a clinic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tests.e2e.asks import ASKS, NOUNS, PHYSICIAN, PHYSIO, Ask, Clinic, Maker, of_noun

# The examples are of one day, on which the clock stands still.
WORDS: Final[dict[str, tuple[Callable[[Clinic], dict[str, Any]], dict[str, Any]]]] = {
    "goals": (
        lambda _: {
            "title": "Walk to the market and back without a stop",
            "description": "About two kilometres.",
            "expressed_by": "patient",
            "action": "walking",
            "measure": "walking distance",
            "baseline": {"value": 600, "unit": "m"},
            "target": {"low": 2000, "unit": "m"},
            "direction": "increase",
            "start": "2027-02-15",
            "due": "2027-05-03",
            "goal_attainment_scale": [
                {"level": -1, "description": "To the corner shop with one stop"},
                {"level": 0, "description": "To the market and back"},
            ],
            "confidence_to_act": 7,
            "owner_discipline": "physiotherapy",
        },
        {
            "achievement": "improving",
            "target": {"low": 1500},
            "description": None,
            "reason": "The market has moved closer.",
        },
    ),
    "milestones": (
        lambda clinic: {
            "title": "Twenty minutes of brisk walking on five days",
            "goal_id": _first(clinic, "goals"),
            "phase": "functional-restoration",
            "action": "walking",
            "criteria": [
                {"measure": "brisk walking", "comparator": ">=", "value": 20, "unit": "min"}
            ],
            "start": "2027-02-15",
            "due": "2027-03-15",
            "owner_discipline": "physiotherapy",
        },
        {"status": "in-progress", "due": "2027-03-22", "reason": "Begun after the cold."},
    ),
    "recommendations": (
        lambda _: {
            "kind": "exercise",
            "stance": "recommend",
            "action": "cycling-stationary",
            "dose": [
                {"dimension": "session", "low": 10, "high": 15, "unit": "min"},
                {"dimension": "frequency", "low": 3, "high": 4, "unit": "1/wk"},
            ],
            "progression": {"mode": "time-contingent", "note": "Two minutes more each week."},
            "context": {"phase": ["baseline"], "setting": ["gym", "home"]},
            "period": {"start": "2027-02-15", "end": "2027-05-10"},
            "strength": "strong",
            "certainty": "moderate",
            "basis": "guideline",
            "rationale": "Builds endurance without loading the knee in deep flexion.",
        },
        {
            "dose": [{"dimension": "session", "low": 10, "high": 10, "unit": "min"}],
            "progression": None,
            "reason": "Agreed with the physician until the review.",
        },
    ),
    "conditions": (
        lambda _: {
            "code": "osteoporosis",
            "text": "Osteoporosis of the spine",
            "start": "2024-05-01",
        },
        {"text": "Osteoporosis of the spine, treated", "reason": "Told by the patient."},
    ),
    "allergies": (
        lambda _: {"drug_class": "nsaid", "text": "Hives after ibuprofen"},
        {"text": "Hives and swelling after ibuprofen"},
    ),
    "observations": (
        lambda _: {
            "code": "egfr",
            "value": 48,
            "unit": "mL/min/{1.73_m2}",
            "date": "2027-02-01",
        },
        {"text": "From the laboratory", "reason": "The source was missing."},
    ),
    "events": (
        lambda _: {
            "code": "corticosteroid-injection",
            "body_region": "shoulder",
            "laterality": "left",
            "date": "2027-02-10",
        },
        {"note": "Under ultrasound."},
    ),
    "preferences": (
        lambda _: {"action": "swimming", "attitude": "dislike", "alternative": "walking"},
        {"note": "Cold water, not the exercise."},
    ),
    "job-demands": (
        lambda _: {
            "action": "lifting",
            "dose": [{"dimension": "load", "low": 10, "high": 15, "unit": "kg"}],
        },
        {"note": "Crates, twice in a shift."},
    ),
    "appointments": (
        lambda _: {
            "title": "Physiotherapy",
            "start": "2027-03-01T09:00:00+00:00",
            "end": "2027-03-01T09:45:00+00:00",
            "mode": "in-person",
            "place": "Clinic, second floor",
            "travel_minutes": 25,
        },
        {"status": "cancelled", "reason": "The patient is away that week."},
    ),
}
_NOUNS: Final = {
    noun.path: replace(noun, body=WORDS[noun.path][0], patch=WORDS[noun.path][1])
    if noun.path in WORDS
    else noun
    for noun in NOUNS
}
# What operations beside those of the nouns are asked with; what a request needs of real ids stays as it is.
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "createPatient": {
        "name": "Alma Berg",
        "birth_date": "1971-04-02",
        "gender": "female",
        "language": "en",
        "reading_level": "plain",
        "identifiers": [{"system": "urn:example:hospital", "value": "H-1042"}],
    },
    "createCarePlan": {
        "title": "Back to the garden",
        "phase": "symptom-reduction",
        "values_summary": "Wants to lift her grandchild again.",
    },
    "updateCarePlan": {"values_summary": "Wants to be outdoors, with the family."},
    "closeCarePlan": {"reason": "Goals reached; discharged."},
    "reportProgress": {
        "note": "Three walks this week, the last one without a pause.",
        "percent": 60,
        "measure": "brisk walking",
        "value": 14,
        "unit": "min",
    },
    "previewRecommendations": {
        "kind": "exercise",
        "stance": "recommend",
        "action": "running",
        "period": {"start": "2027-02-15", "end": "2027-05-10"},
        "rationale": "She ran before the injury and wants to again.",
    },
    "updateCapacity": {"minutes_per_day": {"flare": 15}, "reason": "Said at the visit."},
    "confirmRecommendation": {"reason": "Read out to the patient, who does it as written."},
    "adoptRecommendation": {"reason": "I follow this up from now on."},
    "acknowledgeConflict": {"reason": "Seen; I call the physiotherapist this afternoon."},
    "discussConflict": {"comment": "Could this wait until the swelling has gone down?"},
    "resolveConflict": {"reason": "The swelling has gone; the limit is no longer needed."},
    "acceptConflict": {
        "reason_code": "will-monitor",
        "text": "It cannot be avoided at home; we look at the knee each week.",
        "expires": "2027-03-05",
        "monitor_by": "2027-03-01",
    },
    "dismissConflict": {"reason": "Both speak of the same light form of it."},
}


def _first(clinic: Clinic, path: str) -> str:
    return str(clinic.person(PHYSIO).read(f"{clinic.plan}/{path}")["items"][-1]["id"])


def _past(operation: str, path: str) -> Maker:
    """Ask for the history of an item that was changed once."""

    def make(clinic: Clinic) -> Ask:
        noun = _NOUNS[path]
        where, tag = clinic.item(noun)
        changed = clinic.person(noun.who).patch(where, noun.patch, tag)
        assert changed.status_code == 200, changed.text
        return Ask(operation, noun.who, "GET", f"{where}/history")

    return make


def _listed(operation: str, path: str) -> Maker:
    """Ask for a list in which something is."""

    def make(clinic: Clinic) -> Ask:
        noun = _NOUNS[path]
        clinic.item(noun)
        return Ask(operation, noun.who, "GET", f"{clinic.plan}/{path}")

    return make


def _reported(clinic: Clinic) -> Ask:
    """Ask for a milestone's progress, of which some was made."""
    where = ASKS["listProgress"](clinic).path
    answer = clinic.person(PHYSIO).post(where, _BODIES["reportProgress"])
    assert answer.status_code == 201, answer.text
    return Ask("listProgress", PHYSIO, "GET", where)


def _flags(clinic: Clinic) -> Ask:
    """Ask for the flags that one statement is part of."""
    _, _, made = clinic.contradiction()
    limit = made[0][1].rsplit("/", 1)[1]
    return Ask("listConflicts", PHYSICIAN, "GET", f"{clinic.plan}/conflicts?statement={limit}")


def _contradictory(clinic: Clinic) -> Ask:
    """Post the part of the plan document that two colleagues disagree in."""
    _, _, made = clinic.contradiction()
    ids = {path.rsplit("/", 1)[1] for _, path in made}
    whole = clinic.person(PHYSICIAN).read(f"{clinic.plan}/plan-document")
    part = {
        "as_of": whole["as_of"],
        "recommendations": [one for one in whole["recommendations"] if one["id"] in ids],
    }
    return Ask("checkPlanDocument", PHYSICIAN, "POST", "/plan-document/check", part)


STORY: Final[dict[str, Maker]] = {
    **ASKS,
    **{name: make for noun in _NOUNS.values() for name, make in of_noun(noun).items()},
    **{
        f"list{noun.one}History": _past(f"list{noun.one}History", path)
        for path, noun in _NOUNS.items()
    },
    **{f"list{noun.many}": _listed(f"list{noun.many}", path) for path, noun in _NOUNS.items()},
    "listConflicts": _flags,
    "listProgress": _reported,
    "checkPlanDocument": _contradictory,
}


def asked(operation: str, clinic: Clinic) -> Ask:
    """Make what an operation needs, and say how it is asked."""
    ask = STORY[operation](clinic)
    if operation in _BODIES:
        ask.body = {
            **(ask.body if operation != "previewRecommendations" else {}),
            **_BODIES[operation],
        }
    if operation in _PAGED:
        ask.path = f"{ask.path}{'&' if '?' in ask.path else '?'}limit=2"
    return ask


# Knowledge comes whole.
_WHOLE: Final = frozenset({"listActivities", "listConflictRules", "listInstruments"})
_PAGED: Final = frozenset(name for name in STORY if name.startswith("list")) - _WHOLE
