"""The two commands: what make says, what it checks first, and what it installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MAKEFILE = (PROJECT / "Makefile").read_text()
LOCKS = ("requirements.lock", "requirements-dev.lock")
PROMISED = {
    *(
        "help",
        "run",
        "test",
        "test-e2e",
        "test-faults",
        "bench",
        "token",
        "import",
        "lint",
        "types",
    ),
    *("contracts", "spec", "spec-check", "lock", "fmt", "clean", "worker", "reset"),
    *("lint-spec", "compat", "mock", "collection", "release-spec"),
}

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")


def make(
    *arguments: str, cwd: Path = PROJECT, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments],
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone that has never been used, and a PATH with the basic programs only."""
    shutil.copy(PROJECT / "Makefile", tmp_path)
    for name in (*LOCKS, "pyproject.toml"):
        shutil.copy(PROJECT / name, tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "make", "sed", "expand", "cksum", "cut", "rm", "touch", "test", "printf"):
        found = shutil.which(name)
        if found is not None:
            (programs / name).symlink_to(found)
    return tmp_path


def fake_python(directory: Path, *, old: bool = False, venv: bool = True) -> None:
    """Put a Python on the PATH that answers make's two questions as told."""
    script = directory / "bin" / "python3"
    script.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *version_info*) exit {int(old)};; *ensurepip*) exit {int(not venv)};; esac\n'
        'echo "asked for: $*" >&2; exit 1\n'
    )
    script.chmod(0o755)


def found(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text, flags=re.MULTILINE)
    assert match is not None, pattern
    return match


def targets() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+):.*## (.*)$", MAKEFILE, flags=re.MULTILINE))


def test_help_lists_every_target_with_a_line(bare):
    named = found(r"\.PHONY: ((?:.|\\\n)*?)\n\n", MAKEFILE)[1]
    phony = set(named.replace("\\\n", " ").split())
    assert set(targets()) == phony >= PROMISED
    said = make("help", cwd=bare, PATH=str(bare / "bin"))
    assert said.returncode == 0
    for name, line in targets().items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", said.stdout, flags=re.MULTILINE), name
    assert not (bare / ".venv").exists()


def test_make_alone_is_help():
    assert make().stdout == make("help").stdout


def test_without_a_python_it_says_so_in_one_line(bare):
    said = make("run", cwd=bare, PATH=str(bare / "bin"))
    assert said.returncode != 0
    assert said.stderr.splitlines()[0].startswith("Concord needs Python 3.11 or newer")
    assert not (bare / ".venv").exists()


def test_with_an_old_python_too(bare):
    fake_python(bare, old=True)
    said = make("test", cwd=bare, PATH=str(bare / "bin"))
    assert said.returncode != 0
    assert said.stderr.splitlines()[0].startswith("Concord needs Python 3.11 or newer")


def test_without_venv_it_names_the_package_that_is_missing(bare):
    fake_python(bare, venv=False)
    for target in ("run", "check"):
        said = make(target, cwd=bare, PATH=str(bare / "bin"))
        assert said.returncode != 0
        assert "apt install python3-venv" in said.stderr.splitlines()[0]
    assert not (bare / ".venv").exists()


@pytest.mark.parametrize("target", ["lint-spec", "compat", "mock", "collection"])
def test_without_node_it_says_so_in_one_line(target, bare):
    (bare / "openapi").mkdir()
    (bare / "openapi" / "package-lock.json").touch()
    said = make(target, cwd=bare, PATH=str(bare / "bin"))
    assert said.returncode != 0
    assert said.stdout == ""
    assert said.stderr.splitlines()[0].startswith("This needs Node.js 20.19 or newer")
    assert not (bare / "openapi" / "node_modules").exists()


def test_a_failed_start_leaves_no_stamp_behind(bare):
    fake_python(bare)
    said = make("run", cwd=bare, PATH=str(bare / "bin"))
    assert said.returncode != 0
    assert "asked for: -m venv .venv" in said.stderr
    assert list(bare.glob(".venv/.run*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"), [(("token",), "ROLE="), (("import",), "FILES=")], ids=["token", "import"]
)
def test_what_is_not_said_is_asked_for(arguments, said, bare):
    # The stamp alone, so that nothing is installed to find that out.
    (bare / ".venv").mkdir()
    stamp = make("-pn", "help", cwd=bare).stdout
    name = found(r"^RUN := (.*)$", stamp)[1]
    here = found(r"^HERE := (.*)$", stamp)[1]
    (bare / name.replace("$(VENV)", ".venv").replace("$(HERE)", here)).touch()
    answer = make(*arguments, cwd=bare)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert said in answer.stderr


def test_the_login_name_is_not_taken_for_an_account():
    assert "--user" not in make("-n", "token", "ROLE=physician", USER="root").stdout
    told = make("-n", "token", "ROLE=physician", "USER=physician-2", "CLINIC=other").stdout
    assert '--user "physician-2"' in told
    assert '--clinic "other"' in told


def test_reset_asks_first(bare):
    (bare / "var").mkdir()
    refused = subprocess.run(
        ["make", "reset"], cwd=bare, input="n\n", capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0
    assert (bare / "var").exists()
    assert make("reset", "YES=1", cwd=bare).returncode == 0
    assert not (bare / "var").exists()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(lock):
    text = (PROJECT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry[:60]
        assert "--hash=sha256:" in entry, entry[:60]


def test_the_locks_hold_what_the_project_asks_for_at_the_versions_it_names():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    run, everything = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (PROJECT / lock).read_text(), flags=re.MULTILINE))
        for lock in LOCKS
    )
    for asked, locked in (
        ([*project["dependencies"], *extras["build"]], run),
        ([*project["dependencies"], *extras["build"], *extras["dev"]], everything),
    ):
        for line in asked:
            name, version = found(r"^([A-Za-z0-9_.-]+)(?:\[\w+\])?(?:==([\w.]+))?", line).groups()
            held = locked.get(re.sub(r"[-_.]+", "-", name).lower())
            assert held is not None, f"{name} is not in the lock; make lock"
            assert version is None or held.removesuffix(".0") == version.removesuffix(".0"), name
    assert run.items() <= everything.items()
    assert "pytest" not in run


def test_the_full_check_runs_what_the_readme_names():
    script = (PROJECT / ".ci" / "run").read_text()
    readme = (PROJECT / "README.md").read_text()
    assert "make test" in readme
    for step in ("compat", "test", "lint", "types", "contracts", "spec-check", "site", "test-e2e"):
        assert f"step make {step}\n" in script
    assert (PROJECT / ".ci" / "run").stat().st_mode & 0o111


def test_the_full_check_fails_when_one_step_does(tmp_path):
    (tmp_path / ".ci").mkdir()
    script = shutil.copy(PROJECT / ".ci" / "run", tmp_path / ".ci")
    makefile = tmp_path / "Makefile"
    makefile.write_text(
        "check lint-spec compat test types contracts spec-check site test-e2e:\n\t@echo ran $@\nlint:\n\t@false\n"
    )
    failing = subprocess.run([script], capture_output=True, text=True, check=False, timeout=60)
    assert failing.returncode == 1
    assert failing.stdout.splitlines()[-1] == "FAILED: make lint"
    assert "ran test-e2e" in failing.stdout
    makefile.write_text(
        "check lint-spec compat test lint types contracts spec-check site test-e2e:\n\t@echo ran $@\n"
    )
    passing = subprocess.run([script], capture_output=True, text=True, check=False, timeout=60)
    assert passing.returncode == 0
    assert passing.stdout.splitlines()[-1] == "Everything holds."
