"""Sessions are ended under four people who write: each write is whole or not there, and each is told which."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from service.db import Database
from tests.clinic import Clinic
from tests.concurrency.conftest import Door
from tests.concurrency.test_together_or_not_at_all import ADVICE, counts
from tests.databases import DatabaseUrls

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


def end_sessions(urls: DatabaseUrls, ended: threading.Event) -> int:
    """End one session after another, at moments nobody can foresee; give their number."""
    chosen, victims = random.Random(7), 0
    with psycopg.connect(urls.service, autocommit=True) as killer:
        while not ended.is_set():
            time.sleep(chosen.uniform(0.005, 0.05))
            found = killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND usename = current_user ORDER BY random() LIMIT 1"
            )
            victims += found.rowcount
    return victims


def test_backends_that_die_at_any_moment_leave_whole_writes_only(
    committed_database: Database, committed_urls: DatabaseUrls, clinic: Clinic, door: Door
) -> None:
    def write(_: int) -> Counter[int]:
        answers: Counter[int] = Counter()
        for _ in range(40):
            response = door.ask(clinic, "physiotherapist", "POST", "/recommendations", ADVICE)
            answers[response.status_code] += 1
        return answers

    ended = threading.Event()
    with ThreadPoolExecutor(5) as pool:
        killing = pool.submit(end_sessions, committed_urls, ended)
        try:
            total: Counter[int] = sum(pool.map(write, range(4)), Counter())
        finally:
            ended.set()
        killed = killing.result()
    assert killed > 20
    assert set(total) == {201, 503}, total
    found = counts(committed_database, clinic)
    written = found["advice"]
    # A session may end after its commit was done and before it was acknowledged.
    assert total[201] <= written <= total[201] + total[503]
    assert found == dict.fromkeys(found, written)
    response = door.ask(clinic, "physiotherapist", "POST", "/recommendations", ADVICE)
    assert response.status_code == 201
