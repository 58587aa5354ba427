"""Ask for every operation of the document once, with real ids, as somebody who may.

One table, keyed by operationId, of functions that make what an operation needs and say how to call it. The
fuzzing takes its paths, tokens and tags from here, and the replay by another clinic its requests.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import requests

from tests.e2e.conftest import Live, Person

PHYSICIAN, PHYSIO, OT = "physician", "physiotherapist", "occupational-therapist"
COORDINATOR, MACHINE = "care-coordinator", "clinic-system"
# Activities that the demo's plan does not speak of; each contradiction takes the next one.
SPARE = ("golf", "skiing", "horse-riding", "gardening", "team-sport", "rowing-erg", "dance", "diy")


@dataclass
class Ask:
    """Say how to call one operation."""

    operation: str
    who: str
    method: str
    path: str
    body: Any = None
    tag: str | None = None
    # What was made for this request alone, with its author: taken back when the request is used up.
    made: tuple[tuple[str, str], ...] = ()

    def send(self, person: Person, **headers: str) -> requests.Response:
        if self.tag is not None:
            headers = {"If-Match": self.tag, **headers}
        options: dict[str, Any] = {} if self.body is None else {"json": self.body}
        return person.call(self.method, self.path, headers=headers, **options)


@dataclass(frozen=True)
class Noun:
    """Name one kind of item of a plan: its operations, and somebody who may do all of them."""

    path: str
    one: str
    many: str
    who: str
    body: Callable[[Clinic], dict[str, Any]]
    patch: dict[str, Any]


@dataclass
class Clinic:
    """Hold the demo clinic as its people see it, and make in it what a request needs."""

    live: Live
    today: date = field(default_factory=date.today)
    _spare: Any = field(default_factory=lambda: itertools.cycle(SPARE))

    def __post_init__(self) -> None:
        me = self.person(PHYSICIAN).read("/me")
        self.plan_id, self.patient_id = me["plans"][0]["id"], me["plans"][0]["patient_id"]
        self.plan = f"/care-plans/{self.plan_id}"
        self.physician_id = me["id"]
        self.physio_id = self.person(PHYSIO).read("/me")["id"]
        self.outsider_id = self.person("physician-outsider").read("/me")["id"]

    def anew(self) -> Clinic:
        """Give the same clinic, of whose spare activities none is taken."""
        other = copy(self)
        other._spare = itertools.cycle(SPARE)
        return other

    def person(self, username: str) -> Person:
        return self.live.person(username)

    def day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()

    def made(self, who: str, path: str, body: Any) -> requests.Response:
        answer = self.person(who).post(path, body)
        assert answer.status_code == 201, f"POST {path}: {answer.status_code} {answer.text}"
        return answer

    def item(self, noun: Noun) -> tuple[str, str]:
        """Enter an item; give its path and its tag."""
        answer = self.made(noun.who, f"{self.plan}/{noun.path}", noun.body(self))
        return f"{self.plan}/{noun.path}/{answer.json()['id']}", answer.headers["ETag"]

    def imported(self) -> tuple[str, str]:
        """Enter advice as the clinic's system does; give its path and its tag."""
        body = {"kind": "treatment", "stance": "recommend", "action": "massage", "status": "draft"}
        # A draft is its author's alone, so what is to be confirmed is active.
        answer = self.made(MACHINE, f"{self.plan}/recommendations", {**body, "status": "active"})
        return f"{self.plan}/recommendations/{answer.json()['id']}", answer.headers["ETag"]

    def contradiction(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """Let two colleagues contradict each other; give the flag's path and tag, and both statements."""
        action = next(self._spare)
        period = {"start": self.day(0), "end": self.day(20)}
        base = {"kind": "activity", "action": action, "period": period}
        advice = f"{self.plan}/recommendations"
        limit = self.made(PHYSICIAN, advice, {**base, "stance": "discourage"}).json()["id"]
        wish = self.made(PHYSIO, advice, {**base, "stance": "recommend"}).json()["id"]
        found = self.person(PHYSICIAN).read(
            f"{self.plan}/conflicts", params={"statement": limit, "code": "CF01", "limit": 1}
        )["items"]
        assert found, action
        made = ((PHYSICIAN, f"{advice}/{limit}"), (PHYSIO, f"{advice}/{wish}"))
        return f"{self.plan}/conflicts/{found[0]['id']}", f'W/"{found[0]["version"]}"', made

    def withdraw(self, made: tuple[tuple[str, str], ...]) -> None:
        """Withdraw what was made for one request, so that the plan stays of a size that plans have."""
        for who, path in made:
            found = self.person(who).get(path)
            if found.ok:
                self.person(who).call("DELETE", path, headers={"If-Match": found.headers["ETag"]})

    def patient(self) -> str:
        made = self.made(COORDINATOR, "/patients", {"name": "Replay Example"})
        return str(made.json()["id"])

    def own_plan(self) -> tuple[str, str]:
        """Make a plan of a patient of its own; give its path and its tag."""
        made = self.made(
            COORDINATOR,
            "/care-plans",
            {"patient_id": self.patient(), "title": "Own", "lead_id": self.physician_id},
        )
        return f"/care-plans/{made.json()['id']}", made.headers["ETag"]


def _member(clinic: Clinic) -> dict[str, Any]:
    # Somebody who is on no team, from a later day on; nobody is on a team twice at a time.
    coordinator, members = clinic.person(COORDINATOR), f"{clinic.plan}/team-members"
    for known in coordinator.read(members, params={"user_id": clinic.outsider_id})["items"]:
        tag = {"If-Match": f'W/"{known["version"]}"'}
        assert coordinator.call("DELETE", f"{members}/{known['id']}", headers=tag).ok
    return {"user_id": clinic.outsider_id, "period": {"start": clinic.day(30)}}


NOUNS = (
    Noun("goals", "Goal", "Goals", PHYSIO, lambda _: {"title": "A goal"}, {"title": "Another"}),
    Noun(
        "milestones",
        "Milestone",
        "Milestones",
        PHYSIO,
        lambda _: {"title": "A step"},
        {"description": "In small steps."},
    ),
    Noun(
        "recommendations",
        "Recommendation",
        "Recommendations",
        PHYSIO,
        # A draft, so that the many that are made do not weigh on the plan.
        lambda c: {
            "kind": "exercise",
            "stance": "recommend",
            "action": "stretching",
            "status": "draft",
            "period": {"start": c.day(0)},
        },
        {"rationale": "Feels good."},
    ),
    Noun(
        "conditions",
        "Condition",
        "Conditions",
        PHYSICIAN,
        lambda _: {"code": "osteoporosis"},
        {"text": "Known for long"},
    ),
    Noun(
        "allergies",
        "Allergy",
        "Allergies",
        PHYSICIAN,
        lambda _: {"drug_class": "methotrexate"},
        {"text": "A rash"},
    ),
    Noun(
        "observations",
        "Observation",
        "Observations",
        PHYSICIAN,
        lambda c: {
            "code": "egfr",
            "value": 88,
            "unit": "mL/min/{1.73_m2}",
            "date": c.day(-1),
        },
        {"text": "From the laboratory"},
    ),
    Noun(
        "events",
        "Event",
        "Events",
        PHYSIO,
        lambda c: {"code": "fracture", "date": c.day(-900), "body_region": "wrist"},
        {"note": "Long ago."},
    ),
    Noun(
        "preferences",
        "Preference",
        "Preferences",
        PHYSIO,
        lambda _: {"action": "golf", "attitude": "prefer"},
        {"note": "On Sundays."},
    ),
    Noun(
        "job-demands",
        "JobDemand",
        "JobDemands",
        OT,
        lambda _: {"action": "desk-work"},
        {"note": "Two hours a day."},
    ),
    Noun(
        "appointments",
        "Appointment",
        "Appointments",
        PHYSIO,
        lambda c: {
            "title": "Review",
            "start": f"{c.day(40)}T09:00:00+00:00",
            "end": f"{c.day(40)}T09:30:00+00:00",
            "mode": "self-paced",
        },
        {"note": "Bring the diary."},
    ),
    Noun(
        "team-members",
        "TeamMember",
        "TeamMembers",
        COORDINATOR,
        _member,
        {"reason": "On holiday first."},
    ),
)

Maker = Callable[[Clinic], Ask]


def of_noun(noun: Noun) -> dict[str, Maker]:
    def ask(operation: str, method: str, *, on_item: bool = True, **more: Any) -> Maker:
        history = operation.endswith("History")

        def make(clinic: Clinic) -> Ask:
            path, tag = clinic.item(noun) if on_item else (f"{clinic.plan}/{noun.path}", None)
            return Ask(
                operation,
                noun.who,
                method,
                f"{path}/history" if history else path,
                body=more.get("body") or (noun.body(clinic) if method == "POST" else None),
                tag=tag if method in ("PATCH", "DELETE") else None,
            )

        return make

    return {
        f"list{noun.many}": ask(f"list{noun.many}", "GET", on_item=False),
        f"create{noun.one}": ask(f"create{noun.one}", "POST", on_item=False),
        f"get{noun.one}": ask(f"get{noun.one}", "GET"),
        f"update{noun.one}": ask(f"update{noun.one}", "PATCH", body=noun.patch),
        f"delete{noun.one}": ask(f"delete{noun.one}", "DELETE"),
        f"list{noun.one}History": ask(f"list{noun.one}History", "GET"),
    }


def _fixed(operation: str, who: str, path: str, *, below_plan: bool = True) -> Maker:
    return lambda clinic: Ask(operation, who, "GET", f"{clinic.plan}{path}" if below_plan else path)


def _flag(operation: str, step: str, body: Callable[[str], dict[str, Any]] | None) -> Maker:
    def make(clinic: Clinic) -> Ask:
        path, tag, made = clinic.contradiction()
        if body is None:
            return Ask(operation, PHYSICIAN, "GET", f"{path}{step}", made=made)
        limit = made[0][1].rsplit("/", 1)[1]
        return Ask(operation, PHYSICIAN, "POST", f"{path}{step}", body(limit), tag, made)

    return make


def _decision(operation: str, step: str) -> Maker:
    def make(clinic: Clinic) -> Ask:
        path, tag = clinic.imported()
        return Ask(operation, PHYSIO, "POST", f"{path}/{step}", {"reason": "Talked over."}, tag)

    return make


def _tagged(operation: str, who: str, path: Callable[[Clinic], str], body: Any) -> Maker:
    def make(clinic: Clinic) -> Ask:
        where = path(clinic)
        tag = clinic.person(who).get(where).headers["ETag"]
        return Ask(operation, who, "PATCH", where, body, tag)

    return make


def _progress(clinic: Clinic) -> str:
    milestones = next(noun for noun in NOUNS if noun.path == "milestones")
    return f"{clinic.item(milestones)[0]}/progress"


def _close(clinic: Clinic) -> Ask:
    path, tag = clinic.own_plan()
    body = {"status": "completed", "reason": "Everything is reached."}
    return Ask("closeCarePlan", COORDINATOR, "POST", f"{path}/close", body, tag)


def _resolving(limit: str) -> dict[str, Any]:
    change = {"kind": "recommendation", "id": limit, "version": 1, "patch": {"status": "revoked"}}
    return {"changes": [change], "reason": "It may be done after all."}


ASKS: dict[str, Maker] = {
    **{name: make for noun in NOUNS for name, make in of_noun(noun).items()},
    "getService": _fixed("getService", PHYSICIAN, "", below_plan=False),
    "getMe": _fixed("getMe", PHYSICIAN, "/me", below_plan=False),
    "listColleagues": _fixed("listColleagues", PHYSICIAN, "/colleagues", below_plan=False),
    "listActivities": _fixed("listActivities", PHYSICIAN, "/activities", below_plan=False),
    "getActivity": _fixed("getActivity", PHYSICIAN, "/activities/walking", below_plan=False),
    "listConflictRules": _fixed(
        "listConflictRules", PHYSICIAN, "/conflict-rules", below_plan=False
    ),
    "getConflictRule": _fixed(
        "getConflictRule", PHYSICIAN, "/conflict-rules/CF01", below_plan=False
    ),
    "getConflictRuleStatistics": _fixed(
        "getConflictRuleStatistics",
        PHYSICIAN,
        "/conflict-rules/CF01/statistics",
        below_plan=False,
    ),
    "listInstruments": _fixed("listInstruments", PHYSICIAN, "/instruments", below_plan=False),
    "listPatients": _fixed("listPatients", PHYSICIAN, "/patients", below_plan=False),
    "createPatient": lambda _: Ask(
        "createPatient", COORDINATOR, "POST", "/patients", {"name": "Nora Example"}
    ),
    "searchPatients": lambda _: Ask(
        "searchPatients",
        COORDINATOR,
        "POST",
        "/patients/_search",
        {"system": "urn:riverside:patient", "value": "RPR-20417"},
    ),
    "getPatient": lambda c: Ask("getPatient", PHYSICIAN, "GET", f"/patients/{c.patient_id}"),
    "updatePatient": _tagged(
        "updatePatient", COORDINATOR, lambda c: f"/patients/{c.patient_id}", {"language": "en-GB"}
    ),
    "getPatientCarePlan": lambda c: Ask(
        "getPatientCarePlan", PHYSICIAN, "GET", f"/patients/{c.patient_id}/care-plan"
    ),
    "listCarePlans": _fixed("listCarePlans", PHYSICIAN, "/care-plans", below_plan=False),
    "createCarePlan": lambda c: Ask(
        "createCarePlan",
        COORDINATOR,
        "POST",
        "/care-plans",
        {"patient_id": c.patient(), "title": "A plan", "lead_id": c.physician_id},
    ),
    "getCarePlan": _fixed("getCarePlan", PHYSICIAN, ""),
    "updateCarePlan": _tagged(
        "updateCarePlan", PHYSICIAN, lambda c: c.plan, {"values_summary": "To be outdoors."}
    ),
    "closeCarePlan": _close,
    "getSummary": _fixed("getSummary", PHYSICIAN, "/summary"),
    "getPlanDocument": _fixed("getPlanDocument", PHYSICIAN, "/plan-document"),
    "getNotChecked": _fixed("getNotChecked", PHYSICIAN, "/not-checked"),
    "checkPlanDocument": lambda c: Ask(
        "checkPlanDocument",
        PHYSICIAN,
        "POST",
        "/plan-document/check",
        c.person(PHYSICIAN).read(f"{c.plan}/plan-document"),
    ),
    "listVersions": _fixed("listVersions", PHYSICIAN, "/versions"),
    "getVersion": _fixed("getVersion", PHYSICIAN, "/versions/1"),
    "getCapacity": _fixed("getCapacity", PHYSICIAN, "/capacity"),
    "updateCapacity": _tagged(
        "updateCapacity", PHYSIO, lambda c: f"{c.plan}/capacity", {"hours_per_week": 36}
    ),
    "listCapacityHistory": _fixed("listCapacityHistory", PHYSICIAN, "/capacity/history"),
    "reportProgress": lambda c: Ask(
        "reportProgress", PHYSIO, "POST", _progress(c), {"percent": 10, "note": "Begun."}
    ),
    "listProgress": lambda c: Ask("listProgress", PHYSIO, "GET", _progress(c)),
    "previewRecommendations": lambda c: Ask(
        "previewRecommendations",
        PHYSIO,
        "POST",
        f"{c.plan}/recommendations/preview",
        {"kind": "activity", "stance": "recommend", "action": "swimming"},
    ),
    "confirmRecommendation": _decision("confirmRecommendation", "confirm"),
    "adoptRecommendation": _decision("adoptRecommendation", "adopt"),
    "listConflicts": _fixed("listConflicts", PHYSICIAN, "/conflicts"),
    "getConflict": _flag("getConflict", "", None),
    "listConflictHistory": _flag("listConflictHistory", "/history", None),
    "acknowledgeConflict": _flag(
        "acknowledgeConflict", "/acknowledge", lambda _: {"reason": "Seen."}
    ),
    "discussConflict": _flag("discussConflict", "/discuss", lambda _: {"comment": "Let us talk."}),
    "dismissConflict": _flag("dismissConflict", "/dismiss", lambda _: {"reason": "Not so."}),
    "acceptConflict": _flag(
        "acceptConflict",
        "/accept",
        lambda _: {"reason_code": "evidence-differs", "text": "Both have their place."},
    ),
    "resolveConflict": _flag("resolveConflict", "/resolve", _resolving),
}


def path_values(template: str, path: str) -> dict[str, str]:
    """Read the path parameters of a template from a real path."""
    pattern = re.sub(r"\{([a-z_]+)\}", r"(?P<\1>[^/]+)", template)
    match = re.fullmatch(pattern, path if path.startswith("/api/") else f"/api/v1{path}")
    assert match is not None, (template, path)
    return match.groupdict()


def nobodys(path: str) -> str:
    """Put an id that nobody has in the place of every id of a path."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", lambda _: str(uuid.uuid4()), path)
