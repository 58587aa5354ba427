"""Medicines that should not be taken together, one class twice, or too much of one in a day.

Fires for a row of the drug–drug table on two (or three) live medicines whose days overlap, in
whatever context; for one class taken twice where no row names the pair; and where the milligrams
of a class, summed on its worst day, exceed its daily maximum. A row of three replaces the pair it
contains. Of several rows on one pair the highest is given. Medicines written as alternatives stay
silent; an exception on a critical row remains as information. A protective medicine that a row
names, taken all the while, lowers it.

Example: an anti-inflammatory tablet with an oral anticoagulant. Silent for paracetamol with an
anti-inflammatory, and where one ends before the other begins.

Tier: the row's; warning for one class twice; critical above a daily maximum.
Told: the prescribers; the lead as well when it is critical. Resolves: the prescribers.
FHIR: DRG, DUPTHPCLS or MDOSE. Source: each row names its own (ONC high-priority list, ANSM, BNF,
AGS Beers 2023, HL7 PDDI-CDS, FDA boxed warnings).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import permutations

from service.conflicts.daily_maximum import find_excess
from service.conflicts.day import Day, is_medicine
from service.conflicts.explain import listing, mention, subject, summarize, what, who
from service.conflicts.finding import TIER_ORDER, Finding, Material, Overlap, Repair
from service.conflicts.medicines import by_route, is_of, mitigate, provisional
from service.conflicts.meeting import allen, alternatives, exempt
from service.conflicts.repairs import add_medicine, change, withdraw
from service.conflicts.rule import Report, Rule, Sums, authored, highest, recorded, resolvers
from service.conflicts.statement import Statement
from service.conflicts.tables import DrugDrug, tables
from service.conflicts.tiers import Tier, named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two and three medicines."""
    drugs = [drug for drug in day.medicines if drug.term is not None]
    drugs = list(day.sides(drugs, drugs)[0])
    pairs: list[Finding] = []
    for one, other in day.couples(drugs):
        pairs += of_two(day, one, other)
    rows = [row.id for row in day.drugs.drug_drug]
    triples = highest(of_three(day, drugs), rows)
    held = {drug.id for drug in drugs if not drug.in_force}
    for finding in highest(pairs, rows):
        if not any(contains(day, triple, finding, held) for triple in triples):
            yield finding
    yield from triples


