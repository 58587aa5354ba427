"""Two colleagues prescribe the same thing, and neither seems to know of the other.

Notes two positive statements of one kind and one known activity by different authors, in scope of
each other, with doses that can both be met, where nothing else is found of exactly these two. For
exercise, activity and education it is information alone: consistent advice is the aim. Parts of
one programme and linked alternatives stay silent.

Example: physiotherapy and nursing each prescribe massage of the neck. Silent where one is written
as a part of the other.

Tier: notice; info for exercise, activity and education.
Told: both authors. Resolves: physiotherapy.
FHIR: DUPTHPY. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import overlap_sentence, summarize, what, who
from service.conflicts.finding import Finding
from service.conflicts.meeting import alternatives, between_two, exempt, parts
from service.conflicts.repairs import change, move_apart, withdraw
from service.conflicts.rule import Rule, pair_report
from service.conflicts.rules.cf04_dose_disagreement import apart, weights_unlike
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle
from service.conflicts.units import factor

WELCOME = frozenset({"exercise", "activity", "education"})


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two positives of one kind and activity that nothing else speaks of."""
    taken = {finding.ids for finding in found}
    groups: dict[tuple[str, str], list[Statement]] = {}
    for p in (*day.positives, *day.messages):
        if p.action is not None:
            groups.setdefault((p.kind, p.action), []).append(p)
    for group in groups.values():
        for p, q in day.couples(sorted(group, key=lambda item: item.id)):
            if frozenset((p.id, q.id)) not in taken and same_word(p, q) and compatible(p, q):
                yield from judge(day, p, q)


def same_word(p: Statement, q: Statement) -> bool:
    """Say whether two say the same: of messages, whether it is one message."""
    if p.kind != "education":
        return True
    return p.rec is not None and q.rec is not None and p.rec.message == q.rec.message


def compatible(p: Statement, q: Statement) -> bool:
    """Say whether both doses can be met; where units do not compare, nobody can say so."""
    for name in p.dose.keys() & q.dose.keys():
        into = factor(p.dose[name].unit, q.dose[name].unit)
        if into is None or apart(p.dose[name], q.dose[name], into) > 0:
            return False
    return not weights_unlike(p, q)


def judge(day: Day, p: Statement, q: Statement) -> Iterator[Finding]:
    """Decide one pair."""
    meeting = between_two(day.body, p, q, day.as_of)
    if meeting is None or exempt(p, q) or alternatives(p, q) or parts(p, q):
        return
    name = "info" if p.kind in WELCOME else "notice"
    because = "The same advice twice, which is welcome" if name == "info" else "The same twice"
    tier = settle(
        RULE.code,
        named(name, because),
        sides=(p, q),
        owners=(p.author, q.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return
    link = {"part_of": sorted({*p.part_of, q.id})}
    repairs = []
    if p.in_force:
        repairs.append(change(p, link, "Write that it is a part of the other, if it is."))
    yield pair_report(
        day,
        RULE,
        (p, q),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(q.author), what(q, day.drugs))),
        why=[f"Both name {p.label}, and both can be followed.", overlap_sentence(meeting)],
        repairs=[
            *repairs,
            *move_apart(p, q, meeting, day.drugs),
            *move_apart(q, p, meeting, day.drugs),
            withdraw(p, day.drugs),
            withdraw(q, day.drugs),
        ],
        resolver=("physiotherapy",),
        fhir="DUPTHPY",
    )


RULE = Rule(
    code="CF23",
    type="duplicate",
    version="1",
    source="The project's own rule",
    fhir=("DUPTHPY",),
    told="both authors",
    resolver="physiotherapy",
    documentation=__doc__ or "",
    find=find,
    stage=4,
)
