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
    cf07_inverse_direction,
    cf08_progression_freeze,
    cf09_pain_rule,
    cf10_lifted_by_other,
    cf11_work_against_certificate,
    cf12_job_demand,
    cf13_day_overload,
    cf14_goal_blocked,
    cf15_goal_against_goal,
    cf16_opposed_messages,
    cf17_prerequisite_order,
    cf18_minimum_separation,
    cf19_appointment_clash,
    cf20_preference,
    cf21_time_burden,
    cf22_feasibility,
    cf23_duplicate,
    cf24_drug_condition,
    cf25_drug_drug,
    cf26_sedation_vigilance,
    cf27_narrowing,
    cf28_drug_or_condition_against_activity,
    cf29_cap_disagreement,
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
        cf07_inverse_direction.RULE,
        cf08_progression_freeze.RULE,
        cf09_pain_rule.RULE,
        cf10_lifted_by_other.RULE,
        cf11_work_against_certificate.RULE,
        cf12_job_demand.RULE,
        cf13_day_overload.RULE,
        cf14_goal_blocked.RULE,
        cf15_goal_against_goal.RULE,
        cf16_opposed_messages.RULE,
        cf17_prerequisite_order.RULE,
        cf18_minimum_separation.RULE,
        cf19_appointment_clash.RULE,
        cf20_preference.RULE,
        cf21_time_burden.RULE,
        cf22_feasibility.RULE,
        cf23_duplicate.RULE,
        cf24_drug_condition.RULE,
        cf25_drug_drug.RULE,
        cf26_sedation_vigilance.RULE,
        cf27_narrowing.RULE,
        cf28_drug_or_condition_against_activity.RULE,
        cf29_cap_disagreement.RULE,
    )
)
