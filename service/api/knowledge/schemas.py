"""Say what is shown of the knowledge the service runs on."""

from __future__ import annotations

from marshmallow import INCLUDE

from service.domain.vocabulary import AcceptReason, Tier
from service.web import fields
from service.web.schemas import Out, Patch

_VERSION = {"description": "The version of the knowledge this comes from."}
_CODES = fields.OpenObject("CodesByField", "Every known code, by the field it belongs to.")
_ENTRY = fields.OpenObject(
    "DocumentEntry", "One entry of a plan document, as `PlanDocument` shows those of its kind."
)


class ActivityDemandOut(Out):
    """Show a load that an activity places on a part of the body."""

    # The attribute has another name, because a schema has a method of this one.
    load_ = fields.Text(data_key="load", attribute="load")
    region = fields.Text()
    level = fields.Integer(metadata={"description": "1 low, 2 moderate, 3 high."})
    inherent = fields.Boolean(metadata={"description": "Whether technique cannot avoid it."})


class ActivityOut(Out):
    """Show an activity of the taxonomy."""

    code = fields.Text()
    label = fields.Text()
    is_a = fields.List(fields.Text(), metadata={"description": "The activities above it."})
    icf = fields.Text(allow_none=True, metadata={"description": "The ICF code it is anchored to."})
    demands = fields.List(fields.Nested(ActivityDemandOut))


class BodyRegionOut(Out):
    """Show a region of the body."""

    code = fields.Text()
    label = fields.Text()
    part_of = fields.Text(allow_none=True)


class LoadOut(Out):
    """Show a kind of load."""

    code = fields.Text()
    label = fields.Text()


class TaxonomyOut(Out):
    """Show the activities, regions, loads and other codes that rules know."""

    activities = fields.List(fields.Nested(ActivityOut))
    regions = fields.List(fields.Nested(BodyRegionOut))
    loads_ = fields.List(fields.Nested(LoadOut), data_key="loads", attribute="loads")
    codes = fields.Free(_CODES)
    version = fields.Text()
    knowledge_version = fields.Text(metadata=_VERSION)


class ConflictRuleOut(Out):
    """Show a rule that finds advice which cannot all be followed."""

    code = fields.Text()
    type = fields.Text()
    version = fields.Text()
    documentation = fields.Text()
    source = fields.Text()
    fhir = fields.List(
        fields.Text(), metadata={"description": "FHIR DetectedIssue codes, beside our own."}
    )
    told = fields.Text()
    resolver = fields.Text()


class ConflictRulesOut(Out):
    """Show the rules."""

    items = fields.List(fields.Nested(ConflictRuleOut))
    knowledge_version = fields.Text(metadata=_VERSION)


def _count(what: str) -> fields.Integer:
    return fields.Integer(minimum=0, metadata={"description": what})


class RuleCountsOut(Out):
    """Show what became of a rule's flags in all plans of the clinic."""

    flags = _count("Flags it ever raised.")
    open = _count("Of these, the ones that are open now.")
    raised = _count("How often they were opened, each time they came back counted too.")
    acknowledged = _count("How often somebody said to have seen one.")
    changed = _count("Decisions: advice was changed to clear the flag, and the change said so.")
    accepted = _count("Decisions: accepted knowingly, for a reason and until a day.")
    renewed = _count("How often an acceptance was renewed; no decision of its own.")
    dismissed = _count("Decisions: put aside.")
    auto_closed = _count("Closed because the finding was gone, whatever took it away.")
    superseded = _count("Closed because another rule now tells it.")


class RuleCountsOfTierOut(RuleCountsOut):
    """Show the counts of the flags that were last found with one tier."""

    tier = fields.Enum(Tier)


class RuleCountsOfVersionOut(RuleCountsOut):
    """Show the counts of the flags that were last found by one version of the rule."""

    rule_version = fields.Text()


class AcceptReasonCountOut(Out):
    """Show how often a reason was given for accepting."""

    reason_code = fields.Enum(AcceptReason)
    times = _count("How often.")


