"""What is advised: how strongly, how much, where and when, on what grounds."""

from __future__ import annotations

from enum import StrEnum


class RecommendationStatus(StrEnum):
    """FHIR R4 request-status."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    REVOKED = "revoked"
    COMPLETED = "completed"
    ENTERED_IN_ERROR = "entered-in-error"


class RecommendationKind(StrEnum):
    """What kind of thing is advised."""

    ACTIVITY = "activity"
    EXERCISE = "exercise"
    TREATMENT = "treatment"
    MEDICATION = "medication"
    EDUCATION = "education"
    EQUIPMENT = "equipment"
    WORK_STEP = "work-step"
    WORK_CAPACITY = "work-capacity"


class Stance(StrEnum):
    """How advice stands to what it speaks of, from require to prohibit."""

    REQUIRE = "require"
    RECOMMEND = "recommend"
    PERMIT = "permit"
    DISCOURAGE = "discourage"
    PROHIBIT = "prohibit"


NEGATIVE = frozenset({Stance.DISCOURAGE, Stance.PROHIBIT})


class Quantifier(StrEnum):
    """Whether some or all of the activities of a kind are meant."""

    SOME = "some"
    ALL = "all"


class Laterality(StrEnum):
    """The side of the body."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"
    UNSPECIFIED = "unspecified"
    NOT_APPLICABLE = "not-applicable"


class DoseDimension(StrEnum):
    """What a dose measures; the larger figure is the more demanding."""

    LOAD = "load"
    LOAD_REL = "load-rel"
    WEIGHT_BEARING = "weight-bearing"
    BOUT = "bout"
    SESSION = "session"
    DAILY_MINUTES = "daily-minutes"
    FREQUENCY = "frequency"
    SETS = "sets"
    REPS = "reps"
    HOLD = "hold"
    RPE = "rpe"
    HEART_RATE = "heart-rate"
    MET = "met"
    DISTANCE = "distance"
    STEPS = "steps"
    ROM = "rom"
    PAIN_LIMIT = "pain-limit"
    ACTIVITY_PERCENT = "activity-percent"
    WORK_HOURS = "work-hours"
    WORK_DAYS = "work-days"
    BREAK_EVERY = "break-every"


class ProgressionMode(StrEnum):
    """What an increase waits for."""

    NONE = "none"
    TIME_CONTINGENT = "time-contingent"
    SYMPTOM_CONTINGENT = "symptom-contingent"
    CRITERION = "criterion"


class ContextPhase(StrEnum):
    """The phase of recovery that advice is for."""

    BASELINE = "baseline"
    FLARE = "flare"
    POST_OP = "post-op"
    POST_INJECTION = "post-injection"
    ACUTE = "acute"


class ContextSetting(StrEnum):
    """Where it is done."""

    HOME = "home"
    CLINIC = "clinic"
    GYM = "gym"
    WORK = "work"
    SPORT = "sport"
    DRIVING = "driving"


class ContextSupervision(StrEnum):
    """Whether somebody watches while it is done."""

    SUPERVISED = "supervised"
    UNSUPERVISED = "unsupervised"


class ContextAid(StrEnum):
    """What helps the body while it is done."""

    BRACE = "brace"
    CRUTCHES = "crutches"
    NONE = "none"


class EndEventKind(StrEnum):
    """The kind of event that ends advice."""

    REVIEW = "review"
    MILESTONE = "milestone"
    APPOINTMENT = "appointment"


class MedicationRoute(StrEnum):
    """How a drug is taken."""

    ORAL = "oral"
    TOPICAL = "topical"
    INJECTED = "injected"
    OTHER = "other"


class TriggerMeasure(StrEnum):
    """What sets off a step of a flare plan: the numeric rating scale of pain."""

    NRS = "nrs"


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
    """What advice rests on."""

    GUIDELINE = "guideline"
    SURGEON_PROTOCOL = "surgeon-protocol"
    CLINICAL_JUDGEMENT = "clinical-judgement"
    LEGAL = "legal"
    PRODUCT_LABEL = "product-label"
    PATIENT_STATEMENT = "patient-statement"
    MANUFACTURER = "manufacturer"


HARD_BASES = frozenset({Basis.SURGEON_PROTOCOL, Basis.LEGAL, Basis.PRODUCT_LABEL})


class CodingStatus(StrEnum):
    """Whether a person has confirmed how advice was put into codes."""

    CONFIRMED = "confirmed"
    SUGGESTED = "suggested"


class Verification(StrEnum):
    """Whether a clinician has confirmed what was imported."""

    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"
