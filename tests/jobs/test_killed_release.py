"""A process that rechecks plans is killed in the middle of one: what was done is done, and the rest is done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import select

from service import conflicts
from service.db import Database
from service.jobs.knowledge_release import release_knowledge
from service.models.changes import PlanEvent
from service.models.releases import KnowledgeRelease
from service.settings import PROJECT
from tests.clinic import Clinic
from tests.databases import DatabaseUrls
from tests.jobs.conftest import OpenClinic
from tests.jobs.test_day_turn import DAY, at, plan_of
from tests.jobs.test_knowledge_release import (
    EVENT,
    OLD,
    a_dispute,
    flags,
    knew_nothing,
    release_of,
    rows,
)


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def waits_for_a_row(urls: DatabaseUrls) -> bool:
    with psycopg.connect(urls.service) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def told(database: Database, clinic: Clinic) -> int:
    return [one.type for one in rows(database, clinic, PlanEvent)].count(EVENT)


def test_what_a_killed_process_left_is_taken_up_by_the_next(
    committed_database: Database,
    committed_urls: DatabaseUrls,
    opened: OpenClinic,
    tmp_path: Path,
) -> None:
    clinics = [opened(slug) for slug in ("first", "second", "third")]
    first, second = clinics[:2]
    for clinic in clinics:
        a_dispute(committed_database, clinic)
        knew_nothing(committed_database, clinic)
    with committed_database.transaction(second.tenant_id) as session:
        version = conflicts.KNOWLEDGE_VERSION
        session.add(KnowledgeRelease(tenant_id=second.tenant_id, version=version, plans=1))
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        "CONCORD_MODE": "demo",
        "CONCORD_VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": committed_urls.service,
    }

    # Who holds the second clinic's record of the release stops the process with that plan all but done.
    with committed_database.transaction(second.tenant_id) as holding:
        holding.execute(select(KnowledgeRelease).with_for_update())
        with subprocess.Popen(
            [sys.executable, "-m", "service.cli", "knowledge", "recheck"],
            env=environment,
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                until(lambda: waits_for_a_row(committed_urls))
            finally:
                process.kill()
        assert process.returncode == -signal.SIGKILL
    until(lambda: not waits_for_a_row(committed_urls))

    assert [told(committed_database, one) for one in clinics] == [1, 0, 0]
    assert plan_of(committed_database, first).knowledge_version == conflicts.KNOWLEDGE_VERSION
    assert plan_of(committed_database, second).knowledge_version == OLD
    assert flags(committed_database, second) == []
    assert release_of(committed_database, second).done == 0

    with at(DAY):
        assert release_knowledge(committed_database) == 2

    assert [told(committed_database, one) for one in clinics] == [1, 1, 1]
    for clinic in clinics:
        release = release_of(committed_database, clinic)
        assert (release.plans, release.done, release.opened) == (1, 1, 1)
        assert len(flags(committed_database, clinic)) == 1
        assert release.finished_at is not None
