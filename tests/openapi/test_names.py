"""What the document calls its parts leaves generators no two things of one name."""

from __future__ import annotations

from service.app import specification

COMPONENTS = specification().document["components"]


def test_no_two_components_have_the_same_name_whatever_their_kind() -> None:
    """Some generators write one type for a name, and gave an answer's for a schema's, a flag for a refusal."""
    names = [name.lower() for kind in COMPONENTS.values() for name in kind]

    assert sorted(names) == sorted(set(names))
