"""The subcommand `validate`: check edited knowledge files before anybody runs the engine on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

from service.conflicts import knowledge
from service.conflicts.tool.activities_check import Codes, check_activities
from service.conflicts.tool.document import Unusable, read_bytes
from service.conflicts.tool.inspection import Fault, Inspection
from service.conflicts.tool.positions import Malformed, Node, scan
from service.conflicts.tool.tables_check import check_tables
from service.conflicts.tool.text import harmless, put, put_json, quoted

SHIPPED = {"activities": "activity_taxonomy.json", "drug_classes": "clinical_tables.json"}


@dataclass(frozen=True)
class Source:
    """Hold one file as it was given: its name and its text."""

    name: str
    text: str


def run(paths: Sequence[str], *, as_json: bool) -> int:
    """Check files, print what is wrong with them, and give the exit code."""
    sources = [_given(path) for path in paths] or [_shipped(part) for part in SHIPPED]
    faults = sorted(set(check_files(sources)))
    if as_json:
        put_json([{"file": one.file, "line": one.line, "message": one.message} for one in faults])
    else:
        put([harmless(str(fault)) for fault in faults])
        if not faults:
            put([f"{harmless(source.name)}: nothing is wrong" for source in sources])
    return 1 if faults else 0


def check_files(sources: Sequence[Source]) -> Iterator[Fault]:
    """Check files together; the shipped file stands in for the one of the two that is not given.

    A file of activities is checked with the tables too, because these name its codes.
    """
    read: dict[str, list[tuple[Inspection, Node]]] = {part: [] for part in SHIPPED}
    for source in sources:
        look = Inspection(source.name)
        top = _scanned(look, source.text)
        if top is not None:
            part = _part(look, top)
            if part is not None:
                read[part].append((look, top))
        yield from look.faults
        look.faults = []
    if not any(read.values()):
        return
    for part, files in read.items():
        if not files:
            shipped = _shipped(part)
            look = Inspection(shipped.name)
            node, _ = scan(shipped.text)
            files.append((look, node))
        for look, top in files[1:]:
            look.fault(top.line, f"{files[0][0].file} holds the same part of the knowledge")
            yield from look.faults
    look, top = read["activities"][0]
    codes: Codes = check_activities(look, top)
    yield from look.faults
    look, top = read["drug_classes"][0]
    check_tables(look, top, codes)
    yield from look.faults


def _scanned(look: Inspection, text: str) -> Node | None:
    try:
        top, flaws = scan(text)
    except Malformed as error:
        look.fault(error.line, f"this is not JSON (column {error.column}): {error.problem}")
        return None
    for flaw in flaws:
        if flaw.problem == "key-stands-twice":
            key = flaw.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
            look.fault(flaw.line, f"{quoted(key)} stands twice (first on line {flaw.first})")
        else:
            look.fault(flaw.line, "this is not a number of JSON")
    return top


def _part(look: Inspection, top: Node) -> str | None:
    """Say which part of the knowledge a file holds."""
    for part in SHIPPED:
        if top.get(part) is not None:
            return part
    what = "it has neither activities nor drug_classes" if top.is_object else "it is no object"
    look.fault(top.line, f"this is no knowledge file: {what}")
    return None


def _given(path: str) -> Source:
    try:
        return Source(path, read_bytes(path).decode("utf-8"))
    except UnicodeDecodeError:
        raise Unusable(f"{harmless(path)}: it is not UTF-8 text") from None
    except (OSError, ValueError):
        raise Unusable(f"{harmless(path)}: it cannot be read") from None


def _shipped(part: str) -> Source:
    name = SHIPPED[part]
    text = resources.files(knowledge).joinpath(name).read_text(encoding="utf-8")
    return Source(name, text)
