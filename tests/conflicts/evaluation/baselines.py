"""Build the four baselines: the engine, each time without one thing that it knows.

None of them is a straw man. Each keeps dates, units, tiers, all twenty-nine rules and every table
that its missing ability does not touch, so that the difference to the engine is what the ability
is worth, and no more.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest.mock import patch

from service.conflicts import check, day
from service.conflicts import knowledge as files
from service.conflicts import tables as clinical
from service.conflicts.coverage import AS_IT_IS, Coverage
from service.conflicts.rules import cf02_load_restriction, cf12_job_demand, cf25_drug_drug
from service.conflicts.statement import Statement

Plan = dict[str, Any]
Findings = list[dict[str, Any]]
Method = Callable[[Plan], Findings]

# The package shows a function of this name, so the module is asked for by its own.
body = import_module("service.conflicts.taxonomy")
READING_COVERAGE = (cf02_load_restriction, cf12_job_demand)
# The tables whose rows name a load; without loads a row keeps its actions, if it has any.
ROWS_WITH_LOADS = ("separation", "drug_activity", "condition_activity")


def engine(plan: Plan) -> Findings:
    """Run the engine as it is."""
    findings: Findings = check(plan)["findings"]
    return findings


def _forget() -> None:
    body.taxonomy.cache_clear()
    clinical.tables.cache_clear()
    for value in vars(cf25_drug_drug).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


@contextmanager
def knowing(change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """Let the engine read its knowledge files with a change, until the block ends."""

    def load(name: str) -> dict[str, Any]:
        content = files.load(name)
        change(content)
        return content

    _forget()
    try:
        with patch.object(body, "load", load), patch.object(clinical, "load", load):
            yield
    finally:
        _forget()


def _without_loads(content: dict[str, Any]) -> None:
    for row in content.get("activities", {}).values():
        row["demands"] = []
    if "as_load" in content:
        content["as_load"] = {}
    for table in ROWS_WITH_LOADS:
        if table in content:
            rows = [{key: row[key] for key in row if key != "loads"} for row in content[table]]
            content[table] = [row for row in rows if row.keys() & {"action", "actions"}]


def _codes_alone(content: dict[str, Any]) -> None:
    _without_loads(content)
    for row in content.get("activities", {}).values():
        row["is_a"] = []
    for row in content.get("drug_classes", {}).values():
        row.pop("is_a", None)
    if "counts_as" in content:
        content["counts_as"] = []


def _symmetric(p: Statement, n: Statement) -> Coverage | None:
    if p.term is None or n.term is None:
        return None
    return AS_IT_IS if n.term in p.up or p.term in n.up or n.term in p.counted else None


def _every_pair(plan: day.Day) -> list[tuple[Statement, Statement, Coverage]]:
    return [
        (p, n, coverage)
        for p in (*plan.positives, *plan.permits)
        for n in (*plan.negatives, *plan.capping)
        if n is not p and plan.wanted(p, n) and (coverage := _symmetric(p, n)) is not None
    ]


@contextmanager
def exact_code_match() -> Iterator[Method]:
    """Let a code match itself and nothing else: no taxonomy, no classes, no loads."""
    with knowing(_codes_alone):
        yield engine


@contextmanager
def symmetric_subsumption() -> Iterator[Method]:
    """Let two codes match when either is above the other: no direction, so no narrowing."""
    with ExitStack() as changes:
        changes.enter_context(patch.object(day, "narrows", lambda p, n: False))
        # The engine looks only where its index by ancestors points, so this looks everywhere.
        changes.enter_context(patch.object(day.Day, "covered", property(_every_pair)))
        for module in READING_COVERAGE:
            changes.enter_context(patch.object(module, "covers", _symmetric))
        yield engine


@contextmanager
def no_load_layer() -> Iterator[Method]:
    """Let activities demand nothing of the body: the taxonomy is all there is."""
    with knowing(_without_loads):
        yield engine


def _everywhere(plan: Plan) -> Findings:
    bare = copy.deepcopy(plan)
    for item in bare.get("recommendations", []):
        item.pop("context", None)
        item.pop("laterality", None)
    for item in bare.get("events", []):
        item.pop("laterality", None)
    return engine(bare)


@contextmanager
def no_context_and_side() -> Iterator[Method]:
    """Leave out phase, setting, supervision, aid and side of everything in the plan."""
    yield _everywhere


@contextmanager
def as_it_is() -> Iterator[Method]:
    """Leave out nothing."""
    yield engine


METHODS: dict[str, Callable[[], Any]] = {
    "engine": as_it_is,
    "exact code": exact_code_match,
    "symmetric": symmetric_subsumption,
    "no loads": no_load_layer,
    "no context": no_context_and_side,
}
