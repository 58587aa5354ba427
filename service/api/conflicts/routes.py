"""Serve the flags of a plan and what the team does about them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from service.actions import flag_acting, flags
from service.actions.views import Page, View
from service.api.conflicts.schemas import (
    ConflictAccept,
    ConflictAcknowledge,
    ConflictDiscuss,
    ConflictDismiss,
    ConflictFilters,
    ConflictOut,
    ConflictResolve,
    DatedFindingOut,
    PatientConflictOut,
)
from service.domain.vocabulary import Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call
from service.web.plan_items import PLAN, HistoryEntryOut
from service.web.schemas import Out, either


def _form(view: View) -> type[Out]:
    """A patient reads less of a flag than the team does; what another day brings is no flag."""
    if view.patient_view:
        return PatientConflictOut
    return DatedFindingOut if view.as_of else ConflictOut


FLAG: Final = either("ConflictView", ConflictOut, PatientConflictOut, by=_form)
LISTED: Final = either("ListedConflict", ConflictOut, DatedFindingOut, PatientConflictOut, by=_form)

blp = Blueprint(
    "conflicts",
    __name__,
    tag="Conflicts",
    description="Flags of advice that cannot all be followed, and what the team does about them.",
)

ALL: Final = f"{PLAN}/conflicts"
ONE: Final = f"{ALL}/<uuid:conflict_id>"


_ACTING: Final[dict[str, Any]] = {
    "scope": Scope.FLAG_WRITE,
    "out": FLAG,
    "status": 200,
    "if_match": True,
}


@blp.operation(
    "GET",
    ALL,
    scope=Scope.PLAN_READ,
    permission=("conflict", "read"),
    query=ConflictFilters,
    paged=True,
    out=LISTED,
)
def list_conflicts(call: Call, plan_id: UUID) -> Page:
    """List a plan's flags, newest first.

    Several values of one filter, with commas between them, are alternatives. With `as_of` the
    list shows what is found on that day, and nothing of it is stored. A patient reads of each warning or critical
    flag only whether the team is still agreeing.
    """
    filters = {name: value for name, value in call.query.items() if name != "as_of"}
    return flags.listed(
        call.session,
        call.actor,
        plan_id,
        filters=filters,
        as_of=call.query.get("as_of"),
        after=call.after,
        limit=call.limit,
    )


@blp.operation(
    "GET",
    ONE,
    scope=Scope.PLAN_READ,
    permission=("conflict", "read"),
    out=FLAG,
)
def get_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Read a flag."""
    return flags.one(call.session, call.actor, plan_id, conflict_id)


@blp.operation(
    "GET",
    f"{ONE}/history",
    scope=Scope.PLAN_READ,
    permission=("conflict", "read"),
    paged=True,
    out=HistoryEntryOut,
)
def list_conflict_history(call: Call, plan_id: UUID, conflict_id: UUID) -> Page:
    """Read how a flag came to be as it is, newest first."""
    return flags.history(
        call.session, call.actor, plan_id, conflict_id, after=call.after, limit=call.limit
    )


@blp.operation(
    "POST",
    f"{ONE}/acknowledge",
    permission=("conflict", "acknowledge"),
    body=ConflictAcknowledge,
    **_ACTING,
)
def acknowledge_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Say that one has seen a flag.

    A resolver's acknowledgement of a critical flag lets go of what it holds; anybody else's is kept and lifts
    nothing.
    """
    return flag_acting.acknowledge(
        call.session, call.actor, plan_id, conflict_id, call.version, call.body["reason"]
    )


@blp.operation(
    "POST",
    f"{ONE}/discuss",
    permission=("conflict", "discuss"),
    body=ConflictDiscuss,
    **_ACTING,
)
def discuss_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Add a comment to a flag and open its discussion."""
    return flag_acting.discuss(
        call.session, call.actor, plan_id, conflict_id, call.version, call.body["comment"]
    )


@blp.operation(
    "POST",
    f"{ONE}/resolve",
    permission=("conflict", "resolve"),
    body=ConflictResolve,
    **_ACTING,
)
def resolve_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Clear a flag by changes, all or none.

    Each change needs the right and the version that its own PATCH would need; a finding that remains is 409.
    """
    return flag_acting.resolve(
        call.session,
        call.actor,
        plan_id,
        conflict_id,
        call.version,
        call.body["changes"],
        call.body["reason"],
    )


@blp.operation(
    "POST",
    f"{ONE}/accept",
    permission=("conflict", "accept"),
    body=ConflictAccept,
    **_ACTING,
)
def accept_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Accept a contradiction knowingly, for a reason and until a day.

    A critical flag against a hard limit takes two people: the first call opens the discussion, the second
    person's accepts. Accepting again before `expires` or `monitor_by` renews an acceptance, by as many people;
    until the last of them the earlier days stand.
    """
    return flag_acting.accept(
        call.session, call.actor, plan_id, conflict_id, call.version, call.body
    )


@blp.operation(
    "POST",
    f"{ONE}/dismiss",
    permission=("conflict", "dismiss"),
    body=ConflictDismiss,
    **_ACTING,
)
def dismiss_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Put a flag aside; a critical one only by who resolves it."""
    return flag_acting.dismiss(
        call.session, call.actor, plan_id, conflict_id, call.version, call.body["reason"]
    )
