"""Say that an operation goes away: in its document, and in every answer that it still gives.

An operation says it in its declaration::

    @blp.operation(
        "GET", "/care-plans/<uuid:plan_id>/steps", ...,
        deprecation=Deprecation(
            since=date(2027, 3, 1), sunset=date(2027, 9, 1), successor="listMilestones"
        ),
    )

and nowhere else; `plan_items` takes the same by its verbs. The promise behind it stands in `docs/versioning.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any, Final

from werkzeug.datastructures import Headers

# What is used daily in a clinic is not taken away within a season.
NOTICE: Final = timedelta(days=180)
# Where a person reads of it: the browsable document tells what is deprecated, and until when.
TOLD_AT: Final = "/docs"


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Hold since when an operation should not be built on, when it goes, and what takes its place.

    `sunset` may still be open; `successor` is an operationId. Days are those of UTC.
    """

    since: date
    sunset: date | None = None
    successor: str | None = None

    def __post_init__(self) -> None:
        if self.sunset is not None and self.sunset - self.since < NOTICE:
            raise ValueError(f"between deprecation and sunset are {NOTICE.days} days or more")

    @property
    def header(self) -> str:
        """Write the day as RFC 9745 does: a structured date, in seconds."""
        return f"@{int(_midnight(self.since).timestamp())}"

    @property
    def sunset_header(self) -> str | None:
        """Write the last day's beginning as RFC 8594 does: a date of HTTP."""
        return None if self.sunset is None else format_datetime(_midnight(self.sunset), usegmt=True)

    @property
    def words(self) -> str:
        """Say it in a sentence, for the operation's description."""
        said = f"Deprecated since {self.since.isoformat()}"
        if self.sunset is not None:
            said += f"; it goes away on {self.sunset.isoformat()}"
        if self.successor is not None:
            said += f"; use `{self.successor}`"
        return f"{said}."

    def announce(self, headers: Headers) -> None:
        """Add to an answer's headers what a client's owner should see; a page's own link stays."""
        headers["Deprecation"] = self.header
        if self.sunset_header is not None:
            headers["Sunset"] = self.sunset_header
        told = f'<{TOLD_AT}>; rel="deprecation"; type="text/html"'
        linked = headers.get("Link")
        headers["Link"] = told if linked is None else f"{linked}, {told}"

    def document(self, described: dict[str, Any], status: str) -> None:
        """Say it in the operation's part of the document."""
        described["deprecated"] = True
        headers = described["responses"][status]["headers"]
        headers["Deprecation"] = "Deprecation"
        if self.sunset is not None:
            described["x-sunset"] = self.sunset.isoformat()
            headers["Sunset"] = "Sunset"
        # A list has its `Link` already, and this is one more of its links.
        headers.setdefault("Link", "DeprecationLink")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
