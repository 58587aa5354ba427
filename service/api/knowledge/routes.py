"""Serve the knowledge the service runs on, and the check of a plan document of any origin."""

from __future__ import annotations

from typing import Any

from service.actions import knowledge, rule_statistics
from service.api.conflicts.schemas import PreviewOut
from service.api.knowledge.schemas import (
    ActivityOut,
    ConflictRuleOut,
    ConflictRulesOut,
    InstrumentsOut,
    PlanDocumentToCheck,
    RuleStatisticsOut,
    TaxonomyOut,
)
from service.domain.vocabulary import Scope
from service.web.blueprint import ANY_TOKEN, Blueprint
from service.web.operation import Call

blp = Blueprint(
    "knowledge",
    __name__,
    tag="Knowledge",
    description="Activities, rules and instruments; drafts for clinicians to review.",
)

_READ = ("knowledge", "read")


@blp.operation("GET", "/activities", scope=ANY_TOKEN, permission=_READ, out=TaxonomyOut, etag=False)
def list_activities(call: Call) -> Any:
    """List the activities, regions, loads and other codes that rules know."""
    return knowledge.activities(call.session, call.actor)


@blp.operation("GET", "/activities/<code>", scope=ANY_TOKEN, permission=_READ, out=ActivityOut)
def get_activity(call: Call, code: str) -> Any:
    """Read one activity and the loads it places on the body."""
    return knowledge.activity(call.session, call.actor, code)


@blp.operation("GET", "/conflict-rules", scope=ANY_TOKEN, permission=_READ, out=ConflictRulesOut)
def list_conflict_rules(call: Call) -> Any:
    """List the rules that find advice which cannot all be followed."""
    return knowledge.rules(call.session, call.actor)


@blp.operation(
    "GET",
    "/conflict-rules/<code>",
    scope=ANY_TOKEN,
    permission=_READ,
    out=ConflictRuleOut,
    etag=False,
)
def get_conflict_rule(call: Call, code: str) -> Any:
    """Read one rule with its documentation."""
    return knowledge.rule(call.session, call.actor, code)


@blp.operation(
    "GET",
    "/conflict-rules/<code>/statistics",
    scope=ANY_TOKEN,
    permission=("rule-statistics", "read"),
    out=RuleStatisticsOut,
    etag=False,
)
def get_conflict_rule_statistics(call: Call, code: str) -> Any:
    """Read what the clinic's teams made of what one rule found, and which rules are for review.

    Counts over all plans of the clinic, for its staff; a rule that is dismissed in more than `share_above` of
    `decisions_from` decisions or more is listed. `decisions` are flags that a change cleared and said so, that
    were accepted, and that were dismissed.
    """
    return rule_statistics.of_rule(call.session, call.actor, code)


@blp.operation("GET", "/instruments", scope=ANY_TOKEN, permission=_READ, out=InstrumentsOut)
def list_instruments(call: Call) -> Any:
    """List the outcome measures: ranges, direction and bands, no wording of items."""
    return knowledge.instruments(call.session, call.actor)


@blp.operation(
    "POST",
    "/plan-document/check",
    scope=Scope.PLAN_READ,
    permission=("document-check", "read"),
    body=PlanDocumentToCheck,
    out=PreviewOut,
)
def check_plan_document(call: Call) -> Any:
    """Check a plan document; nothing of it is stored."""
    return knowledge.check_document(call.session, call.actor, call.body)
