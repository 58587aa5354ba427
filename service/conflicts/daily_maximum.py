"""Sum what is taken of one drug class in a day, and compare it with the most that may be taken."""

from __future__ import annotations

from collections.abc import Iterator

from service.conflicts.day import Day
from service.conflicts.explain import listing, mention, subject, summarize, who
from service.conflicts.facts import iso
from service.conflicts.finding import Dimension, Finding, Material, Overlap, Repair
from service.conflicts.medicines import groups, is_of, provisional
from service.conflicts.meeting import alternatives
from service.conflicts.repairs import change, withdraw
from service.conflicts.rule import Report, Rule, authored, recorded, resolvers
from service.conflicts.statement import Statement
from service.conflicts.tables import DailyMaximum
from service.conflicts.tiers import named, settle
from service.conflicts.units import above, show, tidy


def find_excess(day: Day, drugs: list[Statement], rule: Rule) -> Iterator[Finding]:
    """Look at each class that has a daily maximum."""
    for row in day.drugs.daily_maximum:
        takers = [drug for drug in drugs if is_of(drug, row.drug_class) and drug.end > day.as_of]
        note_missing(day, takers)
        counted = worst_day(day, takers)
        total = sum(dose(drug) for drug in counted)
        if above(total, row.mg):
            finding = report(day, rule, row, counted, total)
            if finding is not None:
                yield finding


def dose(drug: Statement) -> float:
    """Give the milligrams a day; what is not stated cannot be summed."""
    return (drug.medication.daily_mg or 0.0) if drug.medication else 0.0


def note_missing(day: Day, takers: list[Statement]) -> None:
    """Note a medicine without milligrams that is taken beside others of its class."""
    for drug in takers:
        if drug.medication is None or drug.medication.daily_mg is not None:
            continue
        beside = [
            other.id
            for other in takers
            if other is not drug
            and max(other.start, drug.start) < min(other.end, drug.end)
            and not alternatives(other, drug)
        ]
        if beside:
            day.note("dose-not-stated", drug.id, *beside)


def worst_day(day: Day, takers: list[Statement]) -> list[Statement]:
    """Give who contributes on the day, from today on, that has the highest sum.

    Of alternatives only the largest counts. A sum can only rise on a day on which something
    begins, so no other days are looked at.
    """
    gathered = groups([drug for drug in takers if dose(drug) > 0])
    best_sum = 0.0
    best: list[Statement] = []
    for when in sorted({day.as_of} | {drug.start for drug in takers if drug.start > day.as_of}):
        counted = []
        for group in gathered:
            taken = [drug for drug in group if drug.start <= when < drug.end]
            if taken:
                counted.append(max(taken, key=lambda drug: (dose(drug), drug.id)))
        total = sum(dose(drug) for drug in counted)
        if above(total, best_sum):
            best_sum, best = total, counted
    return sorted(best, key=lambda drug: drug.id)


def report(
    day: Day, rule: Rule, row: DailyMaximum, drugs: list[Statement], total: float
) -> Finding | None:
    """Report one class above its daily maximum."""
    overlap = Overlap(max(drug.start for drug in drugs), min(drug.end for drug in drugs), None)
    label = day.drugs.drug_label(row.drug_class)
    tier = settle(
        rule.code,
        named(row.tier, f"Row {row.id}: above the daily maximum of {label} ({row.source})"),
        sides=drugs,
        provisional=provisional(overlap, *drugs),
    )
    if tier is None:
        return None
    repairs: list[Repair] = []
    for drug in drugs:
        rest = row.mg - (total - dose(drug))
        if rest > 0:
            patch = {"medication": {"daily_mg": tidy(rest)}}
            text = f"Give at most {show(rest)} mg a day of {subject(drug, day.drugs)} here."
            repairs.append(change(drug, patch, text))
    authors = list(dict.fromkeys(who(drug.author) for drug in drugs))
    begins = iso(overlap.start)
    return Report(
        rule=rule,
        tier=tier,
        summary=summarize(
            (listing(authors), f"together give {show(total)} mg of {label} a day"),
            ("the daily maximum", f"is {show(row.mg)} mg"),
        ),
        mentions=[mention(drug, day.drugs) for drug in drugs],
        why=[
            (
                f"{listing(f'{show(dose(drug))} mg' for drug in drugs)} a day"
                f"{f', from {begins}' if begins else ''}, make {show(total)} mg; at most "
                f"{show(row.mg)} mg of {label} may be taken ({row.source})."
            )
        ],
        repairs=[*repairs, *(withdraw(drug, day.drugs) for drug in drugs)],
        resolver=resolvers(drugs, ()),
        told=authored(*(drug.author for drug in drugs)),
        overlap=overlap,
        dimension=Dimension(
            "daily-mg", "mg/d", (tidy(total), tidy(total)), (None, row.mg), tidy(total - row.mg)
        ),
        row=row.id,
        fhir=row.fhir,
        material=Material(lower={"total": tidy(total)}),
        recorded=recorded(drugs),
    ).freeze()
