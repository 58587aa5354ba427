"""A medicine that the patient's condition, laboratory value, age or allergy speaks against.

Fires for each row of the drug–condition table whose class (or one below it) and route a live
medicine has, while the condition lasts, the newest value that counts lies in the row's range, or
the patient has the row's age; and for an allergy to the drug's class or one above it. An old value
counts only while it was low, and then one tier lower. A protective medicine that the row names,
taken all the while, lowers the row. An allergy to a class below the drug's is listed as not
checked: the drug's class is not stated closely enough.

Example: a tablet of an anti-inflammatory drug with an eGFR of 25. Silent for the gel, and with an
eGFR of 75.

Tier: the row's; critical for an allergy.
Told: the prescriber; the lead as well when it is critical. Resolves: the prescriber.
FHIR: COND, LAB, DOSECOND or DALG, as the row says. Source: each row names its own (AGS Beers 2023,
BNF, NICE NG203, CDC 2022, product labels).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import condition_word, mention, summarize, upper_first, what, who
from service.conflicts.facts import Allergy, Condition, iso
from service.conflicts.finding import Finding, Material, Mention, Overlap, Repair
from service.conflicts.medicines import (
    ALWAYS,
    by_route,
    counting,
    is_of,
    mitigate,
    overlap_with,
    patient,
    provisional,
)
from service.conflicts.repairs import add_medicine, change, withdraw
from service.conflicts.rule import Report, Rule, highest, recorded, resolvers
from service.conflicts.statement import Statement
from service.conflicts.tables import DrugCondition
from service.conflicts.tiers import Tier, named, settle
from service.conflicts.units import show


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every medicine with every fact of the patient."""
    findings: list[Finding] = []
    for drug in day.against_facts(day.medicines):
        if drug.term is None:
            continue
        for row in day.drugs.drug_condition:
            if is_of(drug, row.drug_class) and by_route(drug, row.routes):
                findings += against_row(day, drug, row)
        for allergy in day.facts.allergies:
            findings += against_allergy(day, drug, allergy)
    yield from highest(findings, [row.id for row in day.drugs.drug_condition])


def against_row(day: Day, drug: Statement, row: DrugCondition) -> Iterator[Finding]:
    """Look for the facts that a row names."""
    if row.condition is not None:
        if row.unless_observation is not None and counting(day, row.unless_observation):
            return
        for condition in day.facts.conditions:
            if condition.code == row.condition and day.wanted(drug, condition):
                overlap = overlap_with(day, drug, condition.start, condition.end)
                if overlap is not None:
                    yield from report(day, drug, row, named_condition(condition), overlap)
    elif row.observation is not None:
        yield from against_lab(day, drug, row, row.observation)
    elif row.min_age is not None and day.facts.birth_year is not None:
        age = day.year - day.facts.birth_year
        overlap = overlap_with(day, drug, *ALWAYS)
        if age >= row.min_age and overlap is not None and day.wanted_with(drug, "patient"):
            yield from report(day, drug, row, patient(row.min_age), overlap)


def against_lab(day: Day, drug: Statement, row: DrugCondition, code: str) -> Iterator[Finding]:
    """Compare the value that counts today with the range of a row."""
    lab = counting(day, code)
    if lab is None or not day.wanted(drug, lab.observation):
        return
    value = lab.observation.value
    if (row.at_least is not None and value < row.at_least) or (
        row.below is not None and value >= row.below
    ):
        return
    overlap = overlap_with(day, drug, *ALWAYS)
    if overlap is None:
        return
    label = day.drugs.observations[code].label
    fact = Mention(
        "observation",
        lab.observation.id,
        None,
        None,
        f"{label}: {show(value)} {lab.observation.unit} on "
        f"{iso(lab.observation.day)}{' (old)' if lab.lapsed else ''}.",
    )
    yield from report(day, drug, row, fact, overlap, lapsed=lab.lapsed, value=value)


def named_condition(condition: Condition) -> Mention:
    """Say a condition in one sentence."""
    text = f"The patient has {condition_word(condition.code)}."
    return Mention("condition", condition.id, None, None, text)


