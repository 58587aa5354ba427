"""Who works with the plan, what for, and what a token or a consent lets them do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role of an account."""

    PHYSICIAN = "physician"
    PHYSIOTHERAPIST = "physiotherapist"
    PSYCHOLOGIST = "psychologist"
    OCCUPATIONAL_THERAPIST = "occupational-therapist"
    CARE_COORDINATOR = "care-coordinator"
    PATIENT = "patient"
    CLINIC_SYSTEM = "clinic-system"
    CLINIC_ADMIN = "clinic-admin"
    AUDITOR = "auditor"


class Discipline(StrEnum):
    """The discipline somebody writes for."""

    PHYSICIAN = "physician"
    PHYSIOTHERAPY = "physiotherapy"
    PSYCHOLOGY = "psychology"
    OCCUPATIONAL_THERAPY = "occupational-therapy"
    NURSING = "nursing"
    PHARMACY = "pharmacy"
    DIETETICS = "dietetics"
    SOCIAL_WORK = "social-work"
    CARE_COORDINATION = "care-coordination"
    PATIENT = "patient"
    CAREGIVER = "caregiver"


DISCIPLINE_OF: dict[Role, Discipline | None] = {
    Role.PHYSICIAN: Discipline.PHYSICIAN,
    Role.PHYSIOTHERAPIST: Discipline.PHYSIOTHERAPY,
    Role.PSYCHOLOGIST: Discipline.PSYCHOLOGY,
    Role.OCCUPATIONAL_THERAPIST: Discipline.OCCUPATIONAL_THERAPY,
    Role.CARE_COORDINATOR: Discipline.CARE_COORDINATION,
    Role.PATIENT: Discipline.PATIENT,
    Role.CLINIC_SYSTEM: None,
    Role.CLINIC_ADMIN: None,
    Role.AUDITOR: None,
}


CLINICIANS = frozenset(
    {Role.PHYSICIAN, Role.PHYSIOTHERAPIST, Role.PSYCHOLOGIST, Role.OCCUPATIONAL_THERAPIST}
)


STAFF = CLINICIANS | {Role.CARE_COORDINATOR}


class Purpose(StrEnum):
    """Purpose of use, HL7 v3 ActReason."""

    TREATMENT = "TREAT"
    PATIENT_REQUEST = "PATRQT"
    EMERGENCY = "ETREAT"
    OPERATIONS = "HOPERAT"


class Scope(StrEnum):
    PLAN_READ = "plan:read"
    PLAN_WRITE = "plan:write"
    RECOMMENDATION_WRITE = "recommendation:write"
    FLAG_WRITE = "flag:write"
    PATIENT_READ = "patient:read"
    PATIENT_WRITE = "patient:write"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


class ConsentDecision(StrEnum):
    """FHIR R4 consent-provision-type."""

    PERMIT = "permit"
    DENY = "deny"
