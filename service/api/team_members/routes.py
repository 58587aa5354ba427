"""Serve the team of a plan."""

from __future__ import annotations

from service.actions.team import TEAM
from service.api.team_members.schemas import (
    TeamMemberCreate,
    TeamMemberFilters,
    TeamMemberOut,
    TeamMemberPatch,
)
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "team-members",
    __name__,
    tag="Team",
    description="Who works on a plan, from when to when, and who covers for whom.",
)

plan_items(
    blp,
    TEAM,
    path="team-members",
    one="TeamMember",
    many="TeamMembers",
    create=TeamMemberCreate,
    patch=TeamMemberPatch,
    out=TeamMemberOut,
    filters=TeamMemberFilters,
    notes={
        "create": "By the lead or a coordinator; nobody adds themselves.",
        "update": (
            "Everybody may end their own membership sooner and set their own absence and cover; the"
            " lead's cannot be ended before another lead is named."
        ),
    },
)
