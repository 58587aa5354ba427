"""Check a file of clinical tables against itself and against the activities it names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from service.conflicts.rules import RULES
from service.conflicts.tables import TIERS
from service.conflicts.tool.activities_check import Codes
from service.conflicts.tool.inspection import Inspection
from service.conflicts.tool.positions import Node
from service.conflicts.vocabulary import DIMENSIONS, FACETS

PARTS = (
    "version", "drug_classes", "conditions", "observations", "event_codes", "sedating", "allergy",
    "drug_condition", "drug_drug", "same_class_silent", "daily_maximum", "drug_drug_silent",
    "separation", "resources", "drug_activity", "condition_activity",
)  # fmt: skip
ROUTES = ("oral", "topical", "injected", "other")
LONGEST_GAP = 36_500
_FHIR = {rule.code: rule.fhir for rule in RULES}


@dataclass
class Tables:
    """Hold what the rows of one file may refer to, and the row ids seen so far."""

    look: Inspection
    body: Codes
    drugs: Collection[str]
    conditions: Collection[str]
    observations: Collection[str]
    events: Collection[str]
    rows: dict[str, int] = field(default_factory=dict)

    def row(
        self, node: Node, table: str, needed: tuple[str, ...], optional: tuple[str, ...]
    ) -> str:
        """Check what every row has: its id, once in the file, and its source; give its name."""
        look = self.look
        code = look.text(node.get("id"), f"the id of a row of {table}")
        what = f"row {code}" if code else f"a row of {table}"
        look.record(node, what, ("id", *needed, "source"), optional)
        if code in self.rows:
            look.fault(node.line, f"{what} stands twice (first on line {self.rows[code]})")
        elif code:
            self.rows[code] = node.line
        look.text(node.get("source"), f"the source of {what}")
        return what

    def grade(self, node: Node, what: str, rule: str) -> None:
        """Check a row's tier and FHIR code, and what lowers it."""
        look = self.look
        tier = look.code(node.get("tier"), what, "tier", TIERS)
        look.code(node.get("fhir"), what, "FHIR code", _FHIR[rule])
        by, lowered = node.get("mitigated_by"), node.get("mitigated_tier")
        if (by is None) != (lowered is None):
            look.fault(node.line, f"{what} needs both mitigated_by and mitigated_tier, or neither")
        look.code(by, what, "drug class", self.drugs)
        low = look.code(lowered, what, "tier", TIERS)
        if tier and low and TIERS.index(low) <= TIERS.index(tier):
            line = lowered.line if lowered else node.line
            look.fault(line, f"{what}: mitigated_tier must be below its tier, {tier}")

    def drug(self, node: Node | None, what: str) -> None:
        """Check a drug class."""
        self.look.code(node, what, "drug class", self.drugs)

    def load(self, node: Node | None, what: str) -> None:
        """Check a load with its level."""
        if node is None:
            return
        if not node.is_list or len(node.items) != 2:
            self.look.fault(node.line, f"{what}: a load is a list of load and level")
            return
        self.look.code(node.items[0], what, "load", self.body.loads)
        self.look.whole(node.items[1], f"{what}: the level", 1, 3)


def check_tables(look: Inspection, top: Node, body: Codes) -> None:
    """Check the whole file."""
    look.record(top, "the file", PARTS, ("about",))
    look.optional_text(top.get("about"), "about")
    look.text(top.get("version"), "version")
    tables = Tables(
        look,
        body,
        drugs=_drugs(look, top.get("drug_classes"), body),
        conditions=look.words(top.get("conditions"), "conditions"),
        observations=_observations(look, top.get("observations")),
        events=look.words(top.get("event_codes"), "event_codes"),
    )
    _single(tables, top)
    for node in look.items(top.get("drug_condition"), "drug_condition"):
        _drug_condition(tables, node)
    for node in look.items(top.get("drug_drug"), "drug_drug"):
        _drug_drug(tables, node)
    for node in look.items(top.get("daily_maximum"), "daily_maximum"):
        what = tables.row(node, "daily_maximum", ("class", "mg", "tier", "fhir"), ())
        tables.drug(node.get("class"), what)
        look.number(node.get("mg"), f"mg of {what}")
        tables.grade(node, what, "CF25")
    for node in look.items(top.get("separation"), "separation"):
        _separation(tables, node)
    for name, fact in (("drug_activity", "class"), ("condition_activity", "condition")):
        for node in look.items(top.get(name), name):
            _against_activity(tables, node, name, fact)


def _drugs(look: Inspection, node: Node | None, body: Codes) -> list[str]:
    above: dict[str, list[tuple[str, int]]] = {}
    for member in look.members(node, "drug_classes"):
        what = f"drug class {member.key}"
        above[member.key] = []
        if member.key in body.activities:
            look.fault(member.line, f"{what} is the code of an activity too")
        if look.record(member.node, what, ("label",), ("is_a",)):
            look.text(member.node.get("label"), f"the label of {what}")
            parents = member.node.get("is_a")
            above[member.key] = [
                (parent, item.line)
                for item in look.items(parents, f"is_a of {what}")
                if (parent := look.text(item, f"a parent of {what}")) is not None
            ]
    look.parents("drug class", above)
    return list(above)


def _observations(look: Inspection, node: Node | None) -> list[str]:
    codes = []
    for member in look.members(node, "observations"):
        what = f"observation {member.key}"
        codes.append(member.key)
        if look.record(member.node, what, ("label", "units", "days", "keeps_below")):
            look.text(member.node.get("label"), f"the label of {what}")
            look.words(member.node.get("units"), f"units of {what}")
            look.whole(member.node.get("days"), f"days of {what}", 1, LONGEST_GAP)
            look.number(member.node.get("keeps_below"), f"keeps_below of {what}")
    return codes


