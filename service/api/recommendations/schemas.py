"""Say what a recommendation looks like, going in and coming out, in the words of the plan document."""

from __future__ import annotations

from typing import Any, cast

from marshmallow import ValidationError, validates_schema

from service.api.common import NOT_BLANK, AuthorOut, ItemOut, PeriodIn, PeriodOut
from service.api.sourced import ORIGIN, SourcedCreate
from service.domain.vocabulary import (
    Basis,
    Certainty,
    CodingStatus,
    ContextAid,
    ContextPhase,
    ContextSetting,
    ContextSupervision,
    DoseDimension,
    EndEventKind,
    Laterality,
    MedicationRoute,
    ProgressionMode,
    Quantifier,
    RecommendationKind,
    RecommendationStatus,
    Stance,
    Strength,
    TriggerMeasure,
)
from service.web import fields
from service.web.schemas import In, Out, Patch, Query, patch_of

_REGION = {"description": "A body region of the taxonomy, for example `knee`."}
_ACTIVITY = {"description": "An activity, a code of `/activities`."}


class LoadTargetIn(In):
    """Name a load on a region of the body, from a level on."""

    # The attribute has another name, because a schema has a method of this one.
    load_ = fields.Code(
        required=True,
        data_key="load",
        attribute="load",
        metadata={"description": "A load, for example `flex`."},
    )
    region = fields.Code(required=True, metadata=_REGION)
    min_level = fields.Integer(
        minimum=1, maximum=3, metadata={"description": "1 where nothing is said."}
    )


class LoadTargetOut(Out):
    """Show a load on a region of the body, from a level on."""

    load_ = fields.Text(data_key="load", attribute="load")
    region = fields.Text()
    min_level = fields.Integer(allow_none=True)


class DoseIn(In):
    """Say how much: of a positive what is asked, of a negative what remains allowed (`high`)."""

    dimension = fields.Enum(DoseDimension, required=True)
    low = fields.Number(minimum=0)
    high = fields.Number(minimum=0)
    unit = fields.Text(
        required=True,
        max_length=32,
        pattern=NOT_BLANK,
        metadata={"description": "A UCUM unit, for example `kg`, `min`, `1/wk`."},
    )


class DoseOut(Out):
    """Show how much."""

    dimension = fields.Enum(DoseDimension)
    low = fields.Number(allow_none=True)
    high = fields.Number(allow_none=True)
    unit = fields.Text()


class ProgressionIn(In):
    """Say by what the dose goes up."""

    mode = fields.Enum(ProgressionMode, required=True)
    note = fields.Text(max_length=1000)


class ProgressionOut(Out):
    """Show by what the dose goes up."""

    mode = fields.Enum(ProgressionMode, allow_none=True)
    note = fields.Text(allow_none=True)


class ContextIn(In):
    """Say where and when it holds; a missing or empty facet is any."""

    phase = fields.List(fields.Enum(ContextPhase), max_items=5)
    setting = fields.List(fields.Enum(ContextSetting), max_items=6)
    supervision = fields.List(fields.Enum(ContextSupervision), max_items=2)
    aid = fields.List(fields.Enum(ContextAid), max_items=3)


class ContextOut(Out):
    """Show where and when it holds; a null or empty facet is any."""

    phase = fields.List(fields.Enum(ContextPhase), allow_none=True)
    setting = fields.List(fields.Enum(ContextSetting), allow_none=True)
    supervision = fields.List(fields.Enum(ContextSupervision), allow_none=True)
    aid = fields.List(fields.Enum(ContextAid), allow_none=True)


class EndEventIn(In):
    """Name what ends a limit: a review, a milestone achieved, an appointment kept."""

    kind = fields.Enum(EndEventKind, required=True)
    ref = fields.Uuid(metadata={"description": "The milestone or appointment."})


class EndEventOut(Out):
    """Show what ends a limit, and whether it has happened."""

    kind = fields.Enum(EndEventKind)
    ref = fields.Text(allow_none=True)
    recorded = fields.Boolean(metadata={"description": "Found out from the plan, never said."})
    recorded_on = fields.Date(allow_none=True)


