"""Hold the table of rights to what the clinic agreed on, written down here a second time.

`RIGHTS` was written from the agreement and not from `service.domain.policy`: a line a resource, a column a
role. A cell names actions and, after the colon, in which relations they are allowed. What no cell names is
refused, so every role, resource, action, relation and purpose is compared, the refusals too.
"""

from __future__ import annotations

from itertools import product

import pytest

from service.domain import policy
from service.domain.policy import Action, Relation, Resource
from service.domain.vocabulary import Purpose, Role

ANY_PURPOSE = frozenset(Purpose)
PERSONAL = {
    Resource.SELF,
    Resource.COLLEAGUE,
    Resource.KNOWLEDGE,
    Resource.DOCUMENT_CHECK,
    Resource.RULE_STATISTICS,
}

ROLES = {
    "physician": Role.PHYSICIAN,
    "physio": Role.PHYSIOTHERAPIST,
    "ot": Role.OCCUPATIONAL_THERAPIST,
    "psychologist": Role.PSYCHOLOGIST,
    "coordinator": Role.CARE_COORDINATOR,
    "patient": Role.PATIENT,
    "machine": Role.CLINIC_SYSTEM,
    "admin": Role.CLINIC_ADMIN,
    "auditor": Role.AUDITOR,
}

# What stands in several cells.
SEES = "read:member"
OWN = "read:own-record"
SYSTEM = "read:permitted-machine"
SYSTEM_WRITES = (
    "create:permitted-machine read:permitted-machine"
    " update:created-by-machine delete:created-by-machine"
)
WRITES_ITS_OWN = "create:member read:member update:author delete:author"
WRITES_FOR_ALL = "create:member read:member update:member delete:author"
OWNS = "read:member create:own-discipline,shared update:own-discipline,shared delete:author"
ADVISES = "create:member read:member update:author delete:author confirm:member"
ADOPTS = "adopt:own-discipline,lead"
ANSWERS = (
    "read:member discuss:member acknowledge:involved,resolver dismiss:involved,resolver"
    " resolve:resolver accept:resolver,second-person"
)
LEADS_TEAM = "read:member create:lead update:lead,own-membership delete:author"


def four(cell: str) -> dict[str, str]:
    return dict.fromkeys(("physician", "physio", "ot", "psychologist"), cell)


def everybody(cell: str) -> dict[str, str]:
    return dict.fromkeys(ROLES, cell)


def readers(**others: str) -> dict[str, str]:
    """The team, the patient and a permitted system read; `others` say more of some."""
    return {
        **four(SEES),
        "coordinator": SEES,
        "patient": OWN,
        "machine": SYSTEM,
        **others,
    }


RIGHTS: dict[Resource, dict[str, str]] = {
    Resource.SELF: everybody("read:anybody"),
    Resource.KNOWLEDGE: everybody("read:anybody"),
    Resource.COLLEAGUE: {
        **four("read:anybody"),
        "coordinator": "read:anybody",
        "admin": "read:anybody",
        "auditor": "read:anybody",
    },
    # Counts over all plans are nobody's record; who works with them, or looks after them, reads them.
    Resource.RULE_STATISTICS: {
        **four("read:anybody"),
        "coordinator": "read:anybody",
        "admin": "read:anybody",
        "auditor": "read:anybody",
    },
    Resource.DOCUMENT_CHECK: {
        **four("read:anybody"),
        "coordinator": "read:anybody",
        "patient": "read:anybody",
        "machine": "read:anybody",
    },
    Resource.PATIENT: {
        **four("create:anybody read:member,registrar"),
        "coordinator": "create:anybody read:member,appointing update:member,appointing",
        "patient": OWN,
        "machine": (
            "create:anybody read:permitted-machine,appointing update:permitted-machine,appointing"
        ),
    },
    Resource.CARE_PLAN: readers(
        **four("create:registrar read:member update:lead close:lead"),
        coordinator="create:anybody read:member update:member close:member",
        machine="create:anybody read:permitted-machine",
    ),
    Resource.TEAM_MEMBER: readers(
        **four(LEADS_TEAM),
        coordinator=(
            "create:member,appointing read:member,appointing update:member,own-membership"
            " delete:author"
        ),
    ),
    Resource.GOAL: readers(
        **four(OWNS),
        coordinator="read:member create:shared update:shared delete:author",
        patient="read:own-record create:own-discipline update:own-discipline delete:author",
        machine=SYSTEM_WRITES,
    ),
    Resource.MILESTONE: readers(
        **four(OWNS),
        coordinator="read:member create:shared update:shared delete:author",
        machine=SYSTEM_WRITES,
    ),
    Resource.PROGRESS: readers(
        **four("create:member read:member"),
        coordinator="create:member read:member",
        patient="create:own-record read:own-record",
    ),
    Resource.RECOMMENDATION: readers(**four(f"{ADVISES} {ADOPTS}"), machine=SYSTEM_WRITES),
    Resource.MEDICATION: {
        **readers(**four("read:member confirm:member")),
        "physician": f"{ADVISES} adopt:member",
        "machine": "create:permitted-machine read:permitted-machine",
    },
    Resource.PREVIEW: {**four(SEES), "coordinator": SEES, "machine": SYSTEM},
    Resource.PLAN_DOCUMENT: {**four(SEES), "coordinator": SEES, "machine": SYSTEM},
    Resource.NOT_CHECKED: {**four(SEES), "coordinator": SEES, "machine": SYSTEM},
    Resource.CONFLICT: readers(
        **four(ANSWERS),
        coordinator="read:member discuss:member acknowledge:member",
        patient="read:own-record resolve:resolver accept:resolver",
    ),
    Resource.CONDITION: {
        **readers(machine=SYSTEM_WRITES),
        "physician": WRITES_FOR_ALL,
    },
    Resource.ALLERGY: {
        **readers(machine=SYSTEM_WRITES),
        "physician": WRITES_FOR_ALL,
    },
    Resource.OBSERVATION: readers(**four(WRITES_ITS_OWN), machine=SYSTEM_WRITES),
    Resource.EVENT: readers(**four(WRITES_ITS_OWN), machine=SYSTEM_WRITES),
    Resource.PREFERENCE: readers(
        **four(WRITES_FOR_ALL),
        coordinator=WRITES_FOR_ALL,
        patient="create:own-record read:own-record update:own-record delete:author",
    ),
    Resource.CAPACITY: readers(
        **four(WRITES_FOR_ALL),
        coordinator=WRITES_FOR_ALL,
        patient="create:own-record read:own-record update:own-record delete:author",
    ),
    Resource.JOB_DEMAND: {
        **readers(),
        "physician": WRITES_FOR_ALL,
        "ot": WRITES_FOR_ALL,
        "machine": "",
    },
    Resource.APPOINTMENT: readers(
        **four(WRITES_ITS_OWN),
        coordinator=WRITES_FOR_ALL,
        machine=SYSTEM_WRITES,
    ),
    Resource.HISTORY: readers(),
    Resource.VERSION: readers(),
}


