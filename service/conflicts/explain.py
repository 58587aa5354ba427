"""Say in plain sentences what was said, why it collides, and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterable

from service.conflicts.caps import Comparison, Excess
from service.conflicts.coverage import Coverage
from service.conflicts.facts import OPEN_END, OPEN_START, Author, Dose, JobDemand, iso
from service.conflicts.finding import Mention
from service.conflicts.loads import Met
from service.conflicts.meeting import Meeting
from service.conflicts.statement import UNBOUNDED, Statement
from service.conflicts.tables import Tables
from service.conflicts.taxonomy import Demand, Taxonomy, lower_first
from service.conflicts.units import show

SUMMARY_LENGTH = 140
LONGEST_ABBREVIATION = 4
VERBS = {
    "require": "requires",
    "recommend": "recommends",
    "permit": "permits",
    "discourage": "advises against",
    "prohibit": "rules out",
}
DIMENSION_WORDS = {
    "load": "weight",
    "load-rel": "share of the one-repetition maximum",
    "weight-bearing": "weight bearing",
    "bout": "time at a stretch",
    "session": "length of a session",
    "daily-minutes": "minutes a day",
    "heart-rate": "heart rate",
    "rom": "range of movement",
    "pain-limit": "pain limit",
    "activity-percent": "share of usual activity",
    "work-hours": "hours of work a day",
    "work-days": "days of work a week",
    "break-every": "time between breaks",
}
UNIT_WORDS = {
    "1/wk": "a week", "/wk": "a week", "1/d": "a day", "/d": "a day", "d/wk": "days a week",
    "h/d": "h a day", "min/d": "min a day", "deg": "degrees", "/min": "a minute", "1": "",
    "[lb_av]": "lb", "[mi_i]": "miles",
}  # fmt: skip


def who(author: Author | None) -> str:
    """Name a discipline in the middle of a sentence."""
    if author is None:
        return "the job"
    if author.discipline is None:
        return "the team"
    word = author.discipline.replace("-", " ")
    return f"the {word}" if word in ("patient", "caregiver", "physician") else word


def upper_first(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def cut(text: str, length: int) -> str:
    """Shorten a text to a length, at a word where there is one."""
    if len(text) <= length:
        return text
    short = text[: max(length - 1, 1)]
    space = short.rfind(" ")
    return (short[:space] if space > length // 2 else short).rstrip(" ,;(") + "…"


def summarize(first: tuple[str, str], second: tuple[str, str], ending: str = ".") -> str:
    """Join who says what on one side and on the other, in at most 140 characters."""
    fixed = len(f"{first[0]} ; {second[0]} ") + len(ending)
    room = SUMMARY_LENGTH - fixed
    left, right = first[1], second[1]
    if len(left) + len(right) > room:
        half = room // 2
        if len(left) <= half:
            right = cut(right, room - len(left))
        elif len(right) <= half:
            left = cut(left, room - len(right))
        else:
            left, right = cut(left, half), cut(right, room - half)
    return cut(f"{upper_first(first[0])} {left}; {second[0]} {right}{ending}", SUMMARY_LENGTH)


def amount(dose: Dose) -> str:
    """Write a dose as it would be said."""
    unit = UNIT_WORDS.get(dose.unit, dose.unit)
    if dose.low is not None and dose.high is not None:
        figures = (
            show(dose.low) if dose.low == dose.high else f"{show(dose.low)} to {show(dose.high)}"
        )
    elif dose.high is not None:
        figures = f"up to {show(dose.high)}"
    else:
        figures = f"at least {show(dose.low or 0.0)}"
    return f"{figures} {unit}".strip()


def dimension_word(name: str) -> str:
    """Name a dimension in a sentence."""
    return DIMENSION_WORDS.get(name, name.replace("-", " "))


def subject(statement: Statement, drugs: Tables) -> str:
    """Name what a statement is about: an activity, a load, a drug or a message."""
    rec, body = statement.rec, statement.body
    if statement.kind == "medication" and statement.medication:
        if statement.medication.name and statement.medication.name.strip():
            return cut(statement.medication.name.strip(), 60)
        if statement.medication.drug_class:
            return drugs.drug_label(statement.medication.drug_class)
        return "a medicine"
    if statement.kind == "education" and rec and rec.message:
        return f"the message “{rec.message.replace('-', ' ')}”"
    if rec and rec.load_target:
        target = rec.load_target
        load = body.loads.get(target.load, target.load)
        return f"{load} at the {body.region_label(target.region)}"
    if statement.action:
        return statement.label
    return (rec.action if rec else None) or "an activity that has no code"


def what(statement: Statement, drugs: Tables) -> str:
    """Say verb and object of a statement, with its dose; worked out once."""
    if "what" not in statement.texts:
        statement.texts["what"] = _what(statement, drugs)
    return statement.texts["what"]


def _what(statement: Statement, drugs: Tables) -> str:
    doses = [amount(dose) for dose in statement.dose.values()]
    verb = VERBS[statement.stance]
    name = subject(statement, drugs)
    if statement.kind == "job_demand":
        return f"asks for {name}" + (f" ({', '.join(doses)})" if doses else "")
    if statement.strength < 0 and statement.caps:
        caps = [amount(dose) for dose in statement.caps.values()]
        return f"limits {name} to {', '.join(cap.removeprefix('up to ') for cap in caps)}"
    return f"{verb} {name}" + (f" ({', '.join(doses)})" if doses else "")


def says(statement: Statement, drugs: Tables) -> str:
    """Say a whole statement in one sentence; worked out once."""
    if "says" not in statement.texts:
        statement.texts["says"] = _says(statement, drugs)
    return statement.texts["says"]


def _says(statement: Statement, drugs: Tables) -> str:
    parts = [f"{upper_first(who(statement.author))} {what(statement, drugs)}"]
    source = statement.source
    side = statement.rec.laterality if statement.rec else None
    place = [side] if side in ("left", "right", "bilateral") else []
    if source.body_region:
        place.append(statement.body.region_label(source.body_region))
    if place:
        parts.append(f"({' '.join(place)})")
    if statement.exclude:
        names = sorted(
            statement.body.label(code)
            if code in statement.body.activities
            else drugs.drug_label(code)
            for code in statement.exclude
        )
        parts.append(f"except {', '.join(names)}")
    facets = statement.context
    words = sorted(facets.phase) + sorted(facets.setting) + sorted(facets.supervision)
    words += [f"with {aid}" if aid != "none" else "without aid" for aid in sorted(facets.aid)]
    if words:
        parts.append(f"[{', '.join(words)}]")
    if not isinstance(source, JobDemand):
        parts.append(span(statement.start, statement.end))
    if statement.hard:
        parts.append("as a safety or legal limit")
    return " ".join(part for part in parts if part) + "."


def span(start: int, end: int) -> str:
    """Say from when to when."""
    first, last = iso(start), iso(end)
    if start > OPEN_START and end < OPEN_END:
        return f"from {first} until {last}"
    if start > OPEN_START:
        return f"from {first}"
    return f"until {last}" if end < OPEN_END else ""


def mention(statement: Statement, drugs: Tables) -> Mention:
    """Name a statement among those that decided."""
    author = statement.author
    return Mention(
        "job_demand" if statement.kind == "job_demand" else "recommendation",
        statement.id,
        statement.version,
        author_dict(author),
        says(statement, drugs),
    )


def condition_word(code: str) -> str:
    """Name a condition in a sentence; short codes are abbreviations."""
    return code.upper() if len(code) <= LONGEST_ABBREVIATION else code.replace("-", " ")


def kind_of(body: Taxonomy, code: str | None, above: str) -> str:
    """Say that an activity is another, or a kind of it."""
    if code == above:
        return upper_first(body.label(code))
    return f"{upper_first(body.label(code))} is a kind of {body.label(above)}, which"


def author_dict(author: Author | None) -> dict[str, str | None] | None:
    """Give an author as JSON."""
    if author is None:
        return None
    return {"id": author.id, "discipline": author.discipline, "role": author.role}


def overlap_sentence(meeting: Meeting) -> str:
    """Say on which days both hold."""
    days = span(meeting.start, meeting.end)
    return f"Both hold {days}." if days else "Both hold without a date of beginning or end."


def coverage_sentence(p: Statement, n: Statement, coverage: Coverage, drugs: Tables) -> str:
    """Say by which way up the taxonomy one statement falls under the other."""
    body = p.body
    if p.kind == "medication":
        above = drugs.drug_label(n.term or "")
        return f"{upper_first(subject(p, drugs))} is, or is a kind of, {above}."
    if coverage.all_of:
        return (
            f"What is said of all {p.label} is said of {n.label} too, because {n.label} is a kind "
            f"of {p.label}."
        )
    if coverage.counts is not None:
        row = coverage.counts
        return (
            f"{upper_first(p.label)} for more than {show(row.above)} {UNIT_WORDS.get(row.unit, row.unit)}"
            f"{' usually' if row.typical else ''} counts as {body.label(row.as_)}, which falls "
            f"under {n.label}."
        )
    way = body.path(p.action or "", n.action or "")
    if len(way) <= 1:
        return f"Both speak of {n.label}."
    return (
        f"{upper_first(p.label)} is a kind of {n.label} ({' → '.join(body.label(c) for c in way)})."
    )


def level_words(body: Taxonomy, demand: Demand) -> str:
    """Say what a level means, where the taxonomy anchors it."""
    anchors = body.levels.get(f"{demand.load}@{demand.region}") or body.levels.get(demand.load)
    return f"level {demand.level}" + (f", {anchors[demand.level - 1]}" if anchors else "")


def demand_sentence(p: Statement, met: Met, load: str, region: str, level: int) -> str:
    """Say which demand of an activity meets a restricted load, and how surely."""
    body, demand = p.body, met.demand
    how = "always places" if demand.inherent else "usually places, and by technique can avoid,"
    sentence = (
        f"{upper_first(body.label(demand.action))} {how} {body.loads[demand.load]} on the "
        f"{body.region_label(demand.region)} ({level_words(body, demand)}); the restriction is on "
        f"the {body.region_label(region)} from level {level}."
    )
    if p.action is not None and demand.action != p.action:
        kind = "includes" if p.action in body.up[demand.action] else "has this from"
        sentence = f"{upper_first(p.label)} {kind} {body.label(demand.action)}. {sentence}"
    return sentence


def weakness(met: Met) -> str | None:
    """Say why a demand counts for less."""
    if not met.demand.inherent:
        return "The load is usual, but can be avoided by technique"
    if met.coarse:
        return "The load is known only for a larger region"
    return None


def cap_sentence(comparison: Comparison) -> str:
    """Compare what is asked with what is allowed."""
    cap = comparison.cap
    unit = UNIT_WORDS.get(cap.unit, cap.unit)
    limit = f"at most {show(cap.high or 0.0)} {unit}".strip()
    name = dimension_word(cap.dimension)
    if comparison.demand is not None:
        return (
            f"No {name} is stated, but {lower_first(comparison.demand.action.replace('-', ' '))} "
            f"always goes beyond {limit}."
        )
    if comparison.high is None or comparison.high == UNBOUNDED:
        asked = f"from {show(comparison.low or 0.0)} {unit} on, and rising without a stated end"
    elif comparison.low is None:
        asked = f"up to {show(comparison.high)} {unit}"
    elif comparison.low == comparison.high:
        asked = f"{show(comparison.high)} {unit}"
    else:
        asked = f"{show(comparison.low)} to {show(comparison.high)} {unit}"
    verb = "All" if comparison.excess is Excess.DEFINITE else "Part"
    return (
        f"{upper_first(name)}: {asked.strip()} is asked, {limit} is left. {verb} of it goes beyond."
    )


def listing(words: Iterable[str]) -> str:
    """Join words as a sentence does."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def asks(people: list[str]) -> str:
    """Say that one or several ask for something."""
    return "asks for" if len(people) == 1 else "together ask for"
