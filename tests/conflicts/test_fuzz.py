"""Break plan documents in every way: they are checked or refused, and nothing else happens."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.conflicts import BadDocument, check, next_change, parse
from tests.conflicts.random_plans import DAY, plans

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=6),
    st.sampled_from(
        ("0001-01-01", "9999-12-31", "2026-01-05", "2026-01-05T09:00:00", "r0", "\ud800", "any")
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to every value of a document."""
    found = [path] if path else []
    if isinstance(node, dict):
        for key, value in node.items():
            found += places(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += places(value, (*path, index))
    return found


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(most=3), st.data())
def test_a_broken_document_is_refused_and_never_crashes(plan: dict[str, Any], data: Any) -> None:
    broken = copy.deepcopy(plan)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(broken)))
        node = broken
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = data.draw(ODD)
    refusal = None
    try:
        json.dumps(check(broken))
        next_change(parse(broken), DAY)
    except BadDocument as error:
        refusal = error
    assert refusal is None or (refusal.problem and re.match("(/.*)?$", refusal.pointer, re.DOTALL))


def test_the_ends_of_the_calendar_are_dates_too() -> None:
    author = {"id": "dr", "discipline": "physician"}
    plan = {
        "as_of": "2026-01-05",
        "recommendations": [
            {"id": "r1", "kind": "exercise", "stance": "recommend", "action": "running",
             "author": author, "period": {"start": "0001-01-01", "end": "9999-12-31"}},
            {"id": "r2", "kind": "activity", "stance": "prohibit", "action": "sport",
             "author": {"id": "pt"}, "period": {"end": "9999-12-31"}},
        ],
        "goals": [{"id": "g1", "title": "Run", "action": "running", "due": "9999-12-30",
                   "owner": author}],
        "events": [{"id": "e1", "code": "arthroplasty", "date": "9999-12-01"}],
        "observations": [{"id": "o1", "code": "egfr", "value": 20, "unit": "mL/min",
                          "date": "9999-12-31"}],
    }  # fmt: skip
    codes = {finding["code"] for finding in check(plan)["findings"]}
    assert {"CF01", "CF14", "CF18"} <= codes
