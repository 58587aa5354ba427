"""Turn a plan's rows into the plan document that the engine reads and others may check."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from service.domain import clock
from service.models.document import rows_of_plan
from service.models.recommendations import Recommendation

_RECOMMENDATION = (*Recommendation.own_fields, "held_by")
_GOAL = ("title", "action", "measure", "target", "direction", "start", "due", "status")
_MILESTONE = ("title", "action", "start", "due", "status", "requires", "waived")
_APPOINTMENT = ("mode", "place", "travel_minutes")

Row = dict[str, Any]


def build(
    session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID, day: date, timezone: str
) -> dict[str, Any]:
    """Read a plan and build its document as of a day."""
    return from_rows(rows_of_plan(session, tenant_id, plan_id), day, timezone)


def from_rows(rows: Mapping[str, Any], day: date, timezone: str) -> dict[str, Any]:
    """Build the plan document as of a day; what is not said is left out."""
    document: dict[str, Any] = {
        "as_of": day.isoformat(),
        "patient": _said({"birth_year": rows["birth_year"]}),
    }
    for table, key in KEYS.items():
        items = [one for row in rows[table] if (one := from_row(table, row, timezone)) is not None]
        if key != "capacity":
            document[key] = items
        elif items:
            document[key] = items[-1]
    _leave_out_the_gone(document["milestones"])
    return document


def _leave_out_the_gone(milestones: list[Row]) -> None:
    """Take out of what a milestone waits for what was entered in error: nobody waits for that."""
    there = {one["id"] for one in milestones}
    for one in milestones:
        one["requires"] = [needed for needed in one["requires"] if needed in there]


def from_row(table: str, row: Row, timezone: str) -> Row | None:
    """Build one item of the plan document; None for a row that the engine is not to see."""
    if table == "appointments":
        gone = row["status"] in ("cancelled", "missed")
        return None if gone else _appointment(row, timezone)
    return _BUILDERS[table](row)


def _only(*names: str, needs: str | None = None) -> Callable[[Row], Row | None]:
    """Build an item of these fields; one without the code it is known by is left out."""

    def build(row: Row) -> Row | None:
        return _of(row, names) if needs is None or row[needs] else None

    return build


def _recommendation(row: Row) -> Row:
    return {
        **_of(row, _RECOMMENDATION),
        "version": row["version"],
        "author": _author(row),
        "recorded_at": row["recorded_at"],
    }


def _of(row: Row, names: tuple[str, ...]) -> Row:
    return {"id": row["id"], **_said({name: row[name] for name in names})}


def _said(fields: Row) -> Row:
    return {name: value for name, value in fields.items() if value is not None}


def _author(row: Row) -> Row:
    return {
        "id": row["author_id"],
        "discipline": row["author_discipline"],
        "role": row["author_role"],
    }


def _owner(row: Row) -> Row:
    """A goal's owner is who owns it; a shared one's is who entered it."""
    if row["owner_discipline"] == "shared":
        return _author(row)
    return {
        "id": row["owner_id"] or row["author_id"],
        "discipline": row["owner_discipline"],
        "role": row["author_role"],
    }


def _milestone_owner(row: Row) -> Row:
    """A shared milestone is the team's."""
    if row["owner_discipline"] == "shared":
        return {"id": "team", "discipline": None}
    return _owner(row)


def _goal(row: Row) -> Row:
    return {**_of(row, _GOAL), "owner": _owner(row)}


def _milestone(row: Row) -> Row:
    return {**_of(row, _MILESTONE), "owner": _milestone_owner(row)}


def _job_demand(row: Row) -> Row:
    return {**_of(row, ("action", "body_region", "dose")), "removed": row["removed"]}


def _appointment(row: Row, timezone: str) -> Row:
    def local(value: str) -> str:
        moment = datetime.fromisoformat(value).astimezone(clock.zone(timezone))
        return moment.replace(tzinfo=None).isoformat(timespec="minutes")

    return {
        **_of(row, _APPOINTMENT),
        "start": local(row["start"]),
        "end": local(row["end"]),
        "owner": _author(row),
    }


# Where a table's rows stand in the plan document.
KEYS = {
    "recommendations": "recommendations",
    "goals": "goals",
    "milestones": "milestones",
    "preferences": "preferences",
    "conditions": "conditions",
    "allergies": "allergies",
    "observations": "observations",
    "job_demands": "job_demands",
    "events": "events",
    "appointments": "appointments",
    "capacities": "capacity",
}

_BUILDERS: dict[str, Callable[[Row], Row | None]] = {
    "recommendations": _recommendation,
    "goals": _goal,
    "milestones": _milestone,
    "preferences": _only("action", "attitude", "alternative"),
    "conditions": _only("code", "start", "end", needs="code"),
    "allergies": _only("drug_class", "start", "end", needs="drug_class"),
    "observations": _only("code", "value", "unit", "date"),
    "job_demands": _job_demand,
    "events": _only("code", "body_region", "laterality", "date"),
    "capacities": _only("minutes_per_day", "hours_per_week", "resources"),
}
