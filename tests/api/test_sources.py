"""Where an imported item comes from is shown; what the import compares by is kept and not shown."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from service.db import Database
from service.models.base import PlanItem
from service.models.facts import Condition
from service.models.goals import Goal
from service.models.recommendations import Recommendation
from tests.api.advice import CYCLING
from tests.api.conftest import Members
from tests.clinic import Clinic

SHOWN = {"system": "ehr", "type": "Goal", "id": "17", "ids": ["Goal/17"], "part": "goal"}
KEPT: dict[str, Any] = {**SHOWN, "sent": {"title": "0f1e2d3c4b5a6978"}}
ENTERED = [
    ("goals", {"title": "Walk"}, Goal),
    ("conditions", {"text": "Heart failure"}, Condition),
    ("recommendations", CYCLING, Recommendation),
]


@pytest.mark.parametrize(("path", "fields", "model"), ENTERED, ids=[one[0] for one in ENTERED])
def test_no_answer_shows_the_fingerprints_and_the_row_keeps_them(
    member: Members,
    clinic: Clinic,
    database: Database,
    path: str,
    fields: dict[str, Any],
    model: type[PlanItem],
) -> None:
    machine, physician = member("clinic-system"), member("physician")
    made = machine.post(path, {**fields, "source": KEPT})
    where = f"{path}/{made.json['id']}"

    assert made.json["source"] == SHOWN
    assert physician.get(where).json["source"] == SHOWN
    assert [one["source"] for one in physician.get(path).json["items"]] == [SHOWN]
    assert "0f1e2d3c4b5a6978" not in physician.get(f"{where}/history").text
    with database.transaction(clinic.tenant_id) as session:
        row = session.get(model, (clinic.tenant_id, uuid.UUID(made.json["id"])))
        assert row is not None
        assert row.source == KEPT


@pytest.mark.parametrize("path", ["summary", "plan-document", "versions"])
def test_what_shows_the_whole_plan_shows_no_fingerprints(member: Members, path: str) -> None:
    for noun, fields, _ in ENTERED:
        assert member("clinic-system").post(noun, {**fields, "source": KEPT}).status_code == 201
    answer = member("physician").get(path)

    assert answer.status_code == 200
    assert "0f1e2d3c4b5a6978" not in answer.text
    assert ('"ehr"' in answer.text) is (path == "summary")
