"""The vocabulary: each word once, and the words of the engine, which stands alone, are the same."""

from __future__ import annotations

from enum import StrEnum

import pytest

from service.conflicts import vocabulary as engine
from service.conflicts.not_checked import REASONS
from service.domain import vocabulary
from service.domain.vocabulary import (
    Basis,
    ContextAid,
    ContextPhase,
    ContextSetting,
    ContextSupervision,
    Discipline,
    DoseDimension,
    GoalStatus,
    Laterality,
    MilestoneStatus,
    NotCheckedReason,
    Owner,
    ProgressionMode,
    RecommendationKind,
    RecommendationStatus,
)


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (Discipline, engine.DISCIPLINES),
        (RecommendationKind, engine.KINDS),
        (RecommendationStatus, engine.STATUSES),
        (DoseDimension, engine.DIMENSIONS),
        (ProgressionMode, engine.PROGRESSIONS),
        (Basis, engine.BASES),
        (Laterality, engine.SIDES),
        (GoalStatus, engine.GOAL_STATUSES),
        (MilestoneStatus, engine.MILESTONE_STATUSES),
        (ContextPhase, engine.FACETS["phase"]),
        (ContextSetting, engine.FACETS["setting"]),
        (ContextSupervision, engine.FACETS["supervision"]),
        (ContextAid, engine.FACETS["aid"]),
        (NotCheckedReason, REASONS),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_the_engine_knows_the_same_words(words: type[StrEnum], known: tuple[str, ...]) -> None:
    assert {one.value for one in words} == set(known)


def test_whatever_has_a_discipline_may_have_an_owner_and_everybody_together_too() -> None:
    assert {one.value for one in Owner} == {*Discipline, "shared"}


def test_all_words_are_read_from_one_place() -> None:
    subjects = (
        vocabulary.advice,
        vocabulary.facts,
        vocabulary.flags,
        vocabulary.people,
        vocabulary.plans,
    )
    defined = [
        name
        for subject in subjects
        for name, value in vars(subject).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == subject.__name__
    ]
    assert len(defined) == len(set(defined))
    assert set(defined) <= set(vocabulary.__all__)
