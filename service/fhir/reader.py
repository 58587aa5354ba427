"""Read a FHIR R4 file into clinical records: one for each patient, or a directory of people.

Nothing is kept that cannot be read: a resource of a type we take, with a wrong shape, refuses the record of its
patient, and nothing of that record is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from service.domain.clinical_record import (
    ClinicalRecord,
    Directory,
    Outcome,
    RefusedRecord,
    ReportRow,
    SourceKey,
)
from service.errors import FieldError, Malformed
from service.fhir import (
    allergy_intolerance,
    bundle,
    care_plan,
    care_team,
    condition,
    goal,
    medication,
    observation,
    organization,
    patient,
    practitioner,
)
from service.fhir.bundle import Bundle, Entry
from service.fhir.element import ElementError
from service.fhir.maps import maps
from service.fhir.reading import Reading
from service.fhir.report import Report

# The element that names the patient, for each type that belongs to one and that we take.
OF_PATIENT = {
    "AllergyIntolerance": "patient",
    "CarePlan": "subject",
    "CareTeam": "subject",
    "Condition": "subject",
    "Goal": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "Observation": "subject",
}
SHARED = frozenset({"Practitioner", "PractitionerRole", "Organization", "Medication"})

Result = ClinicalRecord | Directory | RefusedRecord


def read_file(
    path: str | Path, *, source: str | None = None, zone: tzinfo = UTC
) -> tuple[Result, ...]:
    """Read a plain or gzip JSON file."""
    return read_bundle(bundle.parse(bundle.read_bytes(Path(path))), source=source, zone=zone)


def read_bundle(
    document: dict[str, Any], *, source: str | None = None, zone: tzinfo = UTC
) -> tuple[Result, ...]:
    """Read a bundle: a record for each patient in it, or a directory where it has none."""
    bundle.require_storable(document)
    try:
        read = Bundle(document, source)
        return _read(read, zone)
    except ElementError as error:
        raise Malformed(
            "bad-import",
            "The file has an element of a wrong shape.",
            errors=[FieldError(error.pointer, error.code)],
        ) from None


def _read(read: Bundle, zone: tzinfo) -> tuple[Result, ...]:
    patients = list(read.of_type("Patient"))
    if not patients:
        return (_directory(read, zone),)
    owned, strays = _by_patient(read, patients)
    results = []
    for at, one in enumerate(patients):
        # What belongs to nobody is accounted for with the first patient, so that it is counted once.
        results.append(_record(read, one, owned[one.key], strays if at == 0 else [], zone))
    return tuple(results)


def _by_patient(
    read: Bundle, patients: list[Entry]
) -> tuple[dict[SourceKey, list[Entry]], list[tuple[Entry, str]]]:
    """Give each resource to its patient; say why of each that belongs to none."""
    owned: dict[SourceKey, list[Entry]] = {one.key: [] for one in patients}
    strays: list[tuple[Entry, str]] = []
    for entry in read.entries:
        if entry.type == "Patient" or entry.type in SHARED:
            continue
        name = OF_PATIENT.get(entry.type)
        if name is None:
            strays.append((entry, "type-not-taken"))
            continue
        subject = read.follow(entry.resource.child(name), entry.resource)
        if subject is not None and subject.key in owned and subject.entry is not None:
            owned[subject.key].append(entry)
        else:
            strays.append((entry, "patient-not-in-file" if subject else "names-no-patient"))
    return owned, strays


def _record(
    read: Bundle, one: Entry, owned: list[Entry], strays: list[tuple[Entry, str]], zone: tzinfo
) -> ClinicalRecord | RefusedRecord:
    report = Report()
    reading = Reading(read, one.key, zone, maps(), report)

    def of(*types: str) -> Iterable[Entry]:
        return [entry for entry in owned if entry.type in types]

    for entry, reason in strays:
        report.skipped(entry.key, reason)
    try:
        facts = patient.patient(one, zone)
        report.taken(one.key, "deceased" if facts.deceased else None)
        conditions = condition.conditions(of("Condition"), reading)
        plan, others, activities = care_plan.plans(of("CarePlan"), facts, conditions, reading)
        record = ClinicalRecord(
            source=read.source,
            patient=facts,
            people=practitioner.people(read, zone, reading.maps.roles, report),
            organizations=organization.organizations(read, report),
            team=care_team.members(of("CareTeam"), reading),
            plan=plan,
            other_plans=others,
            activities=activities,
            goals=goal.goals(of("Goal"), reading),
            conditions=conditions,
            allergies=allergy_intolerance.allergies(of("AllergyIntolerance"), reading),
            observations=observation.observations(of("Observation"), reading),
            medications=medication.lines(of("MedicationRequest", "MedicationStatement"), reading),
            ended=tuple(reading.ended),
            report=(),
        )
    except ElementError as error:
        return _refused(one, owned, error)
    _account_for_the_rest(read, report)
    return replace(record, report=report.rows())


def _account_for_the_rest(read: Bundle, report: Report) -> None:
    for entry in read.of_type("Medication"):
        if not report.knows(entry):
            report.skipped(entry.key, "named-by-no-order")
    for key in read.repeated:
        report.further(ReportRow(key.type, key.id, Outcome.SKIPPED, "repeated-in-file"))
    for method in read.without_resource:
        report.further(ReportRow("entry", "", Outcome.SKIPPED, "no-resource", method))


def _refused(one: Entry, owned: list[Entry], error: ElementError) -> RefusedRecord:
    report = Report()
    for entry in [one, *owned]:
        is_culprit = error.pointer.startswith(f"{entry.resource.pointer}/")
        report.refused(entry.key, error.code if is_culprit else "record-refused")
    return RefusedRecord(
        one.key,
        "bad-import",
        "A resource of this patient has an element of a wrong shape; nothing was taken.",
        ((error.pointer, error.code),),
        report.rows(),
    )


def _directory(read: Bundle, zone: tzinfo) -> Directory:
    report = Report()
    roles = maps().roles
    people = practitioner.people(read, zone, roles, report)
    organizations = organization.organizations(read, report)
    for entry in read.entries:
        if not report.knows(entry):
            known = entry.type in OF_PATIENT or entry.type == "Medication"
            report.skipped(entry.key, "patient-not-in-file" if known else "type-not-taken")
    _account_for_the_rest(read, report)
    return Directory(read.source, people, organizations, report.rows())
