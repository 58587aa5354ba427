"""Pieces of advice for tests over HTTP; each is one that the contract takes."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Member

CYCLING: dict[str, Any] = {
    "kind": "exercise",
    "stance": "recommend",
    "action": "cycling-stationary",
    "dose": [
        {"dimension": "session", "low": 15, "high": 20, "unit": "min"},
        {"dimension": "frequency", "low": 3, "unit": "1/wk"},
    ],
    "context": {"phase": ["baseline"]},
    "period": {"start": "2027-02-15", "end": "2027-05-10"},
    "rationale": "Endurance without deep flexion.",
    "source_text": "Bike three times a week, a quarter of an hour or a bit more.",
}
# A limit of a surgeon, and what cannot be followed beside it.
NO_HEAVY_LIFTING: dict[str, Any] = {
    "kind": "activity",
    "stance": "prohibit",
    "action": "lifting",
    "dose": [{"dimension": "load", "high": 5, "unit": "kg"}],
    "period": {"start": "2027-02-15", "end": "2027-03-01"},
    "basis": "surgeon-protocol",
    "hard": True,
}
DEADLIFT: dict[str, Any] = {
    "kind": "exercise",
    "stance": "recommend",
    "action": "deadlift",
    "dose": [{"dimension": "load", "low": 20, "high": 20, "unit": "kg"}],
    "period": {"start": "2027-02-15", "end": "2027-04-01"},
}
# Two disciplines on stairs: a warning, since nothing about it is hard.
STAIRS: dict[str, Any] = {"kind": "exercise", "stance": "recommend", "action": "stairs"}
NO_STAIRS: dict[str, Any] = {
    "kind": "activity",
    "stance": "discourage",
    "action": "stairs",
    "period": {"start": "2027-02-01", "end": "2027-04-01"},
}
NAPROXEN: dict[str, Any] = {
    "kind": "medication",
    "stance": "recommend",
    "medication": {"drug_class": "nsaid", "name": "naproxen", "route": "oral", "daily_mg": 1000},
}


def give(who: Member, advice: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Enter advice, and give it back as it stands."""
    made = who.post("recommendations", {**advice, **changes})
    assert made.status_code == 201, made.json
    answer: dict[str, Any] = made.json
    return answer


def flag_of(who: Member, code: str) -> dict[str, Any]:
    """Give the one flag of a rule."""
    [found] = who.get(f"conflicts?code={code}").json["items"]
    answer: dict[str, Any] = found
    return answer


def now(who: Member, advice: dict[str, Any]) -> dict[str, Any]:
    """Read advice again."""
    answer: dict[str, Any] = who.get(f"recommendations/{advice['id']}").json
    return answer
