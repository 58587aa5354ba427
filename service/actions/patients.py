"""Patients: registered, read and corrected; who sees the whole record, and who only name and identifiers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, days, recheck, record
from service.actions.accounts import require_anybody
from service.actions.views import Page, Position, View
from service.domain import clock, policy
from service.domain.actor import Actor
from service.domain.checks import refuse
from service.domain.ids import new_id
from service.domain.merge import changed_fields, jsonable
from service.domain.policy import Action, Relation, Resource
from service.domain.vocabulary import CLINICIANS, Purpose, Role
from service.errors import FieldError, Forbidden, NotVisible, RuleConflict, Stale
from service.models import patient_access, patients
from service.models.patient_access import PatientNearness, Way
from service.models.patients import Patient
from service.models.plans import CarePlan

# What a caller who may only appoint a team does not see of a patient.
_BEYOND_NAME = frozenset(
    {"birth_date", "gender", "language", "reading_level", "created_at", "updated_at"}
)
_NAME_ONLY = frozenset({Relation.APPOINTING})
KIND = "patient"
_EARLIEST_BIRTH = date(1850, 1, 1)

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PatientAccess:
    """Say how one caller stands to one patient today."""

    near: PatientNearness
    relations: frozenset[Relation]

    @property
    def patient(self) -> Patient:
        return self.near.patient


def enter(
    session: Session, actor: Actor, patient_id: uuid.UUID, *, lock: bool = False
) -> PatientAccess:
    """Let a caller near a patient, or say that there is nobody."""
    near = patient_access.nearness(
        session,
        actor.tenant_id,
        patient_id,
        actor.user_id,
        clock.today(actor.timezone),
        purpose=actor.purpose,
        clinicians=CLINICIANS,
        lock=lock,
    )
    relations = frozenset() if near is None else _relations(actor, near)
    if near is None or not relations:
        raise NotVisible
    check_consent(actor, near, needs_permit=_needs_permit(actor, near))
    return PatientAccess(near, relations)


def check_consent(actor: Actor, near: PatientNearness, *, needs_permit: bool) -> None:
    """Stop at a recorded denial of treatment; ask for a permit where one is needed."""
    if actor.role is Role.PATIENT:
        return
    if near.is_denied and actor.purpose is Purpose.TREATMENT:
        raise Forbidden("consent-required")
    if needs_permit and not near.is_permitted:
        raise Forbidden("consent-required")


def _needs_permit(actor: Actor, near: PatientNearness) -> bool:
    return actor.purpose is not Purpose.TREATMENT or (
        actor.is_machine and near.open_plan_id is not None
    )


def _relations(actor: Actor, near: PatientNearness) -> frozenset[Relation]:
    found: set[Relation] = set()
    has_plan = near.open_plan_id is not None
    if actor.role is Role.PATIENT and near.is_own:
        found.add(Relation.OWN_RECORD)
    if actor.is_staff and near.is_on_team:
        found.add(Relation.MEMBER)
    if actor.is_clinician and near.is_registrar and not has_plan:
        found.add(Relation.REGISTRAR)
    if actor.role is Role.CARE_COORDINATOR and not (has_plan and near.has_active_clinician):
        found.add(Relation.APPOINTING)
    if actor.is_machine:
        found.add(Relation.APPOINTING)
        if has_plan or near.is_permitted:
            found.add(Relation.PERMITTED_MACHINE)
    return frozenset(found)


_WAYS: Mapping[Role, frozenset[Way]] = {
    **dict.fromkeys(CLINICIANS, frozenset({Way.TEAM, Way.REGISTERED})),
    Role.CARE_COORDINATOR: frozenset({Way.TEAM, Way.WITHOUT_PLAN, Way.WITHOUT_CLINICIAN}),
    Role.PATIENT: frozenset({Way.OWN}),
    Role.CLINIC_SYSTEM: frozenset({Way.PERMIT, Way.WITHOUT_PLAN}),
}


def create(session: Session, actor: Actor, fields: Mapping[str, Any]) -> View:
    """Register a patient; one identifier is one patient's."""
    require_anybody(actor, Resource.PATIENT, Action.CREATE)
    actor.admitted(session)
    _check_birth_date(actor, fields.get("birth_date"))
    pairs = _pairs(fields.get("identifiers") or ())
    _check_free(session, actor, pairs, None)
    patient = Patient(
        tenant_id=actor.tenant_id,
        id=new_id(),
        version=1,
        registered_by=actor.user_id,
        source={"system": actor.client_id} if actor.is_machine else None,
    )
    patient.take(Patient.own(fields))
    session.add(patient)
    session.flush()
    patients.replace_identifiers(session, patient, pairs)
    audit.allowed(session, actor, "create", Resource.PATIENT, patient_id=patient.id)
    known = patients.identifiers(session, actor.tenant_id, [patient.id])
    return View(patient, {"identifiers": known[patient.id], "care_plan_id": None})


