"""The family of processes: it comes up, ends in order, and a killed one leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import psutil
import pytest

from service.embedded import EmbeddedPostgres
from service.running.probe import is_well
from service.running.supervisor import Bell, RunError, refuse_taken_port
from service.settings import PROJECT

pytestmark = pytest.mark.e2e

SECOND_START_SECONDS = 3.0
STOP_SECONDS = 5.0


class Service:
    """One `service run`, in a var/ and on a port of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME")},
            "CONCORD_VAR_DIR": str(var),
            "PORT": str(port),
        }
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from service.app import main; main()", "run", *arguments],
            env={**self.environment, **more},
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def started(self, *arguments: str, **more: str) -> str:
        """Start it, and return what it said by the time it was up."""
        process = self.start(*arguments, **more)
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "physician-outsider" in line and "other" in line:
                return said
        raise AssertionError(process.stderr.read() if process.stderr else "")

    def family(self) -> list[psutil.Process]:
        """Find all that runs for this service, the database and its guard too."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return str(self.var) in " ".join(process.cmdline()) or process.environ().get(
                "CONCORD_VAR_DIR"
            ) == str(self.var)
        except psutil.Error:
            return False

    def is_gone(self, within: float = STOP_SECONDS) -> bool:
        return eventually(lambda: not self.family(), within)


def eventually(holds: Callable[[], bool], within: float) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def service() -> Iterator[Service]:
    var = Path(tempfile.mkdtemp(prefix="cr-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Service(var, port)
    yield running
    for process in running.family():
        process.kill()
    if running.process is not None:
        running.process.communicate()
    EmbeddedPostgres(var).stop_abandoned()
    shutil.rmtree(var)


def test_it_comes_up_and_says_where_it_is_and_who_may_come_in(service):
    said = service.started()
    base = f"http://127.0.0.1:{service.port}"
    for path in ("/api/v1", "/docs", "/openapi.json", "/healthz"):
        assert f"{base}{path}" in said
    for account in ("physiotherapist", "physician-2", "physician-outsider", "auditor"):
        assert account in said
    with urllib.request.urlopen(f"{base}/readyz", timeout=5) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_of_it_in_order_and_soon(service, number):
    service.started()
    process = service.process
    began = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=15)
    took = time.monotonic() - began
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert took < STOP_SECONDS
    assert service.family() == []
    assert not (service.var / "pg" / "postmaster.pid").exists()


def test_a_signal_before_it_is_up_ends_it_too(service):
    process = service.start()
    assert eventually((service.var / "pg" / "postmaster.pid").exists, 20)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert service.is_gone()


def test_killing_the_supervisor_leaves_nothing_running_and_the_next_start_works(service):
    service.started()
    service.process.kill()
    service.process.communicate()
    assert service.is_gone()
    assert service.started()


def test_killing_everything_at_once_breaks_nothing(service):
    service.started()
    for process in service.family():
        process.kill()
    service.process.communicate()
    assert service.is_gone()
    assert service.started()
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/readyz", timeout=5) as answer:
        assert answer.status == 200


def test_a_start_right_after_a_kill_finds_its_port_free(service):
    service.started()
    service.process.kill()
    service.process.communicate()
    assert service.started()


def test_the_second_start_takes_less_than_three_seconds(service):
    service.started()
    service.process.terminate()
    service.process.communicate(timeout=15)
    took = []
    for _ in range(3):
        began = time.monotonic()
        service.started()
        took.append(time.monotonic() - began)
        service.process.terminate()
        service.process.communicate(timeout=15)
    # The best of three: other work on this machine is not ours to measure.
    assert min(took) < SECOND_START_SECONDS


def test_a_taken_port_is_said_in_one_line_before_anything_is_started(service):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", service.port))
        listener.listen()
        process = service.start()
        out, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert out == ""
    assert errors == (
        f"Error: Port {service.port} on 127.0.0.1 is taken; stop what listens there, or set PORT.\n"
    )
    assert not (service.var / "pg").exists()


def test_a_signal_that_comes_while_it_waits_never_holds_it_up():
    """Ring from a handler at every point of a wait; a lock would be held by whom it interrupts."""
    bell, rung = Bell(), []

    def handler(_number: int, _frame: FrameType | None) -> None:
        rung.append(1)
        bell.ring()

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    try:
        heard = sum(bell.wait(0.0003) for _ in range(3000))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        bell.close()
    assert len(rung) > 100
    assert heard > 100


def test_a_bell_that_rang_before_is_heard():
    bell = Bell()
    try:
        assert not bell.wait(0)
        for _ in range(100_000):
            bell.ring()
        assert bell.wait(0)
    finally:
        bell.close()


def test_a_port_that_was_just_left_is_free():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(RunError, match="taken"):
            refuse_taken_port("127.0.0.1", port)
        with socket.create_connection(("127.0.0.1", port)), listener.accept()[0]:
            pass  # the server closes first, so that its side waits
    refuse_taken_port("127.0.0.1", port)


def test_an_empty_one_is_made_once_and_refused_where_there_is_something(service):
    service.started(EMPTY="1")
    service.process.terminate()
    service.process.communicate(timeout=15)
    process = service.start(EMPTY="1")
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert out == ""
    assert errors.count("\n") == 1
    assert "new database" in errors
    assert service.is_gone()
    assert service.started()


def test_a_server_process_that_dies_is_replaced(service):
    service.started()
    servers = [
        p for p in psutil.Process(service.process.pid).children(recursive=True) if p.children()
    ]
    granian = next(p for p in servers if len(p.children()) == 2)
    victim = granian.children()[0]
    victim.kill()
    assert eventually(
        lambda: (
            victim.pid not in {p.pid for p in granian.children()} and len(granian.children()) == 2
        ),
        15,
    )
    assert is_well(f"http://127.0.0.1:{service.port}/healthz")


def test_a_child_that_ends_by_itself_ends_the_run(service):
    service.started()
    granian = next(
        p for p in psutil.Process(service.process.pid).children() if len(p.children()) == 2
    )
    granian.kill()
    _, errors = service.process.communicate(timeout=20)
    assert service.process.returncode == 1
    assert "The server ended by itself" in errors
    assert service.is_gone()


def test_the_database_is_started_again_when_it_was_killed(service):
    service.started()
    postmaster = service.var / "pg" / "postmaster.pid"
    killed = int(postmaster.read_text().split("\n")[0])
    os.kill(killed, signal.SIGKILL)
    ready = f"http://127.0.0.1:{service.port}/readyz"
    assert eventually(
        lambda: (
            int((postmaster.read_text() if postmaster.exists() else "0").split("\n")[0])
            not in (0, killed)
        ),
        15,
    )
    assert eventually(lambda: is_well(ready), 15)
    assert service.process.poll() is None


def test_it_ends_with_the_make_that_started_it(service):
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c',"
        " 'from service.app import main; main()', 'run', '--with-parent'])\n"
        "child.wait()\n"
    )
    make = subprocess.Popen(
        [sys.executable, "-c", program],
        env=service.environment,
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{service.port}/healthz"
    assert eventually(lambda: is_well(url), 30)
    make.kill()
    make.wait()
    assert service.is_gone(10)


def test_a_token_is_all_that_is_printed_with_and_without_a_running_service(service):
    def token(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from service.app import main; main()", "token", *arguments],
            env=service.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    cold = token("--role", "physiotherapist")
    assert cold.stderr == ""
    assert cold.stdout.count(".") == 2
    assert cold.stdout.count("\n") == 1
    assert service.is_gone()
    service.started()
    warm = token("--role", "physiotherapist", "--user", "physiotherapist-2", "--clinic", "other")
    assert (warm.stderr, warm.stdout.count("\n")) == ("", 1)
    assert is_well(f"http://127.0.0.1:{service.port}/readyz")
    for answer in (cold, warm):
        request = urllib.request.Request(
            f"http://127.0.0.1:{service.port}/api/v1/me",
            headers={"Authorization": f"Bearer {answer.stdout.strip()}"},
        )
        with urllib.request.urlopen(request, timeout=5) as me:
            assert me.status == 200
    for wrong in (
        ("--role", "physician", "--user", "nobody"),
        ("--role", "physician", "--user", "psychologist"),
        ("--role", "physician", "--clinic", "nowhere"),
    ):
        refused = token(*wrong)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
