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

_PHYSICIAN = "0199a1b2-7c3d-7e4f-8a5b-000000000004"
_PHYSIOTHERAPIST = "0199a1b2-7c3d-7e4f-8a5b-000000000002"
_LIMIT = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a5f"
_EXERCISE = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a4e"
_FLAG: dict[str, Any] = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a6a",
    "version": 1,
    "code": "CF01",
    "type": "direct-contradiction",
    "tier": "warning",
    "severity": "moderate",
    "summary": "physiotherapy asks for stairs, physician advises against stairs",
    "statements": [
        {
            "kind": "recommendation",
            "id": _EXERCISE,
            "version": 2,
            "author": {
                "id": _PHYSIOTHERAPIST,
                "discipline": "physiotherapy",
                "role": "physiotherapist",
            },
            "says": "recommend stair climbing",
        },
        {
            "kind": "recommendation",
            "id": _LIMIT,
            "version": 1,
            "author": {"id": _PHYSICIAN, "discipline": "physician", "role": "physician"},
            "says": "discourage stair climbing",
        },
    ],
    "dimension": None,
    "overlap": {"start": "2027-02-15", "end": "2027-03-29", "relation": "during"},
    "context": {"phase": None, "setting": None, "supervision": None, "aid": None},
    "why": ["Both speak of stair climbing."],
    "tier_trace": ["recommend against discourage, two disciplines: 3", "warning"],
    "since": {
        "valid": "2027-02-15",
        "recorded": "2027-02-15T08:30:00+00:00",
        "caused_by": _EXERCISE,
    },
    "repairs": [
        {
            "by": "physiotherapy",
            "statement": {"kind": "recommendation", "id": _EXERCISE},
            "change": {"period": {"start": "2027-03-29"}},
            "says": "Start after the limit has ended, on 2027-03-29.",
        }
    ],
    "told": [f"author:{_PHYSIOTHERAPIST}", f"author:{_PHYSICIAN}"],
    "resolver": [f"author:{_PHYSICIAN}"],
    "fhir": None,
    "row": None,
    "rule_version": "1",
    "knowledge_version": "2026.5",
    "fingerprint": "5f2b8f0f6b1d4a6c9a3e7c1d2b4f6a80",
    "material": "c0ffee00c0ffee00c0ffee00c0ffee00",
    "status": "detected",
    "episode": 1,
    "opened_at": "2027-02-15T08:30:00+00:00",
    "closed_at": None,
    "acknowledgements": [],
    "acceptances": [],
    "comments": [],
    "resolution": None,
    "expires": None,
    "caused_by": {
        "kind": "recommendation",
        "id": _EXERCISE,
        "version": 2,
        "by": _PHYSIOTHERAPIST,
    },
    "superseded_by": None,
    "group": _LIMIT,
}
_BY_THE_PHYSICIAN = {
    "by": _PHYSICIAN,
    "name": "Dr Ines Okoro",
    "role": "physician",
    "on_behalf_of": None,
    "at": "2027-02-16T07:55:00+00:00",
    "episode": 1,
}

_CHANGE = {
    "id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0c01",
    "kind": "conflict",
    "item_id": _FLAG["id"],
    "version": 2,
    "revision": 42,
    "action": "acknowledged",
    "at": "2027-02-22T11:05:00+00:00",
    "by": {
        "id": "0199a1b2-7c3d-7e4f-8a5b-000000000004",
        "name": "Dr Ines Okoro",
        "role": "physician",
    },
    "on_behalf_of": None,
    "reason": "Seen; I call the physiotherapist this afternoon.",
    "changes": [{"field": "status", "before": "detected", "after": "acknowledged"}],
}


_ACTING: Final[dict[str, Any]] = {
    "scope": Scope.FLAG_WRITE,
    "out": FLAG,
    "status": 200,
    "if_match": True,
}


def _after(status: str, **fields: Any) -> dict[str, Any]:
    return {**_FLAG, "version": 2, "status": status, **fields}


@blp.operation(
    "GET",
    ALL,
    scope=Scope.PLAN_READ,
    permission=("conflict", "read"),
    query=ConflictFilters,
    paged=True,
    out=LISTED,
    examples={"response": {"items": [_FLAG], "next_cursor": None}},
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
    examples={"response": _FLAG},
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
    examples={"response": {"items": [_CHANGE], "next_cursor": None}},
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
    examples={
        "request": {"reason": "Seen; I call the physiotherapist this afternoon."},
        "response": _after(
            "acknowledged",
            acknowledgements=[
                {
                    **_BY_THE_PHYSICIAN,
                    "reason": "Seen; I call the physiotherapist this afternoon.",
                    "resolver": True,
                }
            ],
        ),
    },
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
    examples={
        "request": {"comment": "Could the stairs wait until the swelling has gone down?"},
        "response": _after(
            "in-discussion",
            comments=[
                {
                    **_BY_THE_PHYSICIAN,
                    "comment": "Could the stairs wait until the swelling has gone down?",
                }
            ],
        ),
    },
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
    examples={
        "request": {
            "changes": [
                {
                    "kind": "recommendation",
                    "id": _LIMIT,
                    "version": 1,
                    "patch": {"status": "revoked"},
                }
            ],
            "reason": "The swelling has gone; the limit is no longer needed.",
        },
        "response": _after(
            "resolved",
            closed_at="2027-02-16T07:55:00+00:00",
            resolution={
                **_BY_THE_PHYSICIAN,
                "reason": "The swelling has gone; the limit is no longer needed.",
                "changes": [{"kind": "recommendation", "id": _LIMIT, "version": 2}],
            },
        ),
    },
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
    examples={
        "request": {
            "reason_code": "will-monitor",
            "text": "One flight a day at home cannot be avoided; we look at the knee each week.",
            "expires": "2027-03-15",
            "monitor_by": "2027-03-01",
        },
        "response": _after(
            "accepted",
            closed_at="2027-02-16T07:55:00+00:00",
            expires="2027-03-15",
            acceptances=[
                {
                    **_BY_THE_PHYSICIAN,
                    "reason_code": "will-monitor",
                    "text": "One flight a day at home cannot be avoided; we look at the knee each week.",
                    "expires": "2027-03-15",
                    "monitor_by": "2027-03-01",
                    "awaits_second": False,
                }
            ],
        ),
    },
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
    examples={
        "request": {"reason": "The exercise is one step of 10 cm, not a flight of stairs."},
        "response": _after(
            "dismissed",
            closed_at="2027-02-16T07:55:00+00:00",
            resolution={
                **_BY_THE_PHYSICIAN,
                "reason": "The exercise is one step of 10 cm, not a flight of stairs.",
                "changes": [],
            },
        ),
    },
)
def dismiss_conflict(call: Call, plan_id: UUID, conflict_id: UUID) -> View:
    """Put a flag aside; a critical one only by who resolves it."""
    return flag_acting.dismiss(
        call.session, call.actor, plan_id, conflict_id, call.version, call.body["reason"]
    )
