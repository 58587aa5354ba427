"""The command `knowledge`: what an operator reads of a release, and how they go through with it at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from service import conflicts
from service.actions import releases
from service.db import Database
from service.jobs.command import knowledge
from service.jobs.knowledge_release import release_knowledge
from tests.jobs.conftest import OpenClinic
from tests.jobs.test_day_turn import DAY, at, plan_of
from tests.jobs.test_knowledge_release import a_dispute, knew_nothing, put_behind


def run(database: Database, *arguments: str) -> Result:
    @contextmanager
    def connect() -> Iterator[Database]:
        yield database

    with at(DAY), capture_logs():
        return CliRunner().invoke(knowledge(connect), list(arguments))


def status(database: Database) -> list[dict[str, Any]]:
    shown = json.loads(run(database, "status", "--json").stdout)
    assert shown["knowledge_version"] == conflicts.KNOWLEDGE_VERSION
    found: list[dict[str, Any]] = shown["clinics"]
    return found


def test_it_says_how_many_plans_are_done_and_left(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinics = [opened(slug) for slug in ("first", "second")]
    assert [(one["clinic"], one["version"], one["left"]) for one in status(committed_database)] == [
        ("first", None, 0),
        ("second", None, 0),
    ]
    for clinic in clinics:
        a_dispute(committed_database, clinic)
        knew_nothing(committed_database, clinic)
    with at(DAY):
        release_knowledge(committed_database, batch=1)

    first, second = status(committed_database)

    assert (first["plans"], first["done"], first["left"], first["opened"]) == (1, 1, 0, 1)
    assert first["version"] == conflicts.KNOWLEDGE_VERSION
    assert first["finished_at"].startswith("2027-02-15T09:30:00")
    assert (second["version"], second["done"], second["left"]) == (None, None, 1)


def test_the_table_has_a_line_a_clinic(committed_database: Database, opened: OpenClinic) -> None:
    clinic = opened("first")
    a_dispute(committed_database, clinic)
    put_behind(committed_database, clinic)
    with at(DAY):
        release_knowledge(committed_database)

    lines = run(committed_database, "status").stdout.splitlines()

    assert lines[0] == f"Knowledge {conflicts.KNOWLEDGE_VERSION}"
    assert lines[1].split()[:5] == ["clinic", "version", "plans", "done", "left"]
    assert lines[2].split() == [
        "first",
        conflicts.KNOWLEDGE_VERSION,
        *("1", "1", "0", "0", "0", "0", "0", "0"),
        *("2027-02-15T09:30:00", "2027-02-15T09:30:00"),
    ]


def test_rechecking_at_once_goes_through_every_plan(
    committed_database: Database, opened: OpenClinic
) -> None:
    clinics = [opened(slug) for slug in ("first", "second")]
    for clinic in clinics:
        a_dispute(committed_database, clinic)
        put_behind(committed_database, clinic)

    result = run(committed_database, "recheck")

    assert (result.exit_code, result.stdout) == (0, "2 rechecked, 0 left\n")
    for clinic in clinics:
        version = plan_of(committed_database, clinic).knowledge_version
        assert version == conflicts.KNOWLEDGE_VERSION


def test_rechecking_at_once_does_not_hide_what_failed(
    committed_database: Database, opened: OpenClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = opened()
    a_dispute(committed_database, clinic)
    put_behind(committed_database, clinic)

    def fails(*_: Any) -> None:
        raise ValueError("deadlift 20 kg")

    monkeypatch.setattr(releases, "take", fails)
    result = run(committed_database, "recheck")

    assert result.exit_code == 1
    assert "0 rechecked, 1 left" in result.output
    assert "deadlift" not in result.output
