"""Count what the clinic's teams made of what a rule found; a rule dismissed too often is listed for review."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import audit
from service.actions.accounts import require_anybody
from service.domain.actor import Actor
from service.domain.flags import (
    CLOSING,
    DECISIONS,
    OPENING,
    REVIEW_DECISIONS,
    REVIEW_SHARE,
    Move,
    is_for_review,
)
from service.domain.policy import Action, Resource
from service.errors import NotVisible
from service.models.rule_counts import counts_of_rule

Row = Mapping[str, Any]

# What each move in a flag's history counts as.
_COUNTED_AS: Final[dict[str, str]] = {
    **dict.fromkeys(OPENING, "raised"),
    "acknowledged": "acknowledged",
    Move.RESOLVE: "changed",
    "accepted": "accepted",
    "renewed": "renewed",
    "dismissed": "dismissed",
    Move.AUTO_CLOSE: "auto_closed",
    Move.SUPERSEDE: "superseded",
}
_COUNTS: Final = tuple(dict.fromkeys(_COUNTED_AS.values()))


def of_rule(session: Session, actor: Actor, code: str) -> Row:
    """Count the flags of one rule in the caller's clinic, and list the rules that are for review."""
    rule = next((one for one in conflicts.rules() if one["code"] == code), None)
    if rule is None:
        raise NotVisible
    require_anybody(actor, Resource.RULE_STATISTICS, Action.READ)
    actor.admitted(session)
    found = counts_of_rule(
        session,
        actor.tenant_id,
        code,
        opening=OPENING,
        closing=CLOSING,
        decisions=DECISIONS,
    )
    audit.allowed(session, actor, "read", Resource.RULE_STATISTICS)
    decided = [_decided(row) for row in found["decisions"]]
    own = next((one for one in decided if one["code"] == code), _decided({"code": code}))
    median = found["median_days_open"]
    return {
        "type": rule["type"],
        "version": rule["version"],
        "knowledge_version": conflicts.KNOWLEDGE_VERSION,
        **_counted(found["moves"], found["standing"]),
        **own,
        "median_days_open": None if median is None else round(float(median), 1),
        "accepted_because": [
            {"reason_code": row["reason_code"], "times": row["times"]} for row in found["reasons"]
        ],
        "by_tier": _by(found, "tier"),
        "by_version": _by(found, "rule_version"),
        "review": {
            "share_above": float(REVIEW_SHARE),
            "decisions_from": REVIEW_DECISIONS,
            "rules": [one for one in decided if one["for_review"]],
        },
    }


def _decided(row: Row) -> dict[str, Any]:
    dismissed, decisions = row.get("dismissed", 0), row.get("decisions", 0)
    return {
        "code": row["code"],
        "decisions": decisions,
        "dismissed": dismissed,
        "dismissed_share": round(dismissed / decisions, 3) if decisions else None,
        "for_review": is_for_review(dismissed, decisions),
    }


def _counted(moves: Iterable[Row], standing: Iterable[Row]) -> dict[str, int]:
    found: Counter[str] = Counter(dict.fromkeys(("flags", "open", *_COUNTS), 0))
    for row in moves:
        if row["action"] in _COUNTED_AS:
            found[_COUNTED_AS[row["action"]]] += row["times"]
    for row in standing:
        found["flags"] += row["flags"]
        found["open"] += row["open"]
    return dict(found)


def _by(found: Row, name: str) -> list[dict[str, Any]]:
    """Count apart what differs in one thing."""
    parts: dict[str, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in found["moves"]:
        parts[row[name]][0].append(row)
    for row in found["standing"]:
        parts[row[name]][1].append(row)
    return [{name: key, **_counted(*rows)} for key, rows in sorted(parts.items())]
