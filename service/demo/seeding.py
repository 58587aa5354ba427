"""Fill an empty database with the demo, each clinic in one transaction: all of it, or nothing."""

from __future__ import annotations

from sqlalchemy.orm import Session

from service.db import Database
from service.demo.clinics import CLINICS, DEMO, Clinic, role_of
from service.demo.stage import Stage
from service.demo.story import play
from service.domain.ids import new_id
from service.domain.vocabulary import DISCIPLINE_OF
from service.errors import RuleConflict
from service.models.tenants import Tenant, every_tenant
from service.models.users import User
from service.settings import DEMO_ISSUER


def seed(database: Database, *, empty: bool) -> None:
    """Make the demo's clinics in a new database; `empty` leaves out the patient and the plan.

    A database that has a clinic is left as it is; asking for an empty one there is refused.
    """
    with database.transaction(None, readonly=True) as session:
        known = {tenant.slug for tenant in every_tenant(session)}
    if known and empty:
        raise RuleConflict(
            "already-exists", "EMPTY=1 needs a new database, and this one has clinics already."
        )
    # The clinic with the plan comes last, so that a start that was killed in between is taken up again.
    for clinic in reversed(CLINICS):
        is_of_the_demo = not known - {one.slug for one in CLINICS}
        if clinic.slug not in known and is_of_the_demo:
            _open(database, clinic, with_plan=clinic is DEMO and not empty)


def _open(database: Database, clinic: Clinic, *, with_plan: bool) -> None:
    tenant = Tenant(id=new_id(), slug=clinic.slug, name=clinic.name, timezone=clinic.timezone)
    with database.transaction(tenant.id) as session:
        session.add(tenant)
        session.flush()
        people = _accounts(session, tenant, clinic)
        if with_plan:
            play(Stage(session, tenant, people))


def _accounts(session: Session, tenant: Tenant, clinic: Clinic) -> dict[str, User]:
    people = {}
    for username, name in clinic.names.items():
        role, user_id = role_of(username), new_id()
        people[username] = User(
            tenant_id=tenant.id,
            id=user_id,
            username=username,
            name=name,
            role=role.value,
            discipline=DISCIPLINE_OF[role],
            issuer=DEMO_ISSUER,
            subject=str(user_id),
        )
    session.add_all(people.values())
    session.flush()
    return people
