"""Advice from the first word to the last: given, held, revised, released, superseded, adopted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from service.actions import flag_acting, items, previews, recommendations
from service.actions.events import EVENTS
from service.actions.recommendations import RECOMMENDATIONS
from service.domain import clock
from service.domain.vocabulary import FlagStatus
from service.errors import Forbidden, NotVisible, RuleConflict, RuleInvalid, Stale
from service.models.flags import flags_of_plan
from tests.clinic import Clinic

NO_LIFTING = {
    "kind": "activity",
    "stance": "prohibit",
    "action": "lifting",
    "dose": [{"dimension": "load", "high": 5, "unit": "kg"}],
    "period": {"start": "2027-02-01", "end": "2027-03-01"},
    "hard": True,
    "basis": "surgeon-protocol",
}
DEADLIFT = {
    "kind": "exercise",
    "stance": "recommend",
    "action": "deadlift",
    "dose": [{"dimension": "load", "low": 20, "high": 20, "unit": "kg"}],
    "period": {"start": "2027-02-10"},
}


class Acts:
    """Act in one plan by username."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        self.session, self.clinic = session, clinic

    def give(self, who: str, **fields: Any) -> Any:
        return items.create(
            self.session, self.clinic.actor(who), RECOMMENDATIONS, self.clinic.plan_id, fields
        )

    def revise(self, who: str, item: Any, version: int | None = None, **patch: Any) -> Any:
        return items.revise(
            self.session,
            self.clinic.actor(who),
            RECOMMENDATIONS,
            self.clinic.plan_id,
            item.id,
            item.version if version is None else version,
            patch,
        )

    def read(self, who: str, item: Any) -> Any:
        return items.one(
            self.session, self.clinic.actor(who), RECOMMENDATIONS, self.clinic.plan_id, item.id
        )

    def listed(self, who: str) -> list[Any]:
        page = items.listed(
            self.session, self.clinic.actor(who), RECOMMENDATIONS, self.clinic.plan_id
        )
        return list(page.items)

    def flags(self) -> list[Any]:
        return list(flags_of_plan(self.session, self.clinic.tenant_id, self.clinic.plan_id))

    def only_flag(self, code: str) -> Any:
        (found,) = [flag for flag in self.flags() if flag.code == code]
        return found


@pytest.fixture
def acts(session: Session, clinic: Clinic) -> Acts:
    return Acts(session, clinic)


def test_a_deadlift_against_a_hard_limit_is_held_and_let_go_when_the_load_is_lowered(
    acts: Acts,
) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    flag = acts.only_flag("CF03")
    assert (flag.tier, flag.status) == ("critical", "detected")
    assert (lift.status, lift.held_by) == ("on-hold", [str(flag.id)])
    assert flag.finding["repairs"]
    lighter = acts.revise(
        "physiotherapist",
        lift,
        dose=[{"dimension": "load", "low": 4, "high": 4, "unit": "kg"}],
        resolves=[str(flag.id)],
    )
    assert (lighter.status, lighter.held_by) == ("active", [])
    assert acts.only_flag("CF03").status == FlagStatus.RESOLVED
    assert acts.only_flag("CF03").resolution["changes"][0]["id"] == str(lift.id)


