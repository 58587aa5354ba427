from __future__ import annotations

from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.clinical_record import Period
from service.fhir import dates
from service.fhir.element import Element, ElementError


def period(**raw: Any) -> Period:
    return dates.period(Element(raw, ""), UTC)


@pytest.mark.parametrize(
    ("end", "first_day_after"),
    [
        ("2024-03-01", date(2024, 3, 2)),  # a date includes its day
        ("2024-02", date(2024, 3, 1)),
        ("2024-12", date(2025, 1, 1)),
        ("2024", date(2025, 1, 1)),
        ("9999-12-31", date.max),  # "open", as some systems write it
        ("2024-03-01T10:00:00Z", date(2024, 3, 1)),  # an instant ends on its day
    ],
)
def test_a_period_becomes_half_open(end: str, first_day_after: date) -> None:
    assert period(start="2020-01-05", end=end) == Period(date(2020, 1, 5), first_day_after)


def test_an_instant_counts_in_the_clinics_zone() -> None:
    element = Element({"start": "2024-03-01T23:30:00Z"}, "")
    assert dates.period(element, ZoneInfo("Europe/Berlin")).start == date(2024, 3, 2)
    assert dates.period(element, UTC).start == date(2024, 3, 1)


def test_what_begins_and_ends_within_a_day_keeps_that_day() -> None:
    days = period(start="2024-03-01T08:00:00Z", end="2024-03-01T12:00:00Z")
    assert days == Period(date(2024, 3, 1), date(2024, 3, 2))


@pytest.mark.parametrize("value", ["2024-13-01", "2024-02-30", "yesterday", "24-01-01", "2024-1-1"])
def test_a_date_that_cannot_be_is_named_by_its_place(value: str) -> None:
    with pytest.raises(ElementError) as caught:
        dates.period(Element({"start": value}, "/entry/3/resource/period"), UTC)
    assert caught.value.pointer == "/entry/3/resource/period/start"
    assert value not in str(caught.value)


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.dates(date(1900, 1, 1), date(2199, 12, 31))
)
def test_date_periods_hold_exactly_the_days_fhir_means(start: date, end: date) -> None:
    days = period(start=start.isoformat(), end=end.isoformat())
    assert days.start == start
    assert days.end is not None
    assert (days.end - end).days == 1
    assert days.is_empty == (end < start)


def test_periods_that_follow_each_other_touch() -> None:
    first, second = Period(date(2024, 1, 1), date(2024, 2, 1)), Period(date(2024, 2, 1), None)
    assert first.touches(second)
    assert first.joined_with(second) == Period(date(2024, 1, 1), None)
    assert not first.touches(Period(date(2024, 2, 2), None))
