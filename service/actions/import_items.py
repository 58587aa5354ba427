"""Settle one imported item: new, changed, as it was, or edited here since.

An item remembers which resources it came from and, by digest, what each field said then. A field that still
says so follows its source; one that somebody here has changed is left alone, and told.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from service.actions import audit, items, record
from service.actions.noun import blank
from service.actions.record import By
from service.domain import clock
from service.domain.actor import Actor
from service.domain.clinical_record import Outcome, PersonRef, SourceKey, digest
from service.domain.ids import new_id
from service.domain.merge import jsonable
from service.domain.policy import Resource
from service.domain.recommendations import FINAL
from service.domain.vocabulary import Verification
from service.models import imported as stored
from service.models.base import PlanItem
from service.models.plans import CarePlan
from service.models.recommendations import Recommendation
from service.models.users import User

EDITED, WITHDRAWN = "edited-here", "withdrawn-here"
_LONGEST_SYSTEM = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say what an item should be, by its source: which resources, which part, which fields."""

    sources: Sequence[SourceKey]
    part: str
    fields: Mapping[str, Any]
    author: User | None = None
    said_by: PersonRef | None = None
    said_by_name: str | None = None
    discipline: str | None = None
    line: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    """Columns set once, when the item is made, that are not fields of the contract."""


@dataclass(frozen=True, slots=True)
class Told:
    """Say what became of a resource in the plan."""

    outcome: Outcome
    reason: str | None = None
    detail: str | None = None


@dataclass(slots=True)
class Taking:
    """Hold one import into one plan: who, where, what is known, what has changed."""

    session: Session
    actor: Actor
    plan: CarePlan
    day: date
    changed: bool = False
    told: dict[tuple[str, str], list[Told]] = field(default_factory=dict)
    known: dict[type[PlanItem], Sequence[Any]] = field(default_factory=dict)
    touched: set[uuid.UUID] = field(default_factory=set)

    @property
    def who(self) -> By:
        return record.by(self.actor)

    def tell(self, sources: Iterable[SourceKey], told: Told) -> None:
        for key in sources:
            self.told.setdefault((key.type, key.id), []).append(told)

    def items(self, model: type[PlanItem]) -> Sequence[Any]:
        """List what earlier imports have made of a kind."""
        if model not in self.known:
            self.known[model] = list(
                stored.items_of_plan(self.session, model, self.actor.tenant_id, self.plan.id)
            )
        return self.known[model]


def source_of(wanted: Wanted) -> dict[str, Any]:
    """Write down where an item comes from."""
    first = wanted.sources[0]
    source: dict[str, Any] = {
        "system": first.source[:_LONGEST_SYSTEM],
        "type": first.type,
        "id": first.id,
        "ids": [f"{key.type}/{key.id}" for key in wanted.sources],
        "part": wanted.part,
        "sent": {name: sent(value) for name, value in wanted.fields.items()},
    }
    if wanted.line is not None:
        source["line"] = wanted.line
    if wanted.said_by is not None:
        source["said_by"] = {
            "name": wanted.said_by_name,
            "identifiers": [
                {"system": one.system, "value": one.value} for one in wanted.said_by.identifiers
            ],
        }
    return source


def sent(value: Any) -> str:
    """Give the short fingerprint by which a field is later known to be as it was sent."""
    return digest({"value": jsonable(value)})[:16]


def settle(taking: Taking, model: type[PlanItem], resource: Resource, wanted: Wanted) -> PlanItem:
    """Bring an imported item in line with its source, as far as it is still the source's."""
    item: PlanItem | None = _find(taking, model, wanted)
    if item is None:
        return _enter(taking, model, resource, wanted)
    taking.touched.add(item.id)
    if item.withdrawn_at is not None:
        taking.tell(wanted.sources, Told(Outcome.SKIPPED, WITHDRAWN))
        return item
    kept = _update(taking, resource, item, wanted)
    if kept:
        taking.tell(wanted.sources, Told(Outcome.SKIPPED, EDITED, ", ".join(kept)))
    return item


def _find(taking: Taking, model: type[PlanItem], wanted: Wanted) -> Any:
    """Find the item an earlier import made of these resources."""
    system = wanted.sources[0].source[:_LONGEST_SYSTEM]
    ids = {f"{key.type}/{key.id}" for key in wanted.sources}
    for item in taking.items(model):
        source = item.source
        if source.get("system") != system or source.get("part") != wanted.part:
            continue
        if wanted.line is not None:
            if source.get("line") == wanted.line:
                return item
        elif ids & set(source.get("ids") or ()):
            return item
    return None


