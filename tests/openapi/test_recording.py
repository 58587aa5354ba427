"""The examples of the document are what a run of the service asks and answers, today as when they were written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.api import BLUEPRINTS
from service.settings import Settings
from service.web.operation_doc import ERROR_NAMES
from tests.conftest import FROZEN_INSTANT
from tests.openapi import recording, story

FILE = Path(__file__).resolve().parents[2] / "service" / "api" / "examples.json"


def test_the_examples_are_what_a_run_gives(
    request: pytest.FixtureRequest, shared_engine: Engine, tmp_path: Path
) -> None:
    settings = Settings.from_env({"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(tmp_path)})
    with shared_engine.connect() as connection, connection.begin() as outer:
        recorded = recording.record(connection, settings, FROZEN_INSTANT)
        outer.rollback()
    if request.config.getoption("record"):
        FILE.write_bytes(recording.rendered(recorded))

    kept = json.loads(FILE.read_bytes())
    for part in ("operations", "errors", "headers"):
        assert set(kept[part]) == set(recorded[part])
        for name, example in recorded[part].items():
            assert kept[part][name] == example, f"{name} is answered otherwise now: make examples"


def test_every_operation_and_every_kind_of_refusal_is_played() -> None:
    names = {one.name for blueprint in BLUEPRINTS for one in blueprint.operations.values()}
    kept = json.loads(FILE.read_bytes())

    assert set(story.STORY) == set(kept["operations"]) == names
    assert set(kept["errors"]) == set(ERROR_NAMES.values())
    assert all(kept["errors"].values())
