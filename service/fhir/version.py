"""Tell which release of FHIR a file was written in; only R4 is read.

Nothing in a bundle has to name its release, so it is told by what one release has and R4 has not: resource types,
element names, and codes that are plain strings where R4 has a CodeableConcept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from service.errors import RuleInvalid

Resource = dict[str, Any]

DSTU2, STU3, R5 = "DSTU2 (1.0.2)", "STU3 (3.0.x)", "R5 (5.0.x)"

_ONLY_DSTU2 = frozenset(
    {
        "MedicationOrder",
        "DiagnosticOrder",
        "DeviceUseRequest",
        "ImagingObjectSelection",
        "Conformance",
    }
)
_ONLY_STU3 = frozenset({"Sequence", "DeviceComponent", "ImagingManifest", "ServiceDefinition"})
_UP_TO_STU3 = frozenset(
    {"ProcedureRequest", "ReferralRequest", "BodySite", "EligibilityRequest", "ProcessRequest"}
)
_SINCE_R5 = frozenset(
    {"Transport", "NutritionIntake", "ActorDefinition", "GenomicStudy", "InventoryItem"}
)
# A care plan without its intent is DSTU2, which had none, unless it has what DSTU2 had not.
_NOT_IN_DSTU2_PLANS = frozenset(
    {"title", "careTeam", "basedOn", "replaces", "partOf", "encounter", "created", "contributor"}
)


def _text(resource: Resource, name: str) -> bool:
    return isinstance(resource.get(name), str)


def _patient(resource: Resource) -> str | None:
    if "careProvider" in resource:
        return DSTU2
    names = resource.get("name")
    if isinstance(names, list) and any(
        isinstance(name, dict) and isinstance(name.get("family"), list) for name in names
    ):
        return DSTU2
    return STU3 if "animal" in resource else None


def _clinical_status(resource: Resource) -> str | None:
    if not (_text(resource, "clinicalStatus") or _text(resource, "verificationStatus")):
        return None
    old = "subject" not in resource and resource.get("resourceType") == "Condition"
    return DSTU2 if old or "dateRecorded" in resource else STU3


def _allergy(resource: Resource) -> str | None:
    return DSTU2 if "substance" in resource else _clinical_status(resource)


def _medication_request(resource: Resource) -> str | None:
    requester = resource.get("requester")
    if isinstance(requester, dict) and "agent" in requester:
        return STU3
    if "context" in resource or "definition" in resource:
        return STU3
    return R5 if "medication" in resource else None


def _medication_statement(resource: Resource) -> str | None:
    if "wasNotTaken" in resource or ("patient" in resource and "subject" not in resource):
        return DSTU2
    if "taken" in resource:
        return STU3
    return R5 if "medication" in resource else None


def _care_plan(resource: Resource) -> str | None:
    if "intent" not in resource and not resource.keys() & _NOT_IN_DSTU2_PLANS:
        return DSTU2
    if "context" in resource or "definition" in resource:
        return STU3
    return R5 if _references_wrapped(resource.get("addresses")) else None


def _references_wrapped(value: object) -> bool:
    """R5 puts a reference or a concept into one object where R4 has the reference itself."""
    return isinstance(value, list) and any(
        isinstance(one, dict) and isinstance(one.get("reference"), dict) for one in value
    )


def _care_team(resource: Resource) -> str | None:
    members = resource.get("participant")
    if isinstance(members, list) and any(
        isinstance(member, dict) and isinstance(member.get("role"), dict) for member in members
    ):
        return STU3
    return STU3 if "context" in resource else None


def _goal(resource: Resource) -> str | None:
    if "lifecycleStatus" in resource:
        return None
    if _text(resource, "description"):
        return DSTU2
    return STU3 if "status" in resource else None


def _observation(resource: Resource) -> str | None:
    if isinstance(resource.get("category"), dict):
        return DSTU2
    return STU3 if "context" in resource else None


_TELLS: dict[str, Callable[[Resource], str | None]] = {
    "Patient": _patient,
    "Condition": _clinical_status,
    "AllergyIntolerance": _allergy,
    "MedicationRequest": _medication_request,
    "MedicationStatement": _medication_statement,
    "CarePlan": _care_plan,
    "CareTeam": _care_team,
    "Goal": _goal,
    "Observation": _observation,
}


def _release(number: str) -> str | None:
    if number.startswith(("0.", "1.")):
        return DSTU2
    if number.startswith("3."):
        return STU3
    return R5 if number.startswith("5.") else None


def _declared(resource: Resource) -> str | None:
    """Read a release that a resource states: `fhirVersion`, or a profile of an older specification."""
    version = resource.get("fhirVersion")
    if isinstance(version, str):
        return _release(version)
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    if not isinstance(profiles, list):
        return None
    for profile in profiles:
        if not isinstance(profile, str):
            continue
        address, _, number = profile.partition("|")
        if address.startswith("http://hl7.org/fhir/StructureDefinition/") and number:
            return _release(number)
        if "/DSTU2/" in address or "/argonaut/" in address:
            return DSTU2
        if "/STU3/" in address:
            return STU3
    return None


def tell(resource: Resource) -> str | None:
    """Name another release that this resource must have been written in, or None."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        return None
    if kind in _ONLY_DSTU2:
        return DSTU2
    if kind in _ONLY_STU3 or kind in _UP_TO_STU3:
        return STU3
    if kind in _SINCE_R5:
        return R5
    reader = _TELLS.get(kind)
    return _declared(resource) or (reader(resource) if reader else None)


def require_r4(resources: Iterator[Resource]) -> None:
    """Refuse a file of another release, naming the release and what to do."""
    seen = {found for found in map(tell, resources) if found is not None}
    if not seen:
        return
    # DSTU2 and STU3 share some signs; what only the older one has decides.
    name = next(release for release in (DSTU2, STU3, R5) if release in seen)
    raise RuleInvalid(
        "unsupported-fhir-version",
        f"The file is written in FHIR {name}; only R4 (4.0.x) is read. "
        "Export it again as R4, or convert it first.",
        extra={"fhir_version": name},
    )
