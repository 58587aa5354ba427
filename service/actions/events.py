"""Events: what happened to the patient; a review may lift advice that waits for it."""

from __future__ import annotations

import uuid

from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.domain.checks import refuse
from service.domain.policy import Resource
from service.domain.vocabulary import RecommendationStatus
from service.models import items as stored
from service.models.facts import Event
from service.models.recommendations import Recommendation

REVIEW_HELD = "review-held"


class Events(Noun):
    model = Event
    resource = Resource.EVENT

    def check(self, access: Access, draft: Draft) -> None:
        outcomes = draft.after["outcomes"]
        if outcomes and draft.after["code"] != REVIEW_HELD:
            raise refuse("/outcomes", "only-of-a-review")
        named: set[str] = set()
        # What was named before may have been withdrawn since; only what is new has to stand.
        known = {one["recommendation"] for one in draft.old("outcomes") or ()}
        for index, outcome in enumerate(outcomes):
            pointer = f"/outcomes/{index}/recommendation"
            if outcome["recommendation"] in named:
                raise refuse(pointer, "stands-twice")
            named.add(outcome["recommendation"])
            if outcome["recommendation"] not in known:
                _check_recommendation(access, outcome["recommendation"], pointer)


EVENTS = Events()


def _check_recommendation(access: Access, item_id: str, pointer: str) -> None:
    """Refuse what is not advice of this plan; another author's draft is not there for anybody else."""
    found = stored.item(
        access.session,
        Recommendation,
        access.actor.tenant_id,
        access.plan.id,
        uuid.UUID(item_id),
    )
    if found is None or (
        found.status == RecommendationStatus.DRAFT and found.author_id not in access.acts_as
    ):
        raise refuse(pointer, "unknown-reference")
