"""Read the YAML cases, and work out the plan of a near miss from the case it is near."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parent / "cases"


class PlainDates(yaml.SafeLoader):
    """Read dates as the text they are written as, like JSON has them."""


PlainDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Case:
    """Hold one case with its whole plan."""

    rule: str
    id: str
    says: str
    plan: dict[str, Any]
    expect: list[dict[str, Any]]
    silent: bool
    instead: list[dict[str, Any]]

    @property
    def name(self) -> str:
        """Name the case for the test report."""
        return f"{self.rule}-{self.id}"


def put(document: Any, pointer: str, value: Any) -> None:
    """Set what a JSON pointer names; null takes the key away, and `-` appends to a list."""
    *way, last = [
        part.replace("~1", "/").replace("~0", "~") for part in pointer.removeprefix("/").split("/")
    ]
    for part in way:
        if isinstance(document, list):
            document = document[int(part)]
        else:
            document = document.setdefault(part, {})
    if isinstance(document, list):
        if last == "-":
            document.append(value)
        elif value is None:
            del document[int(last)]
        else:
            document[int(last)] = value
    elif value is None:
        document.pop(last, None)
    else:
        document[last] = value


@cache
def plan_of(path: Path, code: str) -> dict[str, Any]:
    """Give the plan of a case: its own, or its neighbour's with one change."""
    case = {item["id"]: item for item in raw(path)["cases"]}[code]
    if "plan" in case:
        return dict(case["plan"])
    plan = copy.deepcopy(plan_of(path, case["near"]))
    put(plan, case["change"]["path"], case["change"]["value"])
    return plan


@cache
def raw(path: Path) -> dict[str, Any]:
    """Read one file of cases."""
    with path.open(encoding="utf-8") as stream:
        content = yaml.load(stream, Loader=PlainDates)
    assert isinstance(content, dict)
    return content


def cases(known: set[str]) -> list[Case]:
    """Give all cases of the rules the engine has."""
    found = []
    for path in sorted(CASES.glob("CF*.yml")):
        content = raw(path)
        if content["rule"] not in known:
            continue
        found += [
            Case(
                rule=content["rule"],
                id=case["id"],
                says=case["says"],
                plan=plan_of(path, case["id"]),
                expect=case.get("expect", []),
                silent=case["silent"],
                instead=case.get("instead", []),
            )
            for case in content["cases"]
        ]
    return found
