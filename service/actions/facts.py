"""The plain facts of a plan: what is known of the patient that rules read beside advice.

A code that no table knows is taken as it is; it matches nothing, which is for the engine to say.
"""

from __future__ import annotations

from service.actions.gate import Access
from service.actions.noun import Draft, Noun
from service.domain.checks import check_interval, check_range, refuse
from service.domain.policy import Resource
from service.models.facts import Allergy, Condition, JobDemand, Observation, Preference


class Preferences(Noun):
    model = Preference
    resource = Resource.PREFERENCE

    def check(self, access: Access, draft: Draft) -> None:
        alternative = draft.after["alternative"]
        if alternative is not None and alternative == draft.after["action"]:
            raise refuse("/alternative", "same-as-action")


class Conditions(Noun):
    model = Condition
    resource = Resource.CONDITION

    def check(self, access: Access, draft: Draft) -> None:
        after = draft.after
        if after["code"] is None and after["text"] is None:
            raise refuse("/code", "code-or-text-required")
        check_interval(after["start"], after["end"], "/end")


class Allergies(Noun):
    model = Allergy
    resource = Resource.ALLERGY

    def check(self, access: Access, draft: Draft) -> None:
        after = draft.after
        if after["drug_class"] is None and after["text"] is None:
            raise refuse("/drug_class", "code-or-text-required")
        check_interval(after["start"], after["end"], "/end")


class Observations(Noun):
    model = Observation
    resource = Resource.OBSERVATION


class JobDemands(Noun):
    model = JobDemand
    resource = Resource.JOB_DEMAND

    def check(self, access: Access, draft: Draft) -> None:
        named: set[str] = set()
        for index, entry in enumerate(draft.after["dose"]):
            if entry["dimension"] in named:
                raise refuse(f"/dose/{index}/dimension", "dimension-repeated")
            named.add(entry["dimension"])
            if entry.get("low") is None and entry.get("high") is None:
                raise refuse(f"/dose/{index}", "low-or-high-required")
            check_range(entry, f"/dose/{index}")


PREFERENCES = Preferences()
CONDITIONS = Conditions()
ALLERGIES = Allergies()
OBSERVATIONS = Observations()
JOB_DEMANDS = JobDemands()
