"""The command: several files, what is refused, the two reports, the exit code."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.db import Database
from service.fhir.command import Place, import_fhir
from service.models import items as stored
from service.models.audit import audit_events
from service.models.recommendations import Recommendation
from tests.clinic import open_clinic, tenant_id_of
from tests.fhir import real
from tests.fhir.build import NPI, bundle, order, patient
from tests.fhir.snapshot import differences, snapshot

TENANT = tenant_id_of("demo")
PEOPLE = {
    "resourceType": "Practitioner",
    "id": "dr5",
    "name": [{"family": "Weiss", "prefix": ["Dr."]}],
    "identifier": [{"system": NPI, "value": "5"}],
}


class Shell:
    """Run the command on a clinic called demo."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.is_demo = True

    def write(self, name: str, document: object) -> str:
        path = self.folder / name
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return str(path)

    def run(self, *arguments: str) -> Result:
        @contextmanager
        def connect() -> Iterator[Place]:
            yield Place(self.database, self.is_demo)

        return CliRunner().invoke(import_fhir(connect), list(arguments))

    def json(self, *arguments: str) -> dict[str, Any]:
        result = self.run("--json", *arguments)
        found: dict[str, Any] = json.loads(result.stdout)
        return found


@pytest.fixture
def shell(database: Database, tmp_path: Path) -> Shell:
    with database.transaction(TENANT) as session:
        open_clinic(session, "demo")
    return Shell(database, tmp_path)


def test_a_file_is_taken_and_the_report_says_what_of_it(shell: Shell) -> None:
    path = shell.write(
        "ada.json.gz",
        bundle(
            patient(),
            order("m1", "Morphine 10 MG Oral Tablet"),
            order("m2", "Diazepam 5 MG Oral Tablet"),
            order("m3", "Wonderdrug 5 MG Oral Tablet"),
            order("m4", "Ibuprofen", status="stopped"),
            {"resourceType": "Encounter", "id": "e1"},
        ),
    )
    result = shell.run(path)
    assert result.exit_code == 0, result.output
    report = result.stdout
    assert "ada.json.gz" in report
    assert "open flags: 1 critical" in report
    assert "Wonderdrug 5 MG Oral Tablet" in report
    assert "MedicationRequest status-stopped: 1" in report
    assert "types not taken: Encounter 1" in report
    assert "1 of 1 files taken." in report


def test_one_refused_file_is_told_and_the_others_go_in(shell: Shell) -> None:
    good = shell.write("good.json", bundle(patient(), order("m1", "Ibuprofen 400 MG Oral Tablet")))
    old = shell.write("old.json", bundle({"resourceType": "MedicationOrder", "id": "x"}))
    broken = shell.write("broken.json", b"{")
    bad = shell.write("bad.json", bundle(patient("p9", birthDate="1.1.1970")))
    empty = shell.write("empty.json", bundle({"resourceType": "Encounter", "id": "e"}))
    files = (old, good, broken, bad, empty, str(shell.folder / "missing.json"))
    result = shell.run(*files)
    assert result.exit_code == 1
    assert "written in FHIR DSTU2" in result.stdout
    assert "[malformed-json]" in result.stdout
    assert "/entry/0/resource/birthDate: not-a-date" in result.stdout
    assert "1 of 6 files taken, 5 refused." in result.stdout
    report = shell.json(*files)
    assert report["refused"] == 5
    codes = {one["file"]: one["results"][0].get("code") for one in report["files"]}
    assert codes == {
        "old.json": "unsupported-fhir-version",
        "good.json": None,
        "broken.json": "malformed-json",
        "bad.json": "bad-import",
        "empty.json": "bad-import",
        "missing.json": "bad-import",
    }


def test_people_are_taken_first_whatever_the_order_of_the_files(shell: Shell) -> None:
    asked = order("m1", "Ibuprofen", requester={"reference": f"Practitioner?identifier={NPI}|5"})
    records = shell.write("a.json", bundle(patient(), asked))
    people = shell.write("b.json", bundle(PEOPLE))
    report = shell.json(records, people)
    (taken,) = report["files"][0]["results"]
    with shell.database.transaction(TENANT) as session:
        (found,) = stored.all_of(session, Recommendation, TENANT, taken["plan_id"])
        assert found.source is not None
        assert found.source["said_by"]["name"] == "Dr. Weiss"


