"""A medicine that makes drowsy meets an activity that needs a clear head.

Fires when a sedating medicine is within 28 days of its start or of a change of its dose, and a
positive statement, a permit or a task of the job needs vigilance, on the same days and in the same
phase. Where the prescriber says that the patient must not drive, any medicine meets driving, work
at height and machines, whatever the days. A sedating medicine with neither date is listed as not
checked.

Example: an opioid begun last week, and a job that asks for work at height. Silent for desk work,
and when the four weeks are over.

Tier: critical for work at height, machines and professional driving, and where the patient is not
fit to drive; else warning.
Told: the prescriber and the author of the activity; the lead as well when it is critical.
Resolves: the prescriber.
FHIR: CREACT. Source: dispensing studies on crash risk in the first weeks; DVLA and MHRA guidance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day, Knows
from service.conflicts.explain import mention, overlap_sentence, subject, summarize, what, who
from service.conflicts.facts import OPEN_START
from service.conflicts.finding import Finding, Repair
from service.conflicts.medicines import is_of
from service.conflicts.meeting import Meeting, allen, excepted, is_provisional, phase_context
from service.conflicts.repairs import withdraw
from service.conflicts.rule import Rule, fact_report, overlap_of
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle

VIGILANCE = 2
DRIVING = "driving"
Span = tuple[int, int]


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every medicine with everything that needs a clear head."""
    drugs, asked = day.sides(day.medicines, [*day.positives, *day.permits, *day.tasks])
    awake = [item for item in asked if is_awake(day, item)] if drugs else []
    for drug in drugs:
        for p in awake:
            if day.wanted(drug, p) and not excepted(drug, p):
                yield from judge(day, drug, p)


def is_awake(day: Knows, item: Statement) -> bool:
    """Say whether an activity needs vigilance, or is dangerous without it."""
    if item.action is None or item.kind == "medication":
        return False
    return needs_vigilance(item) or is_dangerous(day, item) or is_driving(day, item)


def needs_vigilance(item: Statement) -> bool:
    """Say whether a demand on vigilance is at the level that counts."""
    return any(d.load == "vigil" and d.level >= VIGILANCE for d in item.demands())


def on(day: Knows, item: Statement, code: str) -> bool:
    """Say whether an activity is one or below it; with a written `all`, whether it includes one."""
    return code in item.up or (item.says_all and not item.reach().isdisjoint(day.body.down[code]))


def is_dangerous(day: Knows, item: Statement) -> bool:
    """Say whether an activity is among those where drowsiness may kill."""
    return any(on(day, item, code) for code in day.drugs.sedating.critical_actions)


def is_driving(day: Knows, item: Statement) -> bool:
    """Say whether an activity is driving."""
    return on(day, item, DRIVING)


def is_sedating(day: Knows, drug: Statement) -> bool:
    """Say whether a medicine makes drowsy: as it is written, else by its class."""
    stated = drug.medication.sedating if drug.medication else None
    if stated is not None:
        return stated
    return any(is_of(drug, code) for code in day.drugs.sedating.classes)


def may_dull(day: Knows, drug: Statement) -> bool:
    """Say whether a medicine makes drowsy, or unfit to drive by the prescriber's word."""
    unfit = drug.medication is not None and drug.medication.fit_to_drive is False
    return unfit or is_sedating(day, drug)


def windows(day: Day, drug: Statement) -> list[Span]:
    """Give the days of a medicine that count: four weeks from a start or a change of dose."""
    length = day.drugs.sedating.window_days
    changed = drug.medication.dose_change if drug.medication else None
    begins = {drug.start if drug.start > OPEN_START else None, changed} - {None}
    spans = (
        (max(first, drug.start), min(first + length, drug.end))
        for first in begins
        if first is not None
    )
    return sorted(span for span in spans if span[0] < span[1])


def stretches(day: Day, p: Statement) -> list[Span]:
    """Give the days on which an activity is asked: of the job, those not certified off work."""
    return day.days_at_work if p.kind == "job_demand" else [(p.start, p.end)]


def shared(day: Day, ours: list[Span], theirs: list[Span]) -> tuple[Span, str] | None:
    """Give the first days that both have and that are not over, and how they lie."""
    common = [
        ((max(one[0], other[0]), min(one[1], other[1])), allen(one, other))
        for one in ours
        for other in theirs
        if max(one[0], other[0]) < min(one[1], other[1]) and min(one[1], other[1]) > day.as_of
    ]
    return min(common, default=None)


def judge(day: Day, drug: Statement, p: Statement) -> Iterator[Finding]:
    """Decide one medicine with one activity."""
    context = phase_context(drug, p)
    if context is None:
        return
    stated_unfit = drug.medication is not None and drug.medication.fit_to_drive is False
    dangerous = is_dangerous(day, p)
    unfit = stated_unfit and (dangerous or is_driving(day, p))
    sedates = is_sedating(day, drug) and needs_vigilance(p)
    days = None
    if unfit:
        days = shared(day, [(drug.start, drug.end)], stretches(day, p))
    elif sedates:
        days = shared(day, windows(day, drug), stretches(day, p))
        undated = drug.start <= OPEN_START and (
            drug.medication is None or drug.medication.dose_change is None
        )
        if undated and shared(day, [(drug.start, drug.end)], stretches(day, p)):
            day.note("start-not-stated", drug.id)
    if days is None:
        return
    (start, end), relation = days
    meeting = Meeting(start, end, context, is_provisional(start, drug, p), relation)
    yield from report(day, (drug, p), meeting, unfit=unfit, dangerous=dangerous)


def report(
    day: Day,
    sides: tuple[Statement, Statement],
    meeting: Meeting,
    *,
    unfit: bool,
    dangerous: bool,
) -> Iterator[Finding]:
    """Report one medicine with one activity."""
    drug, p = sides
    if unfit:
        tier = named("critical", "The prescriber says the patient must not drive")
    elif dangerous:
        tier = named("critical", "Drowsiness at height, at machines or in professional driving")
    else:
        tier = named("warning", "A sedating medicine in its first four weeks")
    settled = settle(RULE.code, tier, sides=sides, provisional=meeting.provisional)
    if settled is None:
        return
    name = subject(drug, day.drugs)
    why = (
        f"Whoever takes this {name} is said not to be fit to drive."
        if unfit
        else f"In the first {day.drugs.sedating.window_days} days {name} may make drowsy, and "
        f"{p.label} needs a clear head ({day.drugs.sedating.source})."
    )
    repairs: list[Repair] = [withdraw(p, day.drugs), withdraw(drug, day.drugs)]
    yield fact_report(
        RULE,
        sides,
        [mention(drug, day.drugs), mention(p, day.drugs)],
        settled,
        overlap_of(meeting),
        summary=summarize(
            (who(drug.author), what(drug, day.drugs)), (who(p.author), what(p, day.drugs))
        ),
        why=[why, overlap_sentence(meeting)],
        repairs=repairs,
        context=meeting.context,
        fhir="CREACT",
        lower={"unfit": float(unfit)},
    )


RULE = Rule(
    code="CF26",
    type="sedation-vigilance",
    version="1",
    source="Dispensing studies on crash risk; DVLA and MHRA guidance",
    fhir=("CREACT",),
    told="the prescriber and the author of the activity; the lead when critical",
    resolver="the prescriber",
    documentation=__doc__ or "",
    find=find,
)