def find_sums(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at what is taken of each class in a day."""
    yield from find_excess(day, [drug for drug in day.medicines if drug.term is not None], RULE)


def together(day: Day, drugs: Sequence[Statement]) -> Overlap | None:
    """Give the days on which all are taken, unless there are none or they are over."""
    start, end = max(drug.start for drug in drugs), min(drug.end for drug in drugs)
    if start >= end or end <= day.as_of:
        return None
    if len(drugs) > 2:
        return Overlap(start, end, None)
    spans = [(drug.start, drug.end) for drug in drugs]
    return Overlap(start, end, allen(spans[0], spans[1]))


def fits(row: DrugDrug, drugs: Sequence[Statement]) -> tuple[Statement, ...] | None:
    """Give the medicines in the order of the row's classes, where class and route fit it."""
    for order in permutations(drugs):
        if all(
            is_of(drug, code) and by_route(drug, allowed)
            for drug, code, allowed in zip(order, row.classes, row.routes, strict=True)
        ):
            return order
    return None


@lru_cache(maxsize=4096)
def naming(one: str, other: str) -> tuple[DrugDrug, ...]:
    """Give the rows of two classes that name a pair of medicines, whatever their routes."""
    above = tables().drug_up
    ours, theirs = above[one], above[other]
    return tuple(
        row
        for row in tables().drug_drug
        if len(row.classes) == 2
        and (
            (row.classes[0] in ours and row.classes[1] in theirs)
            or (row.classes[0] in theirs and row.classes[1] in ours)
        )
    )


def of_two(day: Day, one: Statement, other: Statement) -> Iterator[Finding]:
    """Look for rows on two medicines; where none names them, for one class twice."""
    overlap = together(day, (one, other))
    if overlap is None or alternatives(one, other):
        return
    rows = naming(one.term or "", other.term or "")
    for row in rows:
        order = fits(row, (one, other))
        if order is not None:
            yield from report(day, row, order, overlap)
    if not rows:
        yield from same_class(day, one, other, overlap)


def of_three(day: Day, drugs: list[Statement]) -> Iterator[Finding]:
    """Look for rows of three classes; with an exempt pair or alternatives in it, none."""
    for row in day.drugs.drug_drug:
        if len(row.classes) != 3:
            continue
        candidates = [[drug for drug in drugs if is_of(drug, code)] for code in row.classes]
        seen: set[frozenset[str]] = set()
        for first in candidates[0]:
            for second in candidates[1]:
                for third in candidates[2]:
                    trio = (first, second, third)
                    ids = frozenset(drug.id for drug in trio)
                    if len(ids) < 3 or ids in seen:
                        continue
                    seen.add(ids)
                    yield from trio_report(day, row, trio)


def trio_report(day: Day, row: DrugDrug, trio: tuple[Statement, ...]) -> Iterator[Finding]:
    """Decide one row on three medicines."""
    overlap = together(day, trio)
    order = fits(row, trio)
    if overlap is None or order is None:
        return
    pairs = [(trio[0], trio[1]), (trio[0], trio[2]), (trio[1], trio[2])]
    if any(exempt(*pair) or alternatives(*pair) for pair in pairs):
        return
    if not any(day.wanted(*pair) for pair in pairs):
        return
    yield from report(day, row, order, overlap)


def contains(day: Day, triple: Finding, pair: Finding, held: set[str]) -> bool:
    """Say whether a row of three replaces a pair: all in force, and no less serious."""
    if not pair.ids < triple.ids or triple.ids & held - pair.ids:
        return False
    rows = {row.id: set(row.classes) for row in day.drugs.drug_drug}
    if not rows.get(pair.row or "", {""}) <= rows[triple.row or ""]:
        return False
    return TIER_ORDER[triple.tier] <= TIER_ORDER[pair.tier]


def report(
    day: Day, row: DrugDrug, drugs: tuple[Statement, ...], overlap: Overlap
) -> Iterator[Finding]:
    """Report one row on the medicines that fit it."""
    tier: Tier = named(row.tier, f"Row {row.id} of the drug–drug table ({row.source})")
    tier, addable = mitigate(day, tier, row, overlap)
    repairs: list[Repair] = []
    for drug, routes in zip(drugs, row.routes, strict=True):
        if routes and "topical" not in routes:
            text = f"Give {subject(drug, day.drugs)} on the skin instead."
            repairs.append(change(drug, {"medication": {"route": "topical"}}, text))
    if addable and row.mitigated_by is not None:
        repairs.append(add_medicine(drugs[0].author, row.mitigated_by, overlap.start, day.drugs))
    labels = listing(day.drugs.drug_label(code) for code in row.classes)
    why = [f"{labels[:1].upper()}{labels[1:]} should not be taken together ({row.source})."]
    yield from build(day, drugs, overlap, tier, fhir=row.fhir, why=why, row=row.id, offered=repairs)


def same_class(day: Day, one: Statement, other: Statement, overlap: Overlap) -> Iterator[Finding]:
    """Report one class taken twice, where the tables do not know better."""
    if one.term not in other.up and other.term not in one.up:
        return
    upper = one if one.term in other.up else other
    if upper.up & day.drugs.same_class_silent or upper.term is None:
        return
    label = day.drugs.drug_label(upper.term)
    tier = named("warning", f"Two medicines of one class, {label}")
    why = [f"Both are {label}, or a kind of it: the effects and side effects add up."]
    yield from build(day, (one, other), overlap, tier, fhir="DUPTHPCLS", why=why)


def build(
    day: Day,
    drugs: tuple[Statement, ...],
    overlap: Overlap,
    tier: Tier,
    *,
    fhir: str,
    why: list[str],
    row: str | None = None,
    offered: Sequence[Repair] = (),
) -> Iterator[Finding]:
    """Make the finding of medicines that should not be taken together."""
    if any(exempt(one, other) for one in drugs for other in drugs if one.id < other.id):
        if tier.name != "critical":
            return
        tier = tier.at_most("info", "Their authors know of it and wrote an exception")
    settled = settle(RULE.code, tier, sides=drugs, provisional=provisional(overlap, *drugs))
    if settled is None:
        return
    repairs = list(offered)
    ordered = sorted(drugs, key=lambda drug: drug.id)
    if len(ordered) == 2 and all(drug.in_force for drug in ordered):
        text = "Write that it is taken in place of the other, if that is meant."
        link = sorted({*ordered[0].alternative_to, ordered[1].id})
        repairs.append(change(ordered[0], {"alternative_to": link}, text))
    first, *others = ordered
    yield Report(
        rule=RULE,
        tier=settled,
        summary=summarize(
            (who(first.author), what(first, day.drugs)),
            (
                listing(dict.fromkeys(who(drug.author) for drug in others)),
                listing(what(drug, day.drugs) for drug in others),
            ),
        ),
        mentions=[mention(drug, day.drugs) for drug in ordered],
        why=why,
        repairs=[*repairs, *(withdraw(drug, day.drugs) for drug in ordered)],
        resolver=resolvers(ordered, ()),
        told=authored(*(drug.author for drug in ordered)),
        overlap=overlap,
        row=row,
        fhir=fhir,
        material=Material(
            lower={f"stance {drug.id}": float(drug.strength) for drug in ordered},
            exact={
                "classes": {drug.id: drug.term for drug in ordered},
                "routes": {
                    drug.id: drug.medication.route if drug.medication else None for drug in ordered
                },
            },
        ),
        recorded=recorded(ordered),
    ).freeze()


RULE = Rule(
    code="CF25",
    type="drug-drug",
    version="1",
    source="Each row names its own: ONC list, ANSM, BNF, AGS Beers 2023, HL7 PDDI-CDS, FDA",
    fhir=("DRG", "DUPTHPCLS", "MDOSE"),
    told="the prescribers; the lead when critical",
    resolver="the prescribers",
    documentation=__doc__ or "",
    find=find,
    sums=Sums(find_sums, is_medicine),
)
