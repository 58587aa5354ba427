"""Offer changes that clear a finding, each to one item, as a JSON merge patch.

The engine takes no side: it offers what each author could change, and says so as a proposal.
"""

from __future__ import annotations

import math
from typing import Any

from service.conflicts.caps import Comparison
from service.conflicts.explain import amount, dimension_word, subject
from service.conflicts.facts import OPEN_END, OPEN_START, Author, Dose, iso
from service.conflicts.finding import Repair
from service.conflicts.meeting import Meeting
from service.conflicts.statement import Statement
from service.conflicts.tables import Tables
from service.conflicts.units import factor


def by(author: Author | None) -> str:
    """Name the discipline that could make a change; what the team shares is the lead's."""
    return author.discipline or "lead" if author else "occupational-therapy"


def _kind(statement: Statement) -> str:
    return "job_demand" if statement.kind == "job_demand" else "recommendation"


def change(statement: Statement, patch: dict[str, Any], text: str) -> Repair:
    """Offer a change to one statement."""
    return Repair(by(statement.author), _kind(statement), statement.id, patch, text)


def withdraw(statement: Statement, drugs: Tables) -> Repair:
    """Offer to take a statement back."""
    if statement.kind == "job_demand":
        return change(
            statement,
            {"removed": True},
            f"Have {subject(statement, drugs)} taken out of the job for now.",
        )
    verb = "Lift the restriction on" if statement.strength < 0 else "Withdraw"
    return change(statement, {"status": "revoked"}, f"{verb} {subject(statement, drugs)}.")


def dose_json(dose: Dose) -> dict[str, Any]:
    """Write a dose as the document has it."""
    row: dict[str, Any] = {"dimension": dose.dimension, "unit": dose.unit}
    if dose.low is not None:
        row["low"] = dose.low
    if dose.high is not None:
        row["high"] = dose.high
    return row


def with_dose(statement: Statement, dose: Dose) -> dict[str, Any]:
    """Give the patch that sets one dose and leaves the others."""
    kept = [item for name, item in statement.dose.items() if name != dose.dimension]
    return {"dose": [dose_json(item) for item in (*kept, dose)]}


def hold_at(statement: Statement, cap: Dose) -> Repair | None:
    """Offer to bring a dose down to a cap, in the unit it is given in, where units compare."""
    assert cap.high is not None
    stated = statement.dose.get(cap.dimension)
    if stated is None:
        dose = Dose(cap.dimension, None, cap.high, cap.unit)
    else:
        into = factor(cap.unit, stated.unit)
        if into is None:
            return None
        exact = cap.high * into
        limit = exact if into == 1.0 else math.floor(exact * 100 + 1e-9) / 100
        low = None if stated.low is None else min(stated.low, limit)
        dose = Dose(cap.dimension, low, limit, stated.unit)
    return change(
        statement,
        with_dose(statement, dose),
        f"Set the {dimension_word(cap.dimension)} to {amount(dose)}.",
    )


def keep_within(statement: Statement, comparison: Comparison) -> Repair:
    """Offer to bring a dose down to what a comparison says is allowed."""
    offer = hold_at(statement, comparison.cap)
    assert offer is not None
    return offer


def last_day(statement: Statement) -> int:
    """Give the end that is written: past it a statement cannot begin, though its event be awaited."""
    return statement.end if statement.rec is None else min(statement.end, statement.rec.end)


def move_apart(p: Statement, n: Statement, meeting: Meeting, drugs: Tables) -> list[Repair]:
    """Offer to begin after the other ends, or to stop before it begins, where it has such days."""
    repairs: list[Repair] = []
    if p.rec is None:
        return repairs
    ends = n.end < OPEN_END and n.provisional_from >= OPEN_END
    if ends and last_day(p) > n.end and p.id not in (n.rec.supersedes if n.rec else ()):
        repairs.append(
            change(
                p,
                {"period": {"start": iso(n.end)}},
                f"Begin {subject(p, drugs)} on {iso(n.end)}, when the other ends.",
            )
        )
    if OPEN_START < n.start == meeting.start > p.start:
        patch: dict[str, Any] = {"period": {"end": iso(n.start)}}
        if p.rec.end_event is not None:
            patch["end_event"] = None
        repairs.append(
            change(p, patch, f"End {subject(p, drugs)} on {iso(n.start)}, when the other begins.")
        )
    return repairs


def leave_out(statement: Statement, other: Statement, drugs: Tables) -> Repair | None:
    """Offer to leave out of one statement what the other is about."""
    code = other.term or other.action
    if statement.rec is None or code is None or code == statement.term:
        return None
    return change(
        statement,
        {"exclude_actions": sorted({*statement.exclude, code})},
        f"Except {subject(other, drugs)} from what is said of {subject(statement, drugs)}.",
    )


def both_ways(p: Statement, n: Statement, meeting: Meeting, drugs: Tables) -> list[Repair]:
    """Offer what each author could do about a positive and a restriction."""
    repairs = move_apart(p, n, meeting, drugs)
    repairs.append(withdraw(p, drugs))
    exception = leave_out(n, p, drugs) if n.strength < 0 else None
    if exception is not None:
        repairs.append(exception)
    repairs.append(withdraw(n, drugs))
    return repairs


def add_medicine(prescriber: Author | None, drug_class: str, start: int, drugs: Tables) -> Repair:
    """Offer a protective medicine beside the one that is needed."""
    item: dict[str, Any] = {
        "kind": "medication",
        "stance": "recommend",
        "medication": {"drug_class": drug_class},
    }
    if start > OPEN_START:
        item["period"] = {"start": iso(start)}
    return Repair(
        by(prescriber),
        "recommendation",
        None,
        item,
        f"Add {drugs.drug_label(drug_class)} for as long as both are taken.",
    )
