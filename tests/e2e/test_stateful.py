"""Whatever walk a client takes by the links, the service answers as its document says."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from tests.e2e.asks import ASKS, Clinic
from tests.e2e.conftest import PROJECT, running
from tests.e2e.walks import Walked, machine, walk

pytestmark = pytest.mark.e2e

DOCUMENT = json.loads((PROJECT / "openapi" / "openapi.json").read_text())
# Names of operations, and how many requests are spent on walks between them: everywhere first, then where the way
# is long. Walks end when either is used up.
DISTRICTS = {
    r"": 1000,
    r"^get(Me|Summary)$|^createRecommendation$|[a-z]Conflict(s|History)?$": 350,
    r"^get(Me|CarePlan)$|Goal|Milestone|Progress|Appointment|Capacity": 350,
}
SECONDS = 150
# Below what the seed gives (204 links that arrived, 1,017 times, 94 operations), for the days it is unlucky.
LINKS, ARRIVALS, OPERATIONS = 140, 700, 75


@pytest.fixture(scope="module")
def walked() -> Iterator[Walked]:
    """Go all walks once, on a service of their own."""
    var = Path(tempfile.mkdtemp(prefix="ccw-"))
    try:
        with running(var) as live:
            walked = Walked(Clinic(live))
            end = time.monotonic() + SECONDS
            batches = itertools.count()
            for district, requests in DISTRICTS.items():
                by_links = machine(DOCUMENT, walked, district)
                enough = walked.answers.total() + requests
                while walked.answers.total() < enough and time.monotonic() < end:
                    walk(by_links, next(batches))
            yield walked
    finally:
        shutil.rmtree(var, ignore_errors=True)


def test_no_answer_on_a_walk_leaves_the_document(walked: Walked) -> None:
    assert walked.faults == []
    assert not [status for _, status in walked.answers if status >= 500]


def test_a_document_that_says_otherwise_would_be_found(walked: Walked) -> None:
    """Plant a type that nothing has, and a status that nobody speaks of."""
    wrong = deepcopy(DOCUMENT)
    wrong["components"]["schemas"]["Me"]["properties"]["name"] = {"type": "integer"}
    del wrong["paths"]["/api/v1/colleagues"]["get"]["responses"]["200"]
    again = walked.anew()
    by_links = machine(wrong, again, r"^getMe$|^listColleagues$|^getService$|^listPatients$")
    walk(by_links, 0)
    assert [fault for fault in again.faults if "/me: Response violates schema" in fault]
    assert [fault for fault in again.faults if "/colleagues: Undocumented status" in fault]


def test_the_walks_went_far(walked: Walked, capsys: pytest.CaptureFixture[str]) -> None:
    statuses = Counter(status for _, status in walked.answers.elements())
    most = "".join(f"\n  {number:4} {link}" for link, number in walked.followed.most_common(8))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{walked.answers.total()} requests on walks; {walked.followed.total()} by {len(walked.followed)}"
            f" links, {walked.arrived.total()} of them arrived by {len(walked.arrived)}; {len(walked.operations)}"
            f" of {len(ASKS)} operations succeeded, not {', '.join(sorted(set(ASKS) - walked.operations))};"
            f" {', '.join(f'{number} × {status}' for status, number in sorted(statuses.items()))}\n"
            f"Followed most often:{most}\n"
        )
    assert len(walked.arrived) >= LINKS
    assert walked.arrived.total() >= ARRIVALS
    assert len(walked.operations) >= OPERATIONS
