"""Let every path segment in where an identifier stands, and know which is none.

Flask's own converters make a malformed id an unknown route, answered before anybody is asked who they are. Ours
hand such a segment on as None; the transaction then answers as for something that is hidden.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from flask import Flask
from werkzeug.routing import IntegerConverter, UUIDConverter

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")


class UuidSegment(UUIDConverter):
    """Read a UUID, or None."""

    regex = r"[^/]+"

    def to_python(self, value: str) -> UUID | None:  # type: ignore[override]  # None means malformed
        return UUID(value) if _UUID.fullmatch(value) else None


class NumberSegment(IntegerConverter):
    """Read a small whole number, or None."""

    regex = r"[^/]+"

    def to_python(self, value: str) -> int | None:
        return int(value) if _NUMBER.fullmatch(value) else None


def install(app: Flask) -> None:
    """Give the application our converters, and paths that are matched as they are written."""
    app.url_map.converters.update(uuid=UuidSegment, int=NumberSegment)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
