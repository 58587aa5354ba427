"""Account for every resource of a file: nothing is dropped without a word."""

from __future__ import annotations

import re

from service.domain.clinical_record import Outcome, ReportRow, SourceKey
from service.fhir.bundle import Entry

_STATUS = re.compile(r"[a-z]+(?:-[a-z]+){0,3}")


def status_reason(status: str | None) -> str:
    """Make a reason of a status; one that FHIR cannot have is only said to be unknown."""
    if status is None:
        return "status-missing"
    return (
        f"status-{status}" if _STATUS.fullmatch(status) and len(status) <= 24 else "status-unknown"
    )


class Report:
    """Collect one row for each resource; a resource told twice keeps its first row."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], ReportRow] = {}
        self._further: list[ReportRow] = []

    def taken(self, key: SourceKey, reason: str | None = None, detail: str | None = None) -> None:
        self._add(key, Outcome.TAKEN, reason, detail)

    def mapped(self, key: SourceKey, reason: str | None = None, detail: str | None = None) -> None:
        self._add(key, Outcome.MAPPED, reason, detail)

    def skipped(self, key: SourceKey, reason: str, detail: str | None = None) -> None:
        self._add(key, Outcome.SKIPPED, reason, detail)

    def refused(self, key: SourceKey, reason: str, detail: str | None = None) -> None:
        self._add(key, Outcome.REFUSED, reason, detail)

    def further(self, row: ReportRow) -> None:
        """List what is not a resource of its own, or a resource that cannot be named."""
        self._further.append(row)

    def knows(self, entry: Entry) -> bool:
        return (entry.type, entry.key.id) in self._rows

    def _add(
        self, key: SourceKey, outcome: Outcome, reason: str | None, detail: str | None
    ) -> None:
        row = ReportRow(key.type, key.id, outcome, reason, detail)
        self._rows.setdefault((key.type, key.id), row)

    def rows(self) -> tuple[ReportRow, ...]:
        return (*self._rows.values(), *self._further)
