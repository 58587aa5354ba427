"""What the commands promise beside a running service: tokens through make, and nothing lost to a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.e2e.conftest import PROJECT, SERVICE, Live, environment, free_port, running, wait

pytestmark = pytest.mark.e2e


@pytest.fixture
def var() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="cck-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def made_token(settings: dict[str, str], *wanted: str) -> str:
    """Run `make token`; give what it printed, to the last sign."""
    printed = subprocess.run(
        ["make", "token", *wanted],
        env=settings,
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return printed.stdout


def test_make_prints_a_token_and_nothing_else_whether_the_server_is_up_or_not(var: Path) -> None:
    down = made_token(environment(var, free_port()), "ROLE=physiotherapist")
    with running(var) as live:
        up = made_token(
            live.environment, "ROLE=physiotherapist", "USER=physiotherapist-2", "CLINIC=other"
        )
        for printed, clinic in ((down, "Riverside"), (up, "Hillcrest")):
            assert printed == f"{printed.strip()}\n"
            assert printed.count(".") == 2
            answer = requests.get(
                f"{live.base}/api/v1/me",
                headers={"Authorization": f"Bearer {printed.strip()}"},
                timeout=30,
            )
            assert (answer.status_code, answer.json()["role"]) == (200, "physiotherapist")
            assert answer.json()["tenant"]["name"].startswith(clinic)
    for wanted in ((), ("ROLE=king",), ("ROLE=patient", "USER=physician")):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            made_token(environment(var, free_port()), *wanted)
        assert refused.value.stdout == ""
        assert "Traceback" not in refused.value.stderr


def family_of(process: subprocess.Popen[bytes], var: Path) -> list[psutil.Process]:
    """Find the supervisor, its children and the database's first process, each by its id."""
    supervisor = psutil.Process(process.pid)
    database = int((var / "pg" / "postmaster.pid").read_text().splitlines()[0])
    return [supervisor, *supervisor.children(recursive=True), psutil.Process(database)]


def test_what_was_acknowledged_is_there_after_everything_was_killed(var: Path) -> None:
    port = free_port()
    settings = environment(var, port)
    with (var / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [SERVICE, "run"], env=settings, cwd=PROJECT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait(process, f"http://127.0.0.1:{port}", var)
            before = Live(f"http://127.0.0.1:{port}", settings)
            physio = before.person("physiotherapist")
            goals = f"/care-plans/{physio.read('/me')['plans'][0]['id']}/goals"
            key = {"Idempotency-Key": str(uuid.uuid4())}
            written = [physio.post(goals, {"title": f"Goal {n}"}).json()["id"] for n in range(20)]
            keyed = physio.post(goals, {"title": "Once"}, headers=key)
            assert keyed.status_code == 201
        finally:
            killed = family_of(process, var)
            for one in killed:
                os.kill(one.pid, signal.SIGKILL)
            process.wait(timeout=30)
            psutil.wait_procs(killed, timeout=10)
    with running(var) as after:
        again = after.person("physiotherapist")
        found = {one["id"]: one for one in again.read(goals, params={"limit": 200})["items"]}
        assert set(written) <= set(found)
        repeated = again.post(goals, {"title": "Once"}, headers=key)
        assert (repeated.status_code, repeated.json()) == (201, keyed.json())
        assert repeated.headers["Idempotency-Replayed"] == "true"
        for one in (written[0], written[-1], keyed.json()["id"]):
            history = again.read(f"{goals}/{one}/history")["items"]
            assert [entry["action"] for entry in history] == ["created"]
        newest = again.read(f"{goals.removesuffix('/goals')}/versions", params={"limit": 1})
        assert newest["items"][0]["items"][0]["id"] == keyed.json()["id"]
