"""Write the pages of the documentation that are made from tables: rights, error codes, lifecycles."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from service import errors
from service.domain import lifecycles, policy
from service.domain.flags import AFTER_ACTION
from service.domain.vocabulary import PlanStatus, Purpose, Role
from service.web.problems import STATUS

MADE = "<!-- Made from the code by `make docs`; change the table, not this page. -->\n"


def pages() -> dict[str, str]:
    """Give every made page by its file name under docs/."""
    return {
        "access.md": access_page(),
        "errors.md": errors_page(),
        "lifecycles.md": lifecycles_page(),
    }


def access_page() -> str:
    """Show the table of rights: what each role may do, in which relation, for which purpose."""
    lines = [
        MADE,
        "# Who may do what",
        "",
        "One row a right; what has no row is refused. Somebody without a relationship to a plan gets the",
        "same 404 as for a plan that does not exist; a member without the right gets 403. `anybody` is any",
        "account of the clinic with the role.",
        "",
    ]
    for resource in policy.Resource:
        rows = [row for row in policy.TABLE if row.resource is resource]
        lines += [
            f"## {resource.value}",
            "",
            "| Role | Action | Relation | Purposes |",
            "| --- | --- | --- | --- |",
        ]
        order = list(Role)
        rows.sort(key=lambda row: (order.index(row.role), row.relation, _purposes(row)))
        for (role, relation, purposes), group in groupby(
            rows, key=lambda row: (row.role, row.relation, _purposes(row))
        ):
            actions = ", ".join(dict.fromkeys(row.action.value for row in group))
            lines.append(f"| {role.value} | {actions} | {relation.value} | {purposes} |")
        lines.append("")
    lines += [
        "## What the released view leaves out",
        "",
        "| Resource | Fields that a patient reads as null |",
        "| --- | --- |",
    ]
    for resource, hidden in policy.RELEASED_HIDES.items():
        lines.append(f"| {resource.value} | {', '.join(sorted(hidden))} |")
    lines += [
        "",
        f"Purposes: {', '.join(f'`{one.value}`' for one in Purpose)} (HL7 v3 ActReason).",
        "",
    ]
    return "\n".join(lines)


def _purposes(row: policy.Row) -> str:
    named = [one.value for one in Purpose if one in row.purposes]
    return "any" if len(named) == len(Purpose) else ", ".join(named)


def errors_page() -> str:
    """Show every stable code, its status and what to do."""
    lines = [
        MADE,
        "# Error codes",
        "",
        "Errors are `application/problem+json` (RFC 9457). `code` never changes its meaning; `errors` names",
        "fields by JSON pointer.",
        "",
        "| Code | What it means, and what to do |",
        "| --- | --- |",
        *(f"| `{code}` | {text} |" for code, text in errors.CODES.items()),
        "",
        "| Status | Kind of error |",
        "| --- | --- |",
        *(
            f"| {status} | {(cls.__doc__ or cls.__name__).splitlines()[0]} |"
            for cls, status in sorted(STATUS.items(), key=lambda pair: (pair[1], pair[0].__name__))
        ),
        "",
    ]
    return "\n".join(lines)


def lifecycles_page() -> str:
    """Show which status a new one may have, and which may follow which."""
    tables: Mapping[str, Mapping[str, frozenset[str]]] = {
        "Care plan": lifecycles.PLAN,
        "Goal": lifecycles.GOAL,
        "Milestone": lifecycles.MILESTONE,
        "Recommendation": lifecycles.RECOMMENDATION,
        "Appointment": lifecycles.APPOINTMENT,
    }
    starts: Mapping[str, frozenset[str]] = {
        "Care plan": frozenset({PlanStatus.ACTIVE}),
        "Goal": lifecycles.GOAL_STARTS,
        "Milestone": lifecycles.MILESTONE_STARTS,
        "Recommendation": lifecycles.RECOMMENDATION_STARTS,
    }
    lines = [
        MADE,
        "# Lives",
        "",
        "A goal or a milestone that comes out of another system's record may begin anywhere in its life.",
        "",
    ]
    for name, table in tables.items():
        begin = ", ".join(sorted(starts.get(name, table)))
        lines += [f"## {name}", "", "| From | To |", "| --- | --- |", f"| new | {begin} |"]
        for before, after in table.items():
            lines.append(f"| {before} | {', '.join(sorted(after)) or 'final'} |")
        lines.append("")
    lines += ["## Flag", "", "| Action | From | To |", "| --- | --- | --- |"]
    for action, moves in AFTER_ACTION.items():
        lines += [
            f"| {action} | {status.value} | {moves[status].value} |" for status in sorted(moves)
        ]
    lines.append("")
    return "\n".join(lines)
