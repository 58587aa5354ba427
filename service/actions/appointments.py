"""Appointments: times the patient is asked to attend; one that is kept may end a limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.actions.gate import Access
from service.actions.noun import Noun
from service.domain import lifecycles
from service.domain.checks import refuse
from service.domain.policy import Resource
from service.domain.vocabulary import AppointmentStatus
from service.models.base import PlanItem
from service.models.facts import Appointment


class Appointments(Noun):
    model = Appointment
    resource = Resource.APPOINTMENT

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        return {"status": AppointmentStatus.BOOKED.value, **fields}

    def check(
        self,
        access: Access,
        before: Mapping[str, Any] | None,
        after: dict[str, Any],
        item: PlanItem | None,
        reason: str | None,
    ) -> None:
        old_status = None if before is None else before["status"]
        lifecycles.move(lifecycles.APPOINTMENT, old_status, after["status"])
        if datetime.fromisoformat(after["end"]) <= datetime.fromisoformat(after["start"]):
            raise refuse("/end", "ends-before-start")


APPOINTMENTS = Appointments()
