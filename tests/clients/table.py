"""Print rows under headings, each column as wide as what stands in it."""

from __future__ import annotations

from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of text; the last column is not padded."""
    every = [headings, ["-" * len(heading) for heading in headings], *rows]
    widths = [max(len(row[at]) for row in every) for at in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in every
    )
