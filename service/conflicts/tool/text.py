"""Write text for people: columns, wrapped lines, and nothing that a terminal would obey."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from textwrap import wrap

NARROWEST, WIDEST = 60, 140


def width() -> int:
    """Give the width to write in: that of the terminal, within bounds."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)


def harmless(text: str) -> str:
    """Show control characters instead of sending them to a terminal."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def quoted(text: str) -> str:
    """Show what somebody typed, in quotes and not too long."""
    return f"'{harmless(text if len(text) <= 60 else text[:59] + '…')}'"


def marked(mark: str, text: str, indent: int) -> list[str]:
    """Write a mark and a text beside it, wrapped under itself."""
    space = " " * indent
    head = f"{space}{mark:<8} "
    lines = wrap(harmless(text), max(width() - len(head), 30), break_on_hyphens=False)
    rest = " " * len(head)
    return [f"{head if index == 0 else rest}{line}" for index, line in enumerate(lines)]


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows in columns; the last one is wrapped under itself."""
    shown = [[harmless(cell) for cell in row] for row in rows]
    sizes = [max(len(row[place]) for row in shown) for place in range(len(shown[0]) - 1)]
    lead = sum(sizes) + 2 * len(sizes)
    lines = []
    for row in shown:
        head = "".join(f"{cell:<{size}}  " for cell, size in zip(row, sizes, strict=False))
        wrapped = wrap(row[-1], max(width() - lead, 30), break_on_hyphens=False) or [""]
        lines.append(f"{head}{wrapped[0]}".rstrip())
        lines += [f"{' ' * lead}{line}" for line in wrapped[1:]]
    return lines


def put(lines: Sequence[str]) -> None:
    """Write lines to standard output; what its encoding lacks is shown as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    text = "".join(f"{line}\n" for line in lines)
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def put_json(content: object) -> None:
    """Write JSON to standard output."""
    sys.stdout.write(json.dumps(content, indent=2) + "\n")
