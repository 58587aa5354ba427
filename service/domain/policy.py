"""Who may do what: one table of rows, read by the check, the documentation and the tests.

A row says: this role may do this action on this resource when it stands in this relation to it, for these
purposes. Nothing that is not in the table is allowed. Proposals are not built yet, so no row speaks of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from service.domain.vocabulary import Purpose, Role


class Action(StrEnum):
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    CLOSE = "close"
    CONFIRM = "confirm"
    ADOPT = "adopt"
    ACKNOWLEDGE = "acknowledge"
    DISCUSS = "discuss"
    RESOLVE = "resolve"
    ACCEPT = "accept"
    DISMISS = "dismiss"


class Resource(StrEnum):
    SELF = "self"
    COLLEAGUE = "colleague"
    KNOWLEDGE = "knowledge"
    PATIENT = "patient"
    CARE_PLAN = "care-plan"
    TEAM_MEMBER = "team-member"
    GOAL = "goal"
    MILESTONE = "milestone"
    PROGRESS = "progress"
    RECOMMENDATION = "recommendation"
    MEDICATION = "medication"
    PREVIEW = "preview"
    PLAN_DOCUMENT = "plan-document"
    NOT_CHECKED = "not-checked"
    CONFLICT = "conflict"
    CONDITION = "condition"
    ALLERGY = "allergy"
    OBSERVATION = "observation"
    EVENT = "event"
    PREFERENCE = "preference"
    CAPACITY = "capacity"
    JOB_DEMAND = "job-demand"
    APPOINTMENT = "appointment"
    HISTORY = "history"
    VERSION = "version"
    DOCUMENT_CHECK = "document-check"
    RULE_STATISTICS = "rule-statistics"


class Relation(StrEnum):
    """How a caller stands to what they ask for; a caller may stand in several."""

    ANYBODY = "anybody"
    MEMBER = "member"
    LEAD = "lead"
    OWN_DISCIPLINE = "own-discipline"
    SHARED = "shared"
    AUTHOR = "author"
    OWN_RECORD = "own-record"
    OWN_MEMBERSHIP = "own-membership"
    PERMITTED_MACHINE = "permitted-machine"
    CREATED_BY_MACHINE = "created-by-machine"
    INVOLVED = "involved"
    RESOLVER = "resolver"
    SECOND_PERSON = "second-person"
    REGISTRAR = "registrar"
    APPOINTING = "appointing"
    SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class Row:
    role: Role
    resource: Resource
    action: Action
    relation: Relation
    purposes: frozenset[Purpose]


_TREAT = frozenset({Purpose.TREATMENT})
_STAFF_READ = frozenset({Purpose.TREATMENT, Purpose.OPERATIONS, Purpose.EMERGENCY})
_PATIENT = frozenset({Purpose.PATIENT_REQUEST})
_ANY = frozenset(Purpose)

_R = Role
_PHYSICIAN = (_R.PHYSICIAN,)
_PHYSIO_OT = (_R.PHYSIOTHERAPIST, _R.OCCUPATIONAL_THERAPIST)
_PSYCHOLOGIST = (_R.PSYCHOLOGIST,)
_CLINICIANS = (*_PHYSICIAN, *_PHYSIO_OT, *_PSYCHOLOGIST)
_COORDINATOR = (_R.CARE_COORDINATOR,)
_STAFF = (*_CLINICIANS, *_COORDINATOR)
_PATIENT_ROLE = (_R.PATIENT,)
_MACHINE = (_R.CLINIC_SYSTEM,)


def _purposes(role: Role, action: Action) -> frozenset[Purpose]:
    if role is Role.PATIENT:
        return _PATIENT
    if role is Role.CLINIC_SYSTEM:
        return _TREAT
    return _STAFF_READ if action is Action.READ else _TREAT


def _rows(
    roles: Iterable[Role],
    resources: Resource | Iterable[Resource],
    actions: str,
    relation: Relation,
    *,
    purposes: frozenset[Purpose] | None = None,
) -> Iterable[Row]:
    """Spell out a line of the table: roles × resources × the named actions."""
    several = (resources,) if isinstance(resources, Resource) else tuple(resources)
    for role in roles:
        for resource in several:
            for name in actions.split():
                action = Action(name)
                yield Row(role, resource, action, relation, purposes or _purposes(role, action))


_OWNED = (Resource.GOAL, Resource.MILESTONE)
_NOTED = (Resource.OBSERVATION, Resource.EVENT)
_DIAGNOSED = (Resource.CONDITION, Resource.ALLERGY)
_SAID = (Resource.PREFERENCE, Resource.CAPACITY)
_CONTENT = (
    Resource.CARE_PLAN,
    *_OWNED,
    Resource.PROGRESS,
    Resource.RECOMMENDATION,
    Resource.MEDICATION,
    Resource.CONFLICT,
    *_DIAGNOSED,
    *_NOTED,
    *_SAID,
    Resource.JOB_DEMAND,
    Resource.APPOINTMENT,
    Resource.TEAM_MEMBER,
    Resource.HISTORY,
    Resource.VERSION,
)
_WORKING_VIEWS = (Resource.PREVIEW, Resource.PLAN_DOCUMENT, Resource.NOT_CHECKED)

TABLE: tuple[Row, ...] = (
    # one's own profile, colleagues, knowledge
    *_rows(Role, (Resource.SELF, Resource.KNOWLEDGE), "read", Relation.ANYBODY, purposes=_ANY),
    *_rows(
        (*_STAFF, _R.CLINIC_ADMIN, _R.AUDITOR),
        (Resource.COLLEAGUE, Resource.RULE_STATISTICS),
        "read",
        Relation.ANYBODY,
        purposes=_ANY,
    ),
    *_rows(
        (*_STAFF, *_PATIENT_ROLE, *_MACHINE),
        Resource.DOCUMENT_CHECK,
        "read",
        Relation.ANYBODY,
        purposes=_ANY,
    ),
    # patients
    *_rows((*_STAFF, *_MACHINE), Resource.PATIENT, "create", Relation.ANYBODY),
    *_rows(_STAFF, Resource.PATIENT, "read", Relation.MEMBER),
    *_rows(_CLINICIANS, Resource.PATIENT, "read", Relation.REGISTRAR),
    *_rows(_COORDINATOR, Resource.PATIENT, "read update", Relation.APPOINTING),
    *_rows(_COORDINATOR, Resource.PATIENT, "update", Relation.MEMBER),
    *_rows(_PATIENT_ROLE, Resource.PATIENT, "read", Relation.OWN_RECORD),
    *_rows(_MACHINE, Resource.PATIENT, "read update", Relation.PERMITTED_MACHINE),
    *_rows(_MACHINE, Resource.PATIENT, "read update", Relation.APPOINTING),
    # the plan: making one, reading it, leading it
    *_rows(_CLINICIANS, Resource.CARE_PLAN, "create", Relation.REGISTRAR),
    *_rows(_COORDINATOR, Resource.CARE_PLAN, "create", Relation.ANYBODY),
    *_rows(_MACHINE, Resource.CARE_PLAN, "create", Relation.ANYBODY),
    *_rows(_CLINICIANS, Resource.CARE_PLAN, "update close", Relation.LEAD),
    *_rows(_COORDINATOR, Resource.CARE_PLAN, "update close", Relation.MEMBER),
    # everybody on the team reads everything; the patient reads the released view of it
    *_rows(_STAFF, _CONTENT, "read", Relation.MEMBER),
    *_rows(_PATIENT_ROLE, _CONTENT, "read", Relation.OWN_RECORD),
    *_rows(
        _MACHINE,
        (one for one in _CONTENT if one is not Resource.JOB_DEMAND),
        "read",
        Relation.PERMITTED_MACHINE,
    ),
    *_rows(_STAFF, _WORKING_VIEWS, "read", Relation.MEMBER),
    *_rows(_MACHINE, _WORKING_VIEWS, "read", Relation.PERMITTED_MACHINE),
    # the team
    *_rows(_CLINICIANS, Resource.TEAM_MEMBER, "create update", Relation.LEAD),
    *_rows(_COORDINATOR, Resource.TEAM_MEMBER, "create update", Relation.MEMBER),
    *_rows(_COORDINATOR, Resource.TEAM_MEMBER, "create read", Relation.APPOINTING),
    *_rows(_STAFF, Resource.TEAM_MEMBER, "update", Relation.OWN_MEMBERSHIP),
    *_rows(_STAFF, Resource.TEAM_MEMBER, "delete", Relation.AUTHOR),
    # goals and milestones: one's own discipline's, and the shared ones
    *_rows(_CLINICIANS, _OWNED, "create update", Relation.OWN_DISCIPLINE),
    *_rows(_STAFF, _OWNED, "create update", Relation.SHARED),
    *_rows(_STAFF, _OWNED, "delete", Relation.AUTHOR),
    *_rows(_PATIENT_ROLE, Resource.GOAL, "create update", Relation.OWN_DISCIPLINE),
    *_rows(_PATIENT_ROLE, Resource.GOAL, "delete", Relation.AUTHOR),
    *_rows(_MACHINE, _OWNED, "create", Relation.PERMITTED_MACHINE),
    *_rows(_MACHINE, _OWNED, "update delete", Relation.CREATED_BY_MACHINE),
    *_rows(_STAFF, Resource.PROGRESS, "create", Relation.MEMBER),
    *_rows(_PATIENT_ROLE, Resource.PROGRESS, "create", Relation.OWN_RECORD),
    # advice
    *_rows(_CLINICIANS, Resource.RECOMMENDATION, "create", Relation.MEMBER),
    *_rows(_CLINICIANS, Resource.RECOMMENDATION, "update delete", Relation.AUTHOR),
    *_rows(_CLINICIANS, Resource.RECOMMENDATION, "confirm", Relation.MEMBER),
    *_rows(_CLINICIANS, Resource.RECOMMENDATION, "adopt", Relation.OWN_DISCIPLINE),
    *_rows(_CLINICIANS, Resource.RECOMMENDATION, "adopt", Relation.LEAD),
    *_rows(_PHYSICIAN, Resource.MEDICATION, "create adopt", Relation.MEMBER),
    *_rows(_PHYSICIAN, Resource.MEDICATION, "update delete", Relation.AUTHOR),
    *_rows(_CLINICIANS, Resource.MEDICATION, "confirm", Relation.MEMBER),
    *_rows(
        _MACHINE,
        (Resource.RECOMMENDATION, Resource.MEDICATION),
        "create",
        Relation.PERMITTED_MACHINE,
    ),
    *_rows(_MACHINE, Resource.RECOMMENDATION, "update delete", Relation.CREATED_BY_MACHINE),
    # flags
    *_rows(_STAFF, Resource.CONFLICT, "discuss", Relation.MEMBER),
    *_rows(_CLINICIANS, Resource.CONFLICT, "acknowledge dismiss", Relation.INVOLVED),
    *_rows(_CLINICIANS, Resource.CONFLICT, "acknowledge dismiss", Relation.RESOLVER),
    *_rows(_COORDINATOR, Resource.CONFLICT, "acknowledge", Relation.MEMBER),
    *_rows(_CLINICIANS, Resource.CONFLICT, "resolve accept", Relation.RESOLVER),
    *_rows(_CLINICIANS, Resource.CONFLICT, "accept", Relation.SECOND_PERSON),
    *_rows(_PATIENT_ROLE, Resource.CONFLICT, "resolve accept", Relation.RESOLVER),
    # facts
    *_rows(_PHYSICIAN, _DIAGNOSED, "create update", Relation.MEMBER),
    *_rows(_PHYSICIAN, _DIAGNOSED, "delete", Relation.AUTHOR),
    *_rows(_CLINICIANS, _NOTED, "create", Relation.MEMBER),
    *_rows(_CLINICIANS, _NOTED, "update delete", Relation.AUTHOR),
    *_rows(_STAFF, _SAID, "create update", Relation.MEMBER),
    *_rows(_STAFF, _SAID, "delete", Relation.AUTHOR),
    *_rows(_PATIENT_ROLE, _SAID, "create update", Relation.OWN_RECORD),
    *_rows(_PATIENT_ROLE, _SAID, "delete", Relation.AUTHOR),
    *_rows(
        (*_PHYSICIAN, _R.OCCUPATIONAL_THERAPIST),
        Resource.JOB_DEMAND,
        "create update",
        Relation.MEMBER,
    ),
    *_rows(
        (*_PHYSICIAN, _R.OCCUPATIONAL_THERAPIST),
        Resource.JOB_DEMAND,
        "delete",
        Relation.AUTHOR,
    ),
    *_rows(_STAFF, Resource.APPOINTMENT, "create", Relation.MEMBER),
    *_rows(_CLINICIANS, Resource.APPOINTMENT, "update delete", Relation.AUTHOR),
    *_rows(_COORDINATOR, Resource.APPOINTMENT, "update", Relation.MEMBER),
    *_rows(_COORDINATOR, Resource.APPOINTMENT, "delete", Relation.AUTHOR),
    *_rows(
        _MACHINE,
        (*_DIAGNOSED, *_NOTED, Resource.APPOINTMENT),
        "create",
        Relation.PERMITTED_MACHINE,
    ),
    *_rows(
        _MACHINE,
        (*_DIAGNOSED, *_NOTED, Resource.APPOINTMENT),
        "update delete",
        Relation.CREATED_BY_MACHINE,
    ),
)


@lru_cache(maxsize=1)
def _index() -> dict[tuple[Role, Resource, Action], tuple[Row, ...]]:
    found: dict[tuple[Role, Resource, Action], tuple[Row, ...]] = {}
    for row in TABLE:
        key = (row.role, row.resource, row.action)
        found[key] = (*found.get(key, ()), row)
    return found


def permits(
    role: Role,
    resource: Resource,
    action: Action,
    relations: Iterable[Relation],
    purpose: Purpose,
) -> bool:
    """Say whether the table has a row for this."""
    standing = set(relations) | {Relation.ANYBODY}
    return any(
        row.relation in standing and purpose in row.purposes
        for row in _index().get((role, resource, action), ())
    )


def is_possible(role: Role, resource: Resource, action: Action) -> bool:
    """Say whether the role could do this in any relation at all."""
    return (role, resource, action) in _index()


# What the patient's released view leaves out of an item, whoever wrote it.
RELEASED_HIDES: dict[Resource, frozenset[str]] = {
    Resource.RECOMMENDATION: frozenset(
        {"rationale", "source_text", "held_by", "source", "original_author", "released"}
    ),
    Resource.MEDICATION: frozenset(
        {"rationale", "source_text", "held_by", "source", "original_author", "released"}
    ),
}
