"""Guess which known code somebody meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

MOST = 5
LONGEST = 60


def near(code: str, known: Iterable[str], labels: Mapping[str, str] | None = None) -> list[str]:
    """Give known codes that look like a given one, or whose name holds it; the nearest first."""
    asked = "-".join(code.casefold().split())[:LONGEST]
    codes = sorted(known)
    if not asked:
        return []
    found = get_close_matches(asked, codes, MOST, 0.65)
    found += [one for one in codes if len(asked) > 2 and asked in one]
    words = asked.replace("-", " ")
    found += [
        one for one in codes if len(words) > 2 and words in (labels or {}).get(one, "").casefold()
    ]
    return list(dict.fromkeys(found))[:MOST]


def did_you_mean(code: str, known: Iterable[str], labels: Mapping[str, str] | None = None) -> str:
    """Give the end of a sentence about an unknown code: suggestions, where there are any."""
    found = near(code, known, labels)
    return f"; did you mean {' or '.join(found)}?" if found else ""
