"""Tell the time; the one place where the service reads a clock, so that tests can set it.

The engine never asks: it is given a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_fixed: ContextVar[datetime | None] = ContextVar("concord_now", default=None)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name."""
    return ZoneInfo(name)


def now() -> datetime:
    """Give the present instant, in UTC."""
    return _fixed.get() or datetime.now(UTC)


def today(timezone: str) -> date:
    """Give the present date in a clinic's zone."""
    return now().astimezone(zone(timezone)).date()


def in_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


@contextmanager
def set_to(instant: datetime) -> Iterator[None]:
    """Hold the clock at an instant with an offset, for tests and replays."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
