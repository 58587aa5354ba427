"""Say what a change would bring: what it opens or makes worse, and what becomes unchecked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.conflicts.finding import TIER_ORDER, Finding, compare_material


def opened_or_worse(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give the findings that are new, more serious, or worse (or not comparable) than before."""
    known = {finding.fingerprint: finding for finding in before}
    return tuple(
        finding
        for finding in after
        if finding.fingerprint not in known or is_worse(known[finding.fingerprint], finding)
    )


def is_worse(before: Finding, after: Finding) -> bool:
    """Say whether a finding weighs more than it did, or cannot be compared with what it was."""
    if TIER_ORDER[after.tier] < TIER_ORDER[before.tier]:
        return True
    verdict = compare_material(before.material_fields, after.material_fields)
    return verdict in ("worse", "incomparable")


def newly_unchecked(
    before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """Give what could be checked before, or was not there, and cannot be checked now."""
    return tuple(note for note in after if note not in before)
