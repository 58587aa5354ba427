"""Say what a shared plan looks like, going in and coming out."""

from __future__ import annotations

from enum import StrEnum

from service.domain.vocabulary import PlanPhase, PlanStatus
from service.web import fields
from service.web.schemas import In, Out, Query, patch_of


class ClosingStatus(StrEnum):
    """How a plan ends."""

    COMPLETED = "completed"
    REVOKED = "revoked"


class CarePlanCreate(In):
    """Make a plan for a patient who has none."""

    patient_id = fields.Uuid(required=True)
    title = fields.Text(required=True, max_length=200)
    lead_id = fields.Uuid(
        metadata={
            "description": "The clinician who leads; a clinician who makes a plan leads it, others name one."
        }
    )
    phase = fields.Enum(PlanPhase)
    description = fields.Text()
    values_summary = fields.Text(metadata={"description": "What matters to the patient."})
    preferences_summary = fields.Text()
    review_date = fields.Date()
    start = fields.Date(metadata={"description": "Today where nothing is said."})


_Changeable = patch_of("_Changeable", CarePlanCreate, without=("patient_id", "lead_id"))


class CarePlanPatch(_Changeable):  # type: ignore[misc,valid-type]  # made by a function
    """Change a plan's own fields by a merge patch."""

    lead_id = fields.Uuid(
        metadata={"description": "Another clinician who is a member of the team."}
    )
    status = fields.Enum(
        PlanStatus, metadata={"description": "`active` or `on-hold`; a plan ends by closing."}
    )
    reason = fields.Text(max_length=1000, allow_none=True)


class CarePlanClose(In):
    """Close a plan, and say why."""

    status = fields.Enum(ClosingStatus, required=True)
    reason = fields.Text(required=True, max_length=1000)


class CarePlanOut(Out):
    """Show a shared plan."""

    id = fields.Uuid()
    patient_id = fields.Uuid()
    version = fields.Integer(metadata={"description": "The version its ETag names."})
    revision = fields.Integer(
        metadata={"description": "Counts every change in the plan and below it."}
    )
    title = fields.Text()
    status = fields.Enum(PlanStatus)
    phase = fields.Enum(PlanPhase, allow_none=True)
    lead_id = fields.Uuid()
    description = fields.Text(allow_none=True)
    values_summary = fields.Text(allow_none=True)
    preferences_summary = fields.Text(allow_none=True)
    review_date = fields.Date(allow_none=True)
    start = fields.Date(allow_none=True)
    conditions = fields.List(
        fields.Text(), metadata={"description": "Codes of the plan's present conditions."}
    )
    closed_reason = fields.Text(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class CarePlanFilters(Query):
    """Narrow a list of plans; several values of one filter are alternatives."""

    status = fields.Several(fields.Enum(PlanStatus))
