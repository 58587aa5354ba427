"""Where answers lead by their meaning; what follows from where operations stand needs no word here.

Keyed by operationId and by the operation it leads to; the values are OpenAPI's runtime expressions. Path parameters
that are not given here are those of the request. None takes a link away that leads to nothing yet.
"""

from __future__ import annotations

from typing import Any, Final

from service.actions.nouns import BY_KIND

_OF_MINE: Final = {"plan_id": "$response.body#/plans/0/id"}
_OF_THE_PLAN: Final = {"plan_id": "$response.body#/id"}

# Whatever changes the statements of a plan may raise a flag, or close one.
_CHANGING: Final = tuple(
    f"{verb}{noun.model.__name__}"
    for kind, noun in BY_KIND.items()
    for verb in (("update",) if kind == "capacity" else ("create", "update", "delete"))
)

LINKS: Final[dict[str, dict[str, dict[str, Any] | None]]] = {
    **{name: {"listConflicts": {}} for name in _CHANGING},
    "confirmRecommendation": {"listConflicts": {}},
    "adoptRecommendation": {"listConflicts": {}},
    # Whoever has read what is advised may ask what another piece of advice would raise.
    "listRecommendations": {"previewRecommendations": {}},
    "previewRecommendations": {"createRecommendation": {"body": "$request.body"}},
    "getMe": {
        "getCarePlan": _OF_MINE,
        "getSummary": _OF_MINE,
        "getPatient": {"patient_id": "$response.body#/plans/0/patient_id"},
    },
    "getPatientCarePlan": {"getCarePlan": _OF_THE_PLAN, "getSummary": _OF_THE_PLAN},
    "searchPatients": {"getPatient": {"patient_id": "$response.body#/items/0/id"}},
    "createPatient": {"getPatientCarePlan": None},
    "getSummary": {"getCarePlan": {}, "listRecommendations": {}, "listConflicts": {}},
    "getPlanDocument": {"checkPlanDocument": {"body": "$response.body"}},
    "getNotChecked": {"getPlanDocument": {}},
    "getVersion": {"listVersions": {}},
    "listActivities": {"getActivity": {"code": "$response.body#/activities/0/code"}},
    "listConflictRules": {"getConflictRule": {"code": "$response.body#/items/0/code"}},
}
