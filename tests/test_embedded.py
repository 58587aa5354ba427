"""The PostgreSQL that comes along: started, shared, stopped, killed, and closed to others."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from service.embedded import EmbeddedError, EmbeddedPostgres
from service.embedded.cluster import Cluster


@pytest.fixture
def var() -> Iterator[Path]:
    """A short path of its own; pytest's own temporary paths are too long for a socket."""
    directory = Path(tempfile.mkdtemp(prefix="cv-"))
    yield directory
    EmbeddedPostgres(directory).stop_abandoned()
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Path, EmbeddedPostgres]]:
    """A server for the tests that only look at it."""
    directory = Path(tempfile.mkdtemp(prefix="cv-"))
    server = EmbeddedPostgres(directory, durable=False)
    server.start()
    yield directory, server
    server.stop()
    shutil.rmtree(directory)


def postmaster(var: Path) -> int:
    return int((var / "pg" / "postmaster.pid").read_text().splitlines()[0])


def eventually_stopped(var: Path, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while EmbeddedPostgres(var).running():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def keep_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def test_starts_stops_and_starts_again_with_the_same_data_and_passwords(var):
    server = EmbeddedPostgres(var, durable=False)
    first = server.start()
    keep_a_row(first.migration_url)
    assert server.running()
    server.stop()
    assert not server.running()
    second = server.start()
    assert second == first
    assert count(second.migration_url) == 1
    server.stop()


def test_what_was_committed_survives_a_killed_server(var):
    server = EmbeddedPostgres(var)
    urls = server.start()
    keep_a_row(urls.migration_url)
    os.kill(postmaster(var), signal.SIGKILL)
    assert eventually_stopped(var)
    assert (var / "pg" / "postmaster.pid").exists()
    assert server.start() == urls
    assert count(urls.migration_url) == 1
    server.stop()


def test_a_reused_pid_is_not_taken_for_the_server(var):
    server = EmbeddedPostgres(var, durable=False)
    server.start()
    lines = (var / "pg" / "postmaster.pid").read_text().splitlines()
    server.stop()
    (var / "pg" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert not server.running()
    server.start()
    assert postmaster(var) != os.getpid()
    server.stop()


def test_the_server_stops_when_its_only_user_was_killed(var):
    user = _user_in_another_process(var)
    assert EmbeddedPostgres(var).running()
    user.kill()
    user.wait()
    assert eventually_stopped(var)


def test_the_server_stays_for_those_who_still_use_it(var):
    mine = EmbeddedPostgres(var, durable=False)
    urls = mine.start()
    other = _user_in_another_process(var)
    other.kill()
    other.wait()
    second = EmbeddedPostgres(var, durable=False)
    second.start()
    second.stop()
    with psycopg.connect(urls.service_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    mine.stop()
    assert not mine.running()


def test_whoever_did_not_start_it_may_stop_it_last(var):
    starter = _user_in_another_process(var)
    mine = EmbeddedPostgres(var, durable=False)
    mine.start()
    starter.kill()
    starter.wait()
    assert mine.running()
    mine.stop()
    assert not mine.running()


def test_nothing_is_left_running_after_a_stop(var):
    with EmbeddedPostgres(var, durable=False):
        pass
    ours = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline", "status"])
        if str(var) in " ".join(process.info["cmdline"] or [])
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]
    assert ours == []


def test_a_first_start_that_was_cut_short_is_finished_by_the_next(var):
    half = var / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(var, durable=False)
    urls = server.start()
    with psycopg.connect(urls.service_url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("concord_service",)
    server.stop()
    assert not half.exists()


def test_a_first_start_that_was_killed_before_its_roles_were_made_is_finished_too(var):
    with EmbeddedPostgres(var, durable=False):
        pass
    cluster = Cluster(var / "pg", durable=False)
    cluster.furnished.unlink()
    server = EmbeddedPostgres(var, durable=False)
    server.start()
    with psycopg.connect(server.admin_url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE concord")
        admin.execute("DROP ROLE concord_service")
    cluster.furnished.unlink()
    # The server runs on, as an orphan would, and the next user finds it unfurnished.
    with (
        EmbeddedPostgres(var, durable=False) as urls,
        psycopg.connect(urls.service_url) as connection,
    ):
        assert connection.execute("SELECT current_user").fetchone() == ("concord_service",)
    server.stop()


def test_lost_passwords_are_said_in_one_line(var):
    with EmbeddedPostgres(var, durable=False):
        pass
    (var / "keys" / "postgres.json").unlink()
    with pytest.raises(EmbeddedError, match="make reset"):
        EmbeddedPostgres(var).start()


def test_a_path_too_long_for_a_socket_is_refused_in_one_line_before_anything_is_made(tmp_path):
    long = tmp_path / ("x" * 95)
    with pytest.raises(EmbeddedError, match="too long for a socket") as refusal:
        EmbeddedPostgres(long).start()
    assert "\n" not in str(refusal.value)
    assert not long.exists()


def test_the_longest_path_that_fits_does_start():
    base = tempfile.mkdtemp(prefix="cv-")
    longest = 93 - len(f"{base}//pg") if sys.platform != "darwin" else 89 - len(f"{base}//pg")
    var = Path(base) / ("y" * longest)
    try:
        with (
            EmbeddedPostgres(var, durable=False) as urls,
            psycopg.connect(urls.service_url) as connection,
        ):
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(EmbeddedError, match="too long"):
            Cluster(Path(f"{var}y/pg"), durable=False).refuse_unusable_place()
    finally:
        shutil.rmtree(base)


def test_only_its_owner_reaches_the_socket_the_keys_and_the_locks(shared):
    var, _ = shared
    for private in (var / "pg", var / "run", var / "keys"):
        assert private.stat().st_mode & 0o077 == 0, private
    assert (var / "pg" / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    assert (var / "keys" / "postgres.json").stat().st_mode & 0o077 == 0
    rules = [
        line
        for line in (var / "pg" / "pg_hba.conf").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert rules == ["local all all scram-sha-256"]


def test_everybody_is_asked_for_a_password_the_superuser_too(shared):
    _, server = shared
    secret = server.admin_url().split(":")[2].split("@")[0]
    for wrong in ("", "postgres", "wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.admin_url().replace(secret, wrong))


def test_it_listens_on_no_network_address(shared):
    _, server = shared
    with psycopg.connect(server.admin_url()) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        assert admin.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)


def test_the_service_is_neither_owner_nor_above_row_level_security(shared):
    _, server = shared
    urls = server.start()
    with psycopg.connect(urls.service_url) as connection:
        assert connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone() == (False, False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (n int)")
    with psycopg.connect(urls.migration_url) as connection:
        assert connection.execute(
            "SELECT pg_get_userbyid(datdba), rolbypassrls FROM pg_database, pg_roles"
            " WHERE datname = current_database() AND rolname = current_user"
        ).fetchone() == ("concord_owner", False)
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(urls.service_url.replace("/concord?", "/template1?"))


def test_neither_the_log_nor_a_printed_address_shows_what_is_secret(shared):
    var, server = shared
    urls = server.start()
    with psycopg.connect(urls.migration_url) as connection:
        connection.execute("CREATE TEMP TABLE one (name text PRIMARY KEY)")
        connection.execute("INSERT INTO one VALUES ('Brenda')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO one VALUES ('Brenda')")
    log = (var / "pg" / "log").read_text()
    assert "23505" in log
    assert "Brenda" not in log
    for secret in json.loads((var / "keys" / "postgres.json").read_text()).values():
        assert secret not in repr(urls)
        assert secret not in log


def test_the_variables_of_another_postgresql_do_not_reach_it(var, monkeypatch):
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with EmbeddedPostgres(var, durable=False) as urls:
        assert (var / "pg" / ".s.PGSQL.5432").exists()
        assert "6543" not in urls.service_url


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server another user")
def test_as_root_the_server_runs_as_a_user_of_its_own(shared):
    var, _ = shared
    assert psutil.Process(postmaster(var)).username() == "pgserver"


def _user_in_another_process(var: Path) -> subprocess.Popen[bytes]:
    """Start a process that uses the server and then sleeps, holding it."""
    program = (
        "import pathlib, sys, time\n"
        "from service.embedded import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False)\n"
        "server.start()\n"
        "print('up', flush=True)\n"
        "time.sleep(60)\n"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", program, str(var)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert user.stdout is not None
    with user.stdout:
        assert user.stdout.readline() == b"up\n"
    return user
