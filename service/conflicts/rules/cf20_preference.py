"""Something is prescribed that the patient refuses or dislikes.

Fires when a positive statement's activity (or drug class) is what the patient refuses or dislikes,
or a kind of it. It stays silent where what is prescribed is the alternative the patient prefers.

Example: physiotherapy recommends swimming, which the patient refuses. Silent where walking is
prescribed, which the patient named instead.

Tier: warning for what is refused, notice for what is disliked.
Told: the author and the patient, nobody else. Resolves: the patient and the author; of a medicine
the prescriber.
FHIR: PATPREF, or PATPREFALT where the patient names an alternative. Source: the project's own rule;
shared decision making.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import mention, summarize, what, who
from service.conflicts.facts import Preference
from service.conflicts.finding import Finding, Mention, Overlap
from service.conflicts.meeting import is_provisional
from service.conflicts.repairs import change, withdraw
from service.conflicts.rule import Rule, authored, fact_report
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle

ATTITUDES = {"refuse": "refuses", "dislike": "dislikes"}


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every positive with what the patient would rather not."""
    unwanted = [item for item in day.facts.preferences if item.attitude in ATTITUDES]
    asked, felt = day.sides(day.positives, unwanted)
    for preference in sorted(felt, key=lambda item: item.id):
        for p in asked:
            is_it = preference.action in p.up or preference.action in p.counted
            preferred = preference.alternative is not None and preference.alternative in p.up
            if not is_it or preferred or p.end <= day.as_of:
                continue
            if day.wanted(p, preference):
                yield from report(day, p, preference)


def name(day: Day, code: str | None) -> str:
    """Name an activity or a drug class."""
    if code in day.body.activities:
        return day.body.label(code)
    return day.drugs.drug_label(code or "")


def report(day: Day, p: Statement, preference: Preference) -> Iterator[Finding]:
    """Report one statement against one preference."""
    verb = ATTITUDES[preference.attitude]
    tier = named(
        "warning" if preference.attitude == "refuse" else "notice", f"The patient {verb} it"
    )
    counted = p.counted.get(preference.action)
    if counted is not None and counted.typical:
        tier = tier.lowered("By its dose it only usually counts as that")
    overlap = Overlap(p.start, p.end, None)
    settled = settle(RULE.code, tier, sides=(p,), provisional=is_provisional(overlap.start, p))
    if settled is None:
        return
    alternative = preference.alternative
    says = f"The patient {verb} {name(day, preference.action)}"
    if alternative is not None:
        says += f", and would rather have {name(day, alternative)}"
    repairs = [withdraw(p, day.drugs)]
    if alternative in day.body.activities and p.kind != "medication":
        text = f"Prescribe {name(day, alternative)} instead."
        repairs.insert(0, change(p, {"action": alternative}, text))
    yield fact_report(
        RULE,
        (p,),
        [mention(p, day.drugs), Mention("preference", preference.id, None, None, f"{says}.")],
        settled,
        overlap,
        summary=summarize(
            (who(p.author), what(p, day.drugs)),
            ("the patient", f"{verb} {name(day, preference.action)}"),
        ),
        why=[f"{says}."],
        repairs=repairs,
        resolver=("patient", *authored(p.author)),
        told=(*authored(p.author), "patient"),
        context=p.context,
        fhir="PATPREF" if alternative is None else "PATPREFALT",
        exact={"attitude": preference.attitude, "action": preference.action},
    )


RULE = Rule(
    code="CF20",
    type="preference",
    version="1",
    source="The project's own rule; shared decision making",
    fhir=("PATPREF", "PATPREFALT"),
    told="the author and the patient, nobody else",
    resolver="the patient and the author; of a medicine the prescriber",
    documentation=__doc__ or "",
    find=find,
)
