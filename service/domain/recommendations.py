"""What a piece of advice needs to be one: the rules of its shape that need no look into the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.domain.checks import check_interval, check_parts, check_range, refuse
from service.domain.vocabulary import (
    HARD_BASES,
    NEGATIVE,
    Discipline,
    RecommendationKind,
    RecommendationStatus,
    Stance,
)
from service.errors import FieldError, RuleConflict

_K = RecommendationKind
_DOING = frozenset({_K.ACTIVITY, _K.EXERCISE, _K.TREATMENT, _K.EQUIPMENT})
FINAL = frozenset(
    {
        RecommendationStatus.REVOKED,
        RecommendationStatus.COMPLETED,
        RecommendationStatus.ENTERED_IN_ERROR,
    }
)

# What a nested value needs to mean anything; a merge patch may have brought half of it.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "load_target": ("load", "region"),
    "end_event": ("kind",),
    "progression": ("mode",),
    "trigger": ("measure", "low"),
}

# Who may adopt imported advice of a kind, beside the lead; a medication is a physician's alone.
DISCIPLINES_OF_KIND: Mapping[str, frozenset[Discipline]] = {
    _K.ACTIVITY: frozenset(
        {Discipline.PHYSIOTHERAPY, Discipline.OCCUPATIONAL_THERAPY, Discipline.PSYCHOLOGY}
    ),
    _K.EXERCISE: frozenset({Discipline.PHYSIOTHERAPY}),
    _K.TREATMENT: frozenset({Discipline.PHYSICIAN, Discipline.PHYSIOTHERAPY}),
    _K.MEDICATION: frozenset({Discipline.PHYSICIAN}),
    _K.EDUCATION: frozenset(
        {
            Discipline.PHYSICIAN,
            Discipline.PHYSIOTHERAPY,
            Discipline.PSYCHOLOGY,
            Discipline.OCCUPATIONAL_THERAPY,
        }
    ),
    _K.EQUIPMENT: frozenset({Discipline.OCCUPATIONAL_THERAPY, Discipline.PHYSIOTHERAPY}),
    _K.WORK_STEP: frozenset({Discipline.OCCUPATIONAL_THERAPY}),
    _K.WORK_CAPACITY: frozenset({Discipline.PHYSICIAN, Discipline.OCCUPATIONAL_THERAPY}),
}


def check_shape(fields: Mapping[str, Any], *, imported: bool) -> None:
    """Refuse advice that lacks what its kind needs, or says two things at once."""
    for name, parts in _PARTS.items():
        check_parts(fields[name], parts, f"/{name}")
    _check_subject(fields)
    _check_dose(fields)
    _check_limits(fields, imported=imported)
    period = fields["period"] or {}
    check_interval(period.get("start"), period.get("end"), "/period/end")
    if fields["hard"] and fields["basis"] not in HARD_BASES:
        raise refuse("/hard", "hard-needs-protocol-legal-or-label")


def _check_subject(fields: Mapping[str, Any]) -> None:
    kind, stance = fields["kind"], fields["stance"]
    has_target = fields["load_target"] is not None
    if has_target and fields["action"] is not None:
        raise refuse("/load_target", "either-action-or-load-target")
    if kind in _DOING and fields["action"] is None and not has_target:
        raise refuse("/action", "required")
    if has_target and stance not in NEGATIVE and not (stance == Stance.PERMIT and _caps(fields)):
        raise refuse("/load_target", "needs-negative-stance-or-capping-permit")
    if kind == _K.WORK_STEP and fields["action"] is None:
        raise refuse("/action", "required")
    if kind == _K.WORK_CAPACITY and stance not in {*NEGATIVE, Stance.PERMIT}:
        raise refuse("/stance", "work-capacity-limits-or-permits")
    if kind == _K.MEDICATION:
        medication = fields["medication"] or {}
        if not medication.get("drug_class") and not medication.get("name"):
            raise refuse("/medication", "drug-class-or-name-required")
    if kind == _K.EDUCATION and fields["message"] is None:
        raise refuse("/message", "required")


def is_limit(fields: Mapping[str, Any]) -> bool:
    """Say whether advice restricts: a negative, or a permit that says how much is allowed."""
    stance = fields["stance"]
    return stance in NEGATIVE or (stance == Stance.PERMIT and _caps(fields))


def _caps(fields: Mapping[str, Any]) -> bool:
    return any(entry.get("high") is not None for entry in fields["dose"])


def _check_dose(fields: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(fields["dose"]):
        dimension = entry["dimension"]
        if dimension in seen:
            raise refuse(f"/dose/{index}/dimension", "dimension-repeated")
        seen.add(dimension)
        low, high = entry.get("low"), entry.get("high")
        if low is None and high is None:
            raise refuse(f"/dose/{index}", "low-or-high-required")
        if fields["stance"] in NEGATIVE and high is None:
            raise refuse(f"/dose/{index}/high", "required")
        check_range(entry, f"/dose/{index}")


def _check_limits(fields: Mapping[str, Any], *, imported: bool) -> None:
    """A limit says until when it holds, or when it is looked at again; an imported one may not know."""
    if fields["stance"] not in NEGATIVE or imported:
        return
    ends = (fields["period"] or {}).get("end") or fields["end_event"] or fields["review_by"]
    if not ends:
        raise refuse("/review_by", "limit-needs-end-event-or-review")


def check_hold(before: Mapping[str, Any], after_status: str, held_by: list[Any]) -> None:
    """While a flag holds it, advice may be revised or revoked; its hold is not its author's to lift."""
    if not held_by or after_status in (before["status"], RecommendationStatus.REVOKED):
        return
    raise RuleConflict("held-by-flag", errors=[FieldError("/status", "held-by-flag")])


def check_final(before: Mapping[str, Any]) -> None:
    """What is revoked or completed stays as it was said."""
    if before["status"] in FINAL:
        raise RuleConflict(
            "illegal-transition", errors=[FieldError("/status", "illegal-transition")]
        )
