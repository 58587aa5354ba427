"""Say what the readings of a whole plan look like: summary, document, what was not checked, versions."""

from __future__ import annotations

from service.api.care_plans.schemas import CarePlanOut
from service.api.common import AuthorOut, PeriodOut, RangeOut
from service.api.conflicts.schemas import NotCheckedOut
from service.api.goals.schemas import GoalOut
from service.api.milestones.schemas import MilestoneOut, WaiverOut
from service.api.recommendations.schemas import (
    ContextOut,
    DoseOut,
    EndEventOut,
    LoadTargetOut,
    MedicationOut,
    ProgressionOut,
    RecommendationOut,
    TriggerOut,
)
from service.api.team_members.schemas import TeamMemberOut
from service.domain.vocabulary import (
    AppointmentMode,
    Attitude,
    Basis,
    Certainty,
    CodingStatus,
    GoalDirection,
    GoalStatus,
    Laterality,
    MilestoneStatus,
    Quantifier,
    RecommendationKind,
    RecommendationStatus,
    Stance,
    Strength,
)
from service.web import fields
from service.web.plan_items import ActorOut, HistoryEntryOut
from service.web.schemas import Out


class OpenFlagsOut(Out):
    """Count the open flags by tier; a tier that the reader is not told of is null."""

    critical = fields.Integer(allow_none=True)
    warning = fields.Integer(allow_none=True)
    notice = fields.Integer(allow_none=True)
    info = fields.Integer(allow_none=True)


class SummaryOut(Out):
    """Show the whole plan in one read, each list newest first."""

    plan = fields.Nested(CarePlanOut)
    team = fields.List(fields.Nested(TeamMemberOut))
    goals = fields.List(fields.Nested(GoalOut))
    milestones = fields.List(fields.Nested(MilestoneOut))
    recommendations = fields.List(
        fields.Nested(RecommendationOut), metadata={"description": "Those that are live."}
    )
    open_flags = fields.Nested(OpenFlagsOut)
    not_checked = fields.Integer(
        allow_none=True,
        metadata={"description": "How much could not be checked: no flag is no promise of safety."},
    )


class NotCheckedListOut(Out):
    """Show everything the engine could not check."""

    items = fields.List(fields.Nested(NotCheckedOut))
    count = fields.Integer()


class VersionItemOut(Out):
    """Name one item that changed, and which of its fields."""

    kind = fields.Text()
    id = fields.Uuid()
    version = fields.Integer()
    action = fields.Text()
    fields_ = fields.List(fields.Text(), data_key="fields", attribute="fields")


class VersionOut(Out):
    """Show one revision of the plan: who, when, which items."""

    revision = fields.Integer()
    at = fields.DateTime()
    by = fields.Nested(ActorOut)
    on_behalf_of = fields.Text(allow_none=True)
    items = fields.List(fields.Nested(VersionItemOut))


class VersionDetailOut(VersionOut):
    """Show one revision of the plan with every change, from what to what."""

    changes = fields.List(fields.Nested(HistoryEntryOut))


class DocumentPatientOut(Out):
    """Show what the engine knows of the patient."""

    birth_year = fields.Integer(allow_none=True)


class DocumentRecommendationOut(Out):
    """Show advice as the engine reads it."""

    id = fields.Text()
    version = fields.Integer(allow_none=True)
    author = fields.Nested(AuthorOut)
    recorded_at = fields.DateTime(allow_none=True)
    kind = fields.Enum(RecommendationKind)
    status = fields.Enum(RecommendationStatus)
    held_by = fields.List(fields.Text(), allow_none=True)
    stance = fields.Enum(Stance)
    quantifier = fields.Enum(Quantifier, allow_none=True)
    action = fields.Text(allow_none=True)
    load_target = fields.Nested(LoadTargetOut, allow_none=True)
    exclude_actions = fields.List(fields.Text(), allow_none=True)
    body_region = fields.Text(allow_none=True)
    laterality = fields.Enum(Laterality, allow_none=True)
    dose = fields.List(fields.Nested(DoseOut), allow_none=True)
    progression = fields.Nested(ProgressionOut, allow_none=True)
    context = fields.Nested(ContextOut, allow_none=True)
    period = fields.Nested(PeriodOut, allow_none=True)
    end_event = fields.Nested(EndEventOut, allow_none=True)
    review_by = fields.Date(allow_none=True)
    strength = fields.Enum(Strength, allow_none=True)
    certainty = fields.Enum(Certainty, allow_none=True)
    basis = fields.Enum(Basis, allow_none=True)
    hard = fields.Boolean(allow_none=True)
    message = fields.Text(allow_none=True)
    medication = fields.Nested(MedicationOut, allow_none=True)
    trigger = fields.Nested(TriggerOut, allow_none=True)
    rationale = fields.Text(allow_none=True)
    reason_refs = fields.List(fields.Text(), allow_none=True)
    intent_target = fields.Text(allow_none=True)
    exception_to = fields.List(fields.Text(), allow_none=True)
    supersedes = fields.List(fields.Text(), allow_none=True)
    depends_on = fields.List(fields.Text(), allow_none=True)
    part_of = fields.List(fields.Text(), allow_none=True)
    alternative_to = fields.List(fields.Text(), allow_none=True)
    source_text = fields.Text(allow_none=True)
    coding_status = fields.Enum(CodingStatus, allow_none=True)


