"""The integrators' guide runs as pasted, and prints what it says."""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import PROJECT, Live, running

pytestmark = pytest.mark.e2e

GUIDE = (PROJECT / "docs" / "integrators.md").read_text()
BLOCKS = re.findall(
    r"^```sh\n(.*?)^```\n\n```text\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL
)
END = "--- end of a block ---"


@pytest.fixture
def fresh() -> Iterator[Live]:
    """A service of its own: the guide speaks of the demo clinic as it is on the first day."""
    var = Path(tempfile.mkdtemp(prefix="cce-"))
    try:
        with running(var) as service:
            yield service
    finally:
        shutil.rmtree(var, ignore_errors=True)


def matches(line: str, printed: str) -> bool:
    """Compare a line with what was printed, of which `…` stands for any part."""
    pattern = "*".join(re.sub(r"([*?[])", r"[\1]", part) for part in line.split("…"))
    return fnmatch.fnmatchcase(printed, pattern)


def differing(told: str, printed: str) -> list[tuple[str, str]]:
    said, found = told.splitlines(), printed.splitlines()
    length = max(len(said), len(found))
    pairs = zip(
        said + ["(nothing)"] * (length - len(said)),
        found + ["(nothing)"] * (length - len(found)),
        strict=True,
    )
    return [(line, answer) for line, answer in pairs if not matches(line, answer)]


def test_every_block_says_what_it_prints() -> None:
    assert len(BLOCKS) == GUIDE.count("```sh\n") > 8


def test_a_line_is_compared_but_for_what_is_left_out() -> None:
    assert matches('{"code":"…","n":[1]}', '{"code":"stale","n":[1]}')
    assert not matches('{"code":"…","n":[1]}', '{"code":"stale","n":[2]}')
    assert differing("a\nb\n", "a\n") == [("b", "(nothing)")]


def test_the_guide_runs_as_pasted_and_prints_what_it_says(fresh: Live) -> None:
    """One shell for all of it, as a reader would; what a block does is there for the next."""
    assert "http://127.0.0.1:8000" in BLOCKS[0][0]
    script = "".join(f"{commands}echo '{END}'\n" for commands, _ in BLOCKS)
    run = subprocess.run(
        ["sh", "-u", "-c", script.replace("http://127.0.0.1:8000", fresh.base)],
        cwd=PROJECT,
        env=fresh.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    printed = run.stdout.split(f"{END}\n")
    assert len(printed) == len(BLOCKS) + 1, run.stderr
    for (commands, told), answer in zip(BLOCKS, printed, strict=False):
        assert differing(told, answer) == [], f"{commands}\n{run.stderr}"
