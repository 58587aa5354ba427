"""Take a clinical record into the shared plan: idempotent, honest about who said what, checked once at the end.

The plan is found by the patient's identifiers, or made. What is new is entered, what has changed at the source
follows it where nobody here has touched it, what is over there ends here. Nothing imported is ever held; its
author is whoever asked for it, or an external author that names the source, never the importer.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from service.actions import (
    audit,
    external_people,
    gate,
    import_parts,
    patients,
    plans,
    recheck,
    record,
)
from service.actions.import_items import Taking, Told, sent
from service.actions.import_patient import patient_of
from service.domain import clock
from service.domain.actor import Actor
from service.domain.clinical_record import (
    ClinicalRecord,
    Outcome,
    PersonRef,
    PlanActivity,
    ReportRow,
)
from service.domain.flags import OPEN
from service.domain.merge import changed_fields, jsonable
from service.domain.policy import Resource
from service.domain.vocabulary import PlanStatus, Role
from service.errors import Forbidden, NotVisible, RuleConflict
from service.models import flags as stored_flags
from service.models import plans as stored_plans
from service.models.patients import Patient
from service.models.plans import CarePlan
from service.models.users import User

KIND = "import"
_LONGEST = 200
_LANGUAGE = 64


@dataclass(frozen=True, slots=True)
class UnknownPerson:
    """Name somebody of the record's care team who has no account here."""

    name: str | None
    identifiers: tuple[tuple[str, str], ...]
    discipline: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """Say what an import did, for people and for machines."""

    patient_id: uuid.UUID
    plan_id: uuid.UUID
    is_new_plan: bool
    changed: bool
    rows: tuple[ReportRow, ...]
    unknown_people: tuple[UnknownPerson, ...]
    activities: tuple[PlanActivity, ...]
    flags: Mapping[str, int]


def take(session: Session, actor: Actor, lead_id: uuid.UUID, found: ClinicalRecord) -> Imported:
    """Take one patient's record, all of it or nothing; the caller's transaction is the unit."""
    settled = external_people.take(session, actor, found.people, found.organizations)
    patient, patient_told, patient_before = patient_of(session, actor, found)
    plan, is_new = _plan(session, actor, lead_id, patient, found)
    taking = Taking(session, actor, plan, clock.today(actor.timezone))
    taking.tell([found.patient.origin.key], patient_told)
    if patient_before is not None:
        _patient_changed(taking, patient, patient_before)
    _plan_fields(taking, found, is_new=is_new)
    unknown = _team(taking, found)
    import_parts.take_all(taking, found)
    import_parts.end_what_ended(taking, found)
    if taking.changed or plan.checked_on is None:
        cause = recheck.Cause(who=taking.who, kind=KIND, id=plan.id, version=plan.version)
        recheck.plan(session, plan, actor.timezone, taking.day, cause, may_hold=False)
    audit.allowed(
        session, actor, "import", Resource.CARE_PLAN, plan_id=plan.id, patient_id=patient.id
    )
    session.flush()
    return Imported(
        patient.id,
        plan.id,
        is_new,
        taking.changed or is_new,
        tuple(_row(row, taking, settled) for row in found.report),
        unknown,
        found.activities,
        Counter(
            flag.tier
            for flag in stored_flags.flags_of_plan(session, actor.tenant_id, plan.id)
            if flag.status in OPEN
        ),
    )


def _row(row: ReportRow, taking: Taking, settled: external_people.Settled) -> ReportRow:
    """Say of a resource what became of it in the plan."""
    told = taking.told.get((row.type, row.id))
    if told is None:
        return external_people.told(row, settled)
    worst = max(told, key=lambda one: _RANK[one.outcome])
    if worst.outcome is Outcome.TAKEN:
        return row
    # What the reader had to say of it (a medicine nobody could map) is said each time.
    reason = worst.reason or (None if worst.outcome is Outcome.SKIPPED else row.reason)
    return ReportRow(row.type, row.id, worst.outcome, reason, worst.detail or row.detail)


_RANK = {
    Outcome.UNCHANGED: 0,
    Outcome.TAKEN: 1,
    Outcome.MAPPED: 1,
    Outcome.UPDATED: 2,
    Outcome.SKIPPED: 3,
    Outcome.REFUSED: 4,
}


# Of whom: the patient


def _patient_changed(taking: Taking, patient: Patient, before: Mapping[str, Any]) -> None:
    """Tell the plan: its views show the name, its rules reckon with the age, and neither is an item of it."""
    record.change(
        taking.session,
        taking.plan,
        taking.who,
        patient,
        "updated",
        before=before,
        after=patients.state(taking.session, patient),
        kind=patients.KIND,
    )
    taking.changed = True


# Where: the plan


