"""Say what is held of every answer to a generated request, and what such a request can only be told."""

from __future__ import annotations

from typing import Any, Final

from schemathesis.checks import CHECKS
from schemathesis.core.parameters import ParameterLocation

from tests.e2e.asks import Clinic

HELD: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
SEED: Final = 20261125
# References that a generated body can only guess at; lists of them are left empty.
EMPTIED: Final = frozenset(
    {
        "requires",
        "waived",
        "resolves",
        "reason_refs",
        "exception_to",
        "supersedes",
        "depends_on",
        "part_of",
        "alternative_to",
    }
)


def checks(*names: str) -> list[Any]:
    """Find checks by their names; they are known once a document has been loaded."""
    return [CHECKS.get_one(name) for name in names]


def tries(case: Any, location: ParameterLocation) -> bool:
    """Tell whether a case is meant to be wrong in one place, which then stays as it is."""
    return case.meta is not None and case.meta.is_negative_at(location)


def with_real_references(body: dict[str, Any], clinic: Clinic) -> dict[str, Any]:
    """Let a body refer to people of the clinic."""
    real = {
        "patient_id": clinic.patient_id,
        "lead_id": clinic.physician_id,
        "owner_id": clinic.physio_id,
        "user_id": clinic.outsider_id,
        "cover_id": clinic.physician_id,
    }
    return {
        name: [] if name in EMPTIED else real.get(name, value) if value else value
        for name, value in body.items()
    }
