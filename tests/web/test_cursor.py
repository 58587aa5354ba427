"""Cursors open for exactly the list and the caller they were given for."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Malformed
from service.web.cursor import Cursors

CURSORS = Cursors(bytes(range(32)))
BOUND: dict[str, Any] = {
    "tenant_id": uuid.UUID(int=1),
    "subject": uuid.UUID(int=2),
    "path": "/api/v1/care-plans/x/goals",
    "filters": {"status": "active"},
}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4).map(tuple))
def test_a_position_is_opened_as_it_was_sealed(position: tuple[str, ...]) -> None:
    assert CURSORS.open(CURSORS.seal(position, **BOUND), **BOUND) == position


@pytest.mark.parametrize(
    "other",
    [
        {"tenant_id": uuid.UUID(int=3)},
        {"subject": uuid.UUID(int=3)},
        {"path": "/api/v1/care-plans/y/goals"},
        {"filters": {"status": "planned"}},
        {"filters": {}},
    ],
)
def test_a_cursor_serves_nobody_and_nothing_else(other: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        CURSORS.open(CURSORS.seal(("a",), **BOUND), **{**BOUND, **other})
    assert refused.value.code == "invalid-cursor"


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_cursor_that_was_touched_is_refused(at: int, by: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(CURSORS.seal(("a" * 20,), **BOUND) + "=="))
    raw[at % len(raw)] ^= by
    with pytest.raises(Malformed):
        CURSORS.open(base64.urlsafe_b64encode(raw).decode().rstrip("="), **BOUND)


@given(st.text(max_size=80))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        CURSORS.open(text, **BOUND)
    assert refused.value.code == "invalid-cursor"


def test_another_key_opens_nothing_and_the_text_tells_nothing() -> None:
    sealed = CURSORS.seal(("secret-position",), **BOUND)
    assert b"secret" not in base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    with pytest.raises(Malformed):
        Cursors(bytes(32)).open(sealed, **BOUND)