def listed(
    session: Session, actor: Actor, *, after: Position | None = None, limit: int = 50
) -> Page:
    """List the patients the caller comes near, newest first."""
    return _listed(session, actor, None, after=after, limit=limit)


def search(session: Session, actor: Actor, system: str, value: str) -> Page:
    """Find the patient who has an identifier, among those the caller comes near."""
    return _listed(session, actor, (system, value), after=None, limit=1)


def _listed(
    session: Session,
    actor: Actor,
    having: tuple[str, str] | None,
    *,
    after: Position | None,
    limit: int,
) -> Page:
    if not policy.is_possible(actor.role, Resource.PATIENT, Action.READ):
        raise Forbidden
    actor.admitted(session)
    found = patient_access.patients_near(
        session,
        actor.tenant_id,
        actor.user_id,
        clock.today(actor.timezone),
        ways=_WAYS[actor.role],
        purpose=actor.purpose,
        clinicians=CLINICIANS,
        denial_counts=actor.role is not Role.PATIENT and actor.purpose is Purpose.TREATMENT,
        needs_permit=actor.role is not Role.PATIENT and actor.purpose is not Purpose.TREATMENT,
        having=having,
        before=uuid.UUID(after[0]) if after else None,
        limit=limit + 1,
    )
    shown = [PatientAccess(near, _relations(actor, near)) for near in found[:limit]]
    known = patients.identifiers(session, actor.tenant_id, [one.patient.id for one in shown])
    for one in shown:
        audit.allowed(session, actor, "read", Resource.PATIENT, patient_id=one.patient.id)
    return Page.of(
        [near.patient for near in found],
        limit,
        [_show(one, known[one.patient.id]) for one in shown],
    )


def one(session: Session, actor: Actor, patient_id: uuid.UUID) -> View:
    """Read one patient."""
    access = enter(session, actor, patient_id)
    _require(actor, access, Action.READ)
    audit.allowed(session, actor, "read", Resource.PATIENT, patient_id=patient_id)
    return _shown(session, access)


def revise(
    session: Session,
    actor: Actor,
    patient_id: uuid.UUID,
    version: int,
    patch: Mapping[str, Any],
) -> View:
    """Correct a patient's record; what the plan shows or reckons with of it changes too."""
    access = enter(session, actor, patient_id, lock=True)
    _require(actor, access, Action.UPDATE)
    actor.admitted(session)
    patient = access.patient
    before = state(session, patient)
    if patient.version != version:
        raise _stale(patient, before, patch)
    _check_birth_date(actor, patch.get("birth_date"))
    pairs = _pairs(patch["identifiers"] or ()) if "identifiers" in patch else None
    if pairs is not None:
        _check_free(session, actor, pairs, patient.id)
    plan = patient_access.locked_open_plan(session, actor.tenant_id, patient.id)
    if plan is not None:
        # Before the correction, so that what the day or new knowledge brings is not said to be its doing.
        days.turn(session, plan, actor.timezone, clock.today(actor.timezone))
    patient.take(Patient.own(patch))
    if pairs is not None:
        patients.replace_identifiers(session, patient, pairs)
    after = state(session, patient)
    changed = changed_fields(before, after)
    if changed:
        patient.version += 1
        patient.updated_at = clock.now()
        session.flush()
        if plan is not None:
            _tell_plan(session, actor, access, plan, before, after)
    audit.allowed(session, actor, "update", Resource.PATIENT, patient_id=patient_id)
    return _shown(session, access)


