"""The life of a flag: every stored status against every thing a detection can say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.flags import (
    AFTER_ACTION,
    ANSWERED,
    OPEN,
    SETTLED,
    Move,
    Seen,
    Step,
    Stored,
    is_for_review,
    reconcile,
)
from service.domain.vocabulary import FlagStatus, Tier

DAY = date(2027, 2, 15)
LOAD = {"load": 20}


def stored(status: FlagStatus, **changes: Any) -> Stored:
    fields: dict[str, Any] = {
        "fingerprint": "f",
        "status": status,
        "tier": Tier.WARNING,
        "material": "m",
        "material_fields": LOAD,
        "statements": frozenset({"a", "b"}),
    }
    return Stored(**{**fields, **changes})


def seen(**changes: Any) -> Seen:
    fields: dict[str, Any] = {
        "fingerprint": "f",
        "tier": Tier.WARNING,
        "material": "m",
        "material_fields": LOAD,
        "statements": frozenset({"a", "b"}),
    }
    return Seen(**{**fields, **changes})


def compare(old: Any, new: Any) -> str:
    if old["load"] == new["load"]:
        return "same"
    return "better" if new["load"] < old["load"] else "worse"


def step(
    flags: list[Stored], findings: list[Seen], cited: frozenset[str] = frozenset()
) -> list[Step]:
    return reconcile(flags, findings, DAY, cited=cited, compare=compare)


def test_a_new_finding_is_raised() -> None:
    assert step([], [seen()]) == [Step("f", Move.RAISE, FlagStatus.DETECTED)]


@pytest.mark.parametrize("status", sorted(SETTLED))
def test_a_finding_that_returns_reopens_its_flag(status: FlagStatus) -> None:
    assert step([stored(status)], [seen()]) == [Step("f", Move.REOPEN, FlagStatus.DETECTED)]


@pytest.mark.parametrize("status", sorted(set(FlagStatus) - SETTLED))
def test_the_same_material_changes_nothing(status: FlagStatus) -> None:
    assert step([stored(status)], [seen()]) == []


@pytest.mark.parametrize("status", sorted(set(FlagStatus) - SETTLED))
def test_better_material_is_noted_and_stays_quiet(status: FlagStatus) -> None:
    better = seen(material="m2", material_fields={"load": 10})
    assert step([stored(status)], [better]) == [Step("f", Move.IMPROVE, status)]


@pytest.mark.parametrize("status", sorted(ANSWERED))
@pytest.mark.parametrize(
    "change",
    [
        {"material": "m2", "material_fields": {"load": 30}},
        {"tier": Tier.CRITICAL},
        {"tier": Tier.CRITICAL, "material": "m2", "material_fields": {"load": 10}},
    ],
    ids=["heavier", "higher-tier", "lighter-but-higher-tier"],
)
def test_worse_reopens_what_was_answered(status: FlagStatus, change: dict[str, Any]) -> None:
    assert step([stored(status)], [seen(**change)]) == [Step("f", Move.REOPEN, FlagStatus.DETECTED)]


def test_worse_before_anybody_answered_is_the_same_episode() -> None:
    worse = seen(material="m2", material_fields={"load": 30})
    assert step([stored(FlagStatus.DETECTED)], [worse]) == [
        Step("f", Move.WORSEN, FlagStatus.DETECTED)
    ]


@pytest.mark.parametrize("status", sorted(set(FlagStatus) - SETTLED))
def test_a_finding_that_is_gone_closes_its_flag(status: FlagStatus) -> None:
    assert step([stored(status)], []) == [Step("f", Move.AUTO_CLOSE, FlagStatus.AUTO_CLOSED)]


@pytest.mark.parametrize("status", sorted(OPEN))
def test_a_change_that_cites_an_open_flag_and_clears_it_resolves_it(status: FlagStatus) -> None:
    assert step([stored(status)], [], frozenset({"f"})) == [
        Step("f", Move.RESOLVE, FlagStatus.RESOLVED)
    ]


@pytest.mark.parametrize("status", [FlagStatus.ACCEPTED, FlagStatus.DISMISSED])
def test_an_answered_flag_is_not_resolved_by_being_cited(status: FlagStatus) -> None:
    assert step([stored(status)], [], frozenset({"f"}))[0].move is Move.AUTO_CLOSE


def test_citing_what_remains_is_ignored() -> None:
    assert step([stored(FlagStatus.DETECTED)], [seen()], frozenset({"f"})) == []


def test_another_rule_on_the_same_statements_supersedes() -> None:
    steps = step([stored(FlagStatus.ACKNOWLEDGED)], [seen(fingerprint="g")])
    assert Step("f", Move.SUPERSEDE, FlagStatus.SUPERSEDED, "g") in steps
    assert Step("g", Move.RAISE, FlagStatus.DETECTED) in steps


@pytest.mark.parametrize("end", ["expires", "monitor_by"])
@pytest.mark.parametrize(
    ("day", "lapses"), [(date(2027, 2, 14), True), (DAY, True), (date(2027, 2, 16), False)]
)
def test_an_acceptance_lapses_from_the_first_minute_of_its_day(
    end: str, day: date, lapses: bool
) -> None:
    steps = step([stored(FlagStatus.ACCEPTED, **{end: day})], [seen()])
    assert steps == ([Step("f", Move.LAPSE, FlagStatus.DETECTED)] if lapses else [])


@given(
    st.lists(st.sampled_from(sorted(set(FlagStatus))), max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_reconciling_twice_changes_nothing_more(
    statuses: list[FlagStatus], present: list[bool]
) -> None:
    """After its steps a plan's flags and findings agree."""
    flags = [
        stored(status, fingerprint=f"f{n}", statements=frozenset({f"s{n}"}))
        for n, status in enumerate(statuses)
    ]
    findings = [
        seen(fingerprint=f"f{n}", statements=frozenset({f"s{n}"}))
        for n, here in enumerate(present)
        if here
    ]
    after = {flag.fingerprint: flag for flag in flags}
    for one in step(flags, findings):
        number = one.fingerprint[1:]
        after[one.fingerprint] = stored(
            one.status, fingerprint=one.fingerprint, statements=frozenset({f"s{number}"})
        )
    assert step(list(after.values()), findings) == []


def test_what_a_persons_action_makes_of_an_open_flag() -> None:
    assert AFTER_ACTION["acknowledge"] == {
        FlagStatus.DETECTED: FlagStatus.ACKNOWLEDGED,
        FlagStatus.ACKNOWLEDGED: FlagStatus.ACKNOWLEDGED,
        FlagStatus.IN_DISCUSSION: FlagStatus.IN_DISCUSSION,
    }
    for action, status in {
        "discuss": FlagStatus.IN_DISCUSSION,
        "resolve": FlagStatus.RESOLVED,
        "accept": FlagStatus.ACCEPTED,
        "dismiss": FlagStatus.DISMISSED,
    }.items():
        assert AFTER_ACTION[action] == dict.fromkeys(OPEN, status)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_rule_is_for_review_by_its_share_of_enough_decisions(dismissed: int, other: int) -> None:
    decisions = dismissed + other
    # Six of ten, without a division.
    expected = decisions >= 20 and 10 * dismissed > 6 * decisions
    assert is_for_review(dismissed, decisions) is expected


def test_what_is_accepted_is_renewed_and_nothing_else_is() -> None:
    assert AFTER_ACTION["renew"] == {FlagStatus.ACCEPTED: FlagStatus.ACCEPTED}
