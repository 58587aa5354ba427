"""Know, for each statement, which others it can touch at all: the index behind one change.

A statement that asks is posted under its activity and all above it, and its demands under their
load with their region and all around it; a statement that limits is posted under what it limits
in the same way. A change then looks into its own postings and nowhere else. What is posted may be
too much, which costs time, and never too little, which would hide a contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.conflicts.day import is_certificate, is_medicine
from service.conflicts.facts import Condition, Goal
from service.conflicts.messages import MESSAGES, opposed
from service.conflicts.rules.cf09_pain_rule import is_ruled
from service.conflicts.rules.cf16_opposed_messages import message
from service.conflicts.rules.cf26_sedation_vigilance import is_awake, may_dull
from service.conflicts.statement import Statement
from service.conflicts.tables import Contraindication, Tables
from service.conflicts.taxonomy import WHOLE_BODY, Demand, Taxonomy

Key = tuple[str, ...]

MEDICINE: Key = ("medicine",)
AWAKE: Key = ("awake",)
DULLING: Key = ("dulling",)
CERTIFICATE: Key = ("certificate",)
MEANS_ALL: Key = ("means-all",)
OPPOSITES = {
    one: tuple(other for other in MESSAGES if opposed(one, other) or one == other)
    for one in MESSAGES
}


def limits_something(item: Statement) -> bool:
    """Say whether a statement restricts: it advises against, or permits up to a cap."""
    return item.strength < 0 or (item.strength == 0 and bool(item.caps))


def named(item: Statement) -> set[str]:
    """Give the codes that a statement is about: its activity, and its drug class."""
    return {code for code in (item.term, item.action) if code is not None}


class Postings:
    """Hold who is posted where."""

    def __init__(self, body: Taxonomy, drugs: Tables) -> None:
        self.body = body
        self.drugs = drugs
        self._posted: dict[Key, set[str]] = {}

    def add(self, item: Statement) -> None:
        """Post a statement."""
        for key in self.keys(item):
            self._posted.setdefault(key, set()).add(item.id)

    def remove(self, item: Statement) -> None:
        """Take a statement out of all its postings."""
        for key in self.keys(item):
            posted = self._posted.get(key)
            if posted is not None:
                posted.discard(item.id)
                if not posted:
                    del self._posted[key]

    def at(self, *key: str) -> set[str]:
        """Give who is posted under a key."""
        return self._posted.get(key) or set()

    def keys(self, item: Statement) -> Iterator[Key]:
        """Give the keys under which a statement is posted."""
        if item.kind == "education":
            if item.strength > 0:
                yield "message", message(item)
            return
        if item.strength >= 0:
            yield from self._asked(item)
        if limits_something(item):
            yield from self._limiting(item)

    def _asked(self, item: Statement) -> Iterator[Key]:
        for code in {*item.up, *item.counted}:
            yield "does", code
        for code in named(item):
            yield "is", code
        for demand in item.demands(widened=True):
            yield "places", demand.load, demand.region
            for region in self.body.region_up[demand.region]:
                yield "places-in", demand.load, region
        if item.says_all:
            yield MEANS_ALL
        if is_medicine(item):
            yield MEDICINE
            if may_dull(self, item):
                yield DULLING
        elif is_awake(self, item):
            yield AWAKE
        if is_ruled(item):
            yield "pain-is", item.action or ""
            for code in item.up:
                yield "pain-does", code

    def _limiting(self, item: Statement) -> Iterator[Key]:
        for code in named(item):
            yield "limits", code
        for code in item.up:
            yield "limits-in", code
        if is_certificate(item):
            yield CERTIFICATE
        target = item.load_target or item.reading
        if target is not None:
            yield "keeps", target.load, target.region
            for region in self.body.region_up[target.region]:
                yield "keeps-in", target.load, region

    def near(self, item: Statement) -> set[str]:
        """Give the statements and tasks that one can touch, by any rule on two of them."""
        found: set[str] = set()
        if item.kind == "education":
            if item.strength > 0:
                text = message(item)
                for other in OPPOSITES.get(text, (text,)):
                    found |= self.at("message", other)
        else:
            if item.strength >= 0:
                self._near_asked(item, found)
            if limits_something(item):
                self._near_limiting(item, found)
        found.discard(item.id)
        return found

    def _near_asked(self, item: Statement, found: set[str]) -> None:
        for code in (*item.up, *item.counted):
            found |= self.at("limits", code)
        for code in named(item):
            found |= self.at("limits-in", code)
        for demand in item.demands(widened=True):
            self.near_demand(demand, found)
        if is_medicine(item):
            self._near_medicine(item, found)
        if item.action is not None:
            self._near_activity(item, found)

    def near_demand(self, demand: Demand, found: set[str]) -> None:
        """Add the limits that a demand can meet: on its region, one around it, or one within."""
        found |= self.at("keeps-in", demand.load, demand.region)
        for region in self.body.region_up[demand.region]:
            found |= self.at("keeps", demand.load, region)

    def _near_activity(self, item: Statement, found: set[str]) -> None:
        found |= self.at("is", item.action or "")
        if is_ruled(item):
            found |= self.at("pain-does", item.action or "")
            for code in item.up:
                found |= self.at("pain-is", code)
        for pair in self.body.opposed:
            if pair.quiets in item.up:
                found |= self.at("does", pair.moves)
            if pair.moves in item.up:
                found |= self.at("does", pair.quiets)
        if is_awake(self, item):
            found |= self.at(*DULLING)
        loads = {demand.load for demand in item.demands()}
        for row in self.drugs.drug_activity:
            if (
                item.says_all
                or row.action in item.up
                or (row.load is not None and row.load[0] in loads)
            ):
                found |= self.at("does", row.fact)

    def _near_medicine(self, item: Statement, found: set[str]) -> None:
        found |= self.at(*MEDICINE)
        if may_dull(self, item):
            found |= self.at(*AWAKE)
        self.near_rows([row for row in self.drugs.drug_activity if row.fact in item.up], found)

    def near_rows(self, rows: list[Contraindication], found: set[str]) -> None:
        """Add what the activity rows of a drug class or a condition can speak of."""
        for row in rows:
            found |= self.at(*MEANS_ALL)
            if row.action is not None:
                found |= self.at("does", row.action)
            if row.load is not None:
                for region in row.regions or (WHOLE_BODY,):
                    self._placing(row.load[0], region, found)

    def _near_limiting(self, item: Statement, found: set[str]) -> None:
        for code in named(item):
            found |= self.at("does", code)
            found |= self.at("limits", code)
        for code in item.up:
            found |= self.at("is", code)
        target = item.load_target or item.reading
        if target is not None:
            self._placing(target.load, target.region, found)
            found |= self.at("keeps", target.load, target.region)

    def _placing(self, load: str, region: str, found: set[str]) -> None:
        found |= self.at("places-in", load, region)
        for around in self.body.region_up[region]:
            found |= self.at("places", load, around)

    def near_goal(self, goal: Goal) -> set[str]:
        """Give the limits that can stand in the way of a goal."""
        found: set[str] = set()
        for code in self.body.up.get(goal.action or "", ()):
            found |= self.at("limits", code)
        for demand in self.body.demands.get(goal.action or "", ()):
            self.near_demand(demand, found)
        return found

    def near_condition(self, condition: Condition) -> set[str]:
        """Give the medicines, and the activities that a condition speaks against."""
        found = set(self.at(*MEDICINE))
        rows = [row for row in self.drugs.condition_activity if row.fact == condition.code]
        self.near_rows(rows, found)
        return found
