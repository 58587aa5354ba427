"""Find the real records some tests read; where they are not, those tests are skipped and say so."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDERS = ("synthea-iris-r4-2020", "pysynthea-r4-2025", "synthea-smart-r4", "ahrq-pain-summary")


def files() -> list[Path]:
    """List the bundles, those of hospitals and practitioners first."""
    found = [
        path
        for folder in FOLDERS
        for path in sorted((DATA / folder).glob("*.json*"))
        if path.suffix in (".json", ".gz")
    ]
    return sorted(found, key=lambda path: not path.name.startswith(("hospital", "practitioner")))


def named(start: str) -> Path:
    """Give the one bundle whose name starts so."""
    found = [path for path in files() if path.name.startswith(start)]
    if not found:
        pytest.skip(f"the real record {start} is not here (expected below {DATA.name}/)")
    return found[0]
