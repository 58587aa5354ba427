"""Name the two clinics of the demo and everybody who has an account there; the people are invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from service.domain.vocabulary import Role


class Account(NamedTuple):
    """Name one account."""

    clinic: str
    username: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Clinic:
    """Describe a clinic; `names` are by username, in the order the accounts are made."""

    slug: str
    name: str
    timezone: str
    names: Mapping[str, str]


DEMO: Final = Clinic(
    slug="demo",
    name="Riverside Pain Rehabilitation",
    timezone="Europe/London",
    names={
        "physician": "Dr Ines Okoro",
        "physiotherapist": "Mara Lindqvist",
        "psychologist": "Dr Tomas Rehn",
        "occupational-therapist": "Priya Nandakumar",
        "care-coordinator": "Owen Castell",
        "patient": "Rosa Ferrante",
        "clinic-system": "Riverside records system",
        "clinic-admin": "Lena Zawadzki",
        "auditor": "Hugh Abernathy",
        "physician-2": "Dr Samuel Boateng",
        "physiotherapist-2": "Kofi Ansah",
        "psychologist-2": "Dr Eva Marchetti",
        "occupational-therapist-2": "Jonas Weidmann",
        "physiotherapist-outsider": "Aisling Byrne",
        "psychologist-outsider": "Dr Henrik Solberg",
        "occupational-therapist-outsider": "Chiara Bonetti",
        "physician-outsider": "Dr Claire Duvall",
    },
)
OTHER: Final = Clinic(
    slug="other",
    name="Hillcrest Movement Clinic",
    timezone="Europe/Athens",
    names={
        "physician": "Dr Andreas Kallis",
        "physiotherapist": "Sofia Markou",
        "psychologist": "Dr Nikos Vretos",
        "occupational-therapist": "Irene Dimou",
        "care-coordinator": "Petros Lagos",
        "patient": "Yannis Stathis",
        "clinic-system": "Hillcrest records system",
        "clinic-admin": "Maria Xenou",
        "auditor": "Stavros Pappas",
        "physician-2": "Dr Despina Ralli",
        "physiotherapist-2": "Giorgos Melas",
        "psychologist-2": "Dr Katerina Foti",
        "occupational-therapist-2": "Thanos Geros",
        "physiotherapist-outsider": "Manos Petrakis",
        "psychologist-outsider": "Dr Zoe Lambrou",
        "occupational-therapist-outsider": "Fotini Drakou",
        "physician-outsider": "Dr Eleni Voulgari",
    },
)
CLINICS: Final = (DEMO, OTHER)


def role_of(username: str) -> Role:
    """Read the role from an account's name: `physician`, `physician-2`, `physician-outsider`."""
    return Role(username.removesuffix("-outsider").removesuffix("-2"))


def accounts() -> list[Account]:
    """List every account of the demo, clinic by clinic."""
    return [
        Account(clinic.slug, username, role_of(username), name)
        for clinic in CLINICS
        for username, name in clinic.names.items()
    ]
