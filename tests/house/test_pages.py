"""The pages made from tables and docstrings say what these say."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.conflicts import rulebook
from service.web import handbook

DOCS = Path(__file__).resolve().parents[2] / "docs"

PAGES = handbook.pages() | rulebook.pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_made_page_is_the_one_the_code_makes(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name], "run make docs"


def test_no_rule_has_a_page_left_over() -> None:
    standing = {f"rules/{path.name}" for path in (DOCS / "rules").iterdir()}
    assert standing == set(rulebook.pages())
