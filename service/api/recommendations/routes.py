"""Serve the advice the team gives, and the question what it would raise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.actions import previews, recommendations
from service.actions.views import View
from service.api.conflicts.schemas import PreviewOut
from service.api.recommendations.schemas import (
    RecommendationCreate,
    RecommendationDecision,
    RecommendationFilters,
    RecommendationOut,
    RecommendationPatch,
    RecommendationPreview,
)
from service.domain.vocabulary import Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call
from service.web.plan_items import PLAN, plan_items

blp = Blueprint(
    "recommendations",
    __name__,
    tag="Recommendations",
    description="What each member of the team advises the patient: doses, limits, medicines, education, work.",
)

ONE = f"{PLAN}/recommendations/<uuid:recommendation_id>"

_PHYSIOTHERAPIST = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
    "discipline": "physiotherapy",
    "role": "physiotherapist",
}
_ASKED: dict[str, Any] = {
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
}
_RECOMMENDATION: dict[str, Any] = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a4e",
    "plan_id": "0199a1b2-7c3d-7e4f-8a5b-000000000001",
    "version": 2,
    "author": _PHYSIOTHERAPIST,
    "recorded_at": "2027-02-15T08:30:00+00:00",
    "updated_at": "2027-02-22T11:05:00+00:00",
    "verification": None,
    "source": None,
    **_ASKED,
    "status": "active",
    "quantifier": None,
    "load_target": None,
    "exclude_actions": [],
    "body_region": None,
    "laterality": None,
    "context": {
        "phase": ["baseline"],
        "setting": ["gym", "home"],
        "supervision": None,
        "aid": None,
    },
    "end_event": None,
    "review_by": None,
    "hard": False,
    "message": None,
    "medication": None,
    "trigger": None,
    "reason_refs": [],
    "intent_target": None,
    "exception_to": [],
    "supersedes": [],
    "depends_on": [],
    "part_of": [],
    "alternative_to": [],
    "source_text": None,
    "coding_status": None,
    "held_by": [],
    "superseded_by": None,
    "original_author": None,
    "under_discussion": False,
}
_IMPORTED: dict[str, Any] = {
    **_RECOMMENDATION,
    "source": {"system": "https://records.example/fhir", "type": "ServiceRequest", "id": "sr-1"},
    "verification": "confirmed",
}
_PREVIEW: dict[str, Any] = {
    "findings": [
        {
            "code": "CF03",
            "type": "dose-cap",
            "tier": "warning",
            "severity": "moderate",
            "summary": "physiotherapy asks for more cycling than physician allows",
            "statements": [
                {
                    "kind": "recommendation",
                    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a5f",
                    "version": 1,
                    "author": {
                        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000004",
                        "discipline": "physician",
                        "role": "physician",
                    },
                    "says": "discourage cycling, at most 10 min a session",
                },
                {
                    "kind": "recommendation",
                    "id": "new-1",
                    "version": 0,
                    "author": _PHYSIOTHERAPIST,
                    "says": "recommend stationary cycling, 10 to 15 min a session",
                },
            ],
            "dimension": {
                "name": "session",
                "unit": "min",
                "required": [10, 15],
                "allowed": [None, 10],
                "excess": 5,
            },
            "overlap": {"start": "2027-02-15", "end": "2027-04-01", "relation": "overlaps"},
            "context": {"phase": ["baseline"], "setting": None, "supervision": None, "aid": None},
            "why": ["Stationary cycling is cycling.", "15 min is more than 10 min."],
            "tier_trace": ["recommend against discourage, two disciplines: 3", "warning"],
            "since": {"valid": "2027-02-15", "recorded": None, "caused_by": None},
            "repairs": [
                {
                    "by": "physiotherapy",
                    "statement": {"kind": "recommendation", "id": "new-1"},
                    "change": {
                        "dose": [{"dimension": "session", "low": 10, "high": 10, "unit": "min"}]
                    },
                    "says": "Ask for at most 10 min a session.",
                }
            ],
            "told": [
                "author:0199a1b2-7c3d-7e4f-8a5b-000000000002",
                "author:0199a1b2-7c3d-7e4f-8a5b-000000000004",
            ],
            "resolver": ["physiotherapy"],
            "fhir": "DOSE",
            "row": None,
            "rule_version": "1",
            "knowledge_version": "2026.5",
            "fingerprint": "5f2b8f0f6b1d4a6c9a3e7c1d2b4f6a80",
            "material": "c0ffee00c0ffee00c0ffee00c0ffee00",
        }
    ],
    "not_checked": [{"reason": "dose-not-stated", "statements": ["new-1"]}],
}

_CHANGE = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0c01",
    "kind": "recommendation",
    "item_id": _RECOMMENDATION["id"],
    "version": 2,
    "revision": 42,
    "action": "updated",
    "at": "2027-02-22T11:05:00+00:00",
    "by": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000002",
        "name": "Mara Lindqvist",
        "role": "physiotherapist",
    },
    "on_behalf_of": None,
    "reason": "Asked for by the physician.",
    "changes": [
        {
            "field": "rationale",
            "before": None,
            "after": "Builds endurance without loading the knee in deep flexion.",
        }
    ],
}

plan_items(
    blp,
    recommendations.RECOMMENDATIONS,
    path="recommendations",
    one="Recommendation",
    many="Recommendations",
    create=RecommendationCreate,
    patch=RecommendationPatch,
    out=RecommendationOut,
    filters=RecommendationFilters,
    scope_write=Scope.RECOMMENDATION_WRITE,
    examples={
        "list": {"response": {"items": [_RECOMMENDATION], "next_cursor": None}},
        "create": {"request": _ASKED, "response": {**_RECOMMENDATION, "version": 1}},
        "get": {"response": _RECOMMENDATION},
        "update": {
            "request": {
                "dose": [{"dimension": "session", "low": 10, "high": 10, "unit": "min"}],
                "progression": None,
                "reason": "Agreed with the physician until the review.",
            },
            "response": {
                **_RECOMMENDATION,
                "version": 3,
                "dose": [{"dimension": "session", "low": 10, "high": 10, "unit": "min"}],
                "progression": None,
            },
        },
        "history": {"response": {"items": [_CHANGE], "next_cursor": None}},
    },
    notes={
        "list": (
            "A draft is its author's alone. A patient reads the released view: what is current and not held,"
            " without rationale and source text."
        ),
        "create": (
            "A save never fails because of a contradiction: it is recorded and flagged, and what opens a critical"
            " flag is held (`on-hold` with `held_by`) until a resolver acts."
        ),
        "update": (
            "Only the author revises advice, or who covers for them. Name in `resolves` the flags that the"
            " change means to clear."
        ),
        "delete": "A draft vanishes; anything else is marked as entered in error and leaves the lists.",
    },
)


@blp.operation(
    "POST",
    f"{PLAN}/recommendations/preview",
    scope=Scope.PLAN_READ,
    permission=("preview", "read"),
    body=RecommendationPreview,
    out=PreviewOut,
    status=200,
    examples={"request": _ASKED, "response": _PREVIEW},
)
def preview_recommendations(call: Call, plan_id: UUID) -> dict[str, Any]:
    """Ask what a recommendation would raise, before saving it.

    Post one recommendation, or `changes`: each a new one, or an `id` with a merge patch. The answer names only
    what the change would open or worsen; what is posted counts as active, and nothing is saved.
    """
    return previews.preview(call.session, call.actor, plan_id, call.body)


@blp.operation(
    "POST",
    f"{ONE}/confirm",
    scope=Scope.RECOMMENDATION_WRITE,
    permission=("recommendation", "confirm"),
    body=RecommendationDecision,
    out=RecommendationOut,
    status=200,
    if_match=True,
    examples={
        "request": {"reason": "Read out to the patient, who does it as written."},
        "response": _IMPORTED,
    },
)
def confirm_recommendation(call: Call, plan_id: UUID, recommendation_id: UUID) -> View:
    """Confirm that imported advice is what its source said."""
    return recommendations.confirm(
        call.session, call.actor, plan_id, recommendation_id, call.version, call.body["reason"]
    )


@blp.operation(
    "POST",
    f"{ONE}/adopt",
    scope=Scope.RECOMMENDATION_WRITE,
    permission=("recommendation", "adopt"),
    body=RecommendationDecision,
    out=RecommendationOut,
    status=200,
    if_match=True,
    examples={
        "request": {"reason": "I follow this up from now on."},
        "response": {
            **_IMPORTED,
            "original_author": {
                "id": "external:https://records.example/fhir:0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a4e",
                "discipline": None,
                "role": None,
            },
        },
    },
)
def adopt_recommendation(call: Call, plan_id: UUID, recommendation_id: UUID) -> View:
    """Make imported advice, or that of a colleague who has left the team, one's own."""
    return recommendations.adopt(
        call.session, call.actor, plan_id, recommendation_id, call.version, call.body["reason"]
    )
