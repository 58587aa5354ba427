"""Say what a patient looks like, going in and coming out."""

from __future__ import annotations

from enum import StrEnum

from service.web import fields
from service.web.schemas import In, Out, page_of, patch_of

_LANGUAGE = r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*$"


class AdministrativeGender(StrEnum):
    """FHIR R4 administrative-gender."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class PatientIdentifierIn(In):
    """Give the name a clinic system has for the patient."""

    system = fields.Text(required=True, max_length=200)
    value = fields.Text(required=True, max_length=200)


class PatientIdentifierOut(Out):
    """Show the name a clinic system has for the patient."""

    system = fields.Text()
    value = fields.Text()


class PatientCreate(In):
    """Register a patient."""

    name = fields.Text(required=True, max_length=200)
    birth_date = fields.Date()
    gender = fields.Enum(AdministrativeGender)
    language = fields.Text(
        max_length=35, pattern=_LANGUAGE, metadata={"description": "A BCP 47 tag, `de-CH`."}
    )
    reading_level = fields.Code(
        metadata={"description": "How plainly to write, for example `plain` or `grade-6`."}
    )
    identifiers = fields.List(
        fields.Nested(PatientIdentifierIn),
        max_items=20,
        metadata={"description": "Each names one patient of the clinic only."},
    )


PatientPatch = patch_of("PatientPatch", PatientCreate)


class PatientOut(Out):
    """Show a patient; who may only appoint a team sees name and identifiers."""

    id = fields.Uuid()
    version = fields.Integer(metadata={"description": "The version its ETag names."})
    name = fields.Text()
    birth_date = fields.Date(allow_none=True)
    gender = fields.Enum(AdministrativeGender, allow_none=True)
    language = fields.Text(allow_none=True)
    reading_level = fields.Text(allow_none=True)
    identifiers = fields.List(fields.Nested(PatientIdentifierOut))
    care_plan_id = fields.Uuid(
        allow_none=True, metadata={"description": "The open plan, where the caller may know of it."}
    )
    created_at = fields.DateTime(allow_none=True)
    updated_at = fields.DateTime(allow_none=True)


PatientPageOut = page_of(PatientOut)


class PatientSearch(In):
    """Ask for the patient whom a clinic system knows by this name."""

    system = fields.Text(required=True, max_length=200)
    value = fields.Text(required=True, max_length=200)
