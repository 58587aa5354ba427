"""Import files one after another: people first, then patients, a transaction for each.

A file that cannot be read, or a record that cannot be taken, is refused with a reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any

from service.actions import audit, external_people, imports
from service.actions.imports import Imported
from service.domain.actor import Actor
from service.domain.clinical_record import (
    ClinicalRecord,
    Directory,
    RefusedRecord,
    ReportRow,
)
from service.errors import ConcordError, Forbidden, NotVisible
from service.fhir.reader import Result, read_file

# Opens a transaction of the clinic; the action's session is whatever it gives.
Transaction = Callable[[], AbstractContextManager[Any]]
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Say why a file, or one patient's record of it, was not taken."""

    code: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()
    report: tuple[ReportRow, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """Say what became of a file of people and organizations."""

    rows: tuple[ReportRow, ...]


Done = Imported | People | Refusal


@dataclass(slots=True)
class FileReport:
    """Hold what became of one file."""

    path: Path
    done: list[Done] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return any(isinstance(one, Refusal) for one in self.done)


def import_files(
    paths: Iterable[Path],
    *,
    transaction: Transaction,
    actor: Actor,
    source: str | None,
    zone: tzinfo,
    step: Step,
) -> list[FileReport]:
    """Import files; `step` is told twice of each file: when it is read and when it is taken."""
    reports = [FileReport(path) for path in paths]
    waiting: list[tuple[FileReport, Result]] = []
    for report in reports:
        try:
            found = read_file(report.path, source=source, zone=zone)
        except ConcordError as error:
            report.done.append(_refusal(error))
        except OSError:
            report.done.append(Refusal("bad-import", "The file cannot be read."))
        else:
            waiting += [(report, one) for one in found]
        step(report.path.name)
    # Records refer to people by identifier; those are known once the files of people are in.
    for report, one in sorted(waiting, key=lambda pair: not isinstance(pair[1], Directory)):
        report.done.append(_take(one, transaction, actor))
    for report in reports:
        step(report.path.name)
    return reports


def _take(found: Result, transaction: Transaction, actor: Actor) -> Done:
    if isinstance(found, RefusedRecord):
        return Refusal(found.code, found.detail, found.errors, found.report)
    try:
        with transaction() as session:
            if isinstance(found, Directory):
                return _take_people(session, actor, found)
            return imports.take(session, actor, actor.user_id, found)
    except ConcordError as error:
        if isinstance(error, Forbidden | NotVisible):
            with transaction() as session:
                _note_denial(session, actor, error)
        key = found.patient.origin.key if isinstance(found, ClinicalRecord) else None
        return _refusal(error, f" ({key})" if key else "")


def _note_denial(session: Any, actor: Actor, error: ConcordError) -> None:
    """Leave the denial in the audit; what the refused transaction wrote is gone."""
    audit.denied(
        session,
        actor,
        operation=actor.operation,
        code=error.code,
        plan_id=None,
        tenant_id=actor.tenant_id,
        request_id=actor.request_id,
    )


def _take_people(session: Any, actor: Actor, found: Directory) -> Done:
    if not found.people and not found.organizations:
        return Refusal(
            "bad-import", "The file has no patient and nobody to take.", (), found.report
        )
    return People(external_people.take_directory(session, actor, found))


def _refusal(error: ConcordError, where: str = "") -> Refusal:
    return Refusal(
        error.code, error.detail + where, tuple((one.pointer, one.code) for one in error.errors)
    )


def results(reports: Iterable[FileReport]) -> Iterator[Done]:
    return (one for report in reports for one in report.done)
