"""Give every record an identifier that sorts by the time it was made (RFC 9562, version 7)."""

from __future__ import annotations

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """Make a UUIDv7."""
    return uuid_utils.compat.uuid7()
