"""Every real bundle goes into the plan, once; a second time changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from service.actions import external_people, imports
from service.actions.imports import Imported
from service.db import Database
from service.domain import clock
from service.domain.clinical_record import ClinicalRecord, Directory, Outcome
from service.fhir.reader import read_file
from service.models import items as stored
from service.models.flags import flags_of_plan
from service.models.recommendations import Recommendation
from tests.clinic import Clinic, open_clinic, tenant_id_of
from tests.fhir import real
from tests.fhir.snapshot import differences, snapshot

FILES = [path for path in real.files() if not path.name.startswith("dstu2")]
if not FILES:
    pytest.skip("the real records (shared/data) are not here", allow_module_level=True)

TODAY = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with clock.set_to(TODAY), database.transaction(tenant_id_of("clinic")) as session:
        yield session


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return open_clinic(session)


def take(session: Session, clinic: Clinic, path: Path) -> Imported | None:
    actor = clinic.actor("physician")
    (found,) = read_file(path)
    if isinstance(found, Directory):
        external_people.take_directory(session, actor, found)
        return None
    assert isinstance(found, ClinicalRecord)
    return imports.take(session, actor, actor.user_id, found)


def findings(session: Session, clinic: Clinic, done: Imported) -> Counter[tuple[str, str, str]]:
    """Name the plan's flags: rule, tier, and what the two statements are about."""
    flags = flags_of_plan(session, clinic.tenant_id, done.plan_id)
    return Counter(
        (flag.code, flag.tier, _subject(session, clinic, done, flag.finding)) for flag in flags
    )


def _subject(session: Session, clinic: Clinic, done: Imported, finding: dict[str, object]) -> str:
    names = {
        str(one.id): (one.medication or {}).get("drug_class") or (one.medication or {})["name"]
        for one in stored.all_of(session, Recommendation, clinic.tenant_id, done.plan_id)
    }
    statements = finding["statements"]
    assert isinstance(statements, list)
    return " × ".join(sorted(names.get(one["id"], one["kind"]) for one in statements))


def test_all_bundles_are_taken_and_a_second_time_changes_nothing(
    session: Session, clinic: Clinic
) -> None:
    first = [take(session, clinic, path) for path in FILES]
    before = snapshot(session)
    again = [take(session, clinic, path) for path in FILES]
    assert differences(before, snapshot(session)) == []
    assert len([one for one in first if one is not None]) == 8
    for one, same in zip(first, again, strict=True):
        if one is None or same is None:
            continue
        assert one.is_new_plan
        assert not same.is_new_plan
        assert not same.changed
        assert same.plan_id == one.plan_id
        assert {row.outcome for row in same.rows} == {Outcome.UNCHANGED, Outcome.SKIPPED}
        assert [row.id for row in same.rows] == [row.id for row in one.rows]


def test_nothing_imported_is_the_importers_or_held(session: Session, clinic: Clinic) -> None:
    done = take(session, clinic, real.named("brenda"))
    assert done is not None
    found = stored.all_of(session, Recommendation, clinic.tenant_id, done.plan_id)
    assert len(found) == 7
    assert len({one.author_id for one in found}) == 7  # an unknown author is equal to no other
    for one in found:
        assert one.author_id == f"external:unnamed:{one.id}"
        assert one.verification == "unverified"
        assert one.held_by == []
        assert one.status == "active"


def test_brenda_jacksons_plan_shows_five_flags(session: Session, clinic: Clinic) -> None:
    done = take(session, clinic, real.named("brenda"))
    assert done is not None
    assert findings(session, clinic, done) == {
        # oxycodone as extended-release tablet and as capsule, each with chlordiazepoxide
        ("CF25", "critical", "benzodiazepine × opioid"): 2,
        ("CF25", "warning", "opioid × opioid"): 1,
        ("CF25", "notice", "duloxetine × nsaid"): 1,
        ("CF24", "notice", "benzodiazepine × patient"): 1,  # at 65
    }
    assert done.flags == {"critical": 2, "warning": 1, "notice": 2}


def test_asa_hermistons_plan_shows_methotrexate_with_naproxen_and_naproxen_twice(
    session: Session, clinic: Clinic
) -> None:
    done = take(session, clinic, real.named("Asa"))
    assert done is not None
    assert findings(session, clinic, done) == {
        ("CF25", "warning", "methotrexate × nsaid"): 2,
        ("CF25", "warning", "nsaid × nsaid"): 1,
    }


def test_dennis_durgans_plan_shows_naproxen_in_heart_failure(
    session: Session, clinic: Clinic
) -> None:
    done = take(session, clinic, real.named("Dennis"))
    assert done is not None
    assert findings(session, clinic, done) == {
        ("CF24", "critical", "condition × nsaid"): 1,
        ("CF24", "warning", "condition × nsaid"): 1,  # cardiovascular disease
        ("CF24", "warning", "nsaid × observation"): 1,  # an eGFR of 20, long ago
        ("CF24", "notice", "nsaid × patient"): 1,  # at 75
    }


def test_damaris_medhursts_nineteen_teams_are_listed_not_invented(
    session: Session, clinic: Clinic
) -> None:
    done = take(session, clinic, real.named("Damaris"))
    assert done is not None
    assert [one.name for one in done.unknown_people if one.is_current] == ["Dr. Ahmed Smith"]
    assert len(done.unknown_people) == 7
    assert findings(session, clinic, done) == {
        ("CF24", "critical", "acei-arb × allergy"): 1,
        ("CF25", "warning", "ssri × ssri"): 1,
    }
    reasons = Counter(row.reason for row in done.rows if row.type == "CarePlan")
    assert reasons == {"becomes-the-plan": 1, "another-open-plan": 4, "status-completed": 14}
