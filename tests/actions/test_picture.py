"""A plan's picture between writes: taken out, brought up to date, put back after the commit, never stale."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.actions import flag_acting, items, picture
from service.actions.milestones import MILESTONES, report_progress
from service.actions.picture import Album
from service.actions.recommendations import RECOMMENDATIONS
from service.db import Database
from service.errors import Stale
from service.models.document import rows_of_plan
from service.models.flags import flags_of_plan
from tests.clinic import Clinic, open_clinic, tenant_id_of

ADVICE = {"kind": "exercise", "stance": "recommend", "action": "deadlift"}
Write = Callable[[Session], Any]


class Kept:
    """Stand in for a picture, where only its revision counts."""

    def __init__(self, revision: int) -> None:
        self.revision = revision


class Readings:
    """Count how often a plan is read whole."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr(picture, "rows_of_plan", self._read)

    def _read(self, *asked: Any) -> dict[str, Any]:
        self.count += 1
        return rows_of_plan(*asked)


@pytest.fixture
def album(monkeypatch: pytest.MonkeyPatch) -> Album:
    fresh = Album()
    monkeypatch.setattr(picture, "ALBUM", fresh)
    return fresh


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Readings:
    return Readings(monkeypatch)


@pytest.fixture
def opened(committed_database: Database, frozen_day: date) -> Clinic:
    slug = f"picture-{uuid.uuid4()}"
    with committed_database.transaction(tenant_id_of(slug)) as session:
        return open_clinic(session, slug)


@pytest.fixture
def write(committed_database: Database, opened: Clinic) -> Callable[[Write], Any]:
    """Do something in a transaction of its own, which commits."""

    def written(what: Write) -> Any:
        with committed_database.transaction(opened.tenant_id) as session:
            return what(session)

    return written


def advise(clinic: Clinic, **fields: Any) -> Write:
    return lambda session: items.create(
        session,
        clinic.actor("physiotherapist"),
        RECOMMENDATIONS,
        clinic.plan_id,
        {**ADVICE, **fields},
    )


def ban(clinic: Clinic) -> Write:
    end = clinic_day() + timedelta(days=30)
    fields = {
        "kind": "activity",
        "stance": "prohibit",
        "action": "lifting",
        "period": {"start": clinic_day().isoformat(), "end": end.isoformat()},
    }
    return lambda session: items.create(
        session, clinic.actor("physician"), RECOMMENDATIONS, clinic.plan_id, fields
    )


def clinic_day() -> date:
    return date(2027, 2, 15)


def step(clinic: Clinic) -> Write:
    fields = {"title": "Up the stairs", "owner_discipline": "physiotherapy"}
    return lambda session: items.create(
        session, clinic.actor("physiotherapist"), MILESTONES, clinic.plan_id, fields
    )


def test_the_second_write_does_not_read_the_plan(
    album: Album, readings: Readings, opened: Clinic, write: Callable[[Write], Any]
) -> None:
    write(advise(opened, action="walking"))
    assert readings.count == 1
    write(advise(opened))
    write(ban(opened))
    assert readings.count == 1
    with_flags = write(lambda session: flags_of_plan(session, opened.tenant_id, opened.plan_id))
    assert [flag.code for flag in with_flags] == ["CF01"]


def test_what_is_rolled_back_leaves_no_picture(
    album: Album, readings: Readings, opened: Clinic, write: Callable[[Write], Any]
) -> None:
    write(advise(opened, action="walking"))

    def fails(session: Session) -> None:
        ban(opened)(session)
        raise Stale

    with pytest.raises(Stale):
        write(fails)
    assert album.take(opened.plan_id) is None
    write(advise(opened))
    assert readings.count == 2
    assert write(lambda session: flags_of_plan(session, opened.tenant_id, opened.plan_id)) == []


def test_two_processes_take_turns(
    monkeypatch: pytest.MonkeyPatch, opened: Clinic, write: Callable[[Write], Any]
) -> None:
    """Each has an album of its own, and never believes what the other has overtaken."""
    albums = Album(), Album()
    actions = ("walking", "deadlift", "cat-camel", "swimming")
    for number in range(8):
        monkeypatch.setattr(picture, "ALBUM", albums[number % 2])
        write(advise(opened, action=actions[number % 4], context={"setting": [setting(number)]}))
        if number == 3:
            write(ban(opened))
    flags = write(lambda session: flags_of_plan(session, opened.tenant_id, opened.plan_id))
    assert {flag.code for flag in flags} == {"CF01"}


def setting(number: int) -> str:
    return ("home", "clinic")[number // 4]


def test_an_act_on_a_flag_is_known_to_the_next_write(
    album: Album, opened: Clinic, write: Callable[[Write], Any]
) -> None:
    write(advise(opened))
    write(ban(opened))
    (flag,) = write(lambda session: flags_of_plan(session, opened.tenant_id, opened.plan_id))
    write(
        lambda session: flag_acting.acknowledge(
            session, opened.actor("physiotherapist"), opened.plan_id, flag.id, flag.version, None
        )
    )
    write(advise(opened, action="walking"))
    (after,) = write(lambda session: flags_of_plan(session, opened.tenant_id, opened.plan_id))
    assert after.status == "acknowledged"


def test_a_report_of_progress_is_known_to_the_next_write(
    album: Album, opened: Clinic, write: Callable[[Write], Any]
) -> None:
    made = write(step(opened))
    who = opened.actor("physiotherapist")
    plan_id = opened.plan_id

    def revise(title: str, version: int) -> Any:
        return write(
            lambda session: items.revise(
                session, who, MILESTONES, plan_id, made.id, version, {"title": title}
            )
        )

    assert revise("Up two stairs", 1).percent is None
    write(lambda session: report_progress(session, who, plan_id, made.id, {"percent": 40}))
    assert revise("Up three stairs", 2).percent == 40


def test_the_album_keeps_the_latest_and_the_last_used() -> None:
    album = Album(most=2)
    first, second, third = (uuid.uuid4() for _ in range(3))
    album.put(first, Kept(5))  # type: ignore[arg-type]
    album.put(first, Kept(4))  # type: ignore[arg-type]
    album.put(second, Kept(1))  # type: ignore[arg-type]
    kept = album.take(first)
    assert kept is not None
    assert kept.revision == 5
    assert album.take(first) is None
    album.put(first, kept)
    album.put(third, Kept(1))  # type: ignore[arg-type]
    assert album.take(second) is None
    assert album.take(first) is kept
