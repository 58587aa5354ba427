"""Call the API as everybody: an oracle of its own, written from the table of rights and not from the policy."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.asks import Clinic
from tests.e2e.conftest import running

pytestmark = pytest.mark.e2e

WHO = (
    "physician",
    "physiotherapist",
    "psychologist",
    "occupational-therapist",
    "care-coordinator",
    "patient",
    "clinic-system",
    "clinic-admin",
    "auditor",
    "physician-2",
    "physician-outsider",
)
ADVICE = {"kind": "exercise", "stance": "recommend", "action": "stretching", "status": "draft"}
MEDICINE = {
    "kind": "medication",
    "stance": "recommend",
    "medication": {"name": "A drug that no table knows"},
    "status": "draft",
}
SECRET = "Words for colleagues alone"
FORBIDDEN_TO_PATIENTS = ("rationale", "source_text", "held_by", "source", "original_author")


def appointment(clinic: Clinic) -> dict[str, Any]:
    return {
        "title": "Review",
        "start": f"{clinic.day(50)}T09:00:00+00:00",
        "end": f"{clinic.day(50)}T09:30:00+00:00",
        "mode": "self-paced",
    }


def observation(clinic: Clinic) -> dict[str, Any]:
    return {"code": "egfr", "value": 90, "unit": "mL/min/{1.73_m2}", "date": clinic.day(-2)}


# Who gets what: one sign a person, in the order of WHO. + done, - refused by right or scope (403), . nothing
# there (404). Outsiders are the last, admins and auditors stand before the second physician.
READS: dict[str, str] = {
    "": "+++++++--+.",
    "/summary": "+++++++--+.",
    "/team-members": "+++++++--+.",
    "/goals": "+++++++--+.",
    "/milestones": "+++++++--+.",
    "/recommendations": "+++++++--+.",
    "/conflicts": "+++++++--+.",
    "/conditions": "+++++++--+.",
    "/allergies": "+++++++--+.",
    "/observations": "+++++++--+.",
    "/events": "+++++++--+.",
    "/preferences": "+++++++--+.",
    "/capacity": "+++++++--+.",
    "/job-demands": "++++++---+.",
    "/appointments": "+++++++--+.",
    "/versions": "+++++++--+.",
    "/capacity/history": "+++++++--+.",
    "/plan-document": "+++++-+--+.",
    "/not-checked": "+++++-+--+.",
}
Body = Callable[[Clinic], dict[str, Any]]
WRITES: dict[str, tuple[str, Body, str]] = {
    # A coordinator's is the team's, unless they say whose.
    "a goal of one's own": ("/goals", lambda _: {"title": "Own"}, "+++++++--+."),
    "a goal of the coordination's": (
        "/goals",
        lambda _: {"title": "Theirs", "owner_discipline": "care-coordination"},
        "------?---.",
    ),
    "a goal of the physiotherapist's": (
        "/goals",
        lambda _: {"title": "Theirs", "owner_discipline": "physiotherapy"},
        "-+----?---.",
    ),
    "a goal for all": (
        "/goals",
        lambda _: {"title": "Shared", "owner_discipline": "shared"},
        "+++++-?--+.",
    ),
    "a milestone of one's own": ("/milestones", lambda _: {"title": "Own"}, "+++++-+--+."),
    "a milestone of the psychologist's": (
        "/milestones",
        lambda _: {"title": "Theirs", "owner_discipline": "psychology"},
        "--+---?---.",
    ),
    "a milestone for all": (
        "/milestones",
        lambda _: {"title": "Shared", "owner_discipline": "shared"},
        "+++++-?--+.",
    ),
    "advice": ("/recommendations", lambda _: ADVICE, "++++--+--+."),
    "a medicine": ("/recommendations", lambda _: MEDICINE, "+-----+--+."),
    "what advice would raise": (
        "/recommendations/preview",
        lambda c: {**ADVICE, "status": "active", "period": {"start": c.day(0)}},
        "+++++-+--+.",
    ),
    "a condition": ("/conditions", lambda _: {"code": "ckd"}, "+-----+--+."),
    "an allergy": ("/allergies", lambda _: {"drug_class": "tizanidine"}, "+-----+--+."),
    "an observation": ("/observations", observation, "++++--+--+."),
    "an event": ("/events", lambda c: {"code": "fracture", "date": c.day(-999)}, "++++--+--+."),
    "a preference": (
        "/preferences",
        lambda _: {"action": "golf", "attitude": "prefer"},
        "++++++---+.",
    ),
    "a demand of the job": ("/job-demands", lambda _: {"action": "desk-work"}, "+--+-----+."),
    "an appointment": ("/appointments", appointment, "+++++-+--+."),
    "a colleague on the team": (
        "/team-members",
        lambda c: {"user_id": c.physio_id},
        # Already a member: who may add one is told so, and nobody else.
        "!---!-----.",
    ),
}
# A machine has no discipline of its own; whether it may enter what a discipline owns, the table leaves open.
STATUS = {"+": {200, 201}, "-": {403}, ".": {404}, "!": {409}, "?": {201, 403}}
ELSEWHERE: dict[str, str] = {
    "/me": "+++++++++++",
    "/activities": "+++++++++++",
    "/conflict-rules": "+++++++++++",
    "/instruments": "+++++++++++",
    "/colleagues": "+++++--++++",
    "/patients": "+++++++--++",
    "/care-plans": "+++++++--++",
}


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    var = Path(tempfile.mkdtemp(prefix="ccr-"))
    try:
        with running(var) as live:
            yield Clinic(live)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def held_to(expected: str, ask: Callable[[str], requests.Response]) -> None:
    """Ask as everybody, and name all who got another answer than they should."""
    assert len(expected) == len(WHO)
    wrong = {}
    for who, sign in zip(WHO, expected, strict=True):
        answer = ask(who)
        if answer.status_code not in STATUS[sign]:
            wrong[who] = (sign, answer.status_code, answer.text[:300])
    assert wrong == {}


@pytest.mark.parametrize("path", READS)
def test_who_reads_what_of_a_plan(clinic: Clinic, path: str) -> None:
    held_to(READS[path], lambda who: clinic.person(who).get(f"{clinic.plan}{path}"))


@pytest.mark.parametrize("path", ELSEWHERE)
def test_who_reads_what_beside_a_plan(clinic: Clinic, path: str) -> None:
    held_to(ELSEWHERE[path], lambda who: clinic.person(who).get(path))


def test_who_sees_the_patient(clinic: Clinic) -> None:
    path = f"/patients/{clinic.patient_id}"
    held_to("+++++++--+.", lambda who: clinic.person(who).get(path))
    held_to("+++++++--+.", lambda who: clinic.person(who).get(f"{path}/care-plan"))


def test_who_corrects_the_patient(clinic: Clinic) -> None:
    path = f"/patients/{clinic.patient_id}"

    def correct(who: str) -> requests.Response:
        tag = clinic.person("care-coordinator").get(path).headers["ETag"]
        return clinic.person(who).patch(path, {"language": "en"}, tag)

    held_to("----+-+---.", correct)


@pytest.mark.parametrize("name", WRITES)
def test_who_enters_what(clinic: Clinic, name: str) -> None:
    path, body, expected = WRITES[name]
    held_to(expected, lambda who: clinic.person(who).post(f"{clinic.plan}{path}", body(clinic)))


def test_who_changes_the_plan_itself(clinic: Clinic) -> None:
    def change(who: str) -> requests.Response:
        tag = clinic.person("physician").get(clinic.plan).headers["ETag"]
        return clinic.person(who).patch(clinic.plan, {"values_summary": f"For {who}."}, tag)

    held_to("+---+-----.", change)


def test_who_closes_a_plan(clinic: Clinic) -> None:
    path, tag = clinic.own_plan()
    body = {"status": "completed", "reason": "Done."}
    for who, expected in {
        "physiotherapist": 404,
        "patient": 404,
        "clinic-system": 403,
        "auditor": 403,
        "physician": 200,
    }.items():
        answer = clinic.person(who).post(f"{path}/close", body, headers={"If-Match": tag})
        assert answer.status_code == expected, (who, answer.text)


def test_who_reports_progress(clinic: Clinic) -> None:
    milestone = clinic.person("physician").read(f"{clinic.plan}/milestones")["items"][0]["id"]
    path = f"{clinic.plan}/milestones/{milestone}/progress"
    held_to("++++++---+.", lambda who: clinic.person(who).post(path, {"note": "A little."}))
    held_to("+++++++--+.", lambda who: clinic.person(who).get(path))


def test_who_changes_advice_of_another(clinic: Clinic) -> None:
    advice = f"{clinic.plan}/recommendations"
    made = clinic.made("physiotherapist", advice, {**ADVICE, "status": "active"})
    path = f"{advice}/{made.json()['id']}"

    def change(who: str) -> requests.Response:
        tag = clinic.person("physiotherapist").get(path).headers["ETag"]
        return clinic.person(who).patch(path, {"rationale": f"As {who} says."}, tag)

    held_to("-+--------.", change)


def test_who_acts_on_a_flag(clinic: Clinic) -> None:
    """The physician limits what the physiotherapist asks for: both are involved, the physician resolves."""
    steps: dict[str, tuple[Any, str]] = {
        "acknowledge": ({"reason": "Seen."}, "++--+-----."),
        "discuss": ({"comment": "Let us talk."}, "+++++----+."),
        "dismiss": ({"reason": "Not so."}, "++--------."),
        "accept": ({"reason_code": "other", "text": "Both are right."}, "+---------."),
    }
    for step, (body, expected) in steps.items():

        def act(who: str, step: str = step, body: Any = body) -> requests.Response:
            path, tag, made = clinic.contradiction()
            answer = clinic.person(who).post(f"{path}/{step}", body, headers={"If-Match": tag})
            clinic.withdraw(made)
            return answer

        held_to(expected, act)


def test_a_clinic_system_without_consent_is_refused(clinic: Clinic) -> None:
    """The demo has one permit, for its one patient; another patient's plan has none."""
    path, _ = clinic.own_plan()
    machine = clinic.person("clinic-system")
    for below in ("", "/summary", "/recommendations", "/plan-document"):
        answer = machine.get(f"{path}{below}")
        assert (answer.status_code, answer.json()["code"]) == (403, "consent-required")
    written = machine.post(f"{path}/recommendations", ADVICE)
    assert (written.status_code, written.json()["code"]) == (403, "consent-required")
    listed = [one["id"] for one in machine.read("/care-plans")["items"]]
    assert listed == [clinic.plan_id]


