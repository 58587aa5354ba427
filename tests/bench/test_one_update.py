"""What one update costs the engine: the whole plan anew, against what the change touches alone."""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Iterator

import pytest

from service.conflicts import Standing, detect, parse, parse_item
from service.conflicts.facts import Recommendation
from tests.bench.large_plans import AS_OF, plan_of, statement

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

UPDATES = 200
LIMIT_MS = 1.0


def updates(statements: int) -> Iterator[object]:
    """Say one of the statements anew, each time another and in other words."""
    chance = random.Random(statements)  # a plan, not a secret
    for _ in range(UPDATES):
        code = f"s{chance.randrange(statements):04}"
        yield parse_item("recommendations", statement(chance, code))


@pytest.mark.parametrize("statements", [50, 100, 500, 2000])
def test_one_update_against_the_whole(statements: int) -> None:
    facts = parse(plan_of(statements))
    whole = []
    for _ in range(3):
        began = time.perf_counter()
        findings = detect(facts, AS_OF)
        whole.append(1000 * (time.perf_counter() - began))
    standing = Standing(facts, AS_OF)
    assert standing.findings == findings
    taken, candidates = [], []
    for item in updates(statements):
        assert isinstance(item, Recommendation)
        began = time.perf_counter()
        standing.change({"recommendations": (item,)})
        taken.append(1000 * (time.perf_counter() - began))
        candidates.append(standing.looked_at)
    assert standing.findings == detect(standing.facts, AS_OF)
    median = statistics.median(taken)
    sys.stdout.write(
        f"\n{statements:>5} statements, {len(findings):>5} findings: whole {min(whole):8.2f} ms   "
        f"one update {median:6.3f} ms (of 100 the 95th {statistics.quantiles(taken, n=20)[-1]:6.2f})   "
        f"candidates {statistics.median(candidates):5.0f} (at most {max(candidates)})   "
        f"{min(whole) / median:6.0f} times\n"
    )
    if statements == 500:
        assert median < LIMIT_MS
