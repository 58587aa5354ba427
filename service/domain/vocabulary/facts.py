"""The other facts of a plan: preferences, appointments, reviews."""

from __future__ import annotations

from enum import StrEnum


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
