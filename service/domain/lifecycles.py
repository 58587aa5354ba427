"""Which status a new item may have, and which may follow which: what is not in a noun's table is refused."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.checks import refuse
from service.domain.vocabulary import (
    AppointmentStatus,
    GoalStatus,
    MilestoneStatus,
    PlanStatus,
    RecommendationStatus,
)
from service.errors import FieldError, RuleConflict

_G, _M, _P, _A = GoalStatus, MilestoneStatus, PlanStatus, AppointmentStatus
_S = RecommendationStatus

_GOAL_LIVE = frozenset({_G.ACTIVE, _G.ON_HOLD, _G.COMPLETED, _G.CANCELLED})
_GOAL_EARLY = frozenset({_G.PROPOSED, _G.PLANNED, _G.ACCEPTED})

# FHIR R4, Goal.lifecycleStatus state machine.
GOAL: Mapping[str, frozenset[str]] = {
    _G.PROPOSED: frozenset({_G.PLANNED, _G.ACCEPTED, _G.ACTIVE, _G.REJECTED, _G.CANCELLED}),
    _G.PLANNED: frozenset({_G.ACCEPTED, _G.ACTIVE, _G.REJECTED, _G.CANCELLED}),
    _G.ACCEPTED: frozenset({_G.PLANNED, _G.ACTIVE, _G.REJECTED, _G.CANCELLED}),
    **{status: _GOAL_LIVE - {status} for status in sorted(_GOAL_LIVE)},
    _G.REJECTED: frozenset(),
    _G.ENTERED_IN_ERROR: frozenset(),
}

MILESTONE: Mapping[str, frozenset[str]] = {
    _M.PLANNED: frozenset({_M.IN_PROGRESS, _M.CANCELLED}),
    _M.IN_PROGRESS: frozenset({_M.ACHIEVED, _M.NOT_ACHIEVED, _M.CANCELLED}),
    _M.NOT_ACHIEVED: frozenset({_M.IN_PROGRESS}),
    _M.ACHIEVED: frozenset({_M.IN_PROGRESS}),
    _M.CANCELLED: frozenset(),
}

# Moves that need a reason.
MILESTONE_REASONS = frozenset({(_M.ACHIEVED, _M.IN_PROGRESS)})

RECOMMENDATION: Mapping[str, frozenset[str]] = {
    _S.DRAFT: frozenset({_S.ACTIVE, _S.REVOKED}),
    _S.ACTIVE: frozenset({_S.ON_HOLD, _S.REVOKED, _S.COMPLETED}),
    _S.ON_HOLD: frozenset({_S.ACTIVE, _S.REVOKED, _S.COMPLETED}),
    _S.REVOKED: frozenset(),
    _S.COMPLETED: frozenset(),
    _S.ENTERED_IN_ERROR: frozenset(),
}

PLAN: Mapping[str, frozenset[str]] = {
    _P.ACTIVE: frozenset({_P.ON_HOLD, _P.COMPLETED, _P.REVOKED}),
    _P.ON_HOLD: frozenset({_P.ACTIVE, _P.COMPLETED, _P.REVOKED}),
    _P.COMPLETED: frozenset(),
    _P.REVOKED: frozenset(),
}

# Undoing a kept or missed appointment is a correction, so every status can be reached from each other.
APPOINTMENT: Mapping[str, frozenset[str]] = {
    status: frozenset(set(AppointmentStatus) - {status}) for status in AppointmentStatus
}

# What a new one may be; the rest of a life is reached by the moves above. An appointment may be any: one that
# took place without being booked here is entered as it went.
GOAL_STARTS: frozenset[str] = frozenset({*_GOAL_EARLY, _G.ACTIVE})
MILESTONE_STARTS: frozenset[str] = frozenset({_M.PLANNED, _M.IN_PROGRESS})
RECOMMENDATION_STARTS: frozenset[str] = frozenset({_S.DRAFT, _S.ACTIVE})


def begin(
    starts: frozenset[str], before: str | None, after: str, *, imported: bool = False
) -> None:
    """Refuse a new item in the midst of its life; another system's record is taken as it stands there."""
    if before is not None or after in starts:
        return
    if not imported or after == _G.ENTERED_IN_ERROR:
        raise refuse("/status", "not-a-starting-status")


def move(table: Mapping[str, frozenset[str]], before: str | None, after: str) -> None:
    """Allow a status to stay or to move along the table; refuse anything else."""
    if before is None or before == after:
        return
    if after not in table[before]:
        raise RuleConflict(
            "illegal-transition", errors=[FieldError("/status", "illegal-transition")]
        )


def needs_reason(
    pairs: frozenset[tuple[MilestoneStatus, MilestoneStatus]],
    before: str | None,
    after: str,
    reason: str | None,
) -> None:
    """Ask for a reason where a move needs one."""
    if (before, after) in pairs and not (reason or "").strip():
        raise RuleConflict("reason-required", errors=[FieldError("/reason", "required")])
