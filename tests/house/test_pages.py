"""The pages made from tables say what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.web import handbook

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(handbook.pages()))
def test_a_made_page_is_the_one_the_code_makes(name: str) -> None:
    assert (DOCS / name).read_text() == handbook.pages()[name], "run make docs"