class MedicationIn(In):
    """Name a medicine by its class, or by name where no table knows the class."""

    drug_class = fields.Code(metadata={"description": "A drug class of the clinical tables."})
    name = fields.Text(max_length=200, pattern=NOT_BLANK)
    route = fields.Enum(MedicationRoute)
    sedating = fields.Boolean()
    dose_change_date = fields.Date()
    fit_to_drive = fields.Boolean()
    daily_mg = fields.Number(minimum=0)


class MedicationOut(Out):
    """Show a medicine."""

    drug_class = fields.Text(allow_none=True)
    name = fields.Text(allow_none=True)
    route = fields.Enum(MedicationRoute, allow_none=True)
    sedating = fields.Boolean(allow_none=True)
    dose_change_date = fields.Date(allow_none=True)
    fit_to_drive = fields.Boolean(allow_none=True)
    daily_mg = fields.Number(allow_none=True)


class TriggerIn(In):
    """Say from which value on a flare step applies."""

    measure = fields.Enum(TriggerMeasure, required=True)
    low = fields.Number(required=True, minimum=0, maximum=10)


class TriggerOut(Out):
    """Show from which value on a flare step applies."""

    measure = fields.Enum(TriggerMeasure)
    low = fields.Number()


def _links(description: str) -> fields.List:
    return fields.List(fields.Uuid(), max_items=50, metadata={"description": description})


class RecommendationCreate(SourcedCreate):
    """Give advice."""

    kind = fields.Enum(RecommendationKind, required=True)
    status = fields.Enum(
        RecommendationStatus,
        metadata={"description": "`draft` or `active`; `active` where nothing is said."},
    )
    stance = fields.Enum(Stance, required=True)
    quantifier = fields.Enum(Quantifier)
    action = fields.Code(metadata=_ACTIVITY)
    load_target = fields.Nested(LoadTargetIn)
    exclude_actions = fields.List(
        fields.Code(), max_items=50, metadata={"description": "What it does not speak of."}
    )
    body_region = fields.Code(metadata=_REGION)
    laterality = fields.Enum(Laterality)
    dose = fields.List(fields.Nested(DoseIn), max_items=21)
    progression = fields.Nested(ProgressionIn)
    context = fields.Nested(ContextIn)
    period = fields.Nested(PeriodIn)
    end_event = fields.Nested(EndEventIn)
    review_by = fields.Date(
        metadata={"description": "A limit needs this where it has neither end nor end event."}
    )
    strength = fields.Enum(Strength)
    certainty = fields.Enum(Certainty)
    basis = fields.Enum(Basis)
    hard = fields.Boolean(
        metadata={
            "description": "A safety or legal limit; needs the basis `surgeon-protocol`, `legal` or"
            " `product-label`."
        }
    )
    message = fields.Code(metadata={"description": "Of education: the code of what is said."})
    medication = fields.Nested(MedicationIn)
    trigger = fields.Nested(TriggerIn)
    rationale = fields.Text()
    reason_refs = _links("Goals and conditions of this plan that it serves.")
    intent_target = fields.Text(max_length=64, metadata={"description": "An ICF code."})
    exception_to = _links("Recommendations this one is an exception to.")
    supersedes = _links("One's own recommendations that this one takes the place of.")
    depends_on = _links("Recommendations without which this one makes no sense.")
    part_of = _links("Recommendations this one is a part of.")
    alternative_to = _links("Recommendations this one stands in for.")
    source_text = fields.Text(metadata={"description": "The sentence as it was said."})
    coding_status = fields.Enum(
        CodingStatus, metadata={"description": "`confirmed` where nothing is said."}
    )


_Changeable = patch_of("_Changeable", RecommendationCreate, without=(*ORIGIN, "status"))


class RecommendationPatch(_Changeable):  # type: ignore[misc,valid-type]  # made by a function
    """Change a recommendation by a merge patch."""

    status = fields.Enum(RecommendationStatus)


