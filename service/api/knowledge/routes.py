"""Serve the knowledge the service runs on, and the check of a plan document of any origin."""

from __future__ import annotations

from typing import Any, Final

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


_COUNTS: Final = {
    "flags": 41,
    "open": 3,
    "raised": 46,
    "acknowledged": 22,
    "changed": 19,
    "accepted": 6,
    "renewed": 2,
    "dismissed": 9,
    "auto_closed": 12,
    "superseded": 0,
}
_DECISIONS: Final = {
    "code": "CF02",
    "decisions": 34,
    "dismissed": 9,
    "dismissed_share": 0.265,
    "for_review": False,
}


@blp.operation(
    "GET",
    "/conflict-rules/<code>/statistics",
    scope=ANY_TOKEN,
    permission=("rule-statistics", "read"),
    out=RuleStatisticsOut,
    etag=False,
    examples={
        "response": {
            **_COUNTS,
            **_DECISIONS,
            "type": "load-restriction",
            "version": "1",
            "knowledge_version": "2026.5",
            "median_days_open": 4.5,
            "accepted_because": [{"reason_code": "benefit-outweighs-risk", "times": 6}],
            "by_tier": [{"tier": "warning", **_COUNTS}],
            "by_version": [{"rule_version": "1", **_COUNTS}],
            "review": {
                "share_above": 0.6,
                "decisions_from": 20,
                "rules": [
                    {
                        "code": "CF27",
                        "decisions": 25,
                        "dismissed": 17,
                        "dismissed_share": 0.68,
                        "for_review": True,
                    }
                ],
            },
        }
    },
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
    examples={
        "request": {"as_of": "2027-02-15", "recommendations": []},
        "response": {"findings": [], "not_checked": []},
    },
)
def check_plan_document(call: Call) -> Any:
    """Check a plan document; nothing of it is stored."""
    return knowledge.check_document(call.session, call.actor, call.body)
