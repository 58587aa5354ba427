"""Run the engine from the command line, as a reader of the documentation would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLAN = {
    "as_of": "2026-01-05",
    "recommendations": [
        {
            "id": "r1",
            "kind": "exercise",
            "stance": "recommend",
            "action": "deadlift",
            "author": {"id": "pt", "discipline": "physiotherapy"},
        },
        {
            "id": "r2",
            "kind": "activity",
            "stance": "prohibit",
            "action": "lifting",
            "author": {"id": "dr", "discipline": "physician"},
            "period": {"end": "2026-03-01"},
        },
    ],
}


def run(text: str | bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "service.conflicts", *arguments],
        input=text if isinstance(text, bytes) else text.encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def test_a_plan_from_standard_input_gives_findings() -> None:
    done = run(json.dumps(PLAN), "check", "-")
    assert done.returncode == 0
    assert done.stderr == b""
    result = json.loads(done.stdout)
    assert [item["code"] for item in result["findings"]] == ["CF01"]
    assert result["not_checked"] == []


def test_a_plan_from_a_file_gives_the_same_bytes(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    assert run("", "check", str(file)).stdout == run(json.dumps(PLAN), "check", "-").stdout


@pytest.mark.parametrize(
    ("text", "pointer", "problem"),
    [
        ("{", "", "not-json"),
        (b"\xff\xfe", "", "not-json"),
        ("[" * 100_000, "", "not-json"),
        ("[]", "", "not-an-object"),
        ("{}", "/as_of", "required"),
        ('{"as_of": "2026-13-01"}', "/as_of", "not-a-date"),
        ('{"as_of": "2026-01-05", "as_of": "2026-01-06"}', "", "key-stands-twice"),
        ('{"as_of": "2026-01-05", "goals": [{"id": NaN}]}', "", "not-a-number"),
        ('{"as_of": "2026-01-05", "recomendations": []}', "/recomendations", "unknown-field"),
        (
            '{"as_of": "2026-01-05", "recommendations": [{"id": "r1", "kind": "dance"}]}',
            "/recommendations/0/author",
            "required",
        ),
    ],
)
def test_a_bad_document_names_its_place(text: str | bytes, pointer: str, problem: str) -> None:
    done = run(text, "check", "-")
    assert done.returncode == 2
    assert done.stdout == b""
    assert json.loads(done.stderr) == {
        "error": "bad-document",
        "pointer": pointer,
        "problem": problem,
    }


def test_a_missing_file_is_an_error_too(tmp_path: Path) -> None:
    done = run("", "check", str(tmp_path / "nowhere.json"))
    assert done.returncode == 2
    assert json.loads(done.stderr)["problem"] == "cannot-be-read"
