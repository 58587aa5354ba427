"""Give a noun of a plan its collection and its items: six operations from one declaration.

A noun declares its schemas and hands over what `service.actions.items` knows it by::

    plan_items(
        blp, goals.NOUN, path="goals", one="Goal", many="Goals",
        create=GoalCreate, patch=GoalPatch, out=GoalOut, filters=GoalFilters,
    )

registers `listGoals createGoal getGoal updateGoal deleteGoal listGoalHistory`. A noun of which every plan has
exactly one says `singleton=True` and stands at its path itself: `getCapacity updateCapacity listCapacityHistory`.
A noun with actions of its own declares them beside it with `blp.operation`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from service.actions import items
from service.actions.views import Page
from service.domain.vocabulary import Role, Scope
from service.web import fields
from service.web.blueprint import Blueprint
from service.web.deprecation import Deprecation
from service.web.operation import Call
from service.web.schemas import In, Out, Patch, Query

PLAN: Final = "/care-plans/<uuid:plan_id>"
_VERBS: Final = frozenset({"list", "create", "get", "update", "delete", "history"})
_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class ActorOut(Out):
    """Name who did something."""

    id = fields.Text()
    name = fields.Text(allow_none=True)
    role = fields.Enum(Role, allow_none=True)


class FieldChangeOut(Out):
    """Show one field before and after a change, as JSON."""

    field = fields.Text(metadata={"description": "The field's name."})
    before = fields.Anything(
        allow_none=True, metadata={"description": "Its value before; null if it had none."}
    )
    after = fields.Anything(
        allow_none=True, metadata={"description": "Its value after; null if it was cleared."}
    )


class HistoryEntryOut(Out):
    """Show one change of one item."""

    id = fields.Uuid()
    kind = fields.Text(metadata={"description": "The kind of item, as in the plan document."})
    item_id = fields.Uuid()
    version = fields.Integer(metadata={"description": "The item's version after the change."})
    revision = fields.Integer(metadata={"description": "The plan's revision after the change."})
    action = fields.Text(metadata={"description": "What was done, for example `updated`."})
    at = fields.DateTime()
    by = fields.Nested(ActorOut)
    on_behalf_of = fields.Text(
        allow_none=True, metadata={"description": "The absent member who was acted for."}
    )
    reason = fields.Text(allow_none=True)
    changes = fields.List(fields.Nested(FieldChangeOut))


class Ways(Protocol):
    """Name the one way of every item of a plan; `service.actions.items` is it."""

    def create(self, *args: Any, **kwargs: Any) -> Any: ...

    def revise(self, *args: Any, **kwargs: Any) -> Any: ...

    def withdraw(self, *args: Any, **kwargs: Any) -> None: ...

    def listed(self, *args: Any, **kwargs: Any) -> Page: ...

    def one(self, *args: Any, **kwargs: Any) -> Any: ...

    def only(self, *args: Any, **kwargs: Any) -> UUID: ...

    def history(self, *args: Any, **kwargs: Any) -> Page: ...


def plan_items(
    blp: Blueprint,
    noun: Any,
    *,
    path: str,
    one: str,
    many: str | None = None,
    create: type[In] | None = None,
    patch: type[Patch] | None = None,
    out: type[Out],
    singleton: bool = False,
    filters: type[Query] | None = None,
    scope_read: Scope = Scope.PLAN_READ,
    scope_write: Scope = Scope.PLAN_WRITE,
    deletable: bool = True,
    notes: Mapping[str, str] | None = None,
    deprecations: Mapping[str, Deprecation] | None = None,
    ways: Ways | None = None,
) -> None:
    """Register the operations of one kind of item.

    `notes` says, by `list create get update delete history`, what the description of each should add;
    `deprecations`, by the same, which of them go away. A noun without `create` or `patch` has no such operation;
    one without `many` has no list, and a singleton neither list, creation nor withdrawal.
    """
    if singleton and (many is not None or create is not None or filters is not None):
        raise ValueError(f"{path}: a plan has one, which is neither listed nor added")
    if deprecations is not None and not deprecations.keys() <= _VERBS:
        raise ValueError(f"{path}: only {', '.join(sorted(_VERBS))} can be deprecated here")
    way: Ways = items if ways is None else ways
    said, going = notes or {}, deprecations or {}
    resource = str(noun.resource)
    a = _words(one)
    an_item = f"the {a} of a plan's patient" if singleton else f"{_article(a)} {a}"
    snake_one = a.replace(" ", "_")
    item_id = f"{snake_one}_id"
    collection = f"{PLAN}/{path}"
    single = collection if singleton else f"{collection}/<uuid:{item_id}>"

    def common(verb: str) -> dict[str, Any]:
        return {"description": said.get(verb), "deprecation": going.get(verb)}

    def identified(call: Call, plan_id: UUID, values: Mapping[str, UUID]) -> UUID:
        if singleton:
            return way.only(call.session, call.actor, noun, plan_id)
        return values[item_id]

    if many is not None:
        some = _words(many)

        @blp.operation(
            "GET",
            collection,
            name=f"list_{some.replace(' ', '_')}",
            summary=f"List a plan's {some}, newest first",
            scope=scope_read,
            permission=(resource, "read"),
            query=filters,
            paged=True,
            out=out,
            **common("list"),
        )
        def listed(call: Call, plan_id: UUID) -> Page:
            return way.listed(
                call.session,
                call.actor,
                noun,
                plan_id,
                filters=call.query,
                after=call.after,
                limit=call.limit,
            )

    if create is not None:

        @blp.operation(
            "POST",
            collection,
            name=f"create_{snake_one}",
            summary=f"Add {_article(a)} {a} to a plan",
            scope=scope_write,
            permission=(resource, "create"),
            body=create,
            out=out,
            created=True,
            **common("create"),
        )
        def created(call: Call, plan_id: UUID) -> Any:
            return way.create(call.session, call.actor, noun, plan_id, call.body)

    @blp.operation(
        "GET",
        single,
        name=f"get_{snake_one}",
        summary=f"Read {an_item}",
        scope=scope_read,
        permission=(resource, "read"),
        out=out,
        **common("get"),
    )
    def got(call: Call, plan_id: UUID, **path: UUID) -> Any:
        found = identified(call, plan_id, path)
        return way.one(call.session, call.actor, noun, plan_id, found)

    if patch is not None:

        @blp.operation(
            "PATCH",
            single,
            name=f"update_{snake_one}",
            summary=f"Change {an_item} by a merge patch",
            scope=scope_write,
            permission=(resource, "update"),
            body=patch,
            out=out,
            if_match=True,
            **common("update"),
        )
        def revised(call: Call, plan_id: UUID, **path: UUID) -> Any:
            found = identified(call, plan_id, path)
            return way.revise(
                call.session, call.actor, noun, plan_id, found, call.version, call.body
            )

    if deletable and not singleton:

        @blp.operation(
            "DELETE",
            single,
            name=f"delete_{snake_one}",
            summary=f"Withdraw {_article(a)} {a} that was entered in error",
            scope=scope_write,
            permission=(resource, "delete"),
            if_match=True,
            **common("delete"),
        )
        def withdrawn(call: Call, plan_id: UUID, **path: UUID) -> None:
            way.withdraw(call.session, call.actor, noun, plan_id, path[item_id], call.version)

    @blp.operation(
        "GET",
        f"{single}/history",
        name=f"list_{snake_one}_history",
        summary=f"Read how {f'the {a}' if singleton else an_item} came to be as it is, newest first",
        scope=scope_read,
        permission=("history", "read"),
        paged=True,
        out=HistoryEntryOut,
        **common("history"),
    )
    def past(call: Call, plan_id: UUID, **path: UUID) -> Page:
        return way.history(
            call.session,
            call.actor,
            noun,
            plan_id,
            identified(call, plan_id, path),
            after=call.after,
            limit=call.limit,
        )


def _words(name: str) -> str:
    """Say `JobDemand` as words: `job demand`."""
    return _WORD.sub(" ", name).lower()


def _article(words: str) -> str:
    return "an" if words[0] in "aeiou" else "a"
