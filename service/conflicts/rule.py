"""Define what a rule is, and build the finding it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from service.conflicts.day import Day
from service.conflicts.explain import mention
from service.conflicts.facts import Author, Context, iso
from service.conflicts.finding import (
    Dimension,
    Finding,
    Material,
    Mention,
    Overlap,
    Repair,
    fingerprint,
)
from service.conflicts.meeting import Meeting
from service.conflicts.statement import Statement
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy
from service.conflicts.tiers import Tier

Find = Callable[[Day, Sequence[Finding]], Iterable[Finding]]


def knowledge_version() -> str:
    """Give the version of the knowledge files the findings rest on."""
    activities, clinical = taxonomy().version, tables().version
    return activities if activities == clinical else f"{activities}/{clinical}"


@dataclass(frozen=True, slots=True)
class Sums:
    """Draw sums over a whole plan: of which statements, and of which facts beside them.

    One change of any of them asks for all of them again, where a pair asks for itself alone.
    """

    find: Find
    over: Callable[[Statement], bool]
    facts: frozenset[str] = frozenset()


def nothing(day: Day, found: Sequence[Finding]) -> Iterable[Finding]:
    """Find nothing: of a rule that only draws sums."""
    return ()


@dataclass(frozen=True)
class Rule:
    """Describe one rule; its module's docstring is its public documentation.

    A rule looks `among` statements, goals, milestones or appointments; where there are none of
    these, it has nothing to find. Rules of a later stage see what the earlier ones found: a rule
    that replaces others, or stands only where no other does, is of a later stage.
    """

    code: str
    type: str
    version: str
    source: str
    fhir: tuple[str, ...]
    told: str
    resolver: str
    documentation: str
    find: Find = nothing
    stage: int = 1
    sums: Sums | None = None
    among: frozenset[str] = frozenset({"statements"})


@dataclass
class Report:
    """Collect what a finding is made of, before it is frozen."""

    rule: Rule
    tier: Tier
    summary: str
    mentions: list[Mention]
    why: list[str]
    repairs: list[Repair]
    resolver: Sequence[str]
    told: Sequence[str]
    overlap: Overlap | None = None
    context: Context = field(default_factory=Context)
    dimension: Dimension | None = None
    row: str | None = None
    fhir: str | None = None
    material: Material = field(default_factory=Material)
    recorded: Sequence[tuple[str, str]] = ()
    replaces: frozenset[str] = frozenset()
    identity: tuple[str, ...] | None = None

    def freeze(self) -> Finding:
        """Make the finding: sort the statements, hash what identifies it."""
        mentions = tuple(sorted(self.mentions, key=lambda item: item.id))
        ids = self.identity or tuple(item.id for item in mentions)
        rule = self.rule
        latest = max(self.recorded, default=None)
        return Finding(
            code=rule.code,
            type=rule.type,
            tier=self.tier.name,
            summary=self.summary,
            statements=mentions,
            dimension=self.dimension,
            overlap=self.overlap,
            context=self.context,
            why=tuple(self.why),
            tier_trace=self.tier.trace,
            since={
                "valid": None if self.overlap is None else iso(self.overlap.start),
                "recorded": latest[0] if latest else None,
                "caused_by": latest[1] if latest else None,
            },
            repairs=_distinct(self.repairs),
            told=_told(self.told, self.tier.name),
            resolver=tuple(dict.fromkeys(self.resolver)),
            fhir=self.fhir,
            row=self.row,
            rule_version=rule.version,
            knowledge_version=knowledge_version(),
            fingerprint=fingerprint(
                rule.type,
                self.row,
                ids,
                self.dimension.name if self.dimension else None,
                self.context,
            ),
            material_fields=self.material.to_dict(self.tier.name, self.overlap),
            replaces=self.replaces,
        )


def _distinct(repairs: Sequence[Repair]) -> tuple[Repair, ...]:
    seen: list[Repair] = []
    for repair in repairs:
        if repair not in seen:
            seen.append(repair)
    return tuple(seen)


def _told(told: Sequence[str], tier: str) -> tuple[str, ...]:
    """Add the lead where a flag is critical."""
    people = (*told, "lead") if tier == "critical" else tuple(told)
    return tuple(dict.fromkeys(people))


def authored(*authors: Author | None) -> tuple[str, ...]:
    """Name authors as those who are told or who resolve."""
    return tuple(dict.fromkeys(f"author:{author.id}" for author in authors if author is not None))


def resolvers(sides: Sequence[Statement], by_rule: Sequence[str]) -> tuple[str, ...]:
    """Say who resolves, by the first that fits: hard limit, medicine, work capacity, the rule."""
    hard = [side for side in sides if side.hard]
    if hard:
        return (*authored(*(side.author for side in hard)), "physician")
    medicines = [side for side in sides if side.kind == "medication"]
    if medicines:
        return authored(*(side.author for side in medicines))
    work = [side for side in sides if side.kind == "work-capacity"]
    if work:
        return (*authored(*(side.author for side in work)), "occupational-therapy")
    return tuple(dict.fromkeys(by_rule))


def recorded(sides: Sequence[Statement]) -> list[tuple[str, str]]:
    """Give when each side was recorded, so that the later one is what caused the finding."""
    return [(side.rec.recorded_at, side.id) for side in sides if side.rec and side.rec.recorded_at]


def overlap_of(meeting: Meeting) -> Overlap:
    """Give the overlap of a meeting."""
    return Overlap(meeting.start, meeting.end, meeting.relation)


def pair_report(
    day: Day,
    rule: Rule,
    sides: tuple[Statement, Statement],
    meeting: Meeting,
    tier: Tier,
    *,
    summary: str,
    why: list[str],
    repairs: list[Repair],
    resolver: Sequence[str],
    dimension: Dimension | None = None,
    fhir: str | None = None,
    row: str | None = None,
    lower: dict[str, float | None] | None = None,
    higher: dict[str, float | None] | None = None,
    exact: dict[str, object] | None = None,
) -> Finding:
    """Build the finding of a rule over two statements."""
    p, n = sides
    stances: dict[str, float | None] = {
        f"stance {side.id}": float(abs(side.strength)) for side in (p, n)
    }
    material = Material(
        lower={**stances, "hard": float(p.hard or n.hard), **(lower or {})},
        higher=higher or {},
        exact={
            "actions": {side.id: side.term for side in (p, n)},
            "positive": p.id,
            **(exact or {}),
        },
    )
    return Report(
        rule=rule,
        tier=tier,
        summary=summary,
        mentions=[mention(p, day.drugs), mention(n, day.drugs)],
        why=why,
        repairs=repairs,
        resolver=resolvers((p, n), resolver),
        told=authored(p.author, n.author),
        overlap=overlap_of(meeting),
        context=meeting.context,
        dimension=dimension,
        row=row,
        fhir=fhir,
        material=material,
        recorded=recorded((p, n)),
    ).freeze()


def fact_report(
    rule: Rule,
    sides: Sequence[Statement],
    mentions: Sequence[Mention],
    tier: Tier,
    overlap: Overlap,
    *,
    summary: str,
    why: list[str],
    repairs: Sequence[Repair],
    resolver: Sequence[str] = (),
    told: Sequence[str] | None = None,
    context: Context | None = None,
    row: str | None = None,
    fhir: str | None = None,
    lower: dict[str, float | None] | None = None,
    higher: dict[str, float | None] | None = None,
    exact: dict[str, object] | None = None,
) -> Finding:
    """Build the finding of a rule over statements and facts."""
    stances: dict[str, float | None] = {
        f"stance {side.id}": float(abs(side.strength)) for side in sides
    }
    return Report(
        rule=rule,
        tier=tier,
        summary=summary,
        mentions=list(mentions),
        why=why,
        repairs=list(repairs),
        resolver=resolvers(sides, resolver),
        told=authored(*(side.author for side in sides)) if told is None else told,
        overlap=overlap,
        context=context or Context(),
        row=row,
        fhir=fhir,
        material=Material(
            lower={**stances, **(lower or {})},
            higher=higher or {},
            exact={"actions": {side.id: side.term for side in sides}, **(exact or {})},
        ),
        recorded=recorded(sides),
    ).freeze()


def highest(findings: Iterable[Finding], rows: Sequence[str]) -> list[Finding]:
    """Keep one finding for the same items: the highest tier, then the first row of the table."""
    best: dict[tuple[str, ...], Finding] = {}
    place = {row: index for index, row in enumerate(rows)}
    for finding in findings:
        key = tuple(sorted(finding.ids))
        kept = best.get(key)
        if kept is None or _rank(finding, place) < _rank(kept, place):
            best[key] = finding
    return list(best.values())


def _rank(finding: Finding, place: dict[str, int]) -> tuple[int, int]:
    return finding.order[0], place.get(finding.row or "", len(place))
