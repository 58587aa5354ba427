"""Register the rules, in order; no rule is found by looking around.

Each rule is one file. Its docstring is its public documentation. A code that is used twice stops
the start. Rules of a later stage see what the earlier ones found (see `Rule.stage`).
"""

from __future__ import annotations

from collections.abc import Iterable

from service.conflicts.rule import Rule
from service.conflicts.rules import (
    cf01_direct_contradiction,
    cf02_load_restriction,
    cf03_dose_cap,
    cf04_dose_disagreement,
    cf05_opposed_activities,
    cf06_flare_inconsistency,
    cf10_lifted_by_other,
    cf11_work_against_certificate,
    cf16_opposed_messages,
    cf17_prerequisite_order,
    cf24_drug_condition,
    cf25_drug_drug,
    cf27_narrowing,
)


class ReusedCode(RuntimeError):
    """Say that two rules claim one code or one type."""


def register(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Take the rules in their order; refuse a code or a type that is taken."""
    taken: set[str] = set()
    registered = []
    for rule in rules:
        for name in (rule.code, rule.type):
            if name in taken:
                raise ReusedCode(f"{name} is the name of another rule already")
            taken.add(name)
        registered.append(rule)
    return tuple(registered)


RULES = register(
    (
        cf01_direct_contradiction.RULE,
        cf02_load_restriction.RULE,
        cf03_dose_cap.RULE,
        cf04_dose_disagreement.RULE,
        cf05_opposed_activities.RULE,
        cf06_flare_inconsistency.RULE,
        cf10_lifted_by_other.RULE,
        cf11_work_against_certificate.RULE,
        cf16_opposed_messages.RULE,
        cf17_prerequisite_order.RULE,
        cf24_drug_condition.RULE,
        cf25_drug_drug.RULE,
        cf27_narrowing.RULE,
    )
)