def test_an_account_can_be_named_for_an_identifier(shell: Shell) -> None:
    asked = order("m1", "Ibuprofen", requester={"reference": f"Practitioner?identifier={NPI}|5"})
    path = shell.write("a.json", bundle(patient(), asked))
    report = shell.json("--account", f"{NPI}|5=physician-2", path)
    (taken,) = report["files"][0]["results"]
    with shell.database.transaction(TENANT) as session:
        (found,) = stored.all_of(session, Recommendation, TENANT, taken["plan_id"])
        assert not found.author_id.startswith("external:")


def test_a_second_run_says_that_nothing_is_new(shell: Shell) -> None:
    path = shell.write("a.json", bundle(patient(), order("m1", "Ibuprofen 400 MG Oral Tablet")))
    first, second = shell.json(path), shell.json(path)
    assert first["files"][0]["results"][0]["new_plan"] is True
    assert second["files"][0]["results"][0]["changed"] is False
    assert {row["outcome"] for row in second["files"][0]["results"][0]["rows"]} == {"unchanged"}
    assert "nothing new" in shell.run(path).stdout


def test_what_could_not_be_mapped_is_listed_each_time(shell: Shell) -> None:
    path = shell.write("a.json", bundle(patient(), order("m1", "Wonderdrug 5 MG Oral Tablet")))
    assert shell.run(path).stdout.count("MedicationRequest: Wonderdrug") == 1
    assert shell.run(path).stdout.count("MedicationRequest: Wonderdrug") == 1


def test_a_denial_is_left_in_the_audit(shell: Shell) -> None:
    path = shell.write("a.json", bundle(patient(), order("m1", "Ibuprofen 400 MG Oral Tablet")))
    shell.run(path)
    result = shell.run("--lead", "physician-outsider", path)
    assert result.exit_code == 1
    assert "not on its team" in result.stdout
    with shell.database.transaction(TENANT) as session:
        rows = audit_events(session, TENANT, limit=5)
        assert [row.code for row in rows if row.outcome == "denied"] == ["not-permitted"]


def test_on_real_commits_a_record_is_there_whole_or_not_at_all(
    committed_database: Database, tmp_path: Path
) -> None:
    with committed_database.transaction(TENANT) as session:
        open_clinic(session, "demo")
    shell = Shell(committed_database, tmp_path)
    good = shell.write("good.json", bundle(patient(), order("m1", "Ibuprofen 400 MG Oral Tablet")))
    stranger = patient(name=[{"family": "Other"}], birthDate="1999-09-09")
    bad = shell.write("bad.json", bundle(PEOPLE, stranger, order("m2", "Naproxen")))
    assert shell.run(good).exit_code == 0
    with committed_database.transaction(TENANT) as session:
        before = snapshot(session)
    assert shell.run(bad, good).exit_code == 1
    with committed_database.transaction(TENANT) as session:
        assert differences(before, snapshot(session)) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lead", "nobody"], "no active account"),
        (["--lead", "care-coordinator"], "led by a clinician"),
        (["--clinic", "nowhere"], "no clinic of that name"),
    ],
)
def test_a_wrong_name_is_said_before_anything_is_taken(
    shell: Shell, arguments: list[str], words: str
) -> None:
    path = shell.write("a.json", bundle(patient()))
    result = shell.run(*arguments, path)
    assert result.exit_code != 0
    assert words in str(result.exception)


def test_outside_the_demo_lead_and_clinic_have_to_be_named(shell: Shell) -> None:
    shell.is_demo = False
    path = shell.write("a.json", bundle(patient()))
    result = shell.run(path)
    assert result.exit_code == 2
    assert "--lead" in result.output


def test_the_real_bundles_are_taken_and_the_old_one_is_refused(shell: Shell) -> None:
    files = real.files()
    if not files:
        pytest.skip("the real records (shared/data) are not here")
    result = shell.run(*(str(path) for path in files))
    assert result.exit_code == 1
    assert f"{len(files) - 1} of {len(files)} files taken, 1 refused." in result.stdout
    again = shell.json(*(str(path) for path in files if not path.name.startswith("dstu2")))
    assert again["refused"] == 0
    assert not any(one.get("changed") for file in again["files"] for one in file["results"])
