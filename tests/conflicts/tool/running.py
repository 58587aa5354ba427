"""Run the tool within the tests, as a shell would see it."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from service.conflicts.tool import main

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "examples" / "back-pain.json"
KNOWLEDGE = ROOT / "service" / "conflicts" / "knowledge"


@dataclass(frozen=True)
class Done:
    """Hold what a run wrote and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read what it wrote as JSON."""
        return json.loads(self.out)


class Terminal(io.StringIO):
    """Pretend that somebody reads along."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def run(*arguments: str, stdin: str | bytes = "", terminal: bool = False) -> Done:
    """Run a command in this process; an exit of argparse is its exit code."""
    out, err = Terminal() if terminal else io.StringIO(), io.StringIO()
    raw = stdin if isinstance(stdin, bytes) else stdin.encode("utf-8", "surrogatepass")
    given = io.TextIOWrapper(io.BytesIO(raw))
    with patch("sys.stdin", given), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())
