"""What one item does to another by standing: a successor retires its predecessor, an event ends a limit.

Pure: rows of the plan as JSON in, changes of derived fields out. Both are derived anew at every recheck, so
that undoing the cause undoes the effect where the design says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.domain import clock
from service.domain.vocabulary import (
    AppointmentStatus,
    CodingStatus,
    EndEventKind,
    MilestoneStatus,
    RecommendationStatus,
    ReviewOutcome,
    Role,
)

Row = Mapping[str, Any]
_LIVE = frozenset({RecommendationStatus.ACTIVE, RecommendationStatus.ON_HOLD})


@dataclass(frozen=True, slots=True)
class Derived:
    """Set these fields of one recommendation, and say in its history why."""

    id: str
    action: str
    fields: Mapping[str, Any]


def is_in_force(row: Row) -> bool:
    """Say whether advice ends, exempts and mitigates: active, not held, its coding confirmed."""
    return (
        row["status"] == RecommendationStatus.ACTIVE
        and not row["held_by"]
        and (row["coding_status"] or CodingStatus.CONFIRMED) == CodingStatus.CONFIRMED
    )


def starts_on(row: Row, day: date) -> date:
    start = (row["period"] or {}).get("start")
    return date.fromisoformat(start) if start else day


def successions(recommendations: Sequence[Row], day: date) -> list[Derived]:
    """Say which predecessors get or lose a successor today, and which are retired by one."""
    by_id = {row["id"]: row for row in recommendations}
    heirs: dict[str, list[Row]] = {}
    for row in recommendations:
        if is_in_force(row):
            for ancestor in _ancestors(row, by_id):
                heirs.setdefault(ancestor, []).append(row)
    found = []
    for row in recommendations:
        change = _succession(row, heirs.get(row["id"], []), day)
        if change is not None:
            found.append(change)
    return found


def _ancestors(row: Row, by_id: Mapping[str, Row]) -> set[str]:
    reached: set[str] = set()
    waiting = list(row["supersedes"] or ())
    while waiting:
        one = waiting.pop()
        if one in by_id and one not in reached:
            reached.add(one)
            waiting.extend(by_id[one]["supersedes"] or ())
    return reached


def _succession(row: Row, heirs: Sequence[Row], day: date) -> Derived | None:
    if row["status"] not in _LIVE:
        return None
    if not heirs:
        if row["superseded_by"] is None:
            return None
        return Derived(row["id"], "freed", {"superseded_by": None, "retires_on": None})
    heir = min(heirs, key=lambda one: (starts_on(one, day), one["id"]))
    retires = starts_on(heir, day)
    fields: dict[str, Any] = {"superseded_by": heir["id"], "retires_on": retires.isoformat()}
    if retires <= day:
        fields |= {"status": RecommendationStatus.REVOKED, "held_by": [], "released": None}
        return Derived(row["id"], "revoked", fields)
    if row["superseded_by"] == heir["id"] and row["retires_on"] == fields["retires_on"]:
        return None
    return Derived(row["id"], "superseded", fields)


def end_events(rows: Mapping[str, Sequence[Row]], timezone: str) -> list[Derived]:
    """Say which limits have met, or no longer meet, the event that ends them."""
    waiting = [row for row in rows["recommendations"] if row["end_event"]]
    if not waiting:
        return []
    milestones = {row["id"]: row for row in rows["milestones"]}
    appointments = {row["id"]: row for row in rows["appointments"]}
    found = []
    for row in waiting:
        end_event = row["end_event"]
        on = _recorded_on(row, end_event, milestones, appointments, rows["events"], timezone)
        wanted = {**end_event, "recorded": on is not None, "recorded_on": on}
        if wanted != {"recorded": False, "recorded_on": None, **end_event}:
            action = "end-event-recorded" if on else "end-event-undone"
            found.append(Derived(row["id"], action, {"end_event": wanted}))
    return found


def _recorded_on(
    row: Row,
    end_event: Mapping[str, Any],
    milestones: Mapping[str, Row],
    appointments: Mapping[str, Row],
    events: Iterable[Row],
    timezone: str,
) -> str | None:
    kind, ref = end_event.get("kind"), end_event.get("ref")
    if kind == EndEventKind.MILESTONE:
        milestone = milestones.get(str(ref))
        if milestone and milestone["status"] == MilestoneStatus.ACHIEVED:
            return str(milestone["achieved_on"])
        return None
    if kind == EndEventKind.APPOINTMENT:
        appointment = appointments.get(str(ref))
        if appointment and appointment["status"] == AppointmentStatus.KEPT:
            end = datetime.fromisoformat(appointment["end"])
            return end.astimezone(clock.zone(timezone)).date().isoformat()
        return None
    lifted = [
        event["date"]
        for event in events
        if event["code"] == "review-held"
        and may_lift(row, event["author_id"], event["author_role"])
        and {"recommendation": row["id"], "outcome": ReviewOutcome.LIFTED}
        in (event["outcomes"] or ())
    ]
    return min(lifted) if lifted else None


def may_lift(row: Row, author_id: str, role: str | None) -> bool:
    """Say whether a review by this person ends the limit: its author, or who resolves for its kind."""
    if author_id == row["author_id"]:
        return True
    if row["hard"] or row["kind"] == "medication":
        return role == Role.PHYSICIAN
    return row["kind"] == "work-capacity" and role == Role.OCCUPATIONAL_THERAPIST
