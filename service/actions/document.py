"""Turn a plan's rows into the plan document that the engine reads and others may check."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
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
        "recommendations": [_recommendation(row) for row in rows["recommendations"]],
        "goals": [{**_of(row, _GOAL), "owner": _owner(row)} for row in rows["goals"]],
        "milestones": [
            {**_of(row, _MILESTONE), "owner": _milestone_owner(row)} for row in rows["milestones"]
        ],
        "preferences": [
            _of(row, ("action", "attitude", "alternative")) for row in rows["preferences"]
        ],
        "conditions": [
            _of(row, ("code", "start", "end")) for row in rows["conditions"] if row["code"]
        ],
        "allergies": [
            _of(row, ("drug_class", "start", "end"))
            for row in rows["allergies"]
            if row["drug_class"]
        ],
        "observations": [
            _of(row, ("code", "value", "unit", "date")) for row in rows["observations"]
        ],
        "job_demands": [
            {**_of(row, ("action", "body_region", "dose")), "removed": row["removed"]}
            for row in rows["job_demands"]
        ],
        "events": [
            _of(row, ("code", "body_region", "laterality", "date")) for row in rows["events"]
        ],
        "appointments": [
            _appointment(row, timezone)
            for row in rows["appointments"]
            if row["status"] not in ("cancelled", "missed")
        ],
    }
    for row in rows["capacities"]:
        document["capacity"] = _of(row, ("minutes_per_day", "hours_per_week", "resources"))
    return document


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
