"""The plan, its goals and its milestones."""

from __future__ import annotations

from enum import StrEnum


class PlanStatus(StrEnum):
    """Where a plan stands."""

    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REVOKED = "revoked"


class PlanPhase(StrEnum):
    """The phase of rehabilitation."""

    SYMPTOM_REDUCTION = "symptom-reduction"
    FUNCTIONAL_RESTORATION = "functional-restoration"
    PARTICIPATION = "participation"


class Owner(StrEnum):
    """Who owns a goal or a milestone: one discipline, or everybody together."""

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
    SHARED = "shared"


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
    """Which way a measure is to go."""

    INCREASE = "increase"
    DECREASE = "decrease"
    MAINTAIN = "maintain"


class AcceptanceStatus(StrEnum):
    """FHIR goal-acceptance-status."""

    AGREE = "agree"
    DISAGREE = "disagree"
    PENDING = "pending"


class AcceptancePriority(StrEnum):
    """FHIR R4 goal-priority, without its suffix: how much the goal matters to this party."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class MilestoneStatus(StrEnum):
    """Where a milestone stands."""

    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    ACHIEVED = "achieved"
    NOT_ACHIEVED = "not-achieved"
    CANCELLED = "cancelled"


class Readiness(StrEnum):
    """Whether a milestone can begin: what it requires is reached, or is not."""

    READY = "ready"
    BLOCKED = "blocked"


class Comparator(StrEnum):
    """FHIR quantity comparators, and equality spelt out."""

    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"
    EQUALS = "="