def purposes(column: str, resource: Resource, action: Action) -> frozenset[Purpose]:
    """Treatment writes; reading has more purposes, each with a permit of its own; a patient asks for themselves."""
    if resource in PERSONAL:
        return ANY_PURPOSE
    if column == "patient":
        return frozenset({Purpose.PATIENT_REQUEST})
    if column == "machine" or action is not Action.READ:
        return frozenset({Purpose.TREATMENT})
    return frozenset({Purpose.TREATMENT, Purpose.OPERATIONS, Purpose.EMERGENCY})


def agreed(column: str, resource: Resource) -> set[tuple[Action, Relation]]:
    """Read one cell."""
    found = set()
    for part in RIGHTS[resource].get(column, "").split():
        action, relations = part.split(":")
        for relation in relations.split(","):
            found.add((Action(action), Relation(relation)))
    return found


def test_every_resource_is_agreed_on() -> None:
    assert set(RIGHTS) == set(Resource)
    assert set(ROLES.values()) == set(Role)


@pytest.mark.parametrize("column", ROLES)
@pytest.mark.parametrize("resource", list(Resource))
def test_the_table_says_what_was_agreed(column: str, resource: Resource) -> None:
    allowed = agreed(column, resource)
    differing = []
    for action, relation, purpose in product(Action, Relation, Purpose):
        # Whoever stands in any relation is somebody, so what anybody may do holds in each.
        held = {(action, relation), (action, Relation.ANYBODY)} & allowed
        expected = bool(held) and purpose in purposes(column, resource, action)
        found = policy.permits(ROLES[column], resource, action, (relation,), purpose)
        if found != expected:
            differing.append((str(action), str(relation), str(purpose), found))

    assert differing == []


def test_no_relation_at_all_gives_only_what_anybody_may() -> None:
    for column, resource in product(ROLES, Resource):
        for action, purpose in product(Action, Purpose):
            expected = (action, Relation.ANYBODY) in agreed(column, resource) and (
                purpose in purposes(column, resource, action)
            )
            assert policy.permits(ROLES[column], resource, action, (), purpose) is expected


def test_several_relations_give_the_sum_of_each() -> None:
    team = {Relation.MEMBER, Relation.AUTHOR}
    for action in Action:
        several = policy.permits(
            Role.PHYSICIAN, Resource.OBSERVATION, action, team, Purpose.TREATMENT
        )
        each = any(
            policy.permits(Role.PHYSICIAN, Resource.OBSERVATION, action, (one,), Purpose.TREATMENT)
            for one in team
        )
        assert several is each


def test_every_row_of_the_table_is_one_that_was_agreed() -> None:
    """No row hides behind another: each is compared by itself."""
    columns = {role: column for column, role in ROLES.items()}
    for row in policy.TABLE:
        column = columns[row.role]
        assert (row.action, row.relation) in agreed(column, row.resource), row
        assert row.purposes <= purposes(column, row.resource, row.action), row


def test_possible_is_what_some_row_allows() -> None:
    for column, resource, action in product(ROLES, Resource, Action):
        expected = any(one is action for one, _ in agreed(column, resource))
        assert policy.is_possible(ROLES[column], resource, action) is expected


@pytest.mark.parametrize("role", [Role.CLINIC_ADMIN, Role.AUDITOR])
def test_admins_and_auditors_see_no_clinical_content(role: Role) -> None:
    seen = {row.resource for row in policy.TABLE if row.role is role}

    assert seen == {
        Resource.SELF,
        Resource.COLLEAGUE,
        Resource.KNOWLEDGE,
        Resource.RULE_STATISTICS,
    }
