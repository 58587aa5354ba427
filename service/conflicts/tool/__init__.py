"""Let a clinician-informatician use the engine from the command line.

One file a subcommand: `check` a plan, `explain` a rule, look an activity up in the `taxonomy`,
`validate` edited knowledge files. What they share: reading a document (`document.py`), places in a
JSON file (`positions.py`), suggestions for a misspelt code, and writing text.
"""

from __future__ import annotations

from service.conflicts.tool.command import main

__all__ = ["main"]
