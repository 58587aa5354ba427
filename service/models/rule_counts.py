"""What a clinic's teams made of the flags of each rule: counts over all plans, and no plan among them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from service.models.flags import OPEN

# Moves stand in the flags' history; the tier and the version of the rule are those the flag was last found
# with. An episode ends with the first move that closes it; one that opens anew before that was not closed.
_STATEMENT = text(
    """
WITH moves AS MATERIALIZED (
    SELECT f.tier, f.finding ->> 'rule_version' AS rule_version, c.item_id, c.id, c.action, c.at,
        c.after -> 'acceptances' -> -1 ->> 'reason_code' AS reason_code
    FROM conflict_flags f
    JOIN item_changes c ON c.tenant_id = f.tenant_id AND c.item_id = f.id
    WHERE f.tenant_id = :tenant AND f.code = :code AND c.item_kind = 'conflict'
), episodes AS (
    SELECT action, at, lead(action) OVER life AS next_action, lead(at) OVER life AS next_at
    FROM moves WHERE action = ANY(:opening) OR action = ANY(:closing)
    WINDOW life AS (PARTITION BY item_id ORDER BY id)
)
SELECT
(SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT tier, rule_version, action, count(*) AS times FROM moves
    GROUP BY tier, rule_version, action) t) AS moves,
(SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT tier, finding ->> 'rule_version' AS rule_version, count(*) AS flags,
        count(*) FILTER (WHERE status = ANY(:open)) AS open
    FROM conflict_flags WHERE tenant_id = :tenant AND code = :code
    GROUP BY tier, finding ->> 'rule_version') t) AS standing,
(SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT reason_code, count(*) AS times FROM moves
    WHERE action = 'accepted' GROUP BY reason_code ORDER BY reason_code) t) AS reasons,
(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM next_at - at) / 86400.0)
    FROM episodes WHERE action = ANY(:opening) AND next_action = ANY(:closing)) AS median_days_open,
(SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT f.code, count(*) AS decisions,
        count(*) FILTER (WHERE c.action = 'dismissed') AS dismissed
    FROM conflict_flags f
    JOIN item_changes c ON c.tenant_id = f.tenant_id AND c.item_id = f.id
    WHERE f.tenant_id = :tenant AND c.item_kind = 'conflict' AND c.action = ANY(:decisions)
    GROUP BY f.code ORDER BY f.code) t) AS decisions"""
)


def counts_of_rule(
    session: Session,
    tenant_id: uuid.UUID,
    code: str,
    *,
    opening: Collection[str],
    closing: Collection[str],
    decisions: Collection[str],
) -> dict[str, Any]:
    """Count what became of a rule's flags, and what was decided under every rule, in one statement."""
    asked = {
        "tenant": tenant_id,
        "code": code,
        "opening": sorted(opening),
        "closing": sorted(closing),
        "decisions": sorted(decisions),
        "open": sorted(OPEN),
    }
    row = session.execute(_STATEMENT, asked).one()
    return dict(zip(row._fields, row, strict=True))
