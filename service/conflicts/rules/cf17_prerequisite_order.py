"""A step of the plan is due, or under way, before the step it waits for.

Fires for a milestone and one it requires (and has not waived): when it is planned or in progress
and due earlier than the other, which is neither achieved nor cancelled; or when it is in progress
or achieved while the other is not achieved.

Example: the return to running is due on 1 March, the strength test that it requires on 15 March.
Silent where both are due on one day, or the test is waived.

Tier: warning.
Told: the owners of both steps. Resolves: the lead.
FHIR: TIME. Source: the project's own rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.conflicts.day import Day
from service.conflicts.explain import author_dict, summarize, upper_first, who
from service.conflicts.facts import Milestone, iso
from service.conflicts.finding import Finding, Material, Mention, Repair
from service.conflicts.repairs import by
from service.conflicts.rule import Report, Rule, authored
from service.conflicts.tiers import named


def find(day: Day, found: Sequence[Finding]) -> Iterator[Finding]:
    """Look at every step and what it waits for."""
    steps = {step.id: step for step in day.facts.milestones}
    for step in sorted(steps.values(), key=lambda item: item.id):
        waived = {code for code, _ in step.waived}
        for needed in sorted(set(step.requires) - waived):
            first = steps.get(needed)  # one that was entered in error is waited for no more
            if first is not None and day.wanted(step, first):
                reasons = reasons_for(step, first)
                if reasons:
                    yield report(day, step, first, reasons)


def too_early(step: Milestone, first: Milestone) -> bool:
    """Say whether a step is due before the one it waits for."""
    return (
        step.status in ("planned", "in-progress")
        and first.status not in ("achieved", "cancelled")
        and step.due is not None
        and first.due is not None
        and step.due < first.due
    )


def under_way(step: Milestone, first: Milestone) -> bool:
    """Say whether a step has begun although the one it waits for is not achieved."""
    return step.status in ("in-progress", "achieved") and first.status != "achieved"


def reasons_for(step: Milestone, first: Milestone) -> list[str]:
    """Say in sentences what is out of order; nothing where all is well."""
    reasons = []
    if too_early(step, first):
        reasons.append(
            f"“{step.title}” is due on {iso(step.due or 0)}, before “{first.title}”, which it "
            f"requires and which is due on {iso(first.due or 0)}."
        )
    if under_way(step, first):
        state = "achieved" if step.status == "achieved" else "in progress"
        reasons.append(f"“{step.title}” is {state}, and “{first.title}” is not achieved.")
    return reasons


def describe(step: Milestone) -> Mention:
    """Say a milestone in one sentence."""
    due = f", due on {iso(step.due)}" if step.due is not None else ""
    return Mention(
        "milestone",
        step.id,
        None,
        author_dict(step.owner),
        f"{upper_first(who(step.owner))} plans “{step.title}”{due} "
        f"({step.status.replace('-', ' ')}).",
    )


def repairs_for(step: Milestone, first: Milestone) -> list[Repair]:
    """Offer what clears the order: another due day, a waiver, an achieved or cancelled step."""
    waivers: list[dict[str, str]] = []
    for code, reason in step.waived:
        waivers.append({"id": code} if reason is None else {"id": code, "reason": reason})
    waivers.append({"id": first.id, "reason": "agreed by the team"})
    owner, other = by(step.owner), by(first.owner)
    repairs = []
    if not under_way(step, first):
        repairs.append(
            Repair(
                owner,
                "milestone",
                step.id,
                {"due": iso(first.due or 0)},
                f"Move “{step.title}” to {iso(first.due or 0)}.",
            )
        )
        repairs.append(
            Repair(
                other,
                "milestone",
                first.id,
                {"due": iso(step.due or 0)},
                f"Bring “{first.title}” forward to {iso(step.due or 0)}.",
            )
        )
    elif step.status == "in-progress":
        # A step that has begun does not go back to planned; it may be taken up again from here.
        repairs.append(
            Repair(
                owner,
                "milestone",
                step.id,
                {"status": "not-achieved"},
                f"Put “{step.title}” off for now: record it as not achieved.",
            )
        )
    if first.status == "in-progress":
        repairs.append(
            Repair(
                other,
                "milestone",
                first.id,
                {"status": "achieved"},
                f"Record “{first.title}” as achieved, if it is.",
            )
        )
    repairs.append(
        Repair(
            owner,
            "milestone",
            step.id,
            {"waived": waivers},
            f"Waive “{first.title}” for “{step.title}”.",
        )
    )
    return repairs


def report(day: Day, step: Milestone, first: Milestone, reasons: list[str]) -> Finding:
    """Report one step out of order."""
    days_early = float((first.due or 0) - (step.due or 0)) if too_early(step, first) else 0.0
    return Report(
        rule=RULE,
        tier=named("warning", "A step comes before the one it requires"),
        summary=summarize(
            (who(step.owner), f"plans “{step.title}”"),
            (who(first.owner), f"first has to reach “{first.title}”"),
        ),
        mentions=[describe(step), describe(first)],
        why=reasons,
        repairs=repairs_for(step, first),
        resolver=("lead",),
        told=authored(step.owner, first.owner),
        fhir="TIME",
        material=Material(
            lower={"days_early": days_early, "under_way": float(under_way(step, first))},
            exact={"step": step.id},
        ),
    ).freeze()


RULE = Rule(
    code="CF17",
    type="prerequisite-order",
    version="1",
    source="The project's own rule",
    fhir=("TIME",),
    told="the owners of both steps",
    resolver="the lead",
    documentation=__doc__ or "",
    find=find,
    among=frozenset({"milestones"}),
)
