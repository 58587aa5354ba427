"""The rounds: what the worker does again and again, and when. A new one is one more line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from service.db import Database
from service.jobs.day_turn import turn_days
from service.jobs.forgetting import forget_answers
from service.jobs.knowledge_release import release_knowledge

Stopping = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Round:
    """Name a round, when it comes (cron, in UTC), and what is done; it ends early when asked to stop.

    A round may run twice, or beside itself in another process: what it does must bear that.
    """

    name: str
    cron: str
    work: Callable[[Database, Stopping], object]


ROUNDS: Final = (
    # Midnights fall on quarters of an hour, so every one is followed at once; what failed is tried again.
    Round("turn-days", "*/5 * * * *", turn_days),
    # A batch a minute, and nothing where no plan is behind.
    Round("release-knowledge", "* * * * *", release_knowledge),
    Round("forget-answers", "17 * * * *", forget_answers),
)
