"""Serve what the patient's job asks of the body."""

from __future__ import annotations

from service.actions.facts import JOB_DEMANDS
from service.api.job_demands.schemas import (
    JobDemandCreate,
    JobDemandFilters,
    JobDemandOut,
    JobDemandPatch,
)
from service.web.blueprint import Blueprint
from service.web.plan_items import plan_items

blp = Blueprint(
    "job-demands",
    __name__,
    tag="Job demands",
    description="What the patient's job asks of the body.",
)

plan_items(
    blp,
    JOB_DEMANDS,
    path="job-demands",
    one="JobDemand",
    many="JobDemands",
    create=JobDemandCreate,
    patch=JobDemandPatch,
    out=JobDemandOut,
    filters=JobDemandFilters,
)