def _single(tables: Tables, top: Node) -> None:
    """Check what is not a table of rows."""
    look = tables.look
    sedating = top.get("sedating")
    needed = ("classes", "window_days", "critical_actions", "source")
    if sedating is not None and look.record(sedating, "sedating", needed):
        look.codes(sedating.get("classes"), "sedating classes", "drug class", tables.drugs)
        look.whole(sedating.get("window_days"), "window_days of sedating", 1, LONGEST_GAP)
        critical = sedating.get("critical_actions")
        look.codes(critical, "critical_actions", "activity", tables.body.activities)
        look.text(sedating.get("source"), "the source of sedating")
    allergy = top.get("allergy")
    if allergy is not None and look.record(allergy, "allergy", ("tier", "fhir", "source")):
        tables.grade(allergy, "allergy", "CF24")
        look.text(allergy.get("source"), "the source of allergy")
    look.codes(top.get("same_class_silent"), "same_class_silent", "drug class", tables.drugs)
    for pair in look.items(top.get("drug_drug_silent"), "drug_drug_silent"):
        if not pair.is_list or len(pair.items) != 2:
            look.fault(pair.line, "an entry of drug_drug_silent must be a list of two drug classes")
        for item in pair.items:
            tables.drug(item, "drug_drug_silent")
    for member in look.members(top.get("resources"), "resources"):
        activities = tables.body.activities
        look.is_known(member.key, member.line, "resources", "activity", activities)
        what = f"resources of {member.key}"
        if not look.words(member.node, what) and member.node.is_list and not member.node.items:
            look.fault(member.line, f"{what}: one at least is needed")


def _drug_condition(tables: Tables, node: Node) -> None:
    look = tables.look
    facts = ("condition", "observation", "min_age")
    what = tables.row(
        node,
        "drug_condition",
        ("class", "tier", "fhir"),
        (*facts, "routes", "unless_observation", "mitigated_by", "mitigated_tier"),
    )
    tables.drug(node.get("class"), what)
    look.codes(node.get("routes"), f"routes of {what}", "route", ROUTES)
    if node.is_object and sum(node.get(name) is not None for name in facts) != 1:
        look.fault(node.line, f"{what} needs exactly one of condition, observation and min_age")
    look.code(node.get("condition"), what, "condition", tables.conditions)
    look.code(node.get("unless_observation"), what, "observation", tables.observations)
    look.whole(node.get("min_age"), f"min_age of {what}", 1, 120)
    lab = node.get("observation")
    if lab is not None and look.record(
        lab, f"the observation of {what}", ("code",), ("at_least", "below")
    ):
        look.code(lab.get("code"), what, "observation", tables.observations)
        low = look.number(lab.get("at_least"), f"at_least of {what}", above=-1)
        high = look.number(lab.get("below"), f"below of {what}")
        if lab.get("at_least") is None and lab.get("below") is None:
            look.fault(lab.line, f"{what}: its observation needs at_least or below")
        if low is not None and high is not None and low >= high:
            look.fault(lab.line, f"{what}: at_least must be smaller than below")
    tables.grade(node, what, "CF24")


def _drug_drug(tables: Tables, node: Node) -> None:
    names = ("a", "b", "c")
    what = tables.row(
        node,
        "drug_drug",
        ("a", "b", "tier"),
        ("c", "fhir", "mitigated_by", "mitigated_tier", *(f"{name}_routes" for name in names)),
    )
    for name in names:
        tables.drug(node.get(name), what)
        routes = node.get(f"{name}_routes")
        tables.look.codes(routes, f"{name}_routes of {what}", "route", ROUTES)
        if routes is not None and node.get(name) is None:
            tables.look.fault(routes.line, f"{what} has {name}_routes and no {name}")
    tables.grade(node, what, "CF25")


def _separation(tables: Tables, node: Node) -> None:
    look = tables.look
    optional = ("actions", "loads", "any_region", "region")
    what = tables.row(node, "separation", ("event", "days"), optional)
    look.code(node.get("event"), what, "event", tables.events)
    look.codes(node.get("actions"), what, "activity", tables.body.activities)
    for load in look.items(node.get("loads"), f"loads of {what}"):
        tables.load(load, what)
    if node.is_object and node.get("actions") is None and node.get("loads") is None:
        look.fault(node.line, f"{what} needs actions or loads")
    look.flag(node.get("any_region"), f"any_region of {what}")
    look.code(node.get("region"), what, "region", tables.body.regions)
    look.whole(node.get("days"), f"days of {what}", 1, LONGEST_GAP)


def _against_activity(tables: Tables, node: Node, table: str, fact: str) -> None:
    look = tables.look
    optional = ("action", "load", "regions", "dose_dimension", "unless_supervision")
    what = tables.row(node, table, (fact, "tier", "fhir"), optional)
    if fact == "class":
        tables.drug(node.get("class"), what)
    else:
        look.code(node.get("condition"), what, "condition", tables.conditions)
    if node.is_object and (node.get("action") is None) == (node.get("load") is None):
        look.fault(node.line, f"{what} needs an action or a load, and not both")
    look.code(node.get("action"), what, "activity", tables.body.activities)
    tables.load(node.get("load"), what)
    look.codes(node.get("regions"), f"regions of {what}", "region", tables.body.regions)
    look.code(node.get("dose_dimension"), what, "dimension", DIMENSIONS)
    look.code(node.get("unless_supervision"), what, "supervision", FACETS["supervision"])
    tables.grade(node, what, "CF28")
