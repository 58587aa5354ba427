"""Name the clinic's words once; every value is the one that travels in JSON."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
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


class PlanStatus(StrEnum):
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REVOKED = "revoked"


class PlanPhase(StrEnum):
    SYMPTOM_REDUCTION = "symptom-reduction"
    FUNCTIONAL_RESTORATION = "functional-restoration"
    PARTICIPATION = "participation"


class GoalStatus(StrEnum):
    """FHIR R4 goal-status."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"
    REJECTED = "rejected"


class GoalAchievement(StrEnum):
    """FHIR R4 goal-achievement."""

    IN_PROGRESS = "in-progress"
    IMPROVING = "improving"
    WORSENING = "worsening"
    NO_CHANGE = "no-change"
    ACHIEVED = "achieved"
    SUSTAINING = "sustaining"
    NOT_ACHIEVED = "not-achieved"
    NO_PROGRESS = "no-progress"
    NOT_ATTAINABLE = "not-attainable"


class GoalDirection(StrEnum):
    INCREASE = "increase"
    DECREASE = "decrease"
    MAINTAIN = "maintain"


class MilestoneStatus(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    ACHIEVED = "achieved"
    NOT_ACHIEVED = "not-achieved"
    CANCELLED = "cancelled"


class Readiness(StrEnum):
    READY = "ready"
    BLOCKED = "blocked"


class RecommendationStatus(StrEnum):
    """FHIR R4 request-status."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    REVOKED = "revoked"
    COMPLETED = "completed"
    ENTERED_IN_ERROR = "entered-in-error"


class RecommendationKind(StrEnum):
    ACTIVITY = "activity"
    EXERCISE = "exercise"
    TREATMENT = "treatment"
    MEDICATION = "medication"
    EDUCATION = "education"
    EQUIPMENT = "equipment"
    WORK_STEP = "work-step"
    WORK_CAPACITY = "work-capacity"


class Stance(StrEnum):
    REQUIRE = "require"
    RECOMMEND = "recommend"
    PERMIT = "permit"
    DISCOURAGE = "discourage"
    PROHIBIT = "prohibit"


NEGATIVE = frozenset({Stance.DISCOURAGE, Stance.PROHIBIT})


class Quantifier(StrEnum):
    SOME = "some"
    ALL = "all"


class Laterality(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    UNSPECIFIED = "unspecified"
    NOT_APPLICABLE = "not-applicable"


class Strength(StrEnum):
    """GRADE strength of a recommendation."""

    STRONG = "strong"
    CONDITIONAL = "conditional"


class Certainty(StrEnum):
    """GRADE certainty of evidence."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very-low"
    NOT_RATED = "not-rated"


class Basis(StrEnum):
    GUIDELINE = "guideline"
    SURGEON_PROTOCOL = "surgeon-protocol"
    CLINICAL_JUDGEMENT = "clinical-judgement"
    LEGAL = "legal"
    PRODUCT_LABEL = "product-label"
    PATIENT_STATEMENT = "patient-statement"
    MANUFACTURER = "manufacturer"


HARD_BASES = frozenset({Basis.SURGEON_PROTOCOL, Basis.LEGAL, Basis.PRODUCT_LABEL})


class CodingStatus(StrEnum):
    CONFIRMED = "confirmed"
    SUGGESTED = "suggested"


class Verification(StrEnum):
    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"


class Tier(StrEnum):
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


class FlagStatus(StrEnum):
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    IN_DISCUSSION = "in-discussion"
    RESOLVED = "resolved"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    AUTO_CLOSED = "auto-closed"
    SUPERSEDED = "superseded"


class AcceptReason(StrEnum):
    BENEFIT_OUTWEIGHS_RISK = "benefit-outweighs-risk"
    WILL_MONITOR = "will-monitor"
    EVIDENCE_DIFFERS = "evidence-differs"
    PATIENT_PREFERS = "patient-prefers"
    WRONG_CODING = "wrong-coding"
    NEED_MORE_INFORMATION = "need-more-information"
    ALREADY_TOLERATED = "already-tolerated"
    OTHER = "other"


class Attitude(StrEnum):
    REFUSE = "refuse"
    DISLIKE = "dislike"
    PREFER = "prefer"


class AppointmentMode(StrEnum):
    IN_PERSON = "in-person"
    ONLINE = "online"
    SELF_PACED = "self-paced"


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


class ReviewOutcome(StrEnum):
    LIFTED = "lifted"
    CONTINUES = "continues"


class EndEventKind(StrEnum):
    REVIEW = "review"
    MILESTONE = "milestone"
    APPOINTMENT = "appointment"


class ConsentDecision(StrEnum):
    """FHIR R4 consent-provision-type."""

    PERMIT = "permit"
    DENY = "deny"


class Comparator(StrEnum):
    """FHIR quantity comparators, and equality spelt out."""

    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"
    EQUALS = "="


class TriggerMeasure(StrEnum):
    """What sets off a step of a flare plan: the numeric rating scale of pain."""

    NRS = "nrs"