def test_a_coordinator_sees_name_and_identifiers_of_who_has_no_plan(clinic: Clinic) -> None:
    coordinator = clinic.person("care-coordinator")
    made = clinic.made(
        "physician",
        "/patients",
        {
            "name": "Otto Example",
            "birth_date": "1980-02-03",
            "gender": "male",
            "identifiers": [{"system": "urn:example", "value": "O-1"}],
        },
    ).json()
    seen = coordinator.read(f"/patients/{made['id']}")
    assert (seen["name"], seen["identifiers"]) == (made["name"], made["identifiers"])
    assert (seen["birth_date"], seen["gender"]) == (None, None)
    assert clinic.person("physiotherapist").get(f"/patients/{made['id']}").status_code == 404
    assert clinic.person("physician").get(f"/patients/{made['id']}").status_code == 200


def test_purposes_are_narrowed_and_never_widened(clinic: Clinic) -> None:
    for who, own, other in (
        ("physician", "TREAT", "HOPERAT"),
        ("patient", "PATRQT", "TREAT"),
        ("clinic-system", "TREAT", "ETREAT"),
    ):
        person = clinic.person(who)
        assert person.get(clinic.plan, headers={"Purpose-Of-Use": own}).status_code == 200
        assert person.get(clinic.plan, headers={"Purpose-Of-Use": other}).status_code == 403
        assert person.get(clinic.plan, headers={"Purpose-Of-Use": "FUN"}).status_code == 400


