"""Say what a finding and a flag look like, and what the team may do about one."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from marshmallow import ValidationError, validates_schema

from service.api.allergies.schemas import AllergyPatch
from service.api.appointments.schemas import AppointmentPatch
from service.api.capacity.schemas import CapacityPatch
from service.api.common import AuthorOut
from service.api.conditions.schemas import ConditionPatch
from service.api.events.schemas import EventPatch
from service.api.goals.schemas import GoalPatch
from service.api.job_demands.schemas import JobDemandPatch
from service.api.milestones.schemas import MilestonePatch
from service.api.observations.schemas import ObservationPatch
from service.api.preferences.schemas import PreferencePatch
from service.api.recommendations.schemas import ContextOut, RecommendationPatch
from service.conflicts.reader import FIRST_YEAR, LAST_YEAR
from service.domain.vocabulary import (
    AcceptReason,
    DatedFindingStatus,
    FlagStatus,
    NotCheckedReason,
    PatientConflictStatus,
    Role,
    Severity,
    StatementKind,
    Tier,
)
from service.web import fields
from service.web.schemas import In, Out, Patch, Query


class StatementOut(Out):
    """Name one item that decided a finding, and say in words what it says."""

    kind = fields.Enum(StatementKind)
    id = fields.Text(metadata={"description": "`new-1` and so on for what is not saved yet."})
    version = fields.Integer(allow_none=True)
    author = fields.Nested(AuthorOut, allow_none=True)
    says = fields.Text()


class DimensionOut(Out):
    """Compare what is asked with what is allowed, in the unit of the limit."""

    name = fields.Text()
    unit = fields.Text()
    required = fields.List(
        fields.Number(allow_none=True), metadata={"description": "Low and high end; null is open."}
    )
    allowed = fields.List(
        fields.Number(allow_none=True), metadata={"description": "Low and high end; null is open."}
    )
    excess = fields.Number(allow_none=True)


class OverlapOut(Out):
    """Show the days on which both sides hold."""

    start = fields.Date(allow_none=True)
    end = fields.Date(allow_none=True)
    relation = fields.Text(allow_none=True, metadata={"description": "Allen's word."})


class SinceOut(Out):
    """Show since when a finding holds, and which item brought it about."""

    valid = fields.Date(allow_none=True)
    recorded = fields.Text(allow_none=True)
    caused_by = fields.Text(allow_none=True)


class RepairStatementOut(Out):
    """Name the item a repair would change; none where it would add one."""

    kind = fields.Enum(StatementKind)
    id = fields.Text(allow_none=True)


class RepairOut(Out):
    """Offer one change that clears the finding, and say whose it is to make."""

    by = fields.Text()
    statement = fields.Nested(RepairStatementOut)
    change = fields.Free(fields.MERGE_PATCH, metadata={"description": "What to send to its PATCH."})
    says = fields.Text()


class FindingOut(Out):
    """Show advice that cannot all be followed: what, why, and what would put it right."""

    code = fields.Text(metadata={"description": "The rule, for example `CF03`."})
    type = fields.Text(metadata={"description": "The rule's name, for example `dose-cap`."})
    tier = fields.Enum(Tier)
    severity = fields.Enum(Severity)
    summary = fields.Text(max_length=140)
    statements = fields.List(fields.Nested(StatementOut))
    dimension = fields.Nested(DimensionOut, allow_none=True)
    overlap = fields.Nested(OverlapOut, allow_none=True)
    context = fields.Nested(ContextOut)
    why = fields.List(fields.Text())
    tier_trace = fields.List(fields.Text())
    since = fields.Nested(SinceOut)
    repairs = fields.List(fields.Nested(RepairOut))
    told = fields.List(fields.Text())
    resolver = fields.List(
        fields.Text(),
        metadata={"description": "Disciplines, or `lead`, `patient`, `author:<id>`."},
    )
    fhir = fields.Text(
        allow_none=True, metadata={"description": "The v3-ActCode of a DetectedIssue, if one fits."}
    )
    row = fields.Text(allow_none=True, metadata={"description": "The table row that decided."})
    rule_version = fields.Text()
    knowledge_version = fields.Text()
    fingerprint = fields.Text(metadata={"description": "The same for the same contradiction."})
    material = fields.Text(metadata={"description": "A hash of the fields that decided."})


class _SignedOut(Out):
    by = fields.Text()
    name = fields.Text(allow_none=True)
    role = fields.Enum(Role, allow_none=True)
    on_behalf_of = fields.Text(allow_none=True)
    at = fields.DateTime()
    episode = fields.Integer(allow_none=True)


class AcknowledgementOut(_SignedOut):
    """Show who has seen a flag; a resolver's acknowledgement lifts a hold."""

    reason = fields.Text(allow_none=True)
    resolver = fields.Boolean(allow_none=True)


class CommentOut(_SignedOut):
    """Show what was said about a flag."""

    comment = fields.Text()


class AcceptanceOut(_SignedOut):
    """Show who accepted a contradiction, why, and until when."""

    reason_code = fields.Enum(AcceptReason)
    text = fields.Text(allow_none=True)
    expires = fields.Date(allow_none=True)
    monitor_by = fields.Date(allow_none=True)
    awaits_second = fields.Boolean(
        allow_none=True,
        metadata={"description": "Whether its days count only once a second person has said so."},
    )


class ResolvingChangeOut(Out):
    """Name a change that cleared a flag."""

    kind = fields.Text()
    id = fields.Text(allow_none=True)
    version = fields.Integer(allow_none=True)


