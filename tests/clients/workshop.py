"""Find the tools that build the clients, and install those that come as packages, pinned, under clients/."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
CONFIGS: Final = PROJECT / "openapi" / "clients"
JOURNEYS: Final = Path(__file__).parent / "journeys"
CLIENTS: Final = PROJECT / "clients"
VENV: Final = CLIENTS / ".tools"
BIN: Final = VENV / ("Scripts" if os.name == "nt" else "bin")
NPM_FILES: Final = (".npmrc", "package.json", "package-lock.json")
PYTHON_LOCK: Final = CONFIGS / "requirements.lock"
# The lines that CI's machine and a laptop both stay below by far.
INSTALL_SECONDS: Final = 600
OLDEST_NODE: Final = (20, 19)
OLDEST_JAVA: Final = 11
LAST_WORDS: Final = 2000


class MissingError(Exception):
    """Say in one line what this machine lacks."""


class ToolError(Exception):
    """Say how a tool that is there failed: the end of what it said, and in `said` all of it."""

    def __init__(self, said: str) -> None:
        super().__init__(said.strip()[-LAST_WORDS:])
        self.said = said


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path = PROJECT,
    environment: Mapping[str, str] | None = None,
    seconds: int = 300,
) -> str:
    """Run a command; return what it said, or raise with the end of it."""
    try:
        ended = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as missing:
        raise MissingError(f"{Path(command[0]).name} is not on this machine") from missing
    except subprocess.TimeoutExpired as slow:
        raise ToolError(f"{Path(command[0]).name} took longer than {seconds} s") from slow
    said = ended.stdout + ended.stderr
    if ended.returncode:
        raise ToolError(said if said.strip() else f"{command[0]} ended with {ended.returncode}")
    return said


def python_tools() -> Path:
    """Install the Python tools by their hashes, once; return the folder of their programs."""
    if not _fresh(VENV / ".installed", PYTHON_LOCK):
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV], seconds=INSTALL_SECONDS)
        run(
            [
                BIN / "python",
                "-m",
                "pip",
                "--disable-pip-version-check",
                "-q",
                "install",
                "--require-hashes",
                "--no-deps",
                "-r",
                PYTHON_LOCK,
            ],
            seconds=INSTALL_SECONDS,
        )
        _mark(VENV / ".installed", PYTHON_LOCK)
    return BIN


def node_tools() -> Path:
    """Install the Node tools by their lock, once; return the folder of their programs."""
    said = _version(("node", "--version"), "Node.js 20.19 or newer")
    major, minor = (int(part) for part in re.findall(r"\d+", said)[:2])
    if (major, minor) < OLDEST_NODE:
        raise MissingError(f"Node.js 20.19 or newer is missing; this one is {major}.{minor}")
    lock = CONFIGS / "package-lock.json"
    modules = CLIENTS / "node_modules"
    if not _fresh(modules / ".installed", lock):
        CLIENTS.mkdir(exist_ok=True)
        for name in NPM_FILES:
            shutil.copy(CONFIGS / name, CLIENTS / name)
        run(["npm", "ci", "--ignore-scripts"], cwd=CLIENTS, seconds=INSTALL_SECONDS)
        _mark(modules / ".installed", lock)
    return modules / ".bin"


def java(program: str = "java") -> str:
    """Return `java` or `javac` where a JDK new enough is there."""
    said = _version((program, "-version"), f"a JDK ({program}) of version {OLDEST_JAVA} or newer")
    found = re.search(r"(\d+)", said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise MissingError(f"a JDK ({program}) of version {OLDEST_JAVA} or newer is missing")
    return program


def generator_jar() -> Path:
    """Return openapi-generator's jar, which its Python package carries."""
    python_tools()
    jars = sorted(VENV.glob("**/openapi_generator_cli/openapi-generator.jar"))
    if not jars:
        raise MissingError("openapi-generator's jar is missing from its package")
    return jars[0]


def _version(command: tuple[str, ...], wanted: str) -> str:
    if shutil.which(command[0]) is None:
        raise MissingError(f"{wanted} is missing")
    return run(command, seconds=60)


def _digest(path: Path) -> str:
    # The place counts too: a virtual environment does not survive a move.
    return hashlib.sha256(str(CLIENTS).encode() + path.read_bytes()).hexdigest()


def _fresh(stamp: Path, lock: Path) -> bool:
    return stamp.is_file() and stamp.read_text() == _digest(lock)


def _mark(stamp: Path, lock: Path) -> None:
    stamp.write_text(_digest(lock))
