from __future__ import annotations

from datetime import date
from typing import Any

from service.domain.clinical_record import Period
from tests.fhir.build import NPI, SNOMED, concept, condition, outcome, record


def plan(own_id: str, title: str, start: str = "2020-01-01", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CarePlan",
        "id": own_id,
        "status": "active",
        "intent": "plan",
        "title": title,
        "subject": {"reference": "Patient/p1"},
        "period": {"start": start},
        **more,
    }


def test_the_plan_about_pain_is_the_one_though_others_are_newer() -> None:
    found = record(
        plan("k1", "Musculoskeletal care", "2017-01-01"),
        plan("k2", "Diabetes self management", "2023-01-01"),
        plan("k3", "Physical therapy", "2024-01-01", status="completed"),
    )
    assert found.plan.title == "Musculoskeletal care"
    assert outcome(found, "k1") == ("taken", "becomes-the-plan")
    assert outcome(found, "k2") == ("skipped", "another-open-plan")
    assert outcome(found, "k3") == ("skipped", "status-completed")
    assert {one.title for one in found.other_plans} == {
        "Diabetes self management",
        "Physical therapy",
    }


def test_a_plan_is_about_pain_by_the_condition_it_addresses() -> None:
    found = record(
        condition("c1", "203082005", "Fibromyalgia (disorder)"),
        plan("k1", "Plan A", "2017-01-01", addresses=[{"reference": "Condition/c1"}]),
        plan("k2", "Plan B", "2023-01-01"),
    )
    assert found.plan.title == "Plan A"


def test_else_the_newest_open_plan_is_the_one() -> None:
    found = record(
        plan("k1", "Plan A", "2023-01-01"),
        plan("k2", "Plan B", "2024-01-01", status="on-hold"),
        plan("k3", "Plan C", "2022-01-01"),
    )
    assert found.plan.title == "Plan A"  # an active one goes before one on hold


def test_a_category_names_a_plan_without_a_title() -> None:
    untitled = plan("k1", "")
    untitled["category"] = [concept("assess-plan"), concept("1", "Wound care (regime/therapy)")]
    assert record(untitled).plan.title == "Wound care"


def test_without_a_plan_one_is_made_from_the_conditions() -> None:
    found = record(
        condition("c1", "38341003", "Hypertension"),
        condition("c2", "203082005", "Fibromyalgia (disorder)"),
    )
    assert found.plan.title == "Care plan: Fibromyalgia"
    assert found.plan.origin.part == "plan"


def test_activities_of_open_plans_are_listed() -> None:
    activity = [
        {"detail": {"status": "in-progress", "code": concept("229065009", "Exercise therapy")}}
    ]
    found = record(
        plan("k1", "Plan A", activity=activity),
        plan("k2", "Plan B", status="completed", activity=activity),
    )
    assert [(one.plan.id, one.text, one.status) for one in found.activities] == [
        ("k1", "Exercise therapy", "in-progress")
    ]


def team(own_id: str, who: str, start: str, end: str | None, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CareTeam",
        "id": own_id,
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "period": {"start": start, **({"end": end} if end else {})},
        "participant": [
            {"member": {"reference": "Patient/p1"}},
            {
                "role": [
                    {
                        "coding": [
                            {"system": SNOMED, "code": "36682004", "display": "Physiotherapist"}
                        ]
                    }
                ],
                "member": {
                    "reference": f"Practitioner?identifier={NPI}|{who}",
                    "display": "E. Weiss",
                },
            },
            {"member": {"reference": "Organization/o1"}},
        ],
        **more,
    }


def test_a_person_on_many_teams_is_one_member_with_joined_days() -> None:
    found = record(
        {"resourceType": "Organization", "id": "o1", "name": "Clinic"},
        team("t1", "77", "2010-01-01", "2010-05-31"),
        team("t2", "77", "2010-06-01", "2010-12-31"),
        team("t3", "77", "2015-01-01", None),
        team("t4", "88", "2016-01-01", None),
    )
    first, second = found.team
    assert first.periods == (
        Period(date(2010, 1, 1), date(2011, 1, 1)),
        Period(date(2015, 1, 1), None),
    )
    assert [key.id for key in first.teams] == ["t1", "t2", "t3"]
    assert first.discipline == "physiotherapy"
    assert (first.person.name, first.person.identifiers[0].value) == ("E. Weiss", "77")
    assert second.person.identifiers[0].value == "88"


def test_a_team_that_is_over_without_a_date_or_not_yet_at_work_is_skipped() -> None:
    found = record(
        team("t1", "77", "2010-01-01", None, status="inactive"),
        team("t2", "77", "2010-01-01", None, status="proposed"),
    )
    assert found.team == ()
    assert outcome(found, "t1") == ("skipped", "ended-without-date")
    assert outcome(found, "t2") == ("skipped", "status-proposed")


def test_a_participants_own_days_go_before_the_teams() -> None:
    mine = team("t1", "77", "2010-01-01", None)
    mine["participant"][1]["period"] = {"start": "2012-01-01", "end": "2012-01-31"}
    (one,) = record(mine).team
    assert one.periods == (Period(date(2012, 1, 1), date(2012, 2, 1)),)