class DocumentGoalOut(Out):
    """Show a goal as the engine reads it."""

    id = fields.Text()
    title = fields.Text()
    action = fields.Text(allow_none=True)
    measure = fields.Text(allow_none=True)
    target = fields.Nested(RangeOut, allow_none=True)
    direction = fields.Enum(GoalDirection, allow_none=True)
    start = fields.Date(allow_none=True)
    due = fields.Date(allow_none=True)
    status = fields.Enum(GoalStatus)
    owner = fields.Nested(AuthorOut)


class DocumentMilestoneOut(Out):
    """Show a milestone as the engine reads it; a shared one's owner is the team."""

    id = fields.Text()
    title = fields.Text()
    action = fields.Text(allow_none=True)
    start = fields.Date(allow_none=True)
    due = fields.Date(allow_none=True)
    status = fields.Enum(MilestoneStatus)
    requires = fields.List(fields.Text(), allow_none=True)
    waived = fields.List(fields.Nested(WaiverOut), allow_none=True)
    owner = fields.Nested(AuthorOut)


class DocumentPreferenceOut(Out):
    """Show a preference as the engine reads it."""

    id = fields.Text()
    action = fields.Text()
    attitude = fields.Enum(Attitude)
    alternative = fields.Text(allow_none=True)


class DocumentMinutesOut(Out):
    """Show how many minutes a day the patient has."""

    baseline = fields.Number(allow_none=True)
    flare = fields.Number(allow_none=True)


class DocumentCapacityOut(Out):
    """Show the patient's time and means as the engine reads them; null resources are not recorded."""

    id = fields.Text()
    minutes_per_day = fields.Nested(DocumentMinutesOut, allow_none=True)
    hours_per_week = fields.Number(allow_none=True)
    resources = fields.List(fields.Text(), allow_none=True)


class DocumentConditionOut(Out):
    """Show a condition as the engine reads it."""

    id = fields.Text()
    code = fields.Text()
    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)


class DocumentAllergyOut(Out):
    """Show an allergy or intolerance as the engine reads it."""

    id = fields.Text()
    drug_class = fields.Text()
    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)


class DocumentObservationOut(Out):
    """Show a measured value as the engine reads it."""

    id = fields.Text()
    code = fields.Text()
    value = fields.Number()
    unit = fields.Text()
    date = fields.Date()


class DocumentJobDemandOut(Out):
    """Show a demand of the patient's job as the engine reads it."""

    id = fields.Text()
    action = fields.Text()
    body_region = fields.Text(allow_none=True)
    dose = fields.List(fields.Nested(DoseOut), allow_none=True)
    removed = fields.Boolean()


class DocumentEventOut(Out):
    """Show an event as the engine reads it."""

    id = fields.Text()
    code = fields.Text()
    body_region = fields.Text(allow_none=True)
    laterality = fields.Enum(Laterality, allow_none=True)
    date = fields.Date()


class DocumentAppointmentOut(Out):
    """Show an appointment as the engine reads it, in the clinic's local time."""

    id = fields.Text()
    start = fields.Text(metadata={"description": "A local date-time without zone."})
    end = fields.Text(metadata={"description": "A local date-time without zone."})
    mode = fields.Enum(AppointmentMode)
    place = fields.Text(allow_none=True)
    travel_minutes = fields.Integer(allow_none=True)
    owner = fields.Nested(AuthorOut)


class PlanDocumentOut(Out):
    """Show the engine's input for a plan; `python -m service.conflicts check` reads it as it is."""

    as_of = fields.Date()
    patient = fields.Nested(DocumentPatientOut)
    recommendations = fields.List(fields.Nested(DocumentRecommendationOut))
    goals = fields.List(fields.Nested(DocumentGoalOut))
    milestones = fields.List(fields.Nested(DocumentMilestoneOut))
    preferences = fields.List(fields.Nested(DocumentPreferenceOut))
    capacity = fields.Nested(DocumentCapacityOut, allow_none=True)
    conditions = fields.List(fields.Nested(DocumentConditionOut))
    allergies = fields.List(fields.Nested(DocumentAllergyOut))
    observations = fields.List(fields.Nested(DocumentObservationOut))
    job_demands = fields.List(fields.Nested(DocumentJobDemandOut))
    events = fields.List(fields.Nested(DocumentEventOut))
    appointments = fields.List(fields.Nested(DocumentAppointmentOut))
