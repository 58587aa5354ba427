"""A release is what is committed, under a version of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from service.web.release import RELEASED, ReleaseError, release, version_of
from service.web.specification import Specification


@pytest.fixture
def specification(app: Flask) -> Specification:
    made: Specification = app.extensions["concord.specification"]
    return made


def an_earlier(specification: Specification, version: str, title: str = "Earlier") -> bytes:
    document = json.loads(specification.body)
    document["info"].update(version=version, title=title)
    return json.dumps(document).encode()


def test_the_first_release_is_the_committed_document(
    specification: Specification, tmp_path: Path
) -> None:
    specification.export(tmp_path)
    path = release(specification, tmp_path)
    assert path == tmp_path / RELEASED
    assert path.read_bytes() == (tmp_path / "openapi.json").read_bytes()
    assert release(specification, tmp_path) == path  # nothing changed since


def test_what_is_not_written_is_not_released(specification: Specification, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="make spec"):
        release(specification, tmp_path)
    (tmp_path / "openapi.json").write_bytes(an_earlier(specification, "1.0.0"))
    with pytest.raises(ReleaseError, match="make spec"):
        release(specification, tmp_path)
    assert not (tmp_path / RELEASED).exists()


@pytest.mark.parametrize("version", ["1.0.0", "1.0.10", "2.0.0"])
def test_another_contract_has_another_version(
    version: str, specification: Specification, tmp_path: Path
) -> None:
    specification.export(tmp_path)
    before = an_earlier(specification, version)
    (tmp_path / RELEASED).write_bytes(before)
    with pytest.raises(ReleaseError, match=f"released contract is {version} and this one 1.0.0"):
        release(specification, tmp_path)
    assert (tmp_path / RELEASED).read_bytes() == before


def test_a_later_version_takes_its_place(specification: Specification, tmp_path: Path) -> None:
    specification.export(tmp_path)
    (tmp_path / RELEASED).write_bytes(an_earlier(specification, "0.9.12"))
    assert release(specification, tmp_path).read_bytes() == specification.body


@pytest.mark.parametrize("said", ["1", "1.0", "1.0.0-beta", "v1.0.0", "01.0.0"])
def test_a_version_is_three_numbers(said: str, specification: Specification) -> None:
    with pytest.raises(ReleaseError, match="is no version"):
        version_of(an_earlier(specification, said))
