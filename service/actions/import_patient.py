"""Find or register the patient a record is about, and follow what the source says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, patients
from service.actions.import_items import Told, sent
from service.domain import clock
from service.domain.actor import Actor
from service.domain.clinical_record import ClinicalRecord, Outcome, PatientFacts
from service.domain.policy import Resource
from service.errors import RuleConflict, RuleInvalid
from service.models import imported
from service.models import patients as stored_patients
from service.models.patients import Patient

_LONGEST = 200
_LANGUAGE = 64


def patient_of(
    session: Session, actor: Actor, found: ClinicalRecord
) -> tuple[Patient, Told, Mapping[str, Any] | None]:
    """Find the patient by identifiers, else by the resource they came in, or register them.

    The last of what is given is how a known patient was, where anything has changed.
    """
    facts = found.patient
    pairs = _pairs(facts)
    known = list(imported.patients_identified(session, actor.tenant_id, pairs))
    if len(known) > 1:
        raise RuleConflict("bad-import", "The identifiers of this patient are those of two here.")
    if not known and not pairs:
        key = facts.origin.key
        same = imported.patient_of_source(session, actor.tenant_id, key.source, key.id)
        known = [same] if same is not None else []
    if not known:
        return _register(session, actor, facts, pairs), Told(Outcome.TAKEN), None
    (patient,) = known
    _require_same_person(patient, facts)
    before = patients.state(session, patient)
    told = _refresh(session, actor, patient, facts, pairs)
    return patient, told, before if before != patients.state(session, patient) else None


def _pairs(facts: PatientFacts) -> list[tuple[str, str]]:
    pairs = [(one.system, one.value) for one in facts.origin.identifiers]
    for system, value in pairs:
        if len(system) > _LONGEST or len(value) > _LONGEST:
            raise RuleInvalid("bad-import", "An identifier of the patient is too long to be kept.")
    return pairs


def _require_same_person(patient: Patient, facts: PatientFacts) -> None:
    """Refuse to write one person's record into another's: a name may change, and a date be mended, not both."""
    other_name = patient.name.casefold() != facts.name[:_LONGEST].casefold()
    other_date = (
        patient.birth_date is not None
        and facts.birth_date is not None
        and patient.birth_date != facts.birth_date
    )
    if other_name and other_date:
        raise RuleConflict(
            "bad-import",
            "The identifiers are those of a patient with another name and another birth date.",
        )


def _fields(facts: PatientFacts) -> dict[str, Any]:
    return {
        "name": facts.name[:_LONGEST],
        "birth_date": facts.birth_date,
        "gender": facts.gender,
        "language": facts.language[:_LANGUAGE] if facts.language else None,
    }


def _register(
    session: Session, actor: Actor, facts: PatientFacts, pairs: list[tuple[str, str]]
) -> Patient:
    fields = _fields(facts)
    view = patients.create(
        session,
        actor,
        {**fields, "identifiers": [{"system": s, "value": v} for s, v in pairs]},
    )
    patient = stored_patients.patient(session, actor.tenant_id, view.id)
    assert patient is not None
    patient.source = _patient_source(facts, fields)
    session.flush()
    return patient


def _patient_source(facts: PatientFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    key = facts.origin.key
    return {
        "system": key.source,
        "type": key.type,
        "id": key.id,
        "sent": {name: sent(value) for name, value in fields.items()},
    }


def _refresh(
    session: Session,
    actor: Actor,
    patient: Patient,
    facts: PatientFacts,
    pairs: list[tuple[str, str]],
) -> Told:
    """Follow the source in what still is as it was sent; a patient registered here keeps what was entered."""
    had = stored_patients.identifiers(session, actor.tenant_id, [patient.id])[patient.id]
    own = [(one["system"], one["value"]) for one in had]
    new_pairs = [pair for pair in pairs if pair not in own]
    then = (patient.source or {}).get("sent")
    if then is None:
        return Told(Outcome.UNCHANGED, "registered-here")
    fields = _fields(facts)
    news = {name: value for name, value in fields.items() if sent(value) != then.get(name)}
    kept = sorted(
        name
        for name, value in news.items()
        if getattr(patient, name) != value and sent(getattr(patient, name)) != then.get(name)
    )
    changes = {
        name: value
        for name, value in news.items()
        if name not in kept and getattr(patient, name) != value
    }
    for name, value in changes.items():
        setattr(patient, name, value)
    if new_pairs:
        stored_patients.replace_identifiers(session, patient, [*own, *new_pairs])
    if news:
        patient.source = _patient_source(facts, fields)
    if changes or new_pairs:
        patient.version += 1
        patient.updated_at = clock.now()
        session.flush()
        audit.allowed(session, actor, "update", Resource.PATIENT, patient_id=patient.id)
    if kept:
        return Told(Outcome.SKIPPED, "edited-here", ", ".join(kept))
    if changes or new_pairs:
        names = [*sorted(changes), *(["identifiers"] if new_pairs else [])]
        return Told(Outcome.UPDATED, None, ", ".join(names))
    return Told(Outcome.UNCHANGED)
