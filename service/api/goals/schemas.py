"""Say what a goal looks like, going in and coming out."""

from __future__ import annotations

from service.api.common import NOT_BLANK, ItemOut, RangeIn, RangeOut
from service.api.sourced import ORIGIN, SourcedCreate
from service.domain.vocabulary import (
    AcceptancePriority,
    AcceptanceStatus,
    Discipline,
    GoalAchievement,
    GoalDirection,
    GoalStatus,
    Owner,
)
from service.web import fields
from service.web.schemas import In, Out, Query, patch_of


class QuantityIn(In):
    """Give a value and its unit."""

    value = fields.Number(required=True)
    unit = fields.Text(max_length=32, metadata={"description": "A UCUM unit."})


class QuantityOut(Out):
    """Show a value and its unit."""

    value = fields.Number()
    unit = fields.Text(allow_none=True)


class GoalTargetIn(RangeIn):
    """Give the range aimed at; either end may be open."""


class AttainmentLevelIn(In):
    """Say what one level of goal attainment scaling means for this goal."""

    level = fields.Integer(
        required=True,
        minimum=-2,
        maximum=2,
        metadata={"description": "-2 much less than expected, 0 as expected, 2 much more."},
    )
    description = fields.Text(required=True, max_length=500)


class AttainmentLevelOut(Out):
    """Show what one level of goal attainment scaling means for this goal."""

    level = fields.Integer()
    description = fields.Text()


class GoalAcceptanceIn(In):
    """Say whether one party agrees to the goal."""

    party = fields.Enum(Discipline, required=True)
    status = fields.Enum(AcceptanceStatus, required=True)
    priority = fields.Enum(AcceptancePriority)
    note = fields.Text(max_length=500)


class GoalAcceptanceOut(Out):
    """Show whether one party agrees to the goal."""

    party = fields.Enum(Discipline)
    status = fields.Enum(AcceptanceStatus)
    priority = fields.Enum(AcceptancePriority, allow_none=True)
    note = fields.Text(allow_none=True)


class GoalCreate(SourcedCreate):
    """Add a goal."""

    title = fields.Text(required=True, max_length=200, pattern=NOT_BLANK)
    description = fields.Text()
    expressed_by = fields.Enum(
        Discipline, metadata={"description": "In whose words the goal is put."}
    )
    action = fields.Code(
        metadata={"description": "The activity aimed at, a code of `/activities`."}
    )
    measure = fields.Text(
        max_length=200,
        pattern=NOT_BLANK,
        metadata={"description": "What is measured, in the same words everywhere."},
    )
    baseline = fields.Nested(QuantityIn)
    target = fields.Nested(GoalTargetIn)
    direction = fields.Enum(GoalDirection)
    start = fields.Date()
    due = fields.Date()
    status = fields.Enum(
        GoalStatus,
        metadata={
            "description": "`active` where nothing is said; a new one may be `proposed`, `planned` or"
            " `accepted`, too. See FHIR's Goal."
        },
    )
    achievement = fields.Enum(GoalAchievement)
    goal_attainment_scale = fields.List(fields.Nested(AttainmentLevelIn), max_items=5)
    acceptance = fields.List(fields.Nested(GoalAcceptanceIn), max_items=20)
    confidence_to_act = fields.Integer(
        minimum=0,
        maximum=10,
        metadata={"description": "The patient's readiness to change, from 0 to 10."},
    )
    owner_discipline = fields.Enum(
        Owner, metadata={"description": "The author's own discipline where nothing is said."}
    )
    owner_id = fields.Uuid(metadata={"description": "The person of the owning discipline."})


_Changeable = patch_of("_Changeable", GoalCreate, without=(*ORIGIN, "status", "owner_discipline"))


class GoalPatch(_Changeable):  # type: ignore[misc,valid-type]  # made by a function
    """Change a goal by a merge patch."""

    status = fields.Enum(GoalStatus)
    owner_discipline = fields.Enum(Owner)


class GoalOut(ItemOut):
    """Show what the patient and the team are working towards."""

    title = fields.Text()
    description = fields.Text(allow_none=True)
    expressed_by = fields.Enum(Discipline, allow_none=True)
    action = fields.Code(allow_none=True)
    measure = fields.Text(allow_none=True)
    baseline = fields.Nested(QuantityOut, allow_none=True)
    target = fields.Nested(RangeOut, allow_none=True)
    direction = fields.Enum(GoalDirection, allow_none=True)
    start = fields.Date(allow_none=True)
    due = fields.Date(allow_none=True)
    status = fields.Enum(GoalStatus)
    achievement = fields.Enum(GoalAchievement, allow_none=True)
    goal_attainment_scale = fields.List(fields.Nested(AttainmentLevelOut), allow_none=True)
    acceptance = fields.List(fields.Nested(GoalAcceptanceOut), allow_none=True)
    confidence_to_act = fields.Integer(allow_none=True)
    owner_discipline = fields.Enum(Owner)
    owner_id = fields.Uuid(allow_none=True)


class GoalFilters(Query):
    """Narrow a list of goals; several values of one filter are alternatives."""

    status = fields.Several(fields.Enum(GoalStatus))
    owner_discipline = fields.Several(fields.Enum(Owner))
