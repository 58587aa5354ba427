"""Let a team write anything, in any order, and withdraw it again: no fault, and every picture true to its plan."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.api.conftest import Member, Members
from tests.clinic import Clinic

TEAM = ("physician", "physiotherapist", "psychologist", "occupational-therapist")
ACTIONS = ("lifting", "deadlift", "walking", "driving", "work", "resistance", "stairs")
DRUGS = ("nsaid", "acei-arb", "diuretic", "benzodiazepine", "ppi")
STEPS = 110


class Story:
    """Remember what was written, and choose what happens next."""

    def __init__(self, seed: int, members: Members, clinic: Clinic) -> None:
        self.chance = random.Random(seed)
        self.members = members
        self.clinic = clinic
        self.known: dict[str, list[str]] = {}
        self.authors: dict[str, Member] = {}
        self.answers: dict[int, int] = {}

    def go_on(self) -> None:
        who = self.members(self.chance.choice(TEAM))
        act = self.chance.choice((self.enter, self.enter, self.enter, self.revise, self.withdraw))
        answer = act(who)
        if answer is not None:
            assert answer.status_code < 500, answer.json
            self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1

    def some(self, kind: str) -> list[str]:
        """Name one or two things of a kind, withdrawn ones among them."""
        known = self.known.get(kind, [])
        return self.chance.sample(known, min(len(known), self.chance.randint(1, 2)))

    def day(self) -> str:
        return f"2027-{self.chance.randint(1, 6):02}-{self.chance.randint(1, 28):02}"

    def bodies(self) -> dict[str, dict[str, Any]]:
        action = self.chance.choice(ACTIONS)
        positive = self.chance.random() < 0.6
        advice: dict[str, Any] = {
            "kind": "activity",
            "stance": "recommend" if positive else "prohibit",
            "action": action,
            "period": {"end": self.day()},
        }
        if self.chance.random() < 0.3:
            advice = {
                "kind": "medication",
                "stance": "recommend",
                "medication": {"drug_class": self.chance.choice(DRUGS), "route": "oral"},
            }
        elif self.chance.random() < 0.3:
            steps = self.some("milestones")
            advice["end_event"] = {"kind": "milestone", "ref": steps[0] if steps else None}
        for link in ("supersedes", "alternative_to", "depends_on"):
            if self.chance.random() < 0.15:
                advice[link] = self.some("recommendations")
        if self.chance.random() < 0.1:
            advice["status"] = "draft"
        return {
            "recommendations": advice,
            "milestones": {
                "title": "A step",
                "owner_discipline": "shared",
                "requires": self.some("milestones"),
                "due": self.day(),
            },
            "goals": {"title": "A goal", "owner_discipline": "shared", "action": action},
            "preferences": {"action": action, "attitude": "refuse"},
            "conditions": {"code": self.chance.choice(("ckd", "osteoporosis"))},
            "allergies": {"drug_class": self.chance.choice(DRUGS)},
            "events": {"code": "fracture", "date": self.day()},
            "job-demands": {"action": action},
        }

    def enter(self, who: Member) -> Any:
        kind, body = self.chance.choice(list(self.bodies().items()))
        answer = who.post(kind, body)
        if answer.status_code == 201:
            self.known.setdefault(kind, []).append(answer.json["id"])
            self.authors[answer.json["id"]] = who
        return answer

    def revise(self, who: Member) -> Any:
        kind, body = self.chance.choice(list(self.bodies().items()))
        return self.one_of(
            who, kind, lambda by, path, version: by.patch(path, self.part(body), version)
        )

    def part(self, body: dict[str, Any]) -> dict[str, Any]:
        names = self.chance.sample(sorted(body), self.chance.randint(1, len(body)))
        return {name: body[name] for name in names}

    def withdraw(self, who: Member) -> Any:
        kind = self.chance.choice(list(self.bodies()))
        return self.one_of(who, kind, lambda by, path, version: by.delete(path, version))

    def one_of(self, who: Member, kind: str, act: Any) -> Any:
        """Act on one thing of a kind, mostly as who wrote it."""
        if not self.known.get(kind):
            return None
        chosen = self.chance.choice(self.known[kind])
        by = who if self.chance.random() < 0.2 else self.authors[chosen]
        path = f"{kind}/{chosen}"
        there = by.get(path)
        return act(by, path, there.json["version"]) if there.status_code == 200 else there


@pytest.mark.parametrize("seed", range(5))
def test_whatever_a_team_writes(seed: int, member: Members, clinic: Clinic) -> None:
    story = Story(seed, member, clinic)
    for _ in range(STEPS):
        story.go_on()
    assert story.answers[201] > STEPS // 6
    assert story.answers.get(200, 0) > 0
    assert story.answers.get(204, 0) > 2
    assert member("physician").get("conflicts").status_code == 200
