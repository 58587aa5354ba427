"""The storeys: every room has one, and the contracts that hold them are the strict ones."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CONTRACT = "importlinter:contract:"


@pytest.fixture(scope="module")
def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(PROJECT / ".importlinter")
    return parser


def rooms_named(contracts: configparser.ConfigParser) -> set[str]:
    layers = contracts[f"{CONTRACT}storeys"]["layers"]
    return {room.strip() for storey in layers.strip().splitlines() for room in storey.split("|")}


def test_a_new_room_has_to_be_given_a_storey(contracts):
    storeys = contracts[f"{CONTRACT}storeys"]
    assert storeys["exhaustive"] == "true"
    assert "ignore_imports" not in storeys
    standing = {
        path.stem
        for path in (PROJECT / "service").iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    named = rooms_named(contracts)
    assert standing <= {room.strip("()") for room in named}
    assert {room for room in named if not room.startswith("(")} <= standing


def test_the_storeys_stand_in_the_order_of_the_house(contracts):
    storeys = [
        line.strip() for line in contracts[f"{CONTRACT}storeys"]["layers"].strip().splitlines()
    ]
    level = {
        room.strip(" ()"): height
        for height, storey in enumerate(reversed(storeys))
        for room in storey.split("|")
    }
    order = ["settings", "domain", "models", "actions", "web", "api", "cli", "app"]
    assert [level[room] for room in order] == sorted({level[room] for room in order})
    for neighbours in (
        ("models", "conflicts", "db", "embedded"),
        ("api", "fhir", "jobs"),
        ("errors", "settings"),
    ):
        assert len({level[room] for room in neighbours}) == 1


@pytest.mark.parametrize(
    ("rooms", "banned"),
    [
        ({"domain", "conflicts", "errors"}, {"flask", "marshmallow", "sqlalchemy", "authlib"}),
        ({"api", "fhir"}, {"service.models", "sqlalchemy"}),
        ({"actions"}, {"flask", "service.db"}),
    ],
)
def test_the_further_bans_stand(contracts, rooms, banned):
    found = [
        section
        for name in contracts.sections()
        if (section := contracts[name]).get("type") == "forbidden"
        and {f"service.{room}" for room in rooms} <= set(section["source_modules"].split())
    ]
    assert any(banned <= set(section["forbidden_modules"].split()) for section in found)
    assert all("ignore_imports" not in section for section in found)


def test_all_of_them_are_kept():
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert linted.returncode == 0, linted.stdout