class RecommendationOut(ItemOut):
    """Show one piece of advice."""

    kind = fields.Enum(RecommendationKind)
    status = fields.Enum(RecommendationStatus)
    stance = fields.Enum(Stance)
    quantifier = fields.Enum(Quantifier, allow_none=True)
    action = fields.Text(allow_none=True, metadata=_ACTIVITY)
    load_target = fields.Nested(LoadTargetOut, allow_none=True)
    exclude_actions = fields.List(fields.Text())
    body_region = fields.Text(allow_none=True, metadata=_REGION)
    laterality = fields.Enum(Laterality, allow_none=True)
    dose = fields.List(fields.Nested(DoseOut))
    progression = fields.Nested(ProgressionOut, allow_none=True)
    context = fields.Nested(ContextOut)
    period = fields.Nested(PeriodOut, allow_none=True)
    end_event = fields.Nested(EndEventOut, allow_none=True)
    review_by = fields.Date(allow_none=True)
    strength = fields.Enum(Strength, allow_none=True)
    certainty = fields.Enum(Certainty, allow_none=True)
    basis = fields.Enum(Basis, allow_none=True)
    hard = fields.Boolean()
    message = fields.Text(allow_none=True)
    medication = fields.Nested(MedicationOut, allow_none=True)
    trigger = fields.Nested(TriggerOut, allow_none=True)
    rationale = fields.Text(allow_none=True)
    reason_refs = fields.List(fields.Uuid())
    intent_target = fields.Text(allow_none=True)
    exception_to = fields.List(fields.Uuid())
    supersedes = fields.List(fields.Uuid())
    depends_on = fields.List(fields.Uuid())
    part_of = fields.List(fields.Uuid())
    alternative_to = fields.List(fields.Uuid())
    source_text = fields.Text(allow_none=True)
    coding_status = fields.Enum(CodingStatus, allow_none=True)
    held_by = fields.List(
        fields.Uuid(),
        allow_none=True,
        metadata={"description": "The flags that hold it; empty where none does."},
    )
    superseded_by = fields.Uuid(
        allow_none=True, metadata={"description": "The recommendation that takes its place."}
    )
    original_author = fields.Nested(
        AuthorOut,
        allow_none=True,
        metadata={"description": "Of adopted advice: who gave it first."},
    )
    under_discussion = fields.Boolean(
        metadata={"description": "Whether an open warning or critical flag names it."}
    )


class RecommendationFilters(Query):
    """Narrow a list of recommendations; several values of one filter are alternatives."""

    status = fields.Several(fields.Enum(RecommendationStatus))
    kind = fields.Several(fields.Enum(RecommendationKind))
    stance = fields.Several(fields.Enum(Stance))
    action = fields.Several(fields.Code())


class RecommendationDecision(In):
    """Say why imported advice is confirmed or adopted."""

    reason = fields.Text(required=True, max_length=1000)


class _Change(RecommendationCreate):
    """Name a recommendation of the plan, or none for a new one."""

    id = fields.Uuid(metadata={"description": "The recommendation to change; none for a new one."})


_UNASKED = ("reason", "resolves", *ORIGIN)
RecommendationChange = patch_of("RecommendationChange", _Change, without=_UNASKED)
RecommendationChange.__doc__ = "Change a recommendation by a merge patch, or give a new one."

_NEEDED = ("kind", "stance")


def _require_new(data: dict[str, Any]) -> None:
    missing = {name: ["required"] for name in _NEEDED if data.get(name) is None}
    if missing:
        raise ValidationError(cast("dict[str, Any]", missing))


@validates_schema
def _one_or_several(self: Patch, data: dict[str, Any], **_: Any) -> None:
    """Read one new recommendation, or `changes` and nothing beside them."""
    if data.get("changes") is None:
        data.pop("changes", None)
        _require_new(data)
        return
    beside = {name: ["beside-changes"] for name in data if name != "changes"}
    if beside:
        raise ValidationError(cast("dict[str, Any]", beside))
    wrong: dict[int, Any] = {}
    for index, change in enumerate(data["changes"]):
        if "id" not in change:
            try:
                _require_new(change)
            except ValidationError as error:
                wrong[index] = error.messages
    if wrong:
        raise ValidationError({"changes": wrong})


# A merge patch, because a change may clear a field with null.
RecommendationPreview = cast(
    "type[Patch]",
    type(
        "RecommendationPreview",
        (patch_of("_Single", RecommendationCreate, without=_UNASKED),),
        {
            # Null is as absent: a client that always sends its lists would else send an empty one.
            "changes": fields.List(
                fields.Nested(RecommendationChange), min_items=1, max_items=20, allow_none=True
            ),
            "check_one_or_several": _one_or_several,
            "__doc__": "Ask what one new recommendation, or several changes, would raise.",
        },
    ),
)
