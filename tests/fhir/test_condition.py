from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.domain.clinical_record import Period
from tests.fhir.build import concept, condition, outcome, record

RA = ("69896004", "Rheumatoid arthritis (disorder)")


def test_a_known_code_becomes_ours_and_keeps_what_was_said() -> None:
    found = record(condition("c1", *RA))
    (one,) = found.conditions
    assert (one.code, one.text) == ("rheumatoid-arthritis", "Rheumatoid arthritis (disorder)")
    assert one.codings[0].code == "69896004"
    assert one.period == Period(date(2020, 2, 1), None)
    assert outcome(found, "c1") == ("mapped", None)


def test_an_unknown_code_is_carried_and_told() -> None:
    found = record(condition("c1", "203082005", "Fibromyalgia (disorder)"))
    (one,) = found.conditions
    assert one.code is None
    assert one.musculoskeletal
    assert outcome(found, "c1") == ("taken", "not-in-the-tables")


def test_one_code_may_state_two_conditions() -> None:
    found = record(condition("c1", "127013003", "Disorder of kidney due to diabetes mellitus"))
    assert {one.code for one in found.conditions} == {"ckd", "diabetes"}
    assert {one.origin.part for one in found.conditions} == {"ckd", "diabetes"}


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_what_is_denied_is_left_out_and_ends_what_was_imported(status: str) -> None:
    found = record(condition("c1", *RA, verificationStatus=concept(status)))
    assert found.conditions == ()
    assert outcome(found, "c1") == ("skipped", f"status-{status}")
    assert [one.key.id for one in found.ended] == ["c1"]


def test_a_problem_that_is_over_ends_on_the_day_it_was_over() -> None:
    found = record(
        condition("c1", *RA, clinicalStatus=concept("resolved"), abatementDateTime="2021-03-01")
    )
    assert found.conditions[0].period.end == date(2021, 3, 1)


@pytest.mark.parametrize(
    ("code", "more", "reason"),
    [
        ("69896004", {}, "ended-without-date"),
        ("40055000", {"abatementDateTime": "2021-03-01"}, "over-and-not-in-the-tables"),
    ],
)
def test_what_is_over_and_tells_no_rule_anything_is_skipped(
    code: str, more: dict[str, Any], reason: str
) -> None:
    found = record(condition("c1", code, "x", clinicalStatus=concept("resolved"), **more))
    assert found.conditions == ()
    assert outcome(found, "c1") == ("skipped", reason)


def test_social_findings_are_no_conditions() -> None:
    found = record(condition("c1", "160903007", "Full-time employment (finding)"))
    assert found.conditions == ()
    assert outcome(found, "c1") == ("skipped", "not-a-health-problem")


def test_statements_of_one_condition_whose_days_meet_are_one() -> None:
    found = record(
        condition("c1", "431855005", "CKD stage 1", "2018-01-01", abatementDateTime="2020-01-01"),
        condition("c2", "431856006", "CKD stage 2", "2020-01-01"),
        condition("c3", "431856006", "CKD stage 2", "2022-01-01"),
    )
    (one,) = found.conditions
    assert one.period == Period(date(2018, 1, 1), None)
    assert one.text == "CKD stage 2; CKD stage 1"
    assert [key.id for key in one.sources] == ["c3", "c2", "c1"]
    assert one.origin.key.id == "c1"  # a later statement does not make another item of it


def test_statements_whose_days_do_not_meet_stay_apart() -> None:
    found = record(
        condition("c1", "72892002", "Pregnancy", "2001-01-01", abatementDateTime="2001-10-01"),
        condition("c2", "72892002", "Pregnancy", "2004-01-01", abatementDateTime="2004-10-01"),
    )
    assert [one.period.start for one in found.conditions] == [date(2001, 1, 1), date(2004, 1, 1)]


def test_an_unconfirmed_condition_is_told() -> None:
    found = record(condition("c1", *RA, verificationStatus=concept("provisional")))
    assert outcome(found, "c1") == ("mapped", "provisional")


def test_words_alone_are_understood_where_there_is_no_code() -> None:
    by_hand = {**condition("c1", "0", "x"), "code": {"text": "Heart failure"}}
    found = record(by_hand)
    assert found.conditions[0].code == "heart-failure"
