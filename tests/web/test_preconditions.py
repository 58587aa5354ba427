"""If-Match, as the contract reads it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.errors import PreconditionRequired
from service.web.preconditions import NEVER, etag, expected_version


@given(st.integers(0, 999_999_999), st.booleans())
def test_a_tag_of_ours_is_read_back_weak_or_strong(version: int, weak: bool) -> None:
    tag = etag(version) if weak else etag(version).removeprefix("W/")
    assert expected_version(tag) == version


@pytest.mark.parametrize("header", [None, "", "  ", "*", " * "])
def test_none_and_any_version_are_refused(header: str | None) -> None:
    with pytest.raises(PreconditionRequired):
        expected_version(header)


@given(st.text(max_size=30))
@example('W/"7", W/"8"')
@example('w/"7"')
@example("7")
@example('"٧"')
@example('W/"-1"')
@example('"99999999999999999999"')
def test_anything_else_is_a_version_that_no_row_has(header: str) -> None:
    if header.strip() in ("", "*") or re.fullmatch(r'\s*(W/)?"[0-9]{1,9}"\s*', header):
        return
    assert expected_version(header) == NEVER