def _enter(taking: Taking, model: type[PlanItem], resource: Resource, wanted: Wanted) -> PlanItem:
    item = model(
        tenant_id=taking.actor.tenant_id,
        id=new_id(),
        version=1,
        plan_id=taking.plan.id,
        entered_by=taking.actor.user_id,
        source=source_of(wanted),
        verification=Verification.UNVERIFIED.value,
        **wanted.columns,
    )
    assert item.source is not None
    if wanted.author is not None:
        item.author_id = str(wanted.author.id)
        item.author_discipline = wanted.author.discipline
        item.author_role = wanted.author.role
    else:
        item.author_id = items.external_author(item.source, item.id)
        item.author_discipline = wanted.discipline
        item.author_role = None
    given = jsonable(dict(wanted.fields))
    item.take({name: given.get(name, blank(model, name)) for name in model.own_fields})
    taking.session.add(item)
    taking.session.flush()
    record.change(
        taking.session, taking.plan, taking.who, item, "created", before=None, after=item.state()
    )
    _audit(taking, "create", resource, item)
    taking.changed = True
    taking.touched.add(item.id)
    taking.known[model] = [*taking.items(model), item]
    taking.tell(wanted.sources, Told(Outcome.TAKEN))
    return item


def _update(taking: Taking, resource: Resource, item: Any, wanted: Wanted) -> list[str]:
    """Take changed fields from the source; name those that were edited here and have changed there."""
    before = item.state()
    then = (item.source or {}).get("sent") or {}
    given = jsonable(dict(wanted.fields))
    news = {name: value for name, value in given.items() if sent(value) != then.get(name)}
    is_ours_now = getattr(item, "original_author", None) is not None or (
        isinstance(item, Recommendation) and item.status in FINAL
    )
    kept = sorted(
        name
        for name in news
        if before[name] != given[name] and (is_ours_now or sent(before[name]) != then.get(name))
    )
    changes = {
        name: value for name, value in news.items() if name not in kept and before[name] != value
    }
    known = set((item.source or {}).get("ids") or ())
    fresh = source_of(wanted)
    if fresh != item.source:
        item.source = fresh
    old_keys = [key for key in wanted.sources if f"{key.type}/{key.id}" in known]
    if changes:
        write(taking, resource, item, before, changes)
        taking.tell(old_keys, Told(Outcome.UPDATED, None, ", ".join(sorted(changes))))
    elif not kept:
        taking.tell(old_keys, Told(Outcome.UNCHANGED))
    return kept


def write(
    taking: Taking,
    resource: Resource,
    item: Any,
    before: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    reason: str | None = None,
) -> None:
    """Change an imported item; what a clinician had confirmed of it has to be looked at again."""
    then = (item.source or {}).get("sent") or {}
    now = {name: sent(value) for name, value in changes.items()}
    item.source = {**item.source, "sent": {**then, **now}}
    item.take(changes)
    item.version += 1
    item.updated_at = clock.now()
    if item.verification == Verification.CONFIRMED:
        item.verification = Verification.UNVERIFIED.value
    taking.session.flush()
    record.change(
        taking.session,
        taking.plan,
        taking.who,
        item,
        "updated",
        before=before,
        after=item.state(),
        reason=reason,
    )
    _audit(taking, "update", resource, item)
    taking.changed = True


def withdraw(taking: Taking, resource: Resource, item: Any) -> None:
    """Mark an imported item as entered in error, because its source says so."""
    before = item.state()
    item.withdrawn_at = clock.now()
    item.version += 1
    if isinstance(item, Recommendation):
        item.status = "entered-in-error"
    taking.session.flush()
    record.change(
        taking.session,
        taking.plan,
        taking.who,
        item,
        "entered-in-error",
        before=before,
        after={},
    )
    _audit(taking, "delete", resource, item)
    taking.changed = True


def is_as_sent(item: Any, name: str) -> bool:
    """Say whether a field still is what the source said."""
    then = (item.source or {}).get("sent") or {}
    return bool(sent(item.state()[name]) == then.get(name))


def _audit(taking: Taking, action: str, resource: Resource, item: PlanItem) -> None:
    audit.allowed(
        taking.session,
        taking.actor,
        action,
        resource,
        plan_id=taking.plan.id,
        patient_id=taking.plan.patient_id,
        item_id=item.id,
    )
