"""Decide whether what one statement asks is what another restricts, by the activity taxonomy.

A recommendation is met by some instance, a prohibition is broken by any: "deadlift" under "no
lifting" is definite, "resistance training" with "no deadlifts" is only narrower.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.conflicts.statement import Statement
from service.conflicts.taxonomy import CountsAs


@dataclass(frozen=True, slots=True)
class Coverage:
    """Hold that a statement is covered, and how: as it is, as `all`, or by its dose."""

    all_of: bool = False
    counts: CountsAs | None = None

    @property
    def typical(self) -> bool:
        """Say whether it holds only as a rule, so that the finding counts one tier lower."""
        return self.counts is not None and self.counts.typical


AS_IT_IS = Coverage()
AS_ALL = Coverage(all_of=True)


def covers(p: Statement, n: Statement) -> Coverage | None:
    """Say whether p does what n is about; None where it does not, or n is only narrower."""
    term = n.term
    if term is None or p.term is None:
        return None
    if term in p.up:
        return AS_IT_IS
    counted = p.counted.get(term)
    if counted is not None and not counted.typical:
        return Coverage(counts=counted)
    if p.quantifier == "all" and p.term in n.up:
        return AS_ALL
    return None if counted is None else Coverage(counts=counted)


def narrows(p: Statement, n: Statement) -> bool:
    """Say whether n is strictly below what p asks for, so that both can be followed."""
    return (
        p.action is not None
        and n.action is not None
        and p.action != n.action
        and p.action in n.up
        and p.quantifier == "some"
        and covers(p, n) is None
    )
