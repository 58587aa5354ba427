"""Serve the people of the clinic."""

from __future__ import annotations

from service.actions import accounts
from service.actions.views import Page
from service.api.colleagues.schemas import ColleagueFilters, ColleagueOut
from service.web.blueprint import ANY_TOKEN, Blueprint
from service.web.operation import Call

blp = Blueprint("colleagues", __name__, tag="Colleagues", description="The people of the clinic.")


@blp.operation(
    "GET",
    "/colleagues",
    scope=ANY_TOKEN,
    permission=("colleague", "read"),
    query=ColleagueFilters,
    paged=True,
    out=ColleagueOut,
)
def list_colleagues(call: Call) -> Page:
    """List the people of the clinic who work with patients, newest first."""
    return accounts.colleagues(
        call.session,
        call.actor,
        role=call.query.get("role"),
        after=call.after,
        limit=call.limit,
    )
