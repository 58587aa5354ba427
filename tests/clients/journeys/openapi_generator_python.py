"""Take the journey with the client that openapi-generator's python generates."""

from __future__ import annotations

import datetime as dt
import os
from uuid import UUID

from concord_openapi import (
    ApiClient,
    ApiException,
    ApiResponse,
    Configuration,
    Conflict,
    ConflictChange,
    ConflictResolve,
    ConflictsApi,
    DoseDimension,
    DoseIn,
    FlagStatus,
    MeApi,
    Milestone,
    MilestonePatch,
    MilestonesApi,
    MilestoneStatus,
    Owner,
    PlanReadingsApi,
    Problem,
    RecommendationCreate,
    RecommendationKind,
    RecommendationPreview,
    RecommendationsApi,
    Role,
    Stance,
    StatementKind,
    Tier,
)

plan = UUID(os.environ["CONCORD_PLAN"])
today = dt.date.today()


def passed(step: str) -> None:
    """Say that a step is done."""
    print(f"pass {step}", flush=True)


def client_of(token: str) -> ApiClient:
    """Make a client that presents a token."""
    return ApiClient(Configuration(host=os.environ["CONCORD_URL"], access_token=token))


def tag_of(answer: ApiResponse[Milestone]) -> str:
    """Read the ETag of an answer."""
    assert answer.headers is not None
    return answer.headers["etag"]


# token
client = client_of(os.environ["CONCORD_TOKEN"])
me = MeApi(client).get_me()
assert me.role is Role.PHYSIOTHERAPIST
assert plan in [own.id for own in me.plans]
passed("token")

# read
summary = PlanReadingsApi(client).get_summary(plan)
assert [advice.stance for advice in summary.recommendations] == [Stance.DISCOURAGE]
passed("read")

# page
api = MilestonesApi(client)
milestones: list[Milestone] = []
cursor: str | None = None
while True:
    page = api.list_milestones(plan, limit=2, cursor=cursor)
    milestones += page.items
    cursor = page.next_cursor
    if cursor is None:
        break
assert len({milestone.id for milestone in milestones}) == 3
assert {milestone.owner_discipline for milestone in milestones} == {Owner.SHARED}
passed("page")

# patch
aim = milestones[0].id
read = api.get_milestone_with_http_info(plan, aim)
due = MilestonePatch(due=today + dt.timedelta(28), status=MilestoneStatus.IN_PROGRESS)
patched = api.update_milestone_with_http_info(plan, aim, tag_of(read), due)
assert patched.data.due == today + dt.timedelta(28)
assert patched.data.status is MilestoneStatus.IN_PROGRESS
assert patched.data.description == "At the patient's pace."
passed("patch")

# clear
cleared = api.update_milestone_with_http_info(
    plan, aim, tag_of(patched), MilestonePatch(description=None)
)
assert cleared.data.description is None
assert cleared.data.due == today + dt.timedelta(28)
passed("clear")

# stale: a colleague changes it meanwhile
colleague = MilestonesApi(client_of(os.environ["CONCORD_COLLEAGUE_TOKEN"]))
theirs = colleague.update_milestone(
    plan, aim, tag_of(cleared), MilestonePatch(due=today + dt.timedelta(42))
)
mine = MilestonePatch(due=today + dt.timedelta(35), title="Walk to the market and back")
try:
    api.update_milestone(plan, aim, tag_of(cleared), mine)
except ApiException as refused:
    stale = refused.data
assert isinstance(stale, Problem)
assert stale.status == 412
assert stale.current_version == theirs.version
assert stale.conflicting_fields == ["due"]
passed("stale")

# merge: theirs stands where both changed it, mine where only mine did
again = api.get_milestone_with_http_info(plan, aim)
rest = MilestonePatch(title=mine.title)
merged = api.update_milestone(plan, aim, tag_of(again), rest)
assert merged.title == "Walk to the market and back"
assert merged.due == today + dt.timedelta(42)
passed("merge")

# preview
advice = RecommendationsApi(client)
heavy = DoseIn(dimension=DoseDimension.LOAD, low=20, high=20, unit="kg")
asked = advice.preview_recommendations(
    plan,
    RecommendationPreview(
        kind=RecommendationKind.EXERCISE, stance=Stance.RECOMMEND, action="deadlift", dose=[heavy]
    ),
)
assert [finding.code for finding in asked.findings] == ["CF03"]
passed("preview")

# raise
deadlift = advice.create_recommendation(
    plan,
    RecommendationCreate(
        kind=RecommendationKind.EXERCISE, stance=Stance.RECOMMEND, action="deadlift", dose=[heavy]
    ),
)
conflicts = ConflictsApi(client)
raised = conflicts.list_conflicts(plan, statement=[str(deadlift.id)]).items[0].actual_instance
assert isinstance(raised, Conflict)
assert raised.tier is Tier.WARNING
assert raised.status is FlagStatus.DETECTED
passed("raise")

# resolve: below the limit until it ends
flag = conflicts.get_conflict_with_http_info(plan, raised.id)
assert flag.headers is not None
light = DoseIn(dimension=DoseDimension.LOAD, low=4, high=4, unit="kg")
change = ConflictChange(
    kind=StatementKind.RECOMMENDATION,
    id=deadlift.id,
    version=deadlift.version,
    patch={"dose": [light.to_dict()]},
)
resolved = conflicts.resolve_conflict(
    plan,
    raised.id,
    flag.headers["etag"],
    ConflictResolve(changes=[change], reason="Below the limit until it ends."),
).actual_instance
assert isinstance(resolved, Conflict)
assert resolved.status is FlagStatus.RESOLVED
passed("resolve")

# problem: a limit without an end
running = RecommendationCreate(
    kind=RecommendationKind.ACTIVITY, stance=Stance.DISCOURAGE, action="running"
)
try:
    advice.create_recommendation(plan, running)
except ApiException as refused:
    problem = refused.data
assert isinstance(problem, Problem)
assert problem.status == 422
assert [(error.pointer, error.code) for error in problem.errors] == [
    ("/review_by", "limit-needs-end-event-or-review")
]
passed("problem")
