"""Which patients a user may come near, and how near: found in one statement for a list and for one patient."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from service.models.consents import Consent
from service.models.patients import Patient, PatientIdentifier
from service.models.plans import OPEN_STATUSES, CarePlan, TeamMember, in_force


class Way(StrEnum):
    """Name a way in which a patient comes into a user's list."""

    OWN = "own"
    TEAM = "team"
    PERMIT = "permit"
    REGISTERED = "registered"
    WITHOUT_PLAN = "without-plan"
    WITHOUT_CLINICIAN = "without-clinician"


@dataclass(frozen=True, slots=True)
class PatientNearness:
    """Say how near one user stands to one patient on one day."""

    patient: Patient
    open_plan_id: uuid.UUID | None
    is_own: bool
    is_on_team: bool
    is_on_open_team: bool
    is_registrar: bool
    has_active_clinician: bool
    is_denied: bool
    is_permitted: bool


def nearness(
    session: Session,
    tenant_id: uuid.UUID,
    patient_id: uuid.UUID,
    user_id: uuid.UUID,
    day: date,
    *,
    purpose: str,
    clinicians: Iterable[str],
    lock: bool = False,
) -> PatientNearness | None:
    """Find a patient and how near a user stands; `lock` holds the patient's row."""
    near = _Near(tenant_id, user_id, day, purpose, tuple(clinicians))
    query = near.query().where(Patient.id == patient_id)
    if lock:
        query = query.with_for_update(of=Patient).execution_options(populate_existing=True)
    row = session.execute(query).one_or_none()
    return None if row is None else _of(row)


def patients_near(
    session: Session,
    tenant_id: uuid.UUID,
    user_id: uuid.UUID,
    day: date,
    *,
    ways: Iterable[Way],
    purpose: str,
    clinicians: Iterable[str],
    denial_counts: bool,
    needs_permit: bool,
    having: tuple[str, str] | None = None,
    before: uuid.UUID | None = None,
    limit: int,
) -> Sequence[PatientNearness]:
    """List the patients a user comes near in one of these ways, newest first.

    `having` asks for one identifier, as (system, value).
    """
    near = _Near(tenant_id, user_id, day, purpose, tuple(clinicians))
    query = near.query().where(or_(*(near.way(way) for way in ways)))
    if denial_counts:
        query = query.where(~near.denied())
    if needs_permit:
        query = query.where(near.permitted())
    if having is not None:
        query = query.where(_identified(tenant_id, *having))
    if before is not None:
        query = query.where(Patient.id < before)
    rows = session.execute(query.order_by(Patient.id.desc()).limit(limit))
    return [_of(row) for row in rows]


def locked_open_plan(
    session: Session, tenant_id: uuid.UUID, patient_id: uuid.UUID
) -> CarePlan | None:
    """Find a patient's open plan and hold its row, as every write that touches a plan does."""
    return session.scalar(
        select(CarePlan)
        .where(CarePlan.tenant_id == tenant_id, CarePlan.patient_id == patient_id, _is_open())
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _of(row: Sequence[Any]) -> PatientNearness:
    return PatientNearness(*row)


@dataclass(frozen=True, slots=True)
class _Near:
    """Hold for whom and when the conditions below are asked."""

    tenant_id: uuid.UUID
    user_id: uuid.UUID
    day: date
    purpose: str
    clinicians: tuple[str, ...]

    def query(
        self,
    ) -> Select[Any, Any, Any, Any, Any, Any, Any, Any, Any]:
        open_plan_id = select(CarePlan.id).where(*self._plans(), _is_open()).scalar_subquery()
        return select(
            Patient,
            open_plan_id,
            self._is_own(),
            self._on_team(only_open=False),
            self._on_team(only_open=True),
            Patient.registered_by == self.user_id,
            self._has_clinician(),
            self.denied(),
            self.permitted(),
        ).where(Patient.tenant_id == self.tenant_id)

    def way(self, way: Way) -> ColumnElement[bool]:
        match way:
            case Way.OWN:
                return self._is_own()
            case Way.TEAM:
                return self._on_team(only_open=False)
            case Way.PERMIT:
                return self.permitted()
            case Way.REGISTERED:
                return and_(Patient.registered_by == self.user_id, ~self._has_open_plan())
            case Way.WITHOUT_PLAN:
                return ~self._has_open_plan()
            case Way.WITHOUT_CLINICIAN:
                return and_(self._has_open_plan(), ~self._has_clinician())

    def denied(self) -> ColumnElement[bool]:
        """Say whether treatment access has been denied to this user, or to everybody."""
        return (
            select(Consent.id)
            .where(
                *self._consents(),
                Consent.decision == "deny",
                Consent.purpose == "TREAT",
                or_(Consent.grantee_id.is_(None), Consent.grantee_id == self.user_id),
            )
            .exists()
        )

    def permitted(self) -> ColumnElement[bool]:
        return (
            select(Consent.id)
            .where(
                *self._consents(),
                Consent.decision == "permit",
                Consent.purpose == self.purpose,
                Consent.grantee_id == self.user_id,
            )
            .exists()
        )

    def _consents(self) -> tuple[ColumnElement[bool], ...]:
        return (
            Consent.tenant_id == self.tenant_id,
            Consent.patient_id == Patient.id,
            Consent.withdrawn_at.is_(None),
            in_force(Consent.start, Consent.end, self.day),
        )

    def _plans(self) -> tuple[ColumnElement[bool], ...]:
        return (CarePlan.tenant_id == self.tenant_id, CarePlan.patient_id == Patient.id)

    def _is_own(self) -> ColumnElement[bool]:
        # An account without a patient compares to null, which is no.
        return Patient.user_id.is_not_distinct_from(self.user_id)

    def _has_open_plan(self) -> ColumnElement[bool]:
        return select(CarePlan.id).where(*self._plans(), _is_open()).exists()

    def _members(self) -> tuple[ColumnElement[bool], ...]:
        return (
            TeamMember.tenant_id == self.tenant_id,
            TeamMember.plan_id == CarePlan.id,
            TeamMember.withdrawn_at.is_(None),
            in_force(TeamMember.starts_on, TeamMember.ends_on, self.day),
        )

    def _on_team(self, *, only_open: bool) -> ColumnElement[bool]:
        """Say whether the user is a member of one of the patient's plans, or covers for one."""
        covers = and_(
            TeamMember.cover_id == self.user_id,
            TeamMember.leave_starts_on.is_not(None),
            in_force(TeamMember.leave_starts_on, TeamMember.leave_ends_on, self.day),
        )
        query = (
            select(TeamMember.id)
            .join(CarePlan, and_(*self._plans()))
            .where(*self._members(), or_(TeamMember.user_id == self.user_id, covers))
        )
        return (query.where(_is_open()) if only_open else query).exists()

    def _has_clinician(self) -> ColumnElement[bool]:
        return (
            select(TeamMember.id)
            .join(CarePlan, and_(*self._plans()))
            .where(*self._members(), _is_open(), TeamMember.role.in_(self.clinicians))
            .exists()
        )


def _is_open() -> ColumnElement[bool]:
    return CarePlan.status.in_(OPEN_STATUSES)


def _identified(tenant_id: uuid.UUID, system: str, value: str) -> ColumnElement[bool]:
    return (
        select(PatientIdentifier.id)
        .where(
            PatientIdentifier.tenant_id == tenant_id,
            PatientIdentifier.patient_id == Patient.id,
            PatientIdentifier.system == system,
            PatientIdentifier.value == value,
        )
        .exists()
    )