def _plan(
    session: Session, actor: Actor, lead_id: uuid.UUID, patient: Patient, found: ClinicalRecord
) -> tuple[CarePlan, bool]:
    """Find the patient's open plan through the gate, or make one."""
    plan = stored_plans.open_plan_of(session, actor.tenant_id, patient.id)
    if plan is not None:
        try:
            return gate.enter(session, actor, plan.id, lock=True).plan, False
        except NotVisible:
            raise Forbidden(
                detail="The patient has a plan, and whoever imports is not on its team."
            ) from None
    closed = stored_plans.latest_plan_of(session, actor.tenant_id, patient.id)
    if closed is not None and closed.source is not None:
        raise RuleConflict(
            "plan-closed", "The plan of this patient was closed; open a new one before importing."
        )
    facts = found.plan
    view = plans.create(
        session,
        _maker(session, actor, patient),
        {
            "patient_id": patient.id,
            "title": facts.title[:_LONGEST],
            "lead_id": lead_id,
            "start": facts.period.start,
            "description": facts.description,
        },
    )
    made = session.get(CarePlan, (actor.tenant_id, view.id))
    assert made is not None
    made.source = _plan_source(found)
    if facts.status == PlanStatus.ON_HOLD:
        made.status = PlanStatus.ON_HOLD.value
    session.flush()
    return made, True


def _maker(session: Session, actor: Actor, patient: Patient) -> Actor:
    """An import may make a plan for any patient of the clinic, as the clinic's own system may.

    A clinician by themselves makes one only for a patient they registered or shared a plan with.
    """
    if not actor.is_clinician or patient.registered_by == actor.user_id:
        return actor
    if stored_plans.shared_a_plan(session, actor.tenant_id, patient.id, actor.user_id):
        return actor
    return replace(actor, role=Role.CLINIC_SYSTEM, discipline=None)


def _plan_fields_of(found: ClinicalRecord) -> dict[str, Any]:
    facts = found.plan
    return {
        "title": facts.title[:_LONGEST],
        "description": facts.description,
        "start": facts.period.start,
    }


def _plan_source(found: ClinicalRecord) -> dict[str, Any]:
    key = found.plan.origin.key
    return {
        "system": key.source,
        "type": key.type,
        "id": key.id,
        "sent": {name: sent(value) for name, value in _plan_fields_of(found).items()},
    }


def _plan_fields(taking: Taking, found: ClinicalRecord, *, is_new: bool) -> None:
    """Follow the source's plan in title and start, where the plan was made from it."""
    key = found.plan.origin.key
    is_of_source = key.type == "CarePlan"
    if is_new:
        if is_of_source:
            taking.tell([key], Told(Outcome.TAKEN))
        return
    plan = taking.plan
    source = plan.source or {}
    then = source.get("sent")
    if then is None:
        if is_of_source:
            taking.tell([key], Told(Outcome.SKIPPED, "the-plan-was-made-here"))
        return
    # The same plan of the source, or a title made from the conditions again.
    if (source.get("type"), source.get("id")) != (key.type, key.id):
        if is_of_source:
            taking.tell([key], Told(Outcome.SKIPPED, "another-open-plan"))
        return
    before = {name: jsonable(getattr(plan, name)) for name in CarePlan.own_fields}
    wanted = _plan_fields_of(found)
    if not is_of_source:
        return
    news = {name: value for name, value in wanted.items() if sent(value) != then.get(name)}
    changes = {
        name: value
        for name, value in news.items()
        if value is not None and sent(before[name]) == then.get(name)
    }
    for name, value in changes.items():
        setattr(plan, name, value)
    after = {name: jsonable(getattr(plan, name)) for name in CarePlan.own_fields}
    if news:
        plan.source = _plan_source(found)
    if changed_fields(before, after):
        plan.version += 1
        record.change(taking.session, plan, taking.who, plan, "updated", before=before, after=after)
        taking.changed = True
        taking.tell([key], Told(Outcome.UPDATED, None, ", ".join(sorted(changes))))
    else:
        kept = sorted(name for name in news if name not in changes)
        taking.tell(
            [key],
            Told(Outcome.SKIPPED, "edited-here", ", ".join(kept))
            if kept
            else Told(Outcome.UNCHANGED),
        )


# With whom: the team


def _team(taking: Taking, found: ClinicalRecord) -> tuple[UnknownPerson, ...]:
    """Let known people of the record's teams join; list the others."""
    unknown = []
    new_teams = taking.plan.source is not None and _teams_digest(found) != (
        taking.plan.source.get("teams")
    )
    for member in found.team:
        last = member.periods[-1] if member.periods else None
        is_current = last is not None and (last.end is None or last.end > taking.day)
        account = external_people.account_of(taking.session, taking.actor, member.person)
        if account is None or not _may_join(account):
            unknown.append(
                _unknown(taking, member.person, member.discipline, is_current=is_current)
            )
        elif is_current and last is not None:
            import_parts.take_member(taking, member, last, account)
    if taking.plan.source is not None and new_teams:
        taking.plan.source = {**taking.plan.source, "teams": _teams_digest(found)}
    teams = dict.fromkeys(key for member in found.team for key in member.teams)
    taking.tell(teams, Told(Outcome.TAKEN if new_teams else Outcome.UNCHANGED))
    return tuple(unknown)


def _teams_digest(found: ClinicalRecord) -> str:
    return sent([[str(one) for one in member.teams] for member in found.team])


def _may_join(account: User) -> bool:
    return account.role in import_parts.JOINING


def _unknown(
    taking: Taking, person: PersonRef, discipline: str | None, *, is_current: bool
) -> UnknownPerson:
    return UnknownPerson(
        external_people.name_of(taking.session, taking.actor, person),
        tuple((one.system, one.value) for one in person.identifiers),
        discipline,
        is_current,
    )
