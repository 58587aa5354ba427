"""What a kind of item declares: its class, its resource in the table of rights, and its own rules.

The ways of every item stand in `items.py`; a noun that needs an exception overrides a method here, in its own
file.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from service.actions.gate import Access
from service.actions.views import View
from service.domain import policy
from service.domain.policy import Resource
from service.models.base import PlanItem


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold an item as it is to become, beside what it was; a new one was nothing, and `item` is None.

    `after` has every field of the noun; its rules may complete it in place.
    """

    before: Mapping[str, Any] | None
    after: dict[str, Any]
    item: PlanItem | None = None
    reason: str | None = None

    @property
    def is_new(self) -> bool:
        return self.before is None

    def old(self, name: str) -> Any:
        """Give what a field was; null where the item is new."""
        return None if self.before is None else self.before.get(name)

    def changed(self, *names: str) -> bool:
        """Say whether any of these fields is to be another; of a new item each is."""
        before = self.before
        return before is None or any(before.get(name) != self.after[name] for name in names)


class Noun:
    """Declare one kind of item: its class, its resource in the table of rights, and its own rules."""

    model: ClassVar[type[PlanItem]]
    resource: ClassVar[Resource]
    detects: ClassVar[bool] = True
    """Whether the engine reads it, so that a change calls for a recheck."""

    @property
    def kind(self) -> str:
        return self.model.item_kind

    def only(self, session: Session, tenant_id: uuid.UUID, plan_id: uuid.UUID) -> uuid.UUID | None:
        """Find the one item of a plan, of a noun that has one a plan and is known by its plan."""
        raise LookupError(f"a plan may have several: {self.kind}")

    def resource_of(self, fields: Mapping[str, Any]) -> Resource:
        """Name the row of the table of rights for these fields."""
        return self.resource

    def standing(self, access: Access, item: PlanItem) -> Iterable[policy.Relation]:
        """Say how the caller stands to an item."""
        return access.stands(item)

    def standing_to_new(
        self, access: Access, fields: Mapping[str, Any]
    ) -> Iterable[policy.Relation]:
        """Say how the caller stands to an item about to be entered, or as it would become."""
        return access.relations | access.owns(fields.get("owner_discipline"))

    def sees(self, access: Access, item: PlanItem) -> bool:
        """Say whether the caller may know of the item at all."""
        return True

    def visible(self, access: Access) -> Sequence[Any]:
        """Give the conditions under which a list shows an item to this caller; `sees`, in SQL."""
        return ()

    def complete(self, access: Access, fields: dict[str, Any]) -> dict[str, Any]:
        """Fill in what a new item has when nothing is said."""
        return fields

    def allow(self, access: Access, draft: Draft) -> None:
        """Refuse what the caller has no right to write into these fields.

        The table of rights has been asked. Asked before a key is replayed and a version compared, so it
        reads the draft as it was sent, and looks nothing up.
        """

    def check(self, access: Access, draft: Draft) -> None:
        """Refuse what the plan's rules do not allow; `draft.after` may be completed in place."""

    def entered(self, access: Access, item: PlanItem) -> None:
        """Set columns of a new item that are not the caller's to set."""

    def revised(self, access: Access, item: PlanItem) -> None:
        """Set columns of a changed item that are not the caller's to set."""

    def private_to(self, item: PlanItem) -> str | None:
        """Name the one person an item is visible to, where it is."""
        return None

    def reads(self, item: PlanItem) -> bool:
        """Say whether the engine reads this item as it stands."""
        return self.detects

    def vanishes(self, item: PlanItem) -> bool:
        """Say whether a withdrawn item leaves no row behind."""
        return False

    def known_until(self, access: Access, item: PlanItem) -> int | None:
        """Give the last version whose history the caller may read, where that is not the newest."""
        return None

    def show(self, access: Access, items: Sequence[Any]) -> list[View]:
        """Show items as the caller may read them, with derived fields."""
        hidden = self.hidden(access)
        return [View(item, None, hidden) for item in items]

    def hidden(self, access: Access) -> frozenset[str]:
        """Name the fields the caller may not read."""
        if not access.released:
            return frozenset()
        return policy.RELEASED_HIDES.get(self.resource, frozenset())

    def withdrawn(self, access: Access, item: PlanItem) -> None:
        """Do what else follows when an item is entered in error."""


def blank(model: type[PlanItem], name: str) -> Any:
    """Give the value a field has when nothing is said: an empty list, false, or null."""
    column = model.__table__.columns.get(name)
    default = None if column is None else column.default
    if default is None:
        return None
    argument = getattr(default, "arg", None)
    return argument(None) if callable(argument) else argument
