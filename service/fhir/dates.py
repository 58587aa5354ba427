"""Turn FHIR's dates into the plan's half-open days.

FHIR writes a date with the precision that is known (2019, 2019-03, 2019-03-05) or an instant with an offset. A
`Period.end` written as a date includes its day, so the first day after it ends our interval; an instant ends it
on its own day in the clinic's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from service.domain.clinical_record import Period
from service.fhir.element import Element, ElementError

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class When:
    """Hold the first day that a FHIR date may mean, and the first day after all that it may mean."""

    first: date
    after: date
    is_instant: bool
    year: int
    instant: datetime

    @property
    def is_exact_day(self) -> bool:
        return self.after - self.first == timedelta(days=1)


def read(element: Element, name: str, zone: tzinfo) -> When | None:
    """Read a date, dateTime or instant; a date that does not exist is a bad element."""
    value = element.text(name)
    if value is None:
        return None
    try:
        return _instant(value, zone) if "T" in value else _days(value)
    except (ValueError, OverflowError):
        raise ElementError(element.at(name), "not-a-date") from None


def _instant(value: str, zone: tzinfo) -> When:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    day = moment.astimezone(zone).date()
    return When(day, day + timedelta(days=1), True, day.year, moment.astimezone(UTC))


def _days(value: str) -> When:
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValueError(value)
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None:
        raise ValueError(value)
    first = date(year, month or 1, day or 1)
    if year == date.max.year and (month or 12) == 12:
        after = date.max  # the end of time, as some systems write "open"
    elif day:
        after = first + timedelta(days=1)
    elif month:
        after = date(year + month // 12, month % 12 + 1, 1)
    else:
        after = date(year + 1, 1, 1)
    return When(first, after, False, year, datetime(first.year, first.month, first.day, tzinfo=UTC))


def interval(start: When | None, end: When | None) -> Period:
    """Make a half-open interval; one that began and ended within one day keeps that day."""
    first = start.first if start else None
    if end is None:
        return Period(first, None)
    last = end.first if end.is_instant else end.after
    if end.is_instant and first == last:
        last = end.after
    return Period(first, last)


def period(element: Element | None, zone: tzinfo) -> Period:
    """Read a FHIR Period."""
    if element is None:
        return Period()
    return interval(read(element, "start", zone), read(element, "end", zone))
