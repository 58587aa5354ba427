"""The other facts of a plan: preferences, appointments, reviews."""

from __future__ import annotations

from enum import StrEnum


class Attitude(StrEnum):
    """What the patient thinks of doing something."""

    REFUSE = "refuse"
    DISLIKE = "dislike"
    PREFER = "prefer"


class AppointmentMode(StrEnum):
    """How an appointment is attended."""

    IN_PERSON = "in-person"
    ONLINE = "online"
    SELF_PACED = "self-paced"


class AppointmentStatus(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


class ReviewOutcome(StrEnum):
    """What a review decided about the advice it ends."""

    LIFTED = "lifted"
    CONTINUES = "continues"