def _require(actor: Actor, access: PatientAccess, action: Action) -> None:
    if not policy.permits(actor.role, Resource.PATIENT, action, access.relations, actor.purpose):
        raise Forbidden


def _tell_plan(
    session: Session,
    actor: Actor,
    access: PatientAccess,
    plan: CarePlan,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Bring the open plan up to date: names stand in its views, and the age in its rules."""
    who = record.by(actor)
    record.change(
        session,
        plan,
        who,
        access.patient,
        "updated",
        before=before,
        after=after,
        kind=KIND,
    )
    if before["birth_date"] != after["birth_date"]:
        recheck.plan(
            session,
            plan,
            actor.timezone,
            clock.today(actor.timezone),
            recheck.Cause(who=who, kind=KIND, id=access.patient.id, version=access.patient.version),
        )


def state(session: Session, patient: Patient) -> dict[str, Any]:
    """Give a patient's own fields and identifiers as JSON carries them."""
    known = patients.identifiers(session, patient.tenant_id, [patient.id])
    return {
        **patient.state(),
        "identifiers": sorted(known[patient.id], key=lambda one: (one["system"], one["value"])),
    }


def _stale(patient: Patient, now: Mapping[str, Any], patch: Mapping[str, Any]) -> Stale:
    """Name what the caller would overwrite: the fields that no longer are as they want them."""
    wanted = jsonable(dict(patch))
    return Stale(
        extra={
            "current_version": patient.version,
            "conflicting_fields": sorted(
                name for name, value in wanted.items() if now.get(name) != value
            ),
        }
    )


def _check_birth_date(actor: Actor, day: date | None) -> None:
    """Refuse a day on which no patient of today was born."""
    if day is not None and not _EARLIEST_BIRTH <= day <= clock.today(actor.timezone):
        raise refuse("/birth_date", "out-of-range")


def _pairs(identifiers: Sequence[Mapping[str, str]]) -> Pairs:
    pairs: Pairs = []
    for index, one in enumerate(identifiers):
        pair = (one["system"], one["value"])
        if pair in pairs:
            raise refuse(f"/identifiers/{index}", "stands-twice")
        pairs.append(pair)
    return pairs


def _check_free(session: Session, actor: Actor, pairs: Pairs, patient_id: uuid.UUID | None) -> None:
    for index, pair in enumerate(pairs):
        owner = patients.patient_identified(session, actor.tenant_id, [pair])
        if owner is not None and owner.id != patient_id:
            raise RuleConflict(
                "already-exists", errors=[FieldError(f"/identifiers/{index}", "already-exists")]
            )


def _shown(session: Session, access: PatientAccess) -> View:
    patient = access.patient
    return _show(access, patients.identifiers(session, patient.tenant_id, [patient.id])[patient.id])


def _show(access: PatientAccess, identifiers: list[dict[str, str]]) -> View:
    near = access.near
    knows_plan = near.is_on_open_team or bool(
        access.relations & {Relation.OWN_RECORD, Relation.PERMITTED_MACHINE, Relation.APPOINTING}
    )
    return View(
        access.patient,
        {
            "identifiers": identifiers,
            "care_plan_id": near.open_plan_id if knows_plan else None,
        },
        _BEYOND_NAME if access.relations == _NAME_ONLY else frozenset(),
    )
