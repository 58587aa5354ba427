"""Say what a milestone and a report of progress look like, going in and coming out."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from service.api.common import NOT_BLANK, AuthorOut, ItemOut
from service.api.sourced import ORIGIN, SourcedCreate
from service.domain.vocabulary import (
    Comparator,
    MilestoneStatus,
    Owner,
    PlanPhase,
    Readiness,
)
from service.web import fields
from service.web.schemas import In, Out, Query, patch_of


class CriterionIn(In):
    """Say what must be measured for the milestone to count as met."""

    measure = fields.Text(required=True, max_length=200)
    comparator = fields.Enum(Comparator, required=True)
    value = fields.Number(required=True)
    unit = fields.Text(max_length=32, metadata={"description": "A UCUM unit."})


class CriterionOut(Out):
    """Show what must be measured for the milestone to count as met."""

    measure = fields.Text()
    comparator = fields.Enum(Comparator)
    value = fields.Number()
    unit = fields.Text(allow_none=True)


class WaiverIn(In):
    """Say which prerequisite need not be waited for, and why."""

    id = fields.Uuid(required=True, metadata={"description": "A milestone named in `requires`."})
    reason = fields.Text(required=True, max_length=1000)


class WaiverOut(Out):
    """Show which prerequisite need not be waited for, and why."""

    id = fields.Uuid()
    reason = fields.Text(allow_none=True)


class MilestoneCreate(SourcedCreate):
    """Add a milestone."""

    title = fields.Text(required=True, max_length=200, pattern=NOT_BLANK)
    description = fields.Text()
    goal_id = fields.Uuid(metadata={"description": "The goal it leads to."})
    phase = fields.Enum(PlanPhase)
    owner_discipline = fields.Enum(
        Owner, metadata={"description": "The author's own discipline where nothing is said."}
    )
    owner_id = fields.Uuid(metadata={"description": "The person of the owning discipline."})
    action = fields.Code(
        metadata={"description": "The activity aimed at, a code of `/activities`."}
    )
    criteria = fields.List(fields.Nested(CriterionIn), max_items=20)
    start = fields.Date()
    due = fields.Date()
    status = fields.Enum(
        MilestoneStatus,
        metadata={
            "description": "`planned` where nothing is said; a new one may be `in-progress`."
        },
    )
    requires = fields.List(
        fields.Uuid(),
        max_items=50,
        metadata={"description": "Milestones of this plan to be achieved before this one."},
    )
    waived = fields.List(fields.Nested(WaiverIn), max_items=50)


_Changeable = patch_of(
    "_Changeable", MilestoneCreate, without=(*ORIGIN, "status", "owner_discipline")
)


class MilestonePatch(_Changeable):  # type: ignore[misc,valid-type]  # made by a function
    """Change a milestone by a merge patch."""

    status = fields.Enum(MilestoneStatus)
    owner_discipline = fields.Enum(Owner)


class MilestoneOut(ItemOut):
    """Show a step towards a goal."""

    title = fields.Text()
    description = fields.Text(allow_none=True)
    goal_id = fields.Uuid(allow_none=True)
    phase = fields.Enum(PlanPhase, allow_none=True)
    owner_discipline = fields.Enum(Owner)
    owner_id = fields.Uuid(allow_none=True)
    action = fields.Code(allow_none=True)
    criteria = fields.List(fields.Nested(CriterionOut))
    start = fields.Date(allow_none=True)
    due = fields.Date(allow_none=True)
    status = fields.Enum(MilestoneStatus)
    requires = fields.List(fields.Uuid())
    waived = fields.List(fields.Nested(WaiverOut))
    readiness = fields.Enum(
        Readiness,
        metadata={"description": "`blocked` while a prerequisite is neither achieved nor waived."},
    )
    criteria_met = fields.Boolean(
        allow_none=True, metadata={"description": "Null until every measure has been reported."}
    )
    percent = fields.Integer(
        allow_none=True, metadata={"description": "The latest reported progress."}
    )


class MilestoneFilters(Query):
    """Narrow a list of milestones; several values of one filter are alternatives."""

    status = fields.Several(fields.Enum(MilestoneStatus))
    owner_discipline = fields.Several(fields.Enum(Owner))
    phase = fields.Several(fields.Enum(PlanPhase))
    goal_id = fields.Several(fields.Uuid())


class ProgressCreate(In):
    """Report progress: a note, a percentage, an observed value, or several of them."""

    note = fields.Text(max_length=2000)
    percent = fields.Integer(minimum=0, maximum=100)
    measure = fields.Text(
        max_length=200, metadata={"description": "What was observed; goes with `value`."}
    )
    value = fields.Number()
    unit = fields.Text(max_length=32, metadata={"description": "A UCUM unit."})

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not data.keys() & {"note", "percent", "value"}:
            raise ValidationError("nothing-reported")
        if ("measure" in data) != ("value" in data):
            missing = "value" if "measure" in data else "measure"
            raise ValidationError("required", missing)
        if "unit" in data and "value" not in data:
            raise ValidationError("required", "value")


class ProgressOut(Out):
    """Show one report of progress."""

    id = fields.Uuid()
    milestone_id = fields.Uuid()
    note = fields.Text(allow_none=True)
    percent = fields.Integer(allow_none=True)
    measure = fields.Text(allow_none=True)
    value = fields.Number(allow_none=True)
    unit = fields.Text(allow_none=True)
    self_reported = fields.Boolean(
        metadata={"description": "Whether the patient reported it themselves."}
    )
    author = fields.Nested(AuthorOut)
    recorded_at = fields.DateTime()
