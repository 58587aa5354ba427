"""Name the steps of the journey, and hold each to what goes over the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

P: Final = r"/api/v1/care-plans/[^/?]+"


@dataclass(frozen=True, slots=True)
class Exchange:
    """Hold one request and what came back."""

    method: str
    target: str
    if_match: str | None
    authorized: bool
    body: bytes
    status: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Expect a request that looks like this."""

    method: str
    target: str
    status: int
    sends: str = ""
    precondition: bool = False

    def fits(self, exchange: Exchange) -> bool:
        """Tell whether this is the request that is expected."""
        return (
            exchange.method == self.method
            and re.fullmatch(self.target, exchange.target) is not None
            and exchange.status == self.status
            and (exchange.status == 401 or exchange.authorized)
            and (not self.precondition or exchange.if_match is not None)
            and re.search(self.sends.encode(), exchange.body) is not None
            and (self.status < 400 or exchange.content_type == "application/problem+json")
        )

    def __str__(self) -> str:
        return f"{self.method} {self.target} → {self.status}" + (
            f", sending {self.sends}" if self.sends else ""
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Name one step, say what it is, and what of it must be seen."""

    name: str
    says: str
    traces: tuple[Trace, ...]

    def look(self, exchanges: Sequence[Exchange], start: int) -> tuple[Trace | None, int]:
        """Look for the expected requests in order; return the first that never came, and where to go on."""
        at = start
        for trace in self.traces:
            while at < len(exchanges) and not trace.fits(exchanges[at]):
                at += 1
            if at == len(exchanges):
                return trace, start
            at += 1
        return None, at


MILESTONE: Final = P + r"/milestones/[^/?]+"
ADVICE: Final = P + r"/recommendations"
FLAG: Final = P + r"/conflicts/[^/?]+"

STEPS: Final = (
    Step("token", "present a token", (Trace("GET", "/api/v1/me", 200),)),
    Step("read", "read the plan", (Trace("GET", P + "/summary", 200),)),
    Step(
        "page",
        "page a list by its cursor",
        (
            Trace("GET", P + r"/milestones\?limit=2", 200),
            Trace("GET", P + r"/milestones\?(?=.*\blimit=2\b).*\bcursor=[^&]+.*", 200),
        ),
    ),
    Step(
        "patch",
        "patch with an ETag",
        (
            Trace("GET", MILESTONE, 200),
            Trace("PATCH", MILESTONE, 200, sends="due", precondition=True),
        ),
    ),
    Step(
        "clear",
        "clear a field by null",
        (Trace("PATCH", MILESTONE, 200, sends=r'"description":\s*null', precondition=True),),
    ),
    Step("stale", "meet 412", (Trace("PATCH", MILESTONE, 412, precondition=True),)),
    Step(
        "merge",
        "read again, merge, patch again",
        (
            Trace("GET", MILESTONE, 200),
            Trace("PATCH", MILESTONE, 200, precondition=True),
        ),
    ),
    Step("preview", "preview", (Trace("POST", ADVICE + "/preview", 200, sends="deadlift"),)),
    Step(
        "raise",
        "raise a flag, and find it by what it names",
        (
            Trace("POST", ADVICE, 201, sends="deadlift"),
            Trace("GET", P + r"/conflicts\?.*\bstatement=[^&,]+.*", 200),
        ),
    ),
    Step(
        "resolve",
        "resolve it",
        (
            Trace("GET", FLAG, 200),
            Trace("POST", FLAG + "/resolve", 200, sends='"dose"', precondition=True),
        ),
    ),
    Step("problem", "receive a problem as a typed error", (Trace("POST", ADVICE, 422),)),
)
NAMES: Final = tuple(step.name for step in STEPS)
