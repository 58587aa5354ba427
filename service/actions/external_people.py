"""The people and organizations that records speak of: kept by identifier, matched to accounts, never invented."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from service.actions import audit
from service.domain import clock
from service.domain.actor import Actor
from service.domain.clinical_record import (
    Directory,
    Organization,
    Origin,
    Outcome,
    Person,
    PersonRef,
    ReportRow,
    SourceKey,
)
from service.domain.ids import new_id
from service.domain.policy import Resource
from service.errors import NotVisible, RuleConflict
from service.models import external_people as stored
from service.models import users
from service.models.external_people import ExternalIdentifier, ExternalPerson, Pair
from service.models.users import User

PRACTITIONER, ORGANIZATION = "practitioner", "organization"
_LONGEST = 200

Settled = dict[tuple[str, str], Outcome]


def take_directory(session: Session, actor: Actor, directory: Directory) -> tuple[ReportRow, ...]:
    """Take a file of people and organizations; give its report with what was new and what was known."""
    settled = take(session, actor, directory.people, directory.organizations)
    audit.allowed(session, actor, "import", Resource.COLLEAGUE)
    return tuple(told(row, settled) for row in directory.report)


def told(row: ReportRow, settled: Settled) -> ReportRow:
    """Say of a resource that was taken whether it was new, changed or known."""
    outcome = settled.get((row.type, row.id))
    if row.outcome not in (Outcome.TAKEN, Outcome.MAPPED) or outcome in (None, Outcome.TAKEN):
        return row
    return ReportRow(row.type, row.id, outcome or row.outcome, None, row.detail)


def take(
    session: Session,
    actor: Actor,
    people: Iterable[Person],
    organizations: Iterable[Organization],
) -> Settled:
    """Enter or refresh people and organizations; say for each resource what became of it."""
    settled: Settled = {}
    for person in people:
        outcome = _one(
            session,
            actor,
            PRACTITIONER,
            person.origin,
            person.name,
            person.active,
            person.discipline,
        )
        for key in (person.origin.key, *(role.origin.key for role in person.roles)):
            settled[key.type, key.id] = outcome
    for one in organizations:
        outcome = _one(session, actor, ORGANIZATION, one.origin, one.name, one.active, None)
        settled[one.origin.key.type, one.origin.key.id] = outcome
    return settled


def _one(
    session: Session,
    actor: Actor,
    kind: str,
    origin: Origin,
    name: str | None,
    active: bool,
    discipline: str | None,
) -> Outcome:
    pairs = pairs_of(origin)
    found = stored.identified(session, actor.tenant_id, kind, pairs)
    if len(found) > 1:
        return Outcome.SKIPPED  # identifiers of two people: whom it means is not for us to guess
    fields = {
        "name": name[:_LONGEST] if name else None,
        "active": active,
        "discipline": discipline,
    }
    if found:
        person = found[0]
        # A later file may know less of somebody; what it does not say is kept.
        changed = {
            field: value
            for field, value in fields.items()
            if value is not None and getattr(person, field) != value
        }
        for field, value in changed.items():
            setattr(person, field, value)
        known = stored.pairs_of(session, actor.tenant_id, person.id)
        missing = [pair for pair in pairs if pair not in known]
        outcome = Outcome.UPDATED if changed or missing else Outcome.UNCHANGED
        if outcome is Outcome.UPDATED:
            person.updated_at = clock.now()
    else:
        key = origin.key
        person = ExternalPerson(
            tenant_id=actor.tenant_id,
            id=new_id(),
            kind=kind,
            source={"system": key.source, "type": key.type, "id": key.id},
            **fields,
        )
        session.add(person)
        missing = pairs
        outcome = Outcome.TAKEN
    session.flush()
    for system, value in missing:
        session.add(
            ExternalIdentifier(
                tenant_id=actor.tenant_id,
                id=new_id(),
                person_id=person.id,
                kind=kind,
                system=system,
                value=value,
            )
        )
    session.flush()
    return outcome


def pairs_of(origin: Origin) -> list[Pair]:
    """Give the names somebody is known by: their identifiers, and the resource they came in."""
    pairs = [(one.system, one.value) for one in origin.identifiers]
    pairs.append(_of_key(origin.key))
    return [(system[:_LONGEST], value[:_LONGEST]) for system, value in dict.fromkeys(pairs)]


def _of_key(key: SourceKey) -> Pair:
    return key.source, f"{key.type}/{key.id}"


def account_of(session: Session, actor: Actor, person: PersonRef | None) -> User | None:
    """Find the one account a record means; two candidates are none."""
    if person is None:
        return None
    pairs = [(one.system[:_LONGEST], one.value[:_LONGEST]) for one in person.identifiers]
    if person.key is not None:
        pairs.append(_of_key(person.key))
    found = stored.accounts_identified(session, actor.tenant_id, pairs)
    return found[0] if len(found) == 1 else None


def name_of(session: Session, actor: Actor, person: PersonRef) -> str | None:
    """Give the name a record or an earlier one knows somebody by."""
    if person.name is not None:
        return person.name
    pairs = [(one.system, one.value) for one in person.identifiers]
    found = stored.identified(session, actor.tenant_id, PRACTITIONER, pairs)
    return found[0].name if len(found) == 1 else None


def link(session: Session, actor: Actor, pair: Pair, username: str) -> uuid.UUID:
    """Say that an account here is the person a clinic system knows by this identifier."""
    account = users.user_named(session, actor.tenant_id, username)
    if account is None:
        raise NotVisible(detail="There is no account of that name.")
    found = stored.identified(session, actor.tenant_id, PRACTITIONER, [pair])
    if found and found[0].user_id not in (None, account.id):
        raise RuleConflict("already-exists", "That identifier is another account's.")
    if not found:
        person = ExternalPerson(
            tenant_id=actor.tenant_id,
            id=new_id(),
            kind=PRACTITIONER,
            name=account.name,
            active=True,
            user_id=account.id,
            source={"system": "account"},
        )
        session.add(person)
        session.flush()
        session.add(
            ExternalIdentifier(
                tenant_id=actor.tenant_id,
                id=new_id(),
                person_id=person.id,
                kind=PRACTITIONER,
                system=pair[0],
                value=pair[1],
            )
        )
    else:
        found[0].user_id = account.id
    session.flush()
    audit.allowed(session, actor, "link", Resource.COLLEAGUE, item_id=account.id)
    return account.id
