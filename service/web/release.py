"""Make the committed document the released one, to which every later change is held.

`make compat` compares the two; the promise stands in `docs/versioning.md`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import orjson

from service.web.specification import FILES, Specification

RELEASED: Final = "released.json"
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class ReleaseError(Exception):
    """Say in one sentence why this is no release."""


def release(specification: Specification, folder: Path) -> Path:
    """Write the released document; refuse what is not committed, and another contract under the same version."""
    committed, path = folder / FILES[0], folder / RELEASED
    if not committed.is_file() or committed.read_bytes() != specification.body:
        raise ReleaseError(f"openapi/{FILES[0]} is not what the code says; make spec.")
    now = version_of(specification.body)
    if path.is_file() and path.read_bytes() != specification.body:
        before = version_of(path.read_bytes())
        if now <= before:
            raise ReleaseError(
                f"The released contract is {_written(before)} and this one {_written(now)}; raise VERSION"
                " in service/web/parts.py."
            )
    path.write_bytes(specification.body)
    return path


def version_of(document: bytes) -> tuple[int, int, int]:
    """Read a contract's version: three numbers, by Semantic Versioning."""
    said = str(orjson.loads(document)["info"]["version"])
    found = _VERSION.fullmatch(said)
    if found is None:
        raise ReleaseError(f"{said} is no version; three numbers are.")
    major, minor, patch = (int(number) for number in found.groups())
    return major, minor, patch


def _written(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
