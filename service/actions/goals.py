"""Goals: what the patient and the team are working towards."""

from __future__ import annotations

from typing import Any

from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.actions.ownership import check_owner, fill_owner
from service.domain import lifecycles
from service.domain.checks import check_interval, check_range
from service.domain.policy import Resource
from service.domain.vocabulary import GoalStatus
from service.models.goals import Goal


class Goals(Noun):
    model = Goal
    resource = Resource.GOAL

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        return fill_owner(access, {"status": GoalStatus.ACTIVE, **fields})

    def check(self, access: Access, draft: Draft) -> None:
        after = draft.after
        old, new, imported = draft.old("status"), after["status"], access.actor.is_machine
        lifecycles.begin(lifecycles.GOAL_STARTS, old, new, imported=imported)
        lifecycles.move(lifecycles.GOAL, old, new)
        check_owner(access, draft)
        check_interval(after["start"], after["due"], "/due")
        check_range(after["target"], "/target")


GOALS = Goals()
