"""Name the words a plan document may use; codes of the knowledge files are not among them."""

from __future__ import annotations

DISCIPLINES = (
    "physician", "physiotherapy", "psychology", "occupational-therapy", "nursing", "pharmacy",
    "dietetics", "social-work", "care-coordination", "patient", "caregiver",
)  # fmt: skip
KINDS = (
    "activity", "exercise", "treatment", "medication", "education", "equipment", "work-step",
    "work-capacity",
)  # fmt: skip
DIMENSIONS = (
    "load", "load-rel", "weight-bearing", "bout", "session", "daily-minutes", "frequency", "sets",
    "reps", "hold", "rpe", "heart-rate", "met", "distance", "steps", "rom", "pain-limit",
    "activity-percent", "work-hours", "work-days", "break-every",
)  # fmt: skip
STATUSES = ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error")
GOAL_STATUSES = (
    "proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled",
    "entered-in-error", "rejected",
)  # fmt: skip
MILESTONE_STATUSES = ("planned", "in-progress", "achieved", "not-achieved", "cancelled")
SIDES = ("left", "right", "bilateral", "unspecified", "not-applicable")
FACETS = {
    "phase": ("baseline", "flare", "post-op", "post-injection", "acute"),
    "setting": ("home", "clinic", "gym", "work", "sport", "driving"),
    "supervision": ("supervised", "unsupervised"),
    "aid": ("brace", "crutches", "none"),
}
BASES = (
    "guideline", "surgeon-protocol", "clinical-judgement", "legal", "product-label",
    "patient-statement", "manufacturer",
)  # fmt: skip
PROGRESSIONS = ("none", "time-contingent", "symptom-contingent", "criterion")
