"""The tool as a program: from a shell, in a pipe, and as the documentation shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from service.conflicts.tool.command import EXIT_CODES, parser
from tests.conflicts.tool.running import EXAMPLE, ROOT, run

COMMANDS = ("check", "explain", "taxonomy", "validate")
PAGE = ROOT / "docs" / "engine-tool.md"


def shell(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd=ROOT,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
    )


TOOL = f"{sys.executable} -m service.conflicts"


def test_a_plan_from_a_file_and_from_standard_input_give_the_same_bytes() -> None:
    one, other = shell(f"{TOOL} check {EXAMPLE}"), shell(f"{TOOL} check - < {EXAMPLE}")
    assert one.returncode == other.returncode == 0
    assert one.stdout == other.stdout == run("check", str(EXAMPLE)).out
    assert one.stderr == other.stderr == ""


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("validate", 0, ""),
        ("taxonomy nowhere", 2, "unknown activity 'nowhere'"),
        ("explain CF99", 2, "unknown rule 'CF99'"),
        ("check /nowhere/plan.json", 2, '"problem": "cannot-be-read"'),
        ("validate /nowhere/tables.json", 2, "it cannot be read"),
        ("check", 2, "required: PLAN.json"),
        ("dance", 2, "invalid choice"),
        ("", 2, "required: COMMAND"),
    ],
)
def test_the_exit_code_says_how_it_ended(command: str, code: int, said: str) -> None:
    done = shell(f"{TOOL} {command}")
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_whoever_stops_reading_sees_no_traceback() -> None:
    # The reader closes its end before the tool has started, and waits until it has ended.
    deaf = "(exec 0<&-; sleep 2)"
    done = shell(f"{TOOL} check --explain {EXAMPLE} | {deaf}; echo ${{PIPESTATUS[0]}}")
    assert done.stdout == "141\n"
    assert done.stderr == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_a_letter_gets_an_escape(encoding: str) -> None:
    done = shell(f"{TOOL} check --explain --format table {EXAMPLE}", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert "\\u2192" in done.stdout


@pytest.mark.parametrize(
    "command", [("check", str(EXAMPLE)), ("explain", "CF02"), ("taxonomy", "deadlift")]
)
def test_text_on_a_terminal_and_json_anywhere_else(command: tuple[str, ...]) -> None:
    assert run(*command, terminal=True).out == run(*command, "--format", "table").out
    assert run(*command).out == run(*command, "--format", "json").out
    assert run(*command, "--format", "json", terminal=True).out == run(*command).out


@pytest.mark.parametrize("columns", [1, 60, 100, 1000])
def test_text_keeps_to_the_width_of_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = run("check", "--explain", "--format", "table", str(EXAMPLE)).out
    longest = max(len(line) for line in out.splitlines()[2:])
    assert longest <= min(max(columns, 60), 140)
    assert columns < 1000 or longest > 120


def test_help_shows_every_command_with_examples_and_exit_codes() -> None:
    top = run("--help")
    assert top.code == 0
    assert EXIT_CODES in top.out
    for name in COMMANDS:
        assert re.search(rf"^    {name} ", top.out, re.MULTILINE)
        own = run(name, "--help")
        assert own.code == 0
        assert "examples:" in own.out
        assert EXIT_CODES in own.out


def test_every_example_of_the_help_is_a_command() -> None:
    pages = [run("--help").out, *(run(name, "--help").out for name in COMMANDS)]
    examples = [
        line.strip().removeprefix("python -m service.conflicts ").split(" < ")[0].split()
        for page in pages
        for line in page.splitlines()
        if line.startswith("  python -m service.conflicts ")
    ]
    assert len(examples) >= 12
    for words in examples:
        assert parser().parse_args(words).command == words[0]


BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_documentation_runs_as_pasted(number: int, tmp_path: Path) -> None:
    block = BLOCKS[number].replace("/var/tmp/concord", str(tmp_path / "concord"))
    block = block.replace(".venv/bin/python", sys.executable)
    done = shell(block)
    assert "Traceback" not in done.stderr
    wanted = re.findall(r"^# …?/?(.+)$", block, re.MULTILINE)
    for line in wanted:
        assert line in done.stdout + done.stderr
    # A block that shows an error ends with its code, any other with success.
    assert (done.returncode == 0) is (not wanted)


def test_what_the_page_shows_of_the_table_is_in_the_table() -> None:
    [shown] = re.findall(r"```\n(  demand.*?)```", PAGE.read_text(), re.DOTALL)
    table = run("check", "--explain", "--format", "table", str(EXAMPLE)).out
    deadlift = table[table.index("WARNING CF02") :]
    for line in shown.splitlines():
        assert line in deadlift.split("\n\n")[0]


def test_the_example_is_as_the_page_says() -> None:
    findings = run("check", str(EXAMPLE)).json["findings"]
    assert len(findings) == 10
    assert not any(one["id"] == "hinge" for found in findings for one in found["statements"])
    text = EXAMPLE.read_text()
    assert text.count('"stance"') == 13
    assert len(set(re.findall(r'"author": \{"id": "([^"]+)"', text))) == 5
