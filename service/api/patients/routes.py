"""Serve the patients of a clinic."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from service.actions import patients, plans
from service.actions.views import Page
from service.api.care_plans.schemas import CarePlanOut
from service.api.patients.schemas import (
    PatientCreate,
    PatientOut,
    PatientPageOut,
    PatientPatch,
    PatientSearch,
)
from service.domain.vocabulary import Scope
from service.web.blueprint import Blueprint
from service.web.operation import Call

blp = Blueprint(
    "patients",
    __name__,
    tag="Patients",
    description="Who is treated, and the names that clinic systems have for them.",
)

ONE = "/patients/<uuid:patient_id>"


@blp.operation(
    "GET",
    "/patients",
    scope=Scope.PATIENT_READ,
    permission=("patient", "read"),
    paged=True,
    out=PatientOut,
)
def list_patients(call: Call) -> Page:
    """List the patients the caller may see, newest first.

    Members of a team see its patient, patients themselves; who has no active plan is seen by coordinators and
    clinic systems, by name and identifiers, and by the clinician who registered them.
    """
    return patients.listed(call.session, call.actor, after=call.after, limit=call.limit)


@blp.operation(
    "POST",
    "/patients",
    scope=Scope.PATIENT_WRITE,
    permission=("patient", "create"),
    body=PatientCreate,
    out=PatientOut,
    created=True,
)
def create_patient(call: Call) -> Any:
    """Register a patient."""
    return patients.create(call.session, call.actor, call.body)


@blp.operation(
    "POST",
    "/patients/_search",
    scope=Scope.PATIENT_READ,
    permission=("patient", "read"),
    body=PatientSearch,
    out=PatientPageOut,
)
def search_patients(call: Call) -> dict[str, Any]:
    """Find a patient by an identifier, which has no place in a URL."""
    found = patients.search(call.session, call.actor, call.body["system"], call.body["value"])
    return {"items": found.items, "next_cursor": None}


@blp.operation(
    "GET",
    ONE,
    scope=Scope.PATIENT_READ,
    permission=("patient", "read"),
    out=PatientOut,
)
def get_patient(call: Call, patient_id: UUID) -> Any:
    """Read a patient."""
    return patients.one(call.session, call.actor, patient_id)


@blp.operation(
    "PATCH",
    ONE,
    scope=Scope.PATIENT_WRITE,
    permission=("patient", "update"),
    body=PatientPatch,
    out=PatientOut,
    if_match=True,
)
def update_patient(call: Call, patient_id: UUID) -> Any:
    """Correct a patient's record by a merge patch."""
    return patients.revise(call.session, call.actor, patient_id, call.version, call.body)


@blp.operation(
    "GET",
    f"{ONE}/care-plan",
    scope=Scope.PLAN_READ,
    permission=("care-plan", "read"),
    out=CarePlanOut,
)
def get_patient_care_plan(call: Call, patient_id: UUID) -> Any:
    """Read the one active plan of a patient."""
    return plans.of_patient(call.session, call.actor, patient_id)
