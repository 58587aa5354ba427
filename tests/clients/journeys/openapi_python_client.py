"""Take the journey with the client that openapi-python-client generates."""

from __future__ import annotations

import datetime as dt
import os
from uuid import UUID

from concord_client import AuthenticatedClient
from concord_client.api.conflicts import get_conflict, list_conflicts, resolve_conflict
from concord_client.api.me import get_me
from concord_client.api.milestones import get_milestone, list_milestones, update_milestone
from concord_client.api.plan_readings import get_summary
from concord_client.api.recommendations import create_recommendation, preview_recommendations
from concord_client.models import (
    Conflict,
    ConflictChange,
    ConflictResolve,
    DoseDimension,
    DoseIn,
    FlagStatus,
    ListedConflictPage,
    Me,
    MergePatch,
    Milestone,
    MilestonePage,
    MilestonePatch,
    MilestoneStatus,
    Owner,
    Preview,
    Problem,
    Recommendation,
    RecommendationCreate,
    RecommendationKind,
    RecommendationPreview,
    Role,
    Stance,
    StatementKind,
    Summary,
    Tier,
)
from concord_client.types import UNSET, Unset

plan = UUID(os.environ["CONCORD_PLAN"])
today = dt.date.today()  # the clinic's day and this machine's are one here


def passed(step: str) -> None:
    """Say that a step is done."""
    print(f"pass {step}", flush=True)  # what the journey is read by


# token
client = AuthenticatedClient(os.environ["CONCORD_URL"], os.environ["CONCORD_TOKEN"])
me = get_me.sync(client=client)
assert isinstance(me, Me)
assert me.role is Role.PHYSIOTHERAPIST
assert plan in [own.id for own in me.plans]
passed("token")

# read
summary = get_summary.sync(plan, client=client)
assert isinstance(summary, Summary)
assert [advice.stance for advice in summary.recommendations] == [Stance.DISCOURAGE]
passed("read")

# page
milestones: list[Milestone] = []
cursor: str | Unset = UNSET
while True:
    page = list_milestones.sync(plan, client=client, limit=2, cursor=cursor)
    assert isinstance(page, MilestonePage)
    milestones += page.items
    if page.next_cursor is None:
        break
    cursor = page.next_cursor
assert len({milestone.id for milestone in milestones}) == 3
assert {milestone.owner_discipline for milestone in milestones} == {Owner.SHARED}
passed("page")

# patch
aim = milestones[0].id
read = get_milestone.sync_detailed(plan, aim, client=client)
due = MilestonePatch(due=today + dt.timedelta(28), status=MilestoneStatus.IN_PROGRESS)
patched = update_milestone.sync_detailed(
    plan, aim, client=client, body=due, if_match=read.headers["ETag"]
)
assert isinstance(patched.parsed, Milestone)
assert patched.parsed.due == today + dt.timedelta(28)
assert patched.parsed.status is MilestoneStatus.IN_PROGRESS
assert patched.parsed.description == "At the patient's pace."
passed("patch")

# clear
cleared = update_milestone.sync_detailed(
    plan,
    aim,
    client=client,
    body=MilestonePatch(description=None),
    if_match=patched.headers["ETag"],
)
assert isinstance(cleared.parsed, Milestone)
assert cleared.parsed.description is None
assert cleared.parsed.due == today + dt.timedelta(28)
passed("clear")

# stale: a colleague changes it meanwhile
colleague = AuthenticatedClient(os.environ["CONCORD_URL"], os.environ["CONCORD_COLLEAGUE_TOKEN"])
theirs = update_milestone.sync(
    plan,
    aim,
    client=colleague,
    body=MilestonePatch(due=today + dt.timedelta(42)),
    if_match=cleared.headers["ETag"],
)
assert isinstance(theirs, Milestone)
mine = MilestonePatch(due=today + dt.timedelta(35), title="Walk to the market and back")
stale = update_milestone.sync(plan, aim, client=client, body=mine, if_match=cleared.headers["ETag"])
assert isinstance(stale, Problem)
assert stale.status == 412
assert stale.current_version == theirs.version
assert stale.conflicting_fields == ["due"]
passed("stale")

# merge: theirs stands where both changed it, mine where only mine did
again = get_milestone.sync_detailed(plan, aim, client=client)
for name in stale.conflicting_fields:
    setattr(mine, name, UNSET)
merged = update_milestone.sync(plan, aim, client=client, body=mine, if_match=again.headers["ETag"])
assert isinstance(merged, Milestone)
assert merged.title == "Walk to the market and back"
assert merged.due == today + dt.timedelta(42)
passed("merge")

# preview
heavy = [DoseIn(dimension=DoseDimension.LOAD, low=20, high=20, unit="kg")]
asked = preview_recommendations.sync(
    plan,
    client=client,
    body=RecommendationPreview(
        kind=RecommendationKind.EXERCISE,
        stance=Stance.RECOMMEND,
        action="deadlift",
        dose=heavy,
    ),
)
assert isinstance(asked, Preview)
assert [finding.code for finding in asked.findings] == ["CF03"]
passed("preview")

# raise
deadlift = create_recommendation.sync(
    plan,
    client=client,
    body=RecommendationCreate(
        kind=RecommendationKind.EXERCISE,
        stance=Stance.RECOMMEND,
        action="deadlift",
        dose=heavy,
    ),
)
assert isinstance(deadlift, Recommendation)
flags = list_conflicts.sync(plan, client=client, statement=[str(deadlift.id)])
assert isinstance(flags, ListedConflictPage)
raised = flags.items[0]
assert isinstance(raised, Conflict)
assert raised.tier is Tier.WARNING
assert raised.status is FlagStatus.DETECTED
passed("raise")

# resolve: below the limit until it ends
flag = get_conflict.sync_detailed(plan, raised.id, client=client)
assert isinstance(flag.parsed, Conflict)
light = DoseIn(dimension=DoseDimension.LOAD, low=4, high=4, unit="kg")
change = ConflictChange(
    kind=StatementKind.RECOMMENDATION,
    id=deadlift.id,
    version=deadlift.version,
    patch=MergePatch.from_dict({"dose": [light.to_dict()]}),
)
resolved = resolve_conflict.sync(
    plan,
    raised.id,
    client=client,
    body=ConflictResolve(changes=[change], reason="Below the limit until it ends."),
    if_match=flag.headers["ETag"],
)
assert isinstance(resolved, Conflict)
assert resolved.status is FlagStatus.RESOLVED
passed("resolve")

# problem: a limit without an end
refused = create_recommendation.sync(
    plan,
    client=client,
    body=RecommendationCreate(
        kind=RecommendationKind.ACTIVITY, stance=Stance.DISCOURAGE, action="running"
    ),
)
assert isinstance(refused, Problem)
assert refused.status == 422
assert [(error.pointer, error.code) for error in refused.errors] == [
    ("/review_by", "limit-needs-end-event-or-review")
]
passed("problem")
