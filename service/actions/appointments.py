"""Appointments: times the patient is asked to attend; one that is kept may end a limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.domain import lifecycles
from service.domain.checks import refuse
from service.domain.policy import Resource
from service.domain.vocabulary import AppointmentStatus
from service.models.facts import Appointment

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Appointments(Noun):
    model = Appointment
    resource = Resource.APPOINTMENT

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        return {"status": AppointmentStatus.BOOKED.value, **fields}

    def check(self, access: Access, draft: Draft) -> None:
        after = draft.after
        lifecycles.move(lifecycles.APPOINTMENT, draft.old("status"), after["status"])
        start, end = (_instant(after, name) for name in ("start", "end"))
        if end <= start:
            raise refuse("/end", "ends-before-start")


APPOINTMENTS = Appointments()


def _instant(fields: Mapping[str, Any], name: str) -> datetime:
    """Read an instant that every zone can show: the outermost days have no local time everywhere."""
    found = datetime.fromisoformat(fields[name])
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise refuse(f"/{name}", "out-of-range")
    return found
