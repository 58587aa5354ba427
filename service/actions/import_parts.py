"""Turn each kind of fact in a clinical record into an item of the plan, and end what is over at the source."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from service.actions import external_people, import_items
from service.actions.import_items import Taking, Told, Wanted, settle
from service.domain.clinical_record import (
    AllergyFacts,
    ClinicalRecord,
    Coding,
    ConditionFacts,
    Ended,
    GoalFacts,
    MedicationLine,
    MedicationPart,
    ObservationFacts,
    Outcome,
    Period,
    PersonKind,
    PersonRef,
    SourceKey,
)
from service.domain.clinical_record import (
    TeamMember as TeamFacts,
)
from service.domain.policy import Resource
from service.domain.recommendations import FINAL
from service.domain.vocabulary import (
    STAFF,
    CodingStatus,
    Discipline,
    GoalStatus,
    RecommendationKind,
    RecommendationStatus,
)
from service.models import plans as stored_plans
from service.models.base import PlanItem
from service.models.facts import Allergy, Condition, Observation
from service.models.goals import Goal
from service.models.plans import TeamMember
from service.models.recommendations import Recommendation
from service.models.users import User

JOINING = STAFF
_LONGEST_NAME, _LONGEST_CODE, _LONGEST_UNIT = 200, 64, 20


def take_all(taking: Taking, found: ClinicalRecord) -> None:
    """Take the facts first, then the advice that refers to them."""
    conditions = {
        key: item
        for one in found.conditions
        for item in [_condition(taking, one)]
        for key in one.sources
    }
    for goal in found.goals:
        _goal(taking, goal)
    for allergy in found.allergies:
        _allergy(taking, allergy)
    for observation in found.observations:
        _observation(taking, observation)
    for line in found.medications:
        _medication(taking, line, conditions)


def _day(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def _codings(codings: Iterable[Coding]) -> list[dict[str, str | None]] | None:
    found = [{"system": one.system, "code": one.code, "display": one.display} for one in codings]
    return found or None


def _author(taking: Taking, person: PersonRef | None) -> dict[str, Any]:
    """Say whose an item is: the account that is meant, else an external author that names its source."""
    account = external_people.account_of(taking.session, taking.actor, person)
    name = (
        external_people.name_of(taking.session, taking.actor, person)
        if person is not None and account is None
        else None
    )
    discipline = person.discipline if person is not None else None
    if person is not None and person.kind is PersonKind.PATIENT:
        discipline = Discipline.PATIENT
    return {
        "author": account,
        "said_by": person if account is None else None,
        "said_by_name": name,
        "discipline": discipline,
    }


def _condition(taking: Taking, facts: ConditionFacts) -> PlanItem:
    wanted = Wanted(
        facts.sources,
        facts.origin.part,
        {
            "code": facts.code,
            "text": facts.text,
            "coding": _codings(facts.codings),
            "start": _day(facts.period.start),
            "end": _day(facts.period.end),
        },
        **_author(taking, facts.recorder),
    )
    return settle(taking, Condition, Resource.CONDITION, wanted)


def _allergy(taking: Taking, facts: AllergyFacts) -> None:
    wanted = Wanted(
        (facts.origin.key,),
        facts.origin.part,
        {
            "drug_class": facts.drug_class,
            "text": facts.text,
            "coding": _codings(facts.codings),
            "start": _day(facts.period.start),
            "end": _day(facts.period.end),
        },
        **_author(taking, facts.recorder),
    )
    settle(taking, Allergy, Resource.ALLERGY, wanted)


def _observation(taking: Taking, facts: ObservationFacts) -> None:
    wanted = Wanted(
        (facts.origin.key,),
        facts.origin.part,
        {
            "code": facts.code,
            "value": float(facts.value),
            "unit": (facts.unit or "1")[:_LONGEST_CODE],
            "date": _day(facts.date),
            "text": f"reported as {facts.bound} a limit" if facts.bound else None,
        },
        **_author(taking, facts.performer),
    )
    settle(taking, Observation, Resource.OBSERVATION, wanted)


def _goal(taking: Taking, facts: GoalFacts) -> None:
    said = _author(taking, facts.expressed_by)
    owner = said["discipline"]
    target = {
        name: value
        for name, value in (("low", facts.low), ("high", facts.high), ("unit", facts.unit))
        if value is not None
    }
    has_figure = facts.low is not None or facts.high is not None
    wanted = Wanted(
        (facts.origin.key,),
        facts.origin.part,
        {
            "title": facts.title[:_LONGEST_NAME],
            "status": facts.status,
            "achievement": facts.achievement,
            "start": _day(facts.start),
            "due": _day(facts.due) if _in_order(facts) else None,
            "measure": facts.measure[:_LONGEST_NAME] if facts.measure else None,
            "target": _short(target) if has_figure else None,
            "direction": facts.direction,
            "expressed_by": owner,
            "owner_discipline": owner or "shared",
        },
        **said,
    )
    settle(taking, Goal, Resource.GOAL, wanted)


def _in_order(facts: GoalFacts) -> bool:
    return facts.start is None or facts.due is None or facts.due >= facts.start


def _short(target: dict[str, Any]) -> dict[str, Any]:
    unit = target.get("unit")
    return {**target, "unit": unit[:_LONGEST_UNIT]} if unit else target


def _medication(
    taking: Taking, line: MedicationLine, conditions: dict[SourceKey, PlanItem]
) -> None:
    """State each class of a line; the further ones are part of the first."""
    said = _author(taking, line.requester)
    if said["discipline"] is None:
        said["discipline"] = Discipline.PHYSICIAN  # who orders a medicine speaks as one
    reasons = [str(conditions[key].id) for key in line.reasons if key in conditions]
    first: PlanItem | None = None
    for part in line.parts:
        fields = {
            "kind": RecommendationKind.MEDICATION.value,
            "status": line.status,
            "stance": line.stance.value,
            "period": _period(line.period),
            "basis": line.basis.value,
            "medication": _drug(line, part),
            "reason_refs": list(dict.fromkeys(reasons)),
            "part_of": [str(first.id)] if first is not None else [],
            "source_text": line.dosage_text or line.name,
            "coding_status": CodingStatus.CONFIRMED.value,
        }
        wanted = Wanted(line.sources, part.origin.part, fields, line=line.key, **said)
        item = settle(taking, Recommendation, Resource.MEDICATION, wanted)
        first = first or item
    _drop_parts(taking, line)


def _period(period: Period) -> dict[str, str] | None:
    days = {"start": _day(period.start), "end": _day(period.end)}
    return {name: day for name, day in days.items() if day is not None} or None


def _drug(line: MedicationLine, part: MedicationPart) -> dict[str, Any]:
    """Write a medication as the plan document does; what is not known is left out."""
    name = line.name
    if part.drug_class is None and len(line.parts) > 1:
        name = ", ".join(part.ingredients)
    fields = {
        "drug_class": part.drug_class,
        "name": name[:_LONGEST_NAME],
        "route": line.route,
        "sedating": part.sedating,
        "dose_change_date": _day(line.dose_change_date),
        "daily_mg": part.daily_mg,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _drop_parts(taking: Taking, line: MedicationLine) -> None:
    """End what an earlier reading of the line stated and this one does not."""
    stated = {part.origin.part for part in line.parts}
    for item in taking.items(Recommendation):
        source = item.source
        if (
            source.get("line") == line.key
            and source.get("system") == line.origin.key.source[:120]
            and source.get("part") not in stated
            and item.id not in taking.touched
        ):
            _end_recommendation(taking, item, RecommendationStatus.REVOKED)


def take_member(taking: Taking, facts: TeamFacts, days: Period, account: User) -> None:
    """Let a known colleague join the team for the days the record names."""
    own_sources = (facts.person.key or facts.teams[0],)
    is_known = any(item.source.get("id") == own_sources[0].id for item in taking.items(TeamMember))
    if not is_known and _is_on_team(taking, account.id):
        return
    wanted = Wanted(
        own_sources,
        "member",
        {
            "user_id": str(account.id),
            "period": {"start": _day(days.start), "end": _day(days.end)},
        },
        author=account,
        columns={
            "role": account.role,
            "discipline": account.discipline,
            "invited_by": taking.actor.user_id,
        },
    )
    settle(taking, TeamMember, Resource.TEAM_MEMBER, wanted)


def _is_on_team(taking: Taking, user_id: uuid.UUID) -> bool:
    return any(
        member.user_id == user_id
        for member, _ in stored_plans.members(
            taking.session, taking.actor.tenant_id, taking.plan.id
        )
    )


# What is over

_IN_ERROR = frozenset({"entered-in-error", "refuted"})
_KINDS: tuple[tuple[type[PlanItem], Resource], ...] = (
    (Recommendation, Resource.MEDICATION),
    (Condition, Resource.CONDITION),
    (Allergy, Resource.ALLERGY),
    (Observation, Resource.OBSERVATION),
    (Goal, Resource.GOAL),
)


def end_what_ended(taking: Taking, found: ClinicalRecord) -> None:
    """End the items of earlier imports whose resources are all over by now."""
    over = {f"{one.key.type}/{one.key.id}": one for one in found.ended}
    if not over:
        return
    for model, resource in _KINDS:
        for item in taking.items(model):
            ids = item.source.get("ids") or ()
            is_same_system = item.source.get("system") == found.source[:120]
            if item.id in taking.touched or item.withdrawn_at is not None or not is_same_system:
                continue
            if ids and all(one in over for one in ids):
                ended = over[ids[0]]
                if _end(taking, resource, item, ended):
                    taking.tell([ended.key], Told(Outcome.UPDATED, "ended"))


def _end(taking: Taking, resource: Resource, item: Any, ended: Ended) -> bool:
    if ended.status in _IN_ERROR:
        import_items.withdraw(taking, resource, item)
        return True
    if isinstance(item, Recommendation):
        completed = ended.status == "completed"
        return _end_recommendation(
            taking,
            item,
            RecommendationStatus.COMPLETED if completed else RecommendationStatus.REVOKED,
        )
    if isinstance(item, Goal):
        return _end_goal(taking, item, ended.status)
    if isinstance(item, Condition | Allergy):
        day = ended.on or taking.day
        if item.end is not None or (item.start is not None and day < item.start):
            return False
        import_items.write(taking, resource, item, item.state(), {"end": day.isoformat()})
        return True
    return False


def _end_recommendation(taking: Taking, item: Recommendation, status: RecommendationStatus) -> bool:
    """End advice that is still as it came; what a physician has adopted is theirs to end."""
    if item.status in FINAL or item.original_author is not None:
        return False
    import_items.write(taking, Resource.MEDICATION, item, item.state(), {"status": status.value})
    return True


def _end_goal(taking: Taking, item: Goal, status: str) -> bool:
    if not import_items.is_as_sent(item, "status") or status not in list(GoalStatus):
        return False
    import_items.write(taking, Resource.GOAL, item, item.state(), {"status": status})
    return True
