"""What imports cannot show: where commits and queries stand, how rooms and files look."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import CODES

PROJECT = Path(__file__).resolve().parents[2]
SERVICE = PROJECT / "service"
MOST_LINES = 420
# A path of the machine that somebody works on, not of the project.
FOREIGN = re.compile(
    r"(?<![\w.:*/{}-])/(?:work|home|root|Users|tmp)/(?!worker-alive)|\bshared/(?!data)"
)


def sources(*parts: str) -> Iterator[Path]:
    yield from sorted((SERVICE.joinpath(*parts)).rglob("*.py"))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = node.func
            attribute = function.attr if isinstance(function, ast.Attribute) else ""
            yield attribute or str(getattr(function, "id", "")), node


def room_of(path: Path) -> str:
    return f"service.{path.relative_to(SERVICE).parts[0].removesuffix('.py')}"


def test_there_is_one_commit_in_the_house() -> None:
    found = [
        path.relative_to(SERVICE).as_posix()
        for path in sources()
        for name, _ in calls(path)
        if name == "commit"
    ]
    assert found == ["db.py"]


def test_queries_stand_in_models_only() -> None:
    writers = {"select", "insert", "update", "delete"}
    found = {
        path.relative_to(SERVICE).as_posix()
        for path in sources()
        if SERVICE / "models" not in path.parents
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and {alias.name for alias in node.names} & writers
    }
    assert found == set()


@pytest.mark.parametrize(
    "path", list(sources()), ids=lambda path: path.relative_to(SERVICE).as_posix()
)
def test_a_file_holds_one_subject(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


def test_every_noun_of_the_api_has_the_same_files() -> None:
    for folder in (SERVICE / "api").iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            names = {path.name for path in folder.iterdir() if path.suffix == ".py"}
            assert names == {"__init__.py", "routes.py", "schemas.py"}, folder.name


def test_every_error_code_that_is_raised_is_in_the_table() -> None:
    raised = {
        call.args[0].value
        for path in sources()
        for name, call in calls(path)
        if name
        in {
            "Unauthenticated",
            "Forbidden",
            "NotVisible",
            "Malformed",
            "RuleConflict",
            "Invalid",
            "RuleInvalid",
            "Unavailable",
        }
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    assert raised
    assert raised <= set(CODES)


def test_imports_inside_functions_hide_no_cycle() -> None:
    """A late import is for what is heavy or optional, never for a neighbour in the same room."""
    found = [
        f"{path.relative_to(SERVICE)}:{inner.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.ImportFrom) and (inner.module or "").startswith(room_of(path))
    ]
    assert found == []


def test_every_room_is_on_the_map() -> None:
    on_map = (PROJECT / "docs" / "house.md").read_text()
    for path in SERVICE.iterdir():
        if path.name.startswith("__") or path.name.endswith(".pyc"):
            continue
        name = path.name if path.suffix else f"{path.name}/"
        assert name in on_map, f"docs/house.md does not name {name}"


@pytest.mark.parametrize("folder", ["service", "docs", "migrations", "openapi"])
def test_the_project_speaks_of_concord_alone(folder: str) -> None:
    for path in sorted((PROJECT / folder).rglob("*")):
        if "node_modules" in path.parts:
            continue
        if path.suffix in {".py", ".md", ".json", ".yml", ".yaml", ".toml"}:
            assert not FOREIGN.search(path.read_text()), path
