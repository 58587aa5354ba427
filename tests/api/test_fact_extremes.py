"""Values at the edge of what a type can hold end in an answer, never in a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Members
from tests.api.test_facts import NOUNS

FIRST, LAST = "0001-01-01", "9999-12-31"
EDGES: list[tuple[str, dict[str, Any]]] = [
    *(
        (noun, {field: day})
        for noun, names in {
            "conditions": ("start", "end"),
            "allergies": ("start", "end"),
            "observations": ("date",),
            "events": ("date",),
        }.items()
        for field in names
        for day in (FIRST, LAST)
    ),
    ("conditions", {"start": LAST, "end": LAST}),
    ("observations", {"value": 1e9}),
    ("observations", {"value": 5e-324}),
    ("observations", {"unit": "{" * 32}),
    ("job-demands", {"dose": [{"dimension": "load", "high": 1e9, "unit": "[lb_av]"}]}),
    ("job-demands", {"dose": [{"dimension": "frequency", "low": -1e9, "unit": "1/d"}]}),
    ("appointments", {"start": "0001-01-01T00:00:00Z"}),
    ("appointments", {"start": "0001-01-01T00:00:00Z", "end": "0001-01-01T01:00:00Z"}),
    ("appointments", {"end": "9999-12-31T23:59:59Z"}),
    ("appointments", {"start": "9999-12-31T23:00:00Z", "end": "9999-12-31T23:59:59-23:00"}),
    ("preferences", {"note": "\u2028\U0001f9d1"}),
]


@pytest.mark.parametrize(("noun", "change"), EDGES)
def test_a_value_at_the_edge(member: Members, noun: str, change: dict[str, Any]) -> None:
    body, _, author = NOUNS[noun]
    writer = member(author)
    physician = member("physician")
    physician.post(
        "recommendations",
        {
            "kind": "medication",
            "stance": "recommend",
            "medication": {"drug_class": "nsaid", "route": "oral"},
        },
    )

    answer = writer.post(noun, {**body, **change})

    assert answer.status_code in (201, 422)
    assert physician.get("plan-document").status_code == 200
    assert physician.get("conflicts").status_code == 200


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_a_plan_and_a_team_at_the_edge(member: Members, day: str, clinic: Any) -> None:
    lead = member("physician")
    listed = lead.get("team-members?role=psychologist").json["items"]
    [own] = listed

    for body in ({"period": {"start": day}}, {"on_leave": {"start": day, "end": LAST}}):
        answer = lead.patch(f"team-members/{own['id']}", body, own["version"])
        assert answer.status_code in (200, 403, 409, 412, 422)
    plan = f"/api/v1/care-plans/{clinic.plan_id}"
    assert lead.patch(plan, {"review_date": day, "start": day}, 1).status_code == 200
    one = f"/api/v1/patients/{clinic.patient_id}"
    assert member("care-coordinator").patch(one, {"birth_date": day}, 1).status_code == 422
    assert lead.get("conflicts").status_code == 200


@pytest.mark.parametrize("language", ["de-", "d", "de_CH", "german"])
def test_a_language_is_a_tag(member: Members, language: str) -> None:
    answer = member("physician").post("/api/v1/patients", {"name": "A", "language": language})

    assert answer.status_code == 422
