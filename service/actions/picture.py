"""Hold what one plan says while it is rechecked: its rows, and where the engine stands on them.

Reading a plan whole takes longer than all else that a small change does, so a picture outlives its request. It is
kept by plan, for the revision it is of and for no other: every write below a plan holds the plan's lock and
raises its revision, so the picture of a revision is the plan. Whoever works on one has taken it out; it is put
back when they have committed, and lost when they have not.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service import conflicts
from service.actions import document, record
from service.domain.flags import Seen, Stored
from service.domain.vocabulary import RecommendationStatus, Tier
from service.models.base import PlanItem
from service.models.document import rows_of_plan
from service.models.flags import Flag
from service.models.milestones import reports_in_plan
from service.models.plans import CarePlan

_MOST = 256
Row = dict[str, Any]


class Rows(Mapping[str, Any]):
    """Show a plan's rows by table, as they were read and as they have changed since."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._tables: dict[str, dict[str, Row]] = {
            table: {row["id"]: row for row in rows[table]} for table in document.KEYS
        }
        self._rest = {name: rows[name] for name in rows if name not in self._tables}

    def put(self, table: str, row: Row) -> None:
        """Put a row in its place, or at the end."""
        self._tables[table][row["id"]] = row

    def drop(self, table: str, item_id: str) -> None:
        """Leave a row out from now on."""
        self._tables[table].pop(item_id, None)

    def __getitem__(self, name: str) -> Any:
        found = self._tables.get(name)
        return self._rest[name] if found is None else list(found.values())

    def __iter__(self) -> Iterator[str]:
        return iter((*self._tables, *self._rest))

    def __len__(self) -> int:
        return len(self._tables) + len(self._rest)


class Picture:
    """Hold a plan's rows of one revision, the findings among them, and what is stored of its flags."""

    def __init__(self, rows: Mapping[str, Any], day: date, timezone: str) -> None:
        self.day = day
        self.timezone = timezone
        self.rows = Rows(rows)
        facts = conflicts.parse(document.from_rows(rows, day, timezone))
        self.standing = conflicts.Standing(facts, day)
        self.flags: tuple[Stored, ...] | None = None
        self.revision = 0
        self.written = frozenset(document.KEYS)
        self._reports: list[Row] | None = None
        self._seen: dict[str, tuple[conflicts.Finding, Seen]] = {}

    @classmethod
    def read(cls, session: Session, plan: CarePlan, day: date, timezone: str) -> Picture:
        """Read a plan whole, in one statement."""
        return cls(rows_of_plan(session, plan.tenant_id, plan.id), day, timezone)

    def take(self, items: Iterable[PlanItem]) -> None:
        """Bring the picture up to date with items as they have just been written."""
        put: dict[str, list[object]] = {}
        drop: set[str] = set()
        for item in items:
            row, table = item.row(), item.__tablename__
            self.written |= {table}
            shown = None
            if _is_there(row):
                self.rows.put(table, row)
                shown = document.from_row(table, row, self.timezone)
            else:
                self.rows.drop(table, row["id"])
            if shown is None:
                drop.add(row["id"])
            else:
                kind = document.KEYS[table]
                put.setdefault(kind, []).append(conflicts.parse_item(kind, shown))
        self.standing.change(put, drop)

    def milestone_statuses(self) -> dict[str, str]:
        """Give the status of each milestone, by its id."""
        return {row["id"]: row["status"] for row in self.rows["milestones"]}

    def reports(self, session: Session, plan: CarePlan) -> list[Row]:
        """Give the reports of progress, oldest first; another one makes another revision."""
        if self._reports is None:
            self._reports = reports_in_plan(session, plan.tenant_id, plan.id)
        return self._reports

    def seen(self) -> tuple[Sequence[conflicts.Finding], list[Seen]]:
        """Give the findings, and beside each what its flag is compared with."""
        findings = self.standing.findings
        fresh: dict[str, tuple[conflicts.Finding, Seen]] = {}
        for finding in findings:
            known = self._seen.get(finding.fingerprint)
            if known is None or known[0] is not finding:
                known = finding, _seen(finding)
            fresh[finding.fingerprint] = known
        self._seen = fresh
        return findings, [seen for _, seen in fresh.values()]


def _is_there(row: Row) -> bool:
    """Say whether a row is among those that a plan is read with."""
    is_draft = row.get("status") == RecommendationStatus.DRAFT
    return row["withdrawn_at"] is None and not is_draft


def _seen(finding: conflicts.Finding) -> Seen:
    return Seen(
        fingerprint=finding.fingerprint,
        tier=Tier(finding.tier),
        material=finding.material,
        material_fields=finding.material_fields,
        statements=finding.ids,
    )


class Album:
    """Keep the pictures of the plans that were last written to."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._pictures: OrderedDict[uuid.UUID, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, plan_id: uuid.UUID) -> Picture | None:
        """Take a plan's picture out, so that nobody else works on it."""
        with self._lock:
            return self._pictures.pop(plan_id, None)

    def put(self, plan_id: uuid.UUID, picture: Picture) -> None:
        """Put a plan's picture back, unless a later one is there."""
        with self._lock:
            there = self._pictures.get(plan_id)
            if there is None or there.revision <= picture.revision:
                self._pictures[plan_id] = picture
                self._pictures.move_to_end(plan_id)
            while len(self._pictures) > self._most:
                self._pictures.popitem(last=False)


ALBUM = Album()


def of(session: Session, plan: CarePlan, day: date, timezone: str) -> Picture:
    """Give the plan's picture as of a day, with all that this transaction has written."""
    written = record.written(session, plan)
    kept = ALBUM.take(plan.id)
    if (
        kept is not None
        and kept.revision == record.revision_before(session, plan)
        and (kept.day, kept.timezone) == (day, timezone)
        # The plan's own word: it was checked today, by what is known today.
        and (plan.checked_on, plan.knowledge_version) == (day, conflicts.KNOWLEDGE_VERSION)
    ):
        others = [item for item in written if not _is_read(item)]
        if all(isinstance(item, CarePlan | Flag) for item in others):
            kept.written = frozenset()
            kept.take(item for item in written if _is_read(item))
            if any(isinstance(item, Flag) for item in others):
                kept.flags = None
            return kept
    return Picture.read(session, plan, day, timezone)


def keep(session: Session, plan: CarePlan, picture: Picture) -> None:
    """Keep a picture for the plan's next write, once this transaction has committed.

    Whatever this transaction still writes below the plan, as who acts on a flag on the first request of a day
    does, makes the picture an old one under its own revision; then it is lost.
    """
    picture.revision = plan.revision
    session.info[record.AT_HAND] = plan.id, plan.revision, picture

    def put_back() -> None:
        if at_hand(session, plan) is picture:
            ALBUM.put(plan.id, picture)

    record.after_commit(session, put_back)


def at_hand(session: Session, plan: CarePlan) -> Picture | None:
    """Give the picture that this very transaction has brought up to date; None where it has not."""
    plan_id, revision, picture = session.info.get(record.AT_HAND, (None, None, None))
    return picture if (plan_id, revision) == (plan.id, plan.revision) else None


def _is_read(item: Any) -> bool:
    return isinstance(item, PlanItem) and item.__tablename__ in document.KEYS
