"""Two colleagues tell the patient things about pain that cannot both be believed.

Fires when two education statements of different authors carry opposed messages ("hurt is not harm"
with "stop if it hurts"), in scope of each other. Where both name an activity, one must be the same
as the other or a kind of it. The two messages on analgesics are opposed only about one and the
same named drug class.

Example: psychology says that hurt is not harm, a physician to stop if it hurts. Silent for a
message to stop at red flags, which opposes nothing.

Tier: warning; notice where one side is for flares alone and the other names no phase.
Told: both authors. Resolves: both authors.
FHIR: our own code alone. Source: the project's own rule; pain science education and the known harm
of mixed messages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import overlap_sentence, summarize, what, who
from service.conflicts.finding import Finding
from service.conflicts.meeting import between_two, exempt
from service.conflicts.messages import ANALGESIC, opposed
from service.conflicts.repairs import change, move_apart, withdraw
from service.conflicts.rule import Rule, authored, pair_report
from service.conflicts.rules.cf05_opposed_activities import for_phases
from service.conflicts.statement import Statement
from service.conflicts.tiers import named, settle


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every two messages that contradict each other."""
    for p, q in day.couples(day.messages):
        if opposed(message(p), message(q)):
            finding = judge(day, p, q)
            if finding is not None:
                yield finding


def message(item: Statement) -> str:
    """Give the message of an education statement."""
    return (item.rec.message if item.rec else None) or ""


def same_subject(day: Day, p: Statement, q: Statement) -> bool:
    """Say whether the two messages can be about one thing."""
    if message(p) in ANALGESIC:
        ours = p.medication.drug_class if p.medication else None
        theirs = q.medication.drug_class if q.medication else None
        if ours is None or ours != theirs or ours not in day.drugs.drug_up:
            return False
    named_by = [item.rec.action if item.rec else None for item in (p, q)]
    if named_by[0] is None or named_by[1] is None:
        return True
    # A named activity that is not in the taxonomy matches nothing.
    return p.action in q.up or q.action in p.up


def judge(day: Day, p: Statement, q: Statement) -> Finding | None:
    """Decide one pair."""
    if not same_subject(day, p, q) or exempt(p, q):
        return None
    meeting = between_two(day.body, p, q, day.as_of)
    if meeting is None:
        return None
    tier = settle(
        RULE.code,
        for_phases(named("warning", "Two messages that contradict each other"), p, q),
        sides=(p, q),
        owners=(p.author, q.author),
        provisional=meeting.provisional,
    )
    if tier is None:
        return None
    ours, theirs = message(p).replace("-", " "), message(q).replace("-", " ")
    return pair_report(
        day,
        RULE,
        (p, q),
        meeting,
        tier,
        summary=summarize((who(p.author), what(p, day.drugs)), (who(q.author), what(q, day.drugs))),
        why=[
            f"“{ours}” and “{theirs}” tell the patient opposite things.",
            overlap_sentence(meeting),
        ],
        repairs=[
            change(p, {"message": message(q)}, f"Agree on “{theirs}”."),
            change(q, {"message": message(p)}, f"Agree on “{ours}”."),
            *move_apart(p, q, meeting, day.drugs),
            *move_apart(q, p, meeting, day.drugs),
            withdraw(p, day.drugs),
            withdraw(q, day.drugs),
        ],
        resolver=authored(p.author, q.author),
        exact={"messages": {p.id: message(p), q.id: message(q)}},
    )


RULE = Rule(
    code="CF16",
    type="opposed-messages",
    version="1",
    source="The project's own rule; pain science education",
    fhir=(),
    told="both authors",
    resolver="both authors",
    documentation=__doc__ or "",
    find=find,
)
