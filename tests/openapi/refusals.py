"""Ask for what is refused, one way for each thing that the document's errors say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.e2e.asks import COORDINATOR, NOUNS, PHYSIO, Clinic

NOBODYS: Final = "0199a1b2-7c3d-7e4f-8a5b-000000000000"
GOALS: Final = next(noun for noun in NOUNS if noun.path == "goals")
STEPS: Final = next(noun for noun in NOUNS if noun.path == "milestones")


@dataclass(frozen=True)
class Refusal:
    """Say how something is asked that is refused, and how it is."""

    status: int
    code: str
    ask: Callable[[Clinic], tuple[str, str, dict[str, Any]]]
    who: str = PHYSIO
    scopes: tuple[str, ...] | None = None
    token: str | None = field(default=None, repr=False)


def _get(path: str, **options: Any) -> Callable[[Clinic], tuple[str, str, dict[str, Any]]]:
    return lambda clinic: ("GET", path.format(plan=clinic.plan), options)


def _post(path: str, **options: Any) -> Callable[[Clinic], tuple[str, str, dict[str, Any]]]:
    return lambda clinic: ("POST", path.format(plan=clinic.plan), options)


def _patched_twice(clinic: Clinic) -> tuple[str, str, dict[str, Any]]:
    """Change what a colleague has just changed, from the version before."""
    path, tag = clinic.item(GOALS)
    first = clinic.person(PHYSIO).patch(path, {"title": "Walk to the market"}, tag)
    assert first.status_code == 200, first.text
    return "PATCH", path, {"json": {"title": "Walk to the lake"}, "headers": {"If-Match": tag}}


def _without_a_version(clinic: Clinic) -> tuple[str, str, dict[str, Any]]:
    path, _ = clinic.item(GOALS)
    return "PATCH", path, {"json": {"title": "Walk to the lake"}}


def _a_leap(clinic: Clinic) -> tuple[str, str, dict[str, Any]]:
    """Reach a milestone that was never begun."""
    path, tag = clinic.item(STEPS)
    return "PATCH", path, {"json": {"status": "achieved"}, "headers": {"If-Match": tag}}


def _a_second_plan(clinic: Clinic) -> tuple[str, str, dict[str, Any]]:
    body = {"patient_id": clinic.patient_id, "title": "Twice", "lead_id": clinic.physician_id}
    return "POST", "/care-plans", {"json": body}


def _resolved_by_nothing(clinic: Clinic) -> tuple[str, str, dict[str, Any]]:
    """Call a flag resolved by a change that leaves the contradiction as it is."""
    path, tag, made = clinic.contradiction()
    change = {
        "kind": "recommendation",
        "id": made[0][1].rsplit("/", 1)[1],
        "version": 1,
        "patch": {"rationale": "It helps."},
    }
    body = {"changes": [change], "reason": "Explained."}
    return "POST", f"{path}/resolve", {"json": body, "headers": {"If-Match": tag}}


REFUSALS: Final = (
    Refusal(400, "unknown-parameter", _get("{plan}/goals", params={"colour": "red"})),
    Refusal(400, "invalid-cursor", _get("{plan}/goals", params={"cursor": "made-up"})),
    Refusal(
        400,
        "malformed-json",
        _post("{plan}/goals", data=b'{"title": ', content_type="application/json"),
    ),
    Refusal(401, "missing-token", _get("/me"), token=""),
    Refusal(401, "invalid-token", _get("/me"), token="Bearer made-up"),
    Refusal(
        403,
        "insufficient-scope",
        _post("{plan}/goals", json={"title": "Walk"}),
        scopes=("plan:read",),
    ),
    Refusal(
        403,
        "not-permitted",
        _post("{plan}/conditions", json={"code": "osteoporosis"}),
        who="patient",
    ),
    Refusal(404, "not-found", _get(f"{{plan}}/goals/{NOBODYS}")),
    Refusal(406, "not-acceptable", _get("/me", headers={"Accept": "text/html"})),
    Refusal(409, "illegal-transition", _a_leap),
    Refusal(409, "plan-exists", _a_second_plan, who=COORDINATOR),
    Refusal(409, "finding-remains", _resolved_by_nothing, who="physician"),
    Refusal(412, "stale-version", _patched_twice),
    Refusal(
        413,
        "body-too-large",
        _post("{plan}/goals", data=b" " * (1 << 20) + b"{}", content_type="application/json"),
    ),
    Refusal(
        415,
        "unsupported-media-type",
        _post("{plan}/goals", data=b"title=Walk", content_type="text/plain"),
    ),
    Refusal(422, "invalid-fields", _post("{plan}/goals", json={"due": "soon", "colour": "red"})),
    Refusal(428, "if-match-required", _without_a_version),
)
