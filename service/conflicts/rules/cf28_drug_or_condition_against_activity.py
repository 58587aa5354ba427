"""An activity or treatment that a medicine or a condition speaks against.

Fires for a row of the drug-activity or condition-activity table on a positive statement or a
permit, on the same days and in the same phase: the listed activity or one below it, or a demand at
or above the row's level. A demand that can be avoided, or is known only for a larger region, counts
one tier lower. Some rows hold only for one kind of dose, or not under supervision.

Example: spinal manipulation, and the patient has osteoporosis. Silent for a beta-blocker with an
exercise dosed by perceived exertion instead of heart rate.

Tier: the row's; one tier lower where the load can be avoided, or is known only for a larger
region.
Told: the author of the activity and the prescriber; the lead as well when it is critical.
Resolves: the prescriber, or for a condition the physicians.
FHIR: COND or CREACT, as the row says. Source: each row names its own (product labels, ACSM, WHO,
DVLA, tables of contraindications).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import (
    condition_word,
    level_words,
    mention,
    subject,
    summarize,
    upper_first,
    what,
    who,
)
from service.conflicts.facts import Condition
from service.conflicts.finding import Finding, Mention, Overlap
from service.conflicts.loads import Met, meets
from service.conflicts.medicines import is_of, overlap_with
from service.conflicts.meeting import (
    Meeting,
    allen,
    excepted,
    interval,
    is_provisional,
    phase_context,
)
from service.conflicts.repairs import withdraw
from service.conflicts.rule import Rule, fact_report, highest, overlap_of
from service.conflicts.statement import Statement
from service.conflicts.tables import Contraindication
from service.conflicts.taxonomy import WHOLE_BODY
from service.conflicts.tiers import Tier, named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every activity with every medicine and every condition."""
    asked = [
        p for p in (*day.positives, *day.permits) if p.action is not None and p.kind != "medication"
    ]
    doing, taken = day.sides(asked, day.medicines)
    drugs = [
        finding
        for p in doing
        for drug in taken
        if day.wanted(p, drug) and not excepted(p, drug)
        for finding in with_drug(day, p, drug)
    ]
    yield from highest(drugs, [row.id for row in day.drugs.drug_activity])
    doing, known = day.sides(asked, day.facts.conditions)
    conditions = [
        finding
        for p in doing
        for condition in known
        if day.wanted(p, condition)
        for finding in with_condition(day, p, condition)
    ]
    yield from highest(conditions, [row.id for row in day.drugs.condition_activity])


def with_drug(day: Day, p: Statement, drug: Statement) -> Iterator[Finding]:
    """Look for rows on one medicine."""
    for row in day.drugs.drug_activity:
        if not is_of(drug, row.fact):
            continue
        why = reason(day, p, row)
        days = interval(p, drug, day.as_of)
        context = phase_context(p, drug)
        if why is None or days is None or context is None:
            continue
        relation = allen((p.start, p.end), (drug.start, drug.end))
        meeting = Meeting(*days, context, is_provisional(days[0], p, drug), relation)
        tier = settle(
            RULE.code, tier_of(row, why[1]), sides=(p, drug), provisional=meeting.provisional
        )
        if tier is not None:
            yield fact_report(
                RULE,
                (p, drug),
                [mention(p, day.drugs), mention(drug, day.drugs)],
                tier,
                overlap_of(meeting),
                summary=summarize(
                    (who(p.author), what(p, day.drugs)), (who(drug.author), what(drug, day.drugs))
                ),
                why=[why[0], f"{upper_first(subject(drug, day.drugs))} speaks against it."],
                repairs=[withdraw(p, day.drugs), withdraw(drug, day.drugs)],
                context=context,
                row=row.id,
                fhir=row.fhir,
                lower={"certain": float(why[1])},
            )


def with_condition(day: Day, p: Statement, condition: Condition) -> Iterator[Finding]:
    """Look for rows on one condition."""
    for row in day.drugs.condition_activity:
        if row.fact != condition.code:
            continue
        why = reason(day, p, row)
        overlap = overlap_with(day, p, condition.start, condition.end)
        if why is None or overlap is None:
            continue
        provisional = is_provisional(overlap.start, p)
        tier = settle(RULE.code, tier_of(row, why[1]), sides=(p,), provisional=provisional)
        if tier is not None:
            name = condition_word(condition.code)
            fact = Mention("condition", condition.id, None, None, f"The patient has {name}.")
            yield fact_report(
                RULE,
                (p,),
                [mention(p, day.drugs), fact],
                tier,
                Overlap(overlap.start, overlap.end, None),
                summary=summarize(
                    (who(p.author), what(p, day.drugs)), ("the patient", f"has {name}")
                ),
                why=[why[0], f"{fact.says} That speaks against it ({row.source})."],
                repairs=[withdraw(p, day.drugs)],
                resolver=("physician",),
                context=p.context,
                row=row.id,
                fhir=row.fhir,
                lower={"certain": float(why[1])},
            )


def tier_of(row: Contraindication, certain: bool) -> Tier:
    """Name the tier of a row."""
    tier = named(row.tier, f"Row {row.id} of the activity tables ({row.source})")
    return tier if certain else tier.lowered("The load can be avoided, or lies in a larger region")


def reason(day: Day, p: Statement, row: Contraindication) -> tuple[str, bool] | None:
    """Say why a row is on an activity, and whether for certain; None where it is not."""
    if row.unless_supervision and p.context.supervision == frozenset({row.unless_supervision}):
        return None
    if row.dose_dimension is not None and row.dose_dimension not in p.dose:
        return None
    body = day.body
    if row.action is not None:
        if row.action in p.up or (p.says_all and not p.reach().isdisjoint(body.down[row.action])):
            name = body.label(row.action)
            dosed = (
                f", dosed by {row.dose_dimension.replace('-', ' ')}" if row.dose_dimension else ""
            )
            if p.action == row.action:
                return f"{upper_first(name)}{dosed} stands in the table.", True
            return f"{upper_first(p.label)} is, or includes, {name}{dosed}.", True
        return None
    met = best(day, p, row)
    if met is None:
        return None
    demand = met.demand
    sentence = (
        f"{upper_first(body.label(demand.action))} places {body.loads[demand.load]} on the "
        f"{body.region_label(demand.region)} ({level_words(body, demand)})."
    )
    return sentence, met.definite


def best(day: Day, p: Statement, row: Contraindication) -> Met | None:
    """Give the demand that meets a row's load best, in any of its regions."""
    if row.load is None:
        return None
    load, level = row.load
    regions = row.regions or (WHOLE_BODY,)
    found = [
        met
        for region in regions
        if (met := meets(day.body, p.demands(), load, region, level)) is not None
    ]
    return max(found, key=lambda met: (met.definite, met.demand.level), default=None)


RULE = Rule(
    code="CF28",
    type="drug-or-condition-against-activity",
    version="1",
    source="Each row names its own: product labels, ACSM, WHO, DVLA, tables of contraindications",
    fhir=("COND", "CREACT"),
    told="the author of the activity and the prescriber; the lead when critical",
    resolver="the prescriber, or for a condition the physicians",
    documentation=__doc__ or "",
    find=find,
)
