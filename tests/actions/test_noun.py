"""A draft says what a rule asks of it: what is new, what was, what is to be another."""

from __future__ import annotations

import pytest

from service.actions.noun import Draft

NEW = Draft(before=None, after={"title": "Walk", "due": None})
REVISED = Draft(before={"title": "Walk", "due": None}, after={"title": "Swim", "due": None})


def test_a_new_item_was_nothing_and_all_of_it_is_another() -> None:
    assert NEW.is_new
    assert NEW.old("title") is None
    assert NEW.changed("title")
    assert NEW.changed("due")


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("title",), True), (("due",), False), (("due", "title"), True), ((), False)],
)
def test_a_revised_item_knows_what_is_to_be_another(names: tuple[str, ...], expected: bool) -> None:
    assert not REVISED.is_new
    assert REVISED.old("title") == "Walk"
    assert REVISED.old("unknown") is None
    assert REVISED.changed(*names) is expected


def test_a_field_that_no_noun_has_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        REVISED.changed("titel")
