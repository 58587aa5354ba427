"""The worker as a process of its own: it comes up, is well, and ends in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from service.running.probe import is_well
from service.settings import PROJECT
from tests.databases import DatabaseUrls


def test_the_command_works_until_a_signal_ends_it(
    committed_urls: DatabaseUrls, tmp_path: Path
) -> None:
    alive = tmp_path / "alive"
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")},
        "CONCORD_MODE": "demo",
        "CONCORD_VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": committed_urls.service,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "service.cli", "worker", "--alive", str(alive)],
        env=environment,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            deadline = time.monotonic() + 30
            while not is_well(str(alive)) and time.monotonic() < deadline:
                assert process.poll() is None
                time.sleep(0.05)
            assert is_well(str(alive))
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, lines = process.communicate(timeout=10)
            took = time.monotonic() - began
        finally:
            process.kill()
    assert process.returncode == 0
    assert took < 5
    assert out == ""
    assert '"worker.ready"' in lines
    assert '"worker.stopped"' in lines
    assert "Traceback" not in lines
    with psycopg.connect(committed_urls.owner) as connection:
        left = connection.execute("SELECT count(*) FROM procrastinate_workers").fetchone()
    assert left == (0,)
