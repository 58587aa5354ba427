"""What the machine lacks is said in one line, and the others are built all the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.clients import __main__ as command
from tests.clients import building, walking, workshop
from tests.clients.building import build, build_all
from tests.clients.catalogue import Client, Command, named
from tests.clients.table import table
from tests.clients.walking import walk
from tests.clients.wire import Wire
from tests.clients.workshop import MissingError, ToolError
from tests.e2e.conftest import Live

pytestmark = pytest.mark.clients


class Small(Client):
    """Generate one file, and compile it or not."""

    language = "Python"

    def __init__(self, name: str, folder: Path, *, lacks: str = "", source: str = "x = 1") -> None:
        super().__init__(name)
        self.where, self.lacks, self.source = folder, lacks, source

    @property
    def folder(self) -> Path:
        return self.where / self.name

    def prepare(self) -> None:
        if self.lacks:
            raise MissingError(self.lacks)
        self.where.mkdir(exist_ok=True)

    def version(self) -> str:
        return "1.0"

    def generate(self) -> Command:
        text = f"import pathlib; p = pathlib.Path({str(self.folder)!r}); p.mkdir(); "
        return Command(
            (sys.executable, "-c", text + f"(p / 'client.py').write_text({self.source!r})")
        )

    def checks(self) -> list[Command]:
        return [Command((sys.executable, "client.py"), cwd=self.folder)]

    def make_ready(self) -> list[Command]:
        return []

    def walk(self) -> Command:
        return Command((sys.executable, "client.py"), cwd=self.folder)


def test_a_client_is_generated_counted_and_compiled(tmp_path: Path) -> None:
    built = build(Small("good", tmp_path))
    assert (built.verdict, built.version, built.files) == ("yes", "1.0", 1)
    assert built.generating > 0
    assert built.compiling > 0


def test_what_was_generated_before_goes(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "left.py").write_text("")
    assert build(Small("good", tmp_path)).files == 1


def test_code_that_does_not_compile_fails_with_what_was_said(tmp_path: Path) -> None:
    built = build(Small("bad", tmp_path, source="x = ("))
    assert built.verdict == "FAILS"
    assert "SyntaxError" in built.fault


def test_a_missing_tool_is_one_line_and_the_others_are_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = build_all(
        [Small("first", tmp_path, lacks="a JDK is missing"), Small("second", tmp_path)]
    )
    assert [built.verdict for built in every] == ["missing", "yes"]
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "first: a JDK is missing."


@pytest.mark.parametrize(
    ("lacks", "source", "code"), [("", "x = 1", 0), ("Node", "x = 1", 0), ("", "x = (", 1)]
)
def test_the_command_fails_where_code_does_and_not_where_a_tool_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str, source: str, code: int
) -> None:
    small = Small("small", tmp_path, lacks=lacks, source=source)
    monkeypatch.setattr(command, "named", lambda _: [small])
    assert command.main(["build"]) == code


def test_a_walk_fails_where_a_tool_is_missing_because_nothing_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live, wire = Live("http://127.0.0.1:9", {}), Wire()
    lacking = walk(Small("small", tmp_path, lacks="a JDK is missing"), live, wire)
    assert not lacking.arrived
    monkeypatch.setattr(walking, "walk_all", lambda _: [lacking])
    assert command.main(["walk"]) == 1
    walking.tell([lacking])
    assert capsys.readouterr().out.splitlines()[-1] == "small: a JDK is missing"


def test_a_walk_fails_where_the_journey_does_not_compile(tmp_path: Path) -> None:
    class Wrong(Small):
        def make_ready(self) -> list[Command]:
            return [Command((sys.executable, "-c", "raise SystemExit('no such field')"))]

    result = walk(Wrong("wrong", tmp_path), Live("http://127.0.0.1:9", {}), Wire())
    assert not result.arrived
    assert result.notes == ["no such field"]
    assert set(result.marks.values()) == {"-"}


@pytest.mark.parametrize("arguments", [[], ["paint"], ["build", "nobody"]])
def test_a_wrong_call_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    assert capsys.readouterr().err


def test_without_node_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match=r"Node\.js 20\.19 or newer is missing"):
        workshop.node_tools()
    with pytest.raises(MissingError, match="a JDK"):
        workshop.java()


@pytest.mark.parametrize("found", ["v18.20.0", "v20.18.3"])
def test_an_old_node_is_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: str
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {found}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(MissingError, match=r"Node\.js 20\.19 or newer is missing; this one is"):
        workshop.node_tools()


def test_a_failing_tool_hands_back_all_it_said() -> None:
    with pytest.raises(ToolError) as failed:
        workshop.run([sys.executable, "-c", "print('a' * 5000); raise SystemExit(3)"])
    assert len(str(failed.value)) == workshop.LAST_WORDS
    assert failed.value.said.startswith("a" * 5000)


def test_a_tool_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(ToolError, match="took longer than 1 s"):
        workshop.run([sys.executable, "-c", "import time; time.sleep(20)"], seconds=1)


def test_clients_are_taken_by_name() -> None:
    assert [client.name for client in named(["java", "hey-api"])] == ["java", "hey-api"]
    assert len(named([])) == 6
    with pytest.raises(LookupError, match="nobody is no client"):
        named(["nobody"])


def test_a_table_is_as_wide_as_what_stands_in_it() -> None:
    assert table(("a", "bcd"), [("long", "x")]).splitlines() == [
        "a     bcd",
        "-     ---",
        "long  x",
    ]


def test_a_command_is_shown_as_it_is_typed_in_the_project() -> None:
    client = named(["openapi-python-client"])[0]
    shown = str(client.walk().within(CONCORD_PLAN="1"))
    assert shown.startswith("PYTHONPATH=clients/openapi-python-client CONCORD_PLAN=1 clients/")
    assert str(workshop.PROJECT) not in shown
    assert "PATH=" not in str(client.generate())


def test_every_row_has_a_cell_for_every_heading(tmp_path: Path) -> None:
    assert len(build(Small("good", tmp_path)).row()) == len(building.HEADINGS)
