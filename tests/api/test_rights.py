"""The table of rights through the door: every account knocks at every reading, change and withdrawal.

What is expected comes from the agreement as `tests/house/test_policy.py` has it, not from the service's table.
"""

from __future__ import annotations

from typing import Any

import pytest

from service.app import specification
from service.domain.policy import Action, Relation, Resource
from service.domain.vocabulary import DISCIPLINE_OF, Role
from tests.api.conftest import Member, Members
from tests.api.test_facts import NOUNS
from tests.house.test_policy import ROLES, agreed

ACCOUNTS = (*(str(role) for role in Role), "physiotherapist-2", "physician-outsider")
OUTSIDERS = {"clinic-admin", "auditor", "physiotherapist-2", "physician-outsider"}
COLUMNS = {str(role): column for column, role in ROLES.items()}
NEVER = 999

WALKING = {"kind": "exercise", "stance": "recommend", "action": "walking"}
DRUG = {"kind": "medication", "stance": "recommend", "medication": {"name": "Paracetamol"}}
ITEMS: dict[str, tuple[str, Resource, dict[str, Any], str]] = {
    **{
        noun: (noun, Resource(noun.removesuffix("s")), body, author)
        for noun, (body, _, author) in NOUNS.items()
        if noun != "allergies"
    },
    "allergies": ("allergies", Resource.ALLERGY, NOUNS["allergies"][0], "physician"),
    "condition of a system": (
        "conditions",
        Resource.CONDITION,
        NOUNS["conditions"][0],
        "clinic-system",
    ),
    "goal": ("goals", Resource.GOAL, {"title": "Walk"}, "physiotherapist"),
    "shared goal": (
        "goals",
        Resource.GOAL,
        {"title": "Walk", "owner_discipline": "shared"},
        "care-coordinator",
    ),
    "goal of the patient": ("goals", Resource.GOAL, {"title": "Walk"}, "patient"),
    "milestone": ("milestones", Resource.MILESTONE, {"title": "Walk"}, "psychologist"),
    "shared milestone": (
        "milestones",
        Resource.MILESTONE,
        {"title": "Walk", "owner_discipline": "shared"},
        "physician",
    ),
    "advice": ("recommendations", Resource.RECOMMENDATION, WALKING, "physiotherapist"),
    "advice of a system": (
        "recommendations",
        Resource.RECOMMENDATION,
        WALKING,
        "clinic-system",
    ),
    "medication": ("recommendations", Resource.MEDICATION, DRUG, "physician"),
    "medication of a system": (
        "recommendations",
        Resource.MEDICATION,
        DRUG,
        "clinic-system",
    ),
}


def _role(account: str) -> Role:
    return Role(account.removesuffix("-2").removesuffix("-outsider"))


def _relations(account: str, author: str, item: dict[str, Any]) -> set[Relation]:
    role = _role(account)
    found = {
        Role.PATIENT: {Relation.OWN_RECORD},
        Role.CLINIC_SYSTEM: {Relation.PERMITTED_MACHINE},
    }.get(role, {Relation.MEMBER})
    if account == "physician":
        found = found | {Relation.LEAD}
    if account == author:
        found = found | {
            Relation.CREATED_BY_MACHINE if account == "clinic-system" else Relation.AUTHOR
        }
    owner = item.get("owner_discipline")
    if owner == "shared" and role is not Role.CLINIC_SYSTEM:
        found = found | {Relation.SHARED}
    elif owner is not None and owner == DISCIPLINE_OF[role]:
        found = found | {Relation.OWN_DISCIPLINE}
    return found


def _allows(account: str, resource: Resource, action: Action, relations: set[Relation]) -> bool:
    rights = agreed(COLUMNS[_role(account)], resource)
    return any((action, one) in rights for one in relations | {Relation.ANYBODY})


@pytest.mark.parametrize("name", ITEMS)
def test_who_reads_changes_and_withdraws_an_item(member: Members, name: str) -> None:
    path, resource, body, author = ITEMS[name]
    item = member(author).post(path, body).json
    one = f"{path}/{item['id']}"

    def answers(who: Member) -> tuple[int, int, int]:
        # Nobody has read version 999: whoever has the right is told so, before anything is changed.
        return (
            who.get(one).status_code,
            who.patch(one, {}, NEVER).status_code,
            who.delete(one, NEVER).status_code,
        )

    expected, found = {}, {}
    for account in ACCOUNTS:
        found[account] = answers(member(account))
        if account in OUTSIDERS:
            expected[account] = (404, 404, 404)
            continue
        relations = _relations(account, author, item)
        expected[account] = (
            200 if _allows(account, resource, Action.READ, relations) else 403,
            412 if _allows(account, resource, Action.UPDATE, relations) else 403,
            412 if _allows(account, resource, Action.DELETE, relations) else 403,
        )
    assert found == expected


READINGS = sorted(
    (path, operation["get"]["x-permission"]["resource"])
    for path, operation in specification().document["paths"].items()
    if "get" in operation and path.startswith("/api/v1/care-plans/{plan_id}")
    if path.count("{") == 1
)


@pytest.mark.parametrize(("path", "resource"), READINGS)
def test_who_reads_a_plan_and_its_lists(member: Members, path: str, resource: str) -> None:
    expected, found = {}, {}
    for account in ACCOUNTS:
        who = member(account)
        found[account] = who.get(who.plan + path.partition("{plan_id}")[2]).status_code
        if account in OUTSIDERS:
            expected[account] = 404
        else:
            relations = _relations(account, "", {})
            allowed = _allows(account, Resource(resource), Action.READ, relations)
            expected[account] = 200 if allowed else 403
    assert found == expected


def test_all_readings_of_a_plan_are_asked() -> None:
    paths = {path.rpartition("}")[2] for path, _ in READINGS}

    assert {
        "",
        "/summary",
        "/team-members",
        "/goals",
        "/milestones",
        "/recommendations",
        "/conflicts",
        "/preferences",
        "/capacity",
        "/conditions",
        "/allergies",
        "/observations",
        "/events",
        "/job-demands",
        "/appointments",
        "/plan-document",
        "/not-checked",
        "/versions",
    } <= paths


def test_a_token_without_the_scope_is_refused_before_anything_is_looked_up(
    member: Members,
) -> None:
    for account in ("physician", "physician-outsider"):
        who = member(account, scopes=("patient:read",))
        answer = who.get("goals")
        assert answer.status_code == 403
        assert answer.json["code"] == "insufficient-scope"
