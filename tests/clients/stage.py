"""Give each client a plan of its own on the live service: the physician's, with the physiotherapist on the team."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.e2e.conftest import Live

AIMS = ("Walk to the shop and back", "Climb one flight of stairs", "Carry the shopping home")


class StageError(Exception):
    """Say what the service would not do before the journey began."""


def plan_for(live: Live, client: str) -> str:
    """Make a patient, a plan, three shared milestones and a limit on lifting; return the plan's id."""
    physician = live.person("physician")

    def post(path: str, body: dict[str, Any]) -> str:
        answer = physician.post(path, body)
        if answer.status_code != 201:
            raise StageError(f"POST {path} is {answer.status_code}: {answer.text}")
        return str(answer.json()["id"])

    patient = post("/patients", {"name": f"A patient of {client}"})
    plan = post("/care-plans", {"patient_id": patient, "title": f"Back to work by {client}"})
    path = f"/care-plans/{plan}"
    physio = str(live.person("physiotherapist").read("/me")["id"])
    post(f"{path}/team-members", {"user_id": physio})
    for title in AIMS:
        post(
            f"{path}/milestones",
            {"title": title, "owner_discipline": "shared", "description": "At the patient's pace."},
        )
    today = date.today()
    limit = {
        "kind": "activity",
        "stance": "discourage",
        "action": "lifting",
        "dose": [{"dimension": "load", "high": 5, "unit": "kg"}],
        "period": {"start": today.isoformat(), "end": (today + timedelta(28)).isoformat()},
        "rationale": "Heavy lifting brought the pain back twice.",
    }
    post(f"{path}/recommendations", limit)
    return plan
