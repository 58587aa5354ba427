"""Make ETags of versions, and read If-Match back.

A tag is weak, `W/"7"`, because the same version may be shown differently to different readers. If-Match takes the
weak form and the strong one; `*` would ask for no version at all and counts as absent; anything else is a
version that no row has.
"""

from __future__ import annotations

import re
from typing import Final

from flask import request

from service.errors import PreconditionRequired

NEVER: Final = -1
_TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def etag(version: object) -> str:
    """Write the tag of a version."""
    return f'W/"{version}"'


def expected_version(header: str | None) -> int:
    """Read If-Match: the version it names, or `NEVER`."""
    if header is None or header.strip() in ("", "*"):
        raise PreconditionRequired
    match = _TAG.fullmatch(header.strip())
    return int(match[1]) if match else NEVER


def not_modified(tag: str) -> bool:
    """Tell whether If-None-Match names this tag, compared weakly."""
    header = request.headers.get("If-None-Match")
    if header is None:
        return False
    known = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in known or tag.removeprefix("W/") in known