def against_allergy(day: Day, drug: Statement, allergy: Allergy) -> Iterator[Finding]:
    """Compare a medicine with an allergy."""
    if not day.wanted(drug, allergy):
        return
    overlap = overlap_with(day, drug, allergy.start, allergy.end)
    if overlap is None or allergy.drug_class not in day.drugs.drug_up or drug.term is None:
        return
    if not is_of(drug, allergy.drug_class):
        if drug.term in day.drugs.drug_up[allergy.drug_class]:
            day.note("drug-class-not-stated", drug.id)
        return
    label = day.drugs.drug_label(allergy.drug_class)
    fact = Mention(
        "allergy",
        allergy.id,
        None,
        None,
        f"The patient is allergic to, or does not tolerate, {label}.",
    )
    tier = settle(
        RULE.code,
        named(day.drugs.allergy_tier, f"Allergy to {label} ({day.drugs.allergy_source})"),
        sides=(drug,),
        provisional=provisional(overlap, drug),
    )
    if tier is not None:
        why = [f"{upper_first(day.drugs.drug_label(drug.term))} is, or is a kind of, {label}."]
        yield build(day, drug, fact, overlap, tier, fhir=day.drugs.allergy_fhir, why=why)


def report(
    day: Day,
    drug: Statement,
    row: DrugCondition,
    fact: Mention,
    overlap: Overlap,
    *,
    lapsed: bool = False,
    value: float | None = None,
) -> Iterator[Finding]:
    """Report one row with one fact."""
    tier: Tier = named(row.tier, f"Row {row.id} of the drug–condition table ({row.source})")
    if lapsed:
        tier = tier.lowered("The value is old, and was low")
    tier, addable = mitigate(day, tier, row, overlap)
    settled = settle(RULE.code, tier, sides=(drug,), provisional=provisional(overlap, drug))
    if settled is None:
        return
    repairs: list[Repair] = []
    if row.routes and "topical" not in row.routes:
        repairs.append(
            change(drug, {"medication": {"route": "topical"}}, "Give it on the skin instead.")
        )
    if addable and row.mitigated_by is not None:
        repairs.append(add_medicine(drug.author, row.mitigated_by, overlap.start, day.drugs))
    label = day.drugs.drug_label(row.drug_class)
    why = [f"{fact.says} {upper_first(label)} is then advised against ({row.source})."]
    yield build(
        day,
        drug,
        fact,
        overlap,
        settled,
        fhir=row.fhir,
        why=why,
        row=row.id,
        repairs=repairs,
        value=value,
    )


def told_of(fact: Mention) -> tuple[str, str]:
    """Split what is said of the patient into who and what, for the summary."""
    says = fact.says.rstrip(".")
    if says.startswith("The patient "):
        return "the patient", says.removeprefix("The patient ")
    return "the record", f"says {says}"


def build(
    day: Day,
    drug: Statement,
    fact: Mention,
    overlap: Overlap,
    tier: Tier,
    *,
    fhir: str,
    why: list[str],
    row: str | None = None,
    repairs: Sequence[Repair] = (),
    value: float | None = None,
) -> Finding:
    """Make the finding of a medicine and a fact."""
    medication = drug.medication
    return Report(
        rule=RULE,
        tier=tier,
        summary=summarize((who(drug.author), what(drug, day.drugs)), told_of(fact)),
        mentions=[mention(drug, day.drugs), fact],
        why=why,
        repairs=[*repairs, withdraw(drug, day.drugs)],
        resolver=resolvers((drug,), ()),
        told=[f"author:{drug.author.id}"] if drug.author else [],
        overlap=overlap,
        context=drug.context,
        row=row,
        fhir=fhir,
        material=Material(
            lower={f"stance {drug.id}": float(drug.strength)},
            higher={} if value is None else {"value": value},
            exact={"class": drug.term, "route": medication.route if medication else None},
        ),
        recorded=recorded((drug,)),
    ).freeze()


RULE = Rule(
    code="CF24",
    type="drug-condition",
    version="1",
    source="Each row names its own: AGS Beers 2023, BNF, NICE NG203, CDC 2022, product labels",
    fhir=("COND", "LAB", "DOSECOND", "DALG"),
    told="the prescriber; the lead when critical",
    resolver="the prescriber",
    documentation=__doc__ or "",
    find=find,
)
