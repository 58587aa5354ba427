"""What contradicts itself, how grave it is, and what was said about it."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """How much a finding matters, from critical to info."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTICE = "notice"
    INFO = "info"


TIER_RANK: dict[Tier, int] = {
    Tier.INFO: 0,
    Tier.NOTICE: 1,
    Tier.WARNING: 2,
    Tier.CRITICAL: 3,
}


class Severity(StrEnum):
    """FHIR detectedissue-severity."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class StatementKind(StrEnum):
    """What kind of item a finding speaks of, in the words of the plan document."""

    RECOMMENDATION = "recommendation"
    GOAL = "goal"
    MILESTONE = "milestone"
    PREFERENCE = "preference"
    CAPACITY = "capacity"
    CONDITION = "condition"
    ALLERGY = "allergy"
    OBSERVATION = "observation"
    EVENT = "event"
    JOB_DEMAND = "job_demand"
    APPOINTMENT = "appointment"
    PATIENT = "patient"


class NotCheckedReason(StrEnum):
    """Why the engine could not check something."""

    INCOMPARABLE_UNITS = "incomparable-units"
    DOSE_NOT_STATED = "dose-not-stated"
    START_NOT_STATED = "start-not-stated"
    RESTRICTION_WITHOUT_END = "restriction-without-end"
    REVIEW_OVERDUE = "review-overdue"
    DEPENDENCY_REVOKED = "dependency-revoked"
    SUGGESTED_CODING = "suggested-coding"
    MISSING_CODING = "missing-coding"
    DRUG_CLASS_NOT_STATED = "drug-class-not-stated"


class FlagStatus(StrEnum):
    """Where a flag stands."""

    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    IN_DISCUSSION = "in-discussion"
    RESOLVED = "resolved"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    AUTO_CLOSED = "auto-closed"
    SUPERSEDED = "superseded"


class PatientConflictStatus(StrEnum):
    """What a patient learns of a flag: the team is still agreeing, or has agreed."""

    OPEN = "open"
    SETTLED = "settled"


class DatedFindingStatus(StrEnum):
    """What is found on a day that was asked for is found, and no more: it is no flag."""

    FOUND = "found"


class AcceptReason(StrEnum):
    """Why a contradiction is accepted knowingly."""

    BENEFIT_OUTWEIGHS_RISK = "benefit-outweighs-risk"
    WILL_MONITOR = "will-monitor"
    EVIDENCE_DIFFERS = "evidence-differs"
    PATIENT_PREFERS = "patient-prefers"
    WRONG_CODING = "wrong-coding"
    NEED_MORE_INFORMATION = "need-more-information"
    ALREADY_TOLERATED = "already-tolerated"
    OTHER = "other"