class RuleDecisionsOut(Out):
    """Show how a rule's findings were decided on."""

    code = fields.Text()
    decisions = _count("Changed, accepted and dismissed together.")
    dismissed = _count("Of these, dismissed.")
    dismissed_share = fields.Number(
        allow_none=True, metadata={"description": "Dismissed by decisions; null before the first."}
    )
    for_review = fields.Boolean(
        metadata={"description": "Dismissed too often for what it finds to be of use."}
    )


class RuleReviewOut(Out):
    """Show which rules are for review, and from when on one is."""

    share_above = fields.Number(metadata={"description": "A dismissed share above this one."})
    decisions_from = _count("And so many decisions or more.")
    rules = fields.List(fields.Nested(RuleDecisionsOut))


class RuleStatisticsOut(RuleCountsOut, RuleDecisionsOut):
    """Show what the clinic's teams made of what one rule found."""

    type = fields.Text()
    version = fields.Text(metadata={"description": "The present version of the rule."})
    knowledge_version = fields.Text(metadata=_VERSION)
    median_days_open = fields.Number(
        allow_none=True,
        metadata={
            "description": "From the opening of an episode to its end; null before the first."
        },
    )
    accepted_because = fields.List(fields.Nested(AcceptReasonCountOut))
    by_tier = fields.List(fields.Nested(RuleCountsOfTierOut))
    by_version = fields.List(fields.Nested(RuleCountsOfVersionOut))
    review = fields.Nested(RuleReviewOut)


class ScoreRangeOut(Out):
    """Show a range of scores, both ends included."""

    low = fields.Number()
    high = fields.Number()


class ScoreBandOut(Out):
    """Show a band of scores that has a name."""

    code = fields.Text()
    low = fields.Number()
    high = fields.Number()


class ImportantChangeOut(Out):
    """Show the smallest change that matters, in points or in percent of the baseline."""

    points = fields.Number(allow_none=True)
    percent = fields.Number(allow_none=True)


class InstrumentOut(Out):
    """Show an outcome measure; the wording of its items is not part of the service."""

    code = fields.Text()
    name = fields.Text()
    about = fields.Text()
    items = fields.Integer(metadata={"description": "How many items it has."})
    item_range = fields.Nested(ScoreRangeOut)
    scoring = fields.Text(metadata={"description": "`value`, `mean` or `sum` of the items."})
    range = fields.Nested(ScoreRangeOut)
    better = fields.Text(metadata={"description": "`lower` or `higher`."})
    important_change = fields.Nested(ImportantChangeOut, allow_none=True)
    bands = fields.List(fields.Nested(ScoreBandOut))
    loinc = fields.List(fields.Text())
    sources = fields.List(fields.Text())


class InstrumentsOut(Out):
    """Show the outcome measures."""

    items = fields.List(fields.Nested(InstrumentOut))
    knowledge_version = fields.Text(metadata=_VERSION)


def _listed(what: str) -> fields.Anything:
    return fields.Anything(_ENTRY, listed=True, allow_none=True, metadata={"description": what})


class PlanDocumentToCheck(Patch):
    """Give a plan document.

    What it may hold is the engine's to say, so nothing is refused here; the engine names the place.
    """

    class Meta:
        unknown = INCLUDE

    as_of = fields.Anything(metadata={"type": "string", "format": "date"})
    patient = fields.Anything(_ENTRY, allow_none=True)
    recommendations = _listed("What the team advises.")
    goals = _listed("What is worked towards.")
    milestones = _listed("The steps.")
    preferences = _listed("What the patient would rather do, or not do.")
    capacity = fields.Anything(_ENTRY, allow_none=True)
    conditions = _listed("Diagnoses.")
    allergies = _listed("Allergies to classes of drugs.")
    observations = _listed("Measured values.")
    job_demands = _listed("What the job asks of the body.")
    events = _listed("What happened.")
    appointments = _listed("Times to attend, local and without zone.")
