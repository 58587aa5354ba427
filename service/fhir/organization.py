"""Map Organization: who employs the people a record names."""

from __future__ import annotations

from service.domain.clinical_record import Organization, Origin
from service.fhir.bundle import Bundle
from service.fhir.report import Report


def organizations(bundle: Bundle, report: Report) -> tuple[Organization, ...]:
    """Read every organization of a file."""
    found = []
    for entry in bundle.of_type("Organization"):
        report.taken(entry.key)
        found.append(
            Organization(
                Origin(entry.key, entry.identifiers),
                entry.resource.text("name"),
                entry.resource.flag("active") is not False,
            )
        )
    return tuple(found)