def test_a_change_that_cites_no_flag_lets_it_close_by_itself(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    acts.revise("physiotherapist", lift, dose=[{"dimension": "load", "high": 4, "unit": "kg"}])
    flag = acts.only_flag("CF03")
    assert flag.status == FlagStatus.AUTO_CLOSED
    assert flag.caused_by["id"] == str(lift.id)


def test_the_same_contradiction_again_reopens_the_same_flag_in_a_new_episode(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    first = acts.only_flag("CF03").id
    lighter = acts.revise(
        "physiotherapist", lift, dose=[{"dimension": "load", "high": 4, "unit": "kg"}]
    )
    heavier = acts.revise("physiotherapist", lighter, dose=DEADLIFT["dose"])
    flag = acts.only_flag("CF03")
    assert (flag.id, flag.episode, flag.status) == (first, 2, "detected")
    assert heavier.held_by == [str(first)]


def test_a_limit_written_later_holds_nothing_that_others_wrote(acts: Acts) -> None:
    lift = acts.give("physiotherapist", **DEADLIFT)
    acts.give("physician", **NO_LIFTING)
    assert acts.only_flag("CF03").tier == "critical"
    assert acts.read("physiotherapist", lift).status == "active"


def test_while_a_revision_is_held_the_patient_sees_the_version_before(acts: Acts) -> None:
    light = {**DEADLIFT, "dose": [{"dimension": "load", "high": 4, "unit": "kg"}]}
    lift = acts.give("physiotherapist", **light, rationale="builds strength")
    acts.give("physician", **NO_LIFTING)
    held = acts.revise("physiotherapist", lift, dose=DEADLIFT["dose"])
    assert held.status == "on-hold"
    seen = acts.read("patient", lift)
    assert seen.under_discussion is True
    assert seen.dose == light["dose"]
    assert seen.status == "active"
    assert seen.rationale is None
    assert seen.version == lift.version - 1


def test_a_held_new_item_is_unknown_to_the_patient(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    with pytest.raises(NotVisible):
        acts.read("patient", lift)
    assert [one.action for one in acts.listed("patient")] == ["lifting"]


def test_a_held_item_is_not_completed_or_set_active_by_its_author(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    for status in ("active", "completed"):
        with pytest.raises(RuleConflict) as refused:
            acts.revise("physiotherapist", lift, status=status)
        assert refused.value.code == "held-by-flag"
    revoked = acts.revise("physiotherapist", lift, status="revoked")
    assert (revoked.status, revoked.held_by) == ("revoked", [])


def test_only_a_resolvers_acknowledgement_lifts_a_hold(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    flag = acts.only_flag("CF03")
    acts_as = acts.clinic.actor
    flag_acting.acknowledge(
        acts.session,
        acts_as("physiotherapist"),
        acts.clinic.plan_id,
        flag.id,
        flag.version,
        "seen",
    )
    assert flag.status == "acknowledged"
    assert acts.read("physiotherapist", lift).held_by == [str(flag.id)]
    flag_acting.acknowledge(
        acts.session, acts_as("physician"), acts.clinic.plan_id, flag.id, flag.version, "fine"
    )
    assert acts.read("physiotherapist", lift).status == "active"
    assert acts.only_flag("CF03").status == "acknowledged"


def test_a_critical_flag_against_a_hard_limit_is_accepted_by_two(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("physiotherapist", **DEADLIFT)
    flag = acts.only_flag("CF03")
    body = {"reason_code": "benefit-outweighs-risk", "text": "supervised, week three"}

    def accept(who: str) -> Any:
        return flag_acting.accept(
            acts.session,
            acts.clinic.actor(who),
            acts.clinic.plan_id,
            flag.id,
            flag.version,
            body,
        )

    with pytest.raises(Forbidden):
        accept("physiotherapist")
    accept("physician")
    assert flag.status == "in-discussion"
    assert acts.read("physiotherapist", lift).status == "on-hold"
    with pytest.raises(RuleConflict):
        accept("physician")
    with pytest.raises(Forbidden):
        accept("physiotherapist")
    accept("psychologist")
    assert flag.status == "accepted"
    assert flag.expires == date(2027, 3, 1)
    assert acts.read("physiotherapist", lift).status == "active"


def test_an_acceptance_lapses_on_its_day(acts: Acts, on_day: Any) -> None:
    soft = {**NO_LIFTING, "hard": False, "basis": "clinical-judgement", "stance": "discourage"}
    acts.give("physician", **soft)
    acts.give("physiotherapist", **DEADLIFT)
    flag = acts.only_flag("CF03")
    assert flag.tier == "warning"
    flag_acting.accept(
        acts.session,
        acts.clinic.actor("physiotherapist"),
        acts.clinic.plan_id,
        flag.id,
        flag.version,
        {"reason_code": "already-tolerated", "text": "x", "expires": date(2027, 2, 20)},
    )
    with on_day(date(2027, 2, 19)):
        acts.listed("physician")
        assert flag.status == "accepted"
    with on_day(date(2027, 2, 20)):
        acts.listed("physician")
        assert (flag.status, flag.episode) == ("detected", 2)


def test_what_time_ends_closes_by_itself_and_once(acts: Acts, on_day: Any) -> None:
    acts.give("physician", **{**NO_LIFTING, "hard": False, "basis": "clinical-judgement"})
    acts.give("physiotherapist", **DEADLIFT)
    flag = acts.only_flag("CF03")
    with on_day(date(2027, 3, 1)):
        acts.listed("physician")
        assert flag.status == "auto-closed"
        version = flag.version
        acts.listed("physician")
        assert flag.version == version


def test_a_write_that_waits_over_midnight_is_of_the_new_day(
    acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts.give("physician", **{**NO_LIFTING, "hard": False, "basis": "clinical-judgement"})
    acts.give("physiotherapist", **DEADLIFT)
    before_and_after_the_lock = iter([date(2027, 2, 28), date(2027, 3, 1)])
    monkeypatch.setattr(clock, "today", lambda _: next(before_and_after_the_lock))
    acts.give("psychologist", kind="education", stance="recommend", message="movement-heals")
    assert acts.only_flag("CF03").status == "auto-closed"


def test_a_draft_is_its_authors_alone_and_raises_nothing(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    draft = acts.give("physiotherapist", **DEADLIFT, status="draft")
    assert not acts.flags()
    assert draft.id in {one.id for one in acts.listed("physiotherapist")}
    assert draft.id not in {one.id for one in acts.listed("physician")}
    with pytest.raises(NotVisible):
        acts.read("physician", draft)
    acts.revise("physiotherapist", draft, status="active")
    assert acts.only_flag("CF03").status == "detected"


def test_a_withdrawn_draft_leaves_nothing(acts: Acts) -> None:
    draft = acts.give("physiotherapist", **DEADLIFT, status="draft")
    items.withdraw(
        acts.session,
        acts.clinic.actor("physiotherapist"),
        RECOMMENDATIONS,
        acts.clinic.plan_id,
        draft.id,
        draft.version,
    )
    with pytest.raises(NotVisible):
        acts.read("physiotherapist", draft)


def test_a_successor_retires_its_predecessor_on_its_start_day(acts: Acts, on_day: Any) -> None:
    first = acts.give("physiotherapist", **DEADLIFT)
    later = (date(2027, 2, 15) + timedelta(days=7)).isoformat()
    second = acts.give(
        "physiotherapist",
        **{**DEADLIFT, "action": "leg-press", "period": {"start": later}},
        supersedes=[str(first.id)],
    )
    seen = acts.read("physiotherapist", first)
    assert (seen.status, seen.superseded_by) == ("active", second.id)
    with on_day(date.fromisoformat(later)):
        seen = acts.read("physiotherapist", first)
        assert seen.status == "revoked"
    with pytest.raises(RuleConflict) as refused:
        acts.give("physiotherapist", **DEADLIFT, supersedes=[str(first.id)])
    assert refused.value.code == "already-superseded"


def test_a_successor_withdrawn_before_its_start_frees_the_predecessor(acts: Acts) -> None:
    first = acts.give("physiotherapist", **DEADLIFT)
    second = acts.give(
        "physiotherapist",
        **{**DEADLIFT, "period": {"start": "2027-03-01"}},
        supersedes=[str(first.id)],
    )
    acts.revise("physiotherapist", second, status="revoked")
    assert acts.read("physiotherapist", first).superseded_by is None


def test_a_held_successor_takes_nobodys_place(acts: Acts) -> None:
    light = {**DEADLIFT, "dose": [{"dimension": "load", "high": 4, "unit": "kg"}]}
    first = acts.give("physiotherapist", **light)
    acts.give("physician", **NO_LIFTING)
    second = acts.give("physiotherapist", **DEADLIFT, supersedes=[str(first.id)])
    assert second.status == "on-hold"
    seen = acts.read("physiotherapist", first)
    assert (seen.status, seen.superseded_by) == ("active", None)
    acts.revise("physiotherapist", second, dose=light["dose"])
    seen = acts.read("physiotherapist", first)
    assert (seen.status, seen.superseded_by) == ("revoked", second.id)


def test_a_flag_is_grouped_under_the_limit(acts: Acts) -> None:
    limit = acts.give("physician", **NO_LIFTING)
    acts.give("physiotherapist", **DEADLIFT)
    assert acts.only_flag("CF03").group == str(limit.id)


def test_links_that_take_anothers_advice_out_of_force_need_consent(acts: Acts) -> None:
    limit = acts.give("physician", **NO_LIFTING)
    for name in ("supersedes", "alternative_to", "part_of", "exception_to"):
        with pytest.raises(RuleConflict) as refused:
            acts.give("physiotherapist", **DEADLIFT, **{name: [str(limit.id)]})
        assert refused.value.code == "consent-to-link-required"
    lift = acts.give("physiotherapist", **DEADLIFT)
    acts.revise("physician", limit, exception_to=[str(lift.id)])
    assert acts.only_flag("CF03").status == "auto-closed"


def test_nobody_edits_another_authors_advice(acts: Acts) -> None:
    limit = acts.give("physician", **NO_LIFTING)
    with pytest.raises(Forbidden):
        acts.revise("physiotherapist", limit, hard=False)
    with pytest.raises(Forbidden):
        acts.revise("physician-2", limit, hard=False)


def test_a_medication_is_a_physicians(acts: Acts) -> None:
    drug = {
        "kind": "medication",
        "stance": "recommend",
        "medication": {"drug_class": "nsaid", "route": "oral"},
    }
    with pytest.raises(Forbidden):
        acts.give("physiotherapist", **drug)
    assert acts.give("physician", **drug).status == "active"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"hard": True, "basis": "guideline"}, "/hard"),
        ({"period": {"start": "2027-02-01"}}, "/review_by"),
        ({"dose": [{"dimension": "load", "low": 5, "unit": "kg"}]}, "/dose/0/high"),
        ({"action": None}, "/action"),
        ({"kind": "education"}, "/message"),
        ({"kind": "medication"}, "/medication"),
        ({"kind": "work-step"}, "/action"),
    ],
)
def test_advice_that_lacks_what_its_kind_needs_is_refused(
    acts: Acts, change: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(RuleInvalid) as refused:
        acts.give("physician", **{**NO_LIFTING, **change})
    assert [one.pointer for one in refused.value.errors] == [pointer]


def test_a_stale_revision_is_refused_with_the_fields_both_changed(acts: Acts) -> None:
    lift = acts.give("physiotherapist", **DEADLIFT)
    first = lift.version
    acts.revise("physiotherapist", lift, rationale="one")
    with pytest.raises(Stale) as refused:
        acts.revise("physiotherapist", lift, first, rationale="two", body_region="lumbar")
    assert refused.value.extra == {
        "current_version": first + 1,
        "conflicting_fields": ["rationale"],
    }


def test_a_preview_tells_and_saves_nothing(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    answer = previews.preview(
        acts.session, acts.clinic.actor("physiotherapist"), acts.clinic.plan_id, DEADLIFT
    )
    assert [one["code"] for one in answer["findings"]] == ["CF03"]
    assert "new-1" in {one["id"] for one in answer["findings"][0]["statements"]}
    assert not acts.flags()


def test_what_a_clinic_system_enters_is_imported_and_may_be_adopted(acts: Acts) -> None:
    acts.give("physician", **NO_LIFTING)
    lift = acts.give("clinic-system", **DEADLIFT)
    assert (lift.verification, lift.status) == ("unverified", "active")
    assert lift.author["id"].startswith("external:")
    mine = recommendations.adopt(
        acts.session,
        acts.clinic.actor("physiotherapist"),
        acts.clinic.plan_id,
        lift.id,
        lift.version,
        "I take this over",
    )
    assert mine.author["discipline"] == "physiotherapy"
    assert mine.original_author["id"].startswith("external:")
    assert (mine.verification, mine.status) == ("confirmed", "active")


def test_a_review_held_by_the_author_ends_the_limit_and_undoing_it_brings_it_back(
    acts: Acts,
) -> None:
    limit = acts.give(
        "physician",
        **{**NO_LIFTING, "period": {"start": "2027-02-01"}, "end_event": {"kind": "review"}},
    )
    acts.give("physiotherapist", **DEADLIFT)
    outcome = [{"recommendation": str(limit.id), "outcome": "lifted"}]
    fields = {"code": "review-held", "date": "2027-02-15", "outcomes": outcome}
    actor = acts.clinic.actor
    items.create(acts.session, actor("psychologist"), EVENTS, acts.clinic.plan_id, fields)
    assert not acts.read("physician", limit).end_event["recorded"]
    event = items.create(acts.session, actor("physician"), EVENTS, acts.clinic.plan_id, fields)
    assert acts.read("physician", limit).end_event["recorded_on"] == "2027-02-15"
    assert acts.only_flag("CF03").status == "auto-closed"
    items.withdraw(
        acts.session, actor("physician"), EVENTS, acts.clinic.plan_id, event.id, event.version
    )
    assert not acts.read("physician", limit).end_event["recorded"]
    assert acts.only_flag("CF03").status == "detected"