class ResolutionOut(_SignedOut):
    """Show how a flag was resolved or dismissed."""

    reason = fields.Text(allow_none=True)
    changes = fields.List(fields.Nested(ResolvingChangeOut))


class CauseOut(Out):
    """Name what opened or closed a flag."""

    kind = fields.Text(
        metadata={
            "description": "The kind of item that was written; `day` where time alone did it, `knowledge`"
            " where a release of the knowledge did, `import` where an import did."
        }
    )
    id = fields.Text(allow_none=True)
    version = fields.Integer(allow_none=True)
    by = fields.Text(allow_none=True)


class DatedFindingOut(FindingOut):
    """Show what is found on a day that was asked for; nothing of it is stored, so it is no flag."""

    status = fields.Enum(DatedFindingStatus, metadata={"description": "What tells it from a flag."})
    as_of = fields.Date()


class ConflictOut(FindingOut):
    """Show a flag: a finding with a life."""

    id = fields.Uuid()
    version = fields.Integer()
    status = fields.Enum(FlagStatus)
    episode = fields.Integer(metadata={"description": "Counts how often it was opened."})
    opened_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)
    acknowledgements = fields.List(fields.Nested(AcknowledgementOut))
    acceptances = fields.List(fields.Nested(AcceptanceOut))
    comments = fields.List(fields.Nested(CommentOut))
    resolution = fields.Nested(ResolutionOut, allow_none=True)
    expires = fields.Date(
        allow_none=True, metadata={"description": "The day on which an acceptance ends."}
    )
    caused_by = fields.Nested(CauseOut, allow_none=True)
    superseded_by = fields.Uuid(allow_none=True)
    group = fields.Text(
        allow_none=True,
        metadata={"description": "The limit it belongs to; flags of one group are one card."},
    )


class PatientConflictOut(Out):
    """Show what a patient reads of a flag."""

    id = fields.Uuid()
    status = fields.Enum(PatientConflictStatus)
    text = fields.Text()


class NotCheckedOut(Out):
    """Show something the engine could not check, and why."""

    reason = fields.Enum(NotCheckedReason)
    statements = fields.List(fields.Text())


class PreviewOut(Out):
    """Show what a change would open or worsen, and what of it could not be checked."""

    findings = fields.List(fields.Nested(FindingOut))
    not_checked = fields.List(fields.Nested(NotCheckedOut))


def _of_our_age(day: date) -> None:
    """Refuse a day on which the engine does not reckon."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError("out-of-range")


class AsOf(Query):
    """Choose a day."""

    as_of = fields.Date(
        validate=_of_our_age,
        metadata={"description": "A day in the clinic's zone; nothing is stored."},
    )


class ConflictFilters(AsOf):
    """Narrow a list of flags; several values of one filter are alternatives."""

    status = fields.Several(fields.Enum(FlagStatus))
    tier = fields.Several(fields.Enum(Tier))
    code = fields.Several(fields.Text(max_length=8, pattern=r"^CF[0-9]{2}$"))
    statement = fields.Several(
        fields.Text(max_length=64), metadata={"description": "Ids of items a flag names."}
    )


class ConflictAcknowledge(In):
    """Say that one has seen a flag."""

    reason = fields.Text(required=True, max_length=1000)


class ConflictDiscuss(In):
    """Say something about a flag."""

    comment = fields.Text(required=True)


class ConflictDismiss(In):
    """Put a flag aside."""

    reason = fields.Text(required=True, max_length=1000)


class ConflictAccept(In):
    """Accept a contradiction knowingly."""

    reason_code = fields.Enum(AcceptReason, required=True)
    text = fields.Text(required=True)
    expires = fields.Date(
        metadata={"description": "At most the overlap's end; otherwise in 28 days at the latest."}
    )
    monitor_by = fields.Date(metadata={"description": "Needed with `will-monitor`."})


PATCHES: Final[dict[StatementKind, type[Patch]]] = {
    StatementKind.RECOMMENDATION: RecommendationPatch,
    StatementKind.GOAL: GoalPatch,
    StatementKind.MILESTONE: MilestonePatch,
    StatementKind.PREFERENCE: PreferencePatch,
    StatementKind.CAPACITY: CapacityPatch,
    StatementKind.CONDITION: ConditionPatch,
    StatementKind.ALLERGY: AllergyPatch,
    StatementKind.OBSERVATION: ObservationPatch,
    StatementKind.EVENT: EventPatch,
    StatementKind.JOB_DEMAND: JobDemandPatch,
    StatementKind.APPOINTMENT: AppointmentPatch,
}


class ConflictChange(Patch):
    """Change one item as its own PATCH would."""

    kind = fields.Enum(StatementKind, required=True)
    id = fields.Uuid(required=True)
    version = fields.Integer(
        required=True, minimum=1, metadata={"description": "The version it is based on."}
    )
    patch = fields.Free(fields.MERGE_PATCH, required=True)


class ConflictResolve(Patch):
    """Clear a flag by changes, all or none."""

    changes = fields.List(fields.Nested(ConflictChange), required=True, min_items=1, max_items=20)
    reason = fields.Text(required=True, max_length=1000)

    @validates_schema
    def _patches(self, data: dict[str, Any], **_: Any) -> None:
        """Read each patch as the PATCH of its own kind would."""
        wrong: dict[int, Any] = {}
        for index, change in enumerate(data["changes"]):
            schema = PATCHES.get(change["kind"])
            if schema is None:
                wrong[index] = {"kind": ["not-changeable-here"]}
                continue
            try:
                change["patch"] = schema().load(change["patch"])
            except ValidationError as error:
                wrong[index] = {"patch": error.messages}
        if wrong:
            raise ValidationError({"changes": wrong})
