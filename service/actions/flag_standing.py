"""Who a person is to a flag: involved in it, one who resolves it, or the second to accept it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.actions.gate import Access
from service.domain.policy import Relation
from service.domain.vocabulary import CLINICIANS, NEGATIVE, Discipline, FlagStatus, Tier
from service.models import items as stored
from service.models import plans
from service.models.flags import Flag
from service.models.recommendations import Recommendation
from service.models.users import User


@dataclass(frozen=True, slots=True)
class Sides:
    """Hold the advice a flag is about, and the team it concerns."""

    advice: tuple[Recommendation, ...]
    active: tuple[User, ...]

    @property
    def hard(self) -> bool:
        return any(one.hard for one in self.advice)

    def held_authors(self, flag: Flag) -> set[str]:
        """Name the authors of what the flag holds.

        An acceptance has let go of it; whoever asked for it and could not accept then cannot renew either.
        """
        if flag.status == FlagStatus.ACCEPTED:
            signed = {one["by"] for one in flag.acceptances if one["episode"] == flag.episode}
            asked = {one.author_id for one in self.advice if one.stance not in NEGATIVE}
            return asked - signed
        return {one.author_id for one in self.advice if str(flag.id) in one.held_by}


def sides(access: Access, flag: Flag) -> Sides:
    """Read the advice a flag names and who is on the team today."""
    named = {
        uuid.UUID(one["id"])
        for one in flag.finding["statements"]
        if one["kind"] == "recommendation"
    }
    tenant_id, plan_id = access.actor.tenant_id, access.plan.id
    advice = tuple(
        one
        for one in stored.all_of(access.session, Recommendation, tenant_id, plan_id)
        if one.id in named
    )
    active = tuple(
        person
        for member, person in plans.members(access.session, tenant_id, plan_id)
        if (member.starts_on is None or member.starts_on <= access.day)
        and (member.ends_on is None or member.ends_on > access.day)
    )
    return Sides(advice, active)


def relations(access: Access, flag: Flag, known: Sides) -> frozenset[Relation]:
    """Say how the caller stands to a flag."""
    found = set(access.relations)
    if _is_involved(access, flag):
        found.add(Relation.INVOLVED)
    if is_resolver(access, flag, known):
        found |= {Relation.RESOLVER, Relation.INVOLVED}
    if _may_be_second(access, flag, known):
        found.add(Relation.SECOND_PERSON)
    return frozenset(found)


def _is_involved(access: Access, flag: Flag) -> bool:
    is_author = bool(_authors(flag) & access.acts_as)
    return is_author or access.actor.discipline in flag.finding["resolver"]


def _authors(flag: Flag) -> set[str]:
    return {one["author"]["id"] for one in flag.finding["statements"] if one.get("author")}


def on_behalf_of(access: Access, flag: Flag) -> str | None:
    """Name the absent member whose part in a flag the caller takes; a member's own part is their own."""
    resolver = flag.finding["resolver"]
    people = _authors(flag) | {
        one.removeprefix("author:") for one in resolver if one.startswith("author:")
    }
    if "lead" in resolver:
        people.add(str(access.plan.lead_id))
    has_own_part = str(access.actor.user_id) in people or access.actor.discipline in resolver
    if access.is_member and has_own_part:
        return None
    covered = (str(one) for one in access.covers_for)
    return next((one for one in covered if one in people), access.on_behalf_of)


def is_resolver(access: Access, flag: Flag, known: Sides) -> bool:
    """Say whether the caller resolves this flag; nobody active in that role: physicians, else the lead."""
    if known.hard and access.acts_as & known.held_authors(flag):
        return False
    named = flag.finding["resolver"]
    if _answers_to(access, named):
        return True
    if any(_is_active(one, access, known) for one in named):
        return False
    physicians = [one for one in known.active if one.discipline == Discipline.PHYSICIAN]
    if physicians:
        return access.actor.discipline == Discipline.PHYSICIAN
    return Relation.LEAD in access.relations


def _answers_to(access: Access, named: Iterable[str]) -> bool:
    for one in named:
        if one == "lead" and Relation.LEAD in access.relations:
            return True
        if one == "patient" and Relation.OWN_RECORD in access.relations:
            return True
        if one.startswith("author:") and one.removeprefix("author:") in access.acts_as:
            return True
        if access.actor.discipline is not None and one == access.actor.discipline:
            return True
    return False


def _is_active(named: str, access: Access, known: Sides) -> bool:
    if named == "patient":
        return True
    if named == "lead":
        return any(one.id == access.plan.lead_id for one in known.active)
    if named.startswith("author:"):
        return any(str(one.id) == named.removeprefix("author:") for one in known.active)
    return any(one.discipline == named for one in known.active)


def needs_two(flag: Flag, known: Sides) -> bool:
    """A critical flag against a hard limit is accepted by two people."""
    return flag.tier == Tier.CRITICAL and known.hard


def first_acceptance(flag: Flag, day: date) -> dict[str, Any] | None:
    """Find who has accepted, or renewed, in this episode and waits for a second person.

    A word that was given until a day that has come waits for nobody any more.
    """
    of_now = [one for one in flag.acceptances if one["episode"] == flag.episode]
    if not of_now or not of_now[-1].get("awaits_second"):
        return None
    ends = (of_now[-1].get("expires"), of_now[-1].get("monitor_by"))
    has_passed = any(end is not None and date.fromisoformat(end) <= day for end in ends)
    return None if has_passed else of_now[-1]


def _may_be_second(access: Access, flag: Flag, known: Sides) -> bool:
    first = first_acceptance(flag, access.day)
    return (
        needs_two(flag, known)
        and first is not None
        and first["by"] != str(access.actor.user_id)
        and not access.acts_as & known.held_authors(flag)
    )


def has_second_person(access: Access, flag: Flag, known: Sides) -> bool:
    """Say whether anybody on the team could be the second to accept."""
    barred = known.held_authors(flag) | {str(access.actor.user_id)}
    return any(
        person.role in CLINICIANS and str(person.id) not in barred for person in known.active
    )