# --- what a patient reads -------------------------------------------------------------------------------


def values_of(found: Any, name: str) -> Iterator[Any]:
    """Find every value that stands under a name, however deep."""
    if isinstance(found, dict):
        if name in found:
            yield found[name]
        for inner in found.values():
            yield from values_of(inner, name)
    elif isinstance(found, list):
        for inner in found:
            yield from values_of(inner, name)


@pytest.fixture(scope="module")
def hidden(clinic: Clinic) -> dict[str, str]:
    """Write what a patient may not read: a rationale, a draft, and advice that is held."""
    advice = f"{clinic.plan}/recommendations"
    base = {"kind": "exercise", "stance": "recommend", "period": {"start": clinic.day(0)}}
    shown = clinic.made(
        "physiotherapist",
        advice,
        {**base, "action": "tai-chi", "rationale": SECRET, "source_text": SECRET},
    )
    draft = clinic.made("physiotherapist", advice, {**base, "action": "yoga", "status": "draft"})
    limit = clinic.made(
        "physician",
        advice,
        {
            "kind": "activity",
            "stance": "prohibit",
            "action": "running",
            "period": {"start": clinic.day(0), "end": clinic.day(60)},
            "hard": True,
            "basis": "legal",
            "rationale": SECRET,
        },
    )
    held = clinic.made("physiotherapist", advice, {**base, "action": "running"})
    assert held.json()["status"] == "on-hold"
    return {
        "shown": shown.json()["id"],
        "draft": draft.json()["id"],
        "limit": limit.json()["id"],
        "held": held.json()["id"],
        "flag": held.json()["held_by"][0],
    }


def everything(clinic: Clinic, who: str, hidden: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Read all that somebody can read of the plan."""
    person = clinic.person(who)
    for path in READS:
        answer = person.get(f"{clinic.plan}{path}")
        if answer.ok:
            yield path, answer.json()
    for item in ("shown", "limit"):
        path = f"/recommendations/{hidden[item]}"
        yield path, person.read(f"{clinic.plan}{path}")
        yield f"{path}/history", person.read(f"{clinic.plan}{path}/history")
    revision = person.read(clinic.plan)["revision"]
    for number in range(max(1, revision - 8), revision + 1):
        answer = person.get(f"{clinic.plan}/versions/{number}")
        if answer.ok:
            yield f"/versions/{number}", answer.json()


def test_a_patient_reads_no_reasons_no_drafts_and_nothing_held(
    clinic: Clinic, hidden: dict[str, str]
) -> None:
    seen = set()
    for path, body in everything(clinic, "patient", hidden):
        seen.add(path)
        text = json.dumps(body)
        assert SECRET not in text, path
        assert hidden["draft"] not in text, path
        assert hidden["held"] not in text, path
        for name in FORBIDDEN_TO_PATIENTS:
            if path.startswith(("/recommendations", "/summary")) and name != "source":
                assert set(map(str, values_of(body, name))) <= {"None"}, (path, name)
        assert not {"rationale", "source_text", "held_by"} & set(values_of(body, "field")), path
    assert {"/summary", "/recommendations", "/versions", "/conflicts"} <= seen
    colleague = dict(everything(clinic, "psychologist", hidden))
    assert SECRET in json.dumps(colleague["/recommendations"])
    assert hidden["held"] in json.dumps(colleague["/recommendations"])
    assert hidden["draft"] not in json.dumps(colleague)
    for item in ("draft", "held"):
        for below in ("", "/history"):
            path = f"{clinic.plan}/recommendations/{hidden[item]}{below}"
            assert clinic.person("patient").get(path).status_code == 404


def test_what_a_patient_may_not_read_cannot_be_asked_for(
    clinic: Clinic, hidden: dict[str, str]
) -> None:
    patient = clinic.person("patient")
    flags = f"{clinic.plan}/conflicts"
    for query in ({"tier": "critical"}, {"code": "CF01"}, {"statement": hidden["held"]}):
        assert patient.get(flags, params=query).status_code == 403
    for flag in patient.read(flags)["items"]:
        assert set(flag) == {"id", "status", "text"}
    held = patient.read(f"{clinic.plan}/recommendations", params={"status": "on-hold,draft"})
    assert held["items"] == []
    running = patient.read(f"{clinic.plan}/recommendations", params={"action": "running"})
    assert [one["id"] for one in running["items"]] == [hidden["limit"]]
    one = patient.get(f"{flags}/{hidden['flag']}")
    assert (one.status_code, set(one.json())) == (200, {"id", "status", "text"})
    assert patient.get(f"{flags}/{hidden['flag']}/history").status_code == 403


def test_admins_and_auditors_see_nothing_clinical(clinic: Clinic) -> None:
    for who in ("clinic-admin", "auditor"):
        person = clinic.person(who)
        assert person.read("/me")["plans"] == []
        for path in READS:
            answer = person.get(f"{clinic.plan}{path}")
            assert answer.status_code == 403, (who, path)
            assert clinic.patient_id not in answer.text
