"""Evaluate the engine beside its baselines: `python -m tests.conflicts.evaluation` (make evaluate).

Every case and every whole plan runs under each method. The table goes to standard output, progress
to standard error. The exit code is 1 when the engine itself is not perfect.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.conflicts import rules
from tests.conflicts.casebook import Case, cases, raw
from tests.conflicts.evaluation.baselines import METHODS, Method
from tests.conflicts.evaluation.measures import LOUD, Count, ids, of_case, of_plan

PLANS = sorted((Path(__file__).parent.parent / "plans").glob("*.yml"))
CODES = [rule["code"] for rule in rules()]
STEP = 200


@dataclass
class Result:
    """Hold what one method reached."""

    rules: dict[str, Count] = field(default_factory=lambda: {code: Count() for code in CODES})
    plan: Count = field(default_factory=Count)
    told: int = 0
    untold: int = 0
    loud_on_clean: int = 0
    wrong: list[str] = field(default_factory=list)


def is_clean(plan: dict[str, Any]) -> bool:
    """Say whether nothing above a notice is expected of a plan."""
    return all(wanted["tier"] not in LOUD for wanted in plan["expect"])


def judge_case(result: Result, case: Case, method: Method) -> None:
    """Run one case and add its counts."""
    count = of_case(case.rule, method(case.plan), case.expect, case.instead, silent=case.silent)
    result.rules[case.rule].add(count)
    if count.broken or count.surplus:
        result.wrong.append(f"case {case.name}")


def judge_plan(result: Result, name: str, content: dict[str, Any], method: Method) -> None:
    """Run one whole plan and add its counts."""
    findings = method(content["plan"])
    counts, outcome = of_plan(findings, content["expect"])
    for code, count in counts.items():
        result.rules[code].add(count)
        result.plan.add(count)
    loud = {tuple(ids(item)) for item in findings if item["tier"] in LOUD}
    for wanted in content["expect"]:
        if wanted["tier"] in LOUD:
            result.told += tuple(ids(wanted)) in loud
            result.untold += tuple(ids(wanted)) not in loud
    if is_clean(content):
        result.loud_on_clean += sum(item["tier"] in LOUD for item in findings)
    if outcome.missed or outcome.surplus:
        result.wrong.append(f"plan {name}")


def share(value: float | None) -> str:
    """Write a share in five characters."""
    return "    -" if value is None else f"{value:5.2f}"


def table(results: dict[str, Result], number: int) -> list[str]:
    """Write precision, recall and nuisance per rule, one group of columns a method."""
    head = f"{'rule':5}{'fire':>5}{'quiet':>6}"
    lines = [
        " " * len(head) + "".join(f" | {name:^17}" for name in results),
        head + f" | {'prec':>5} {'rec':>5} {'nuis':>5}" * len(results),
    ]
    for code in CODES:
        first = next(iter(results.values())).rules[code]
        row = f"{code:5}{first.hits + first.misses:5}{first.silent:6}"
        for result in results.values():
            count = result.rules[code]
            row += (
                f" | {share(count.precision)} {share(count.recall)} {count.nuisance / number:5.2f}"
            )
        lines.append(row)
    row = f"{'all':16}"
    for result in results.values():
        total = Count()
        for count in result.rules.values():
            total.add(count)
        row += f" | {share(total.precision)} {share(total.recall)} {total.nuisance / number:5.2f}"
    return [*lines, row]


def summary(results: dict[str, Result], number: int, clean: int) -> list[str]:
    """Write what each method makes of the whole plans."""
    heads = ("precision", "recall", "nuisance/plan", "told of", "loud on clean", "cases broken")
    widths = (10, 8, 15, 16, 15, 14)
    head = "".join(f"{name:>{width}}" for name, width in zip(heads, widths, strict=True))
    lines = [f"{'whole plans':14}{head}"]
    for name, result in results.items():
        broken = sum(count.broken for count in result.rules.values())
        told = f"{result.told}/{result.told + result.untold}"
        lines.append(
            f"{name:14}{share(result.plan.precision):>10}{share(result.plan.recall):>8}"
            f"{result.plan.nuisance / number:15.2f}{told:>16}{result.loud_on_clean:15}{broken:14}"
        )
    return [*lines, f"{number} whole plans, {clean} of them clean."]


def evaluate(book: list[Case], plans: dict[str, dict[str, Any]]) -> dict[str, Result]:
    """Run every case and plan under every method."""
    results = {}
    for name, make in METHODS.items():
        result = results[name] = Result()
        with make() as method:
            for index, case in enumerate(book, 1):
                judge_case(result, case, method)
                if index % STEP == 0 or index == len(book):
                    sys.stderr.write(f"\r{name}: {index} of {len(book)} cases ")
            for stem, content in plans.items():
                judge_plan(result, stem, content, method)
        sys.stderr.write(f"and {len(plans)} plans\n")
    return results


def main() -> int:
    """Evaluate, print, and say by the exit code whether the engine is perfect."""
    plans = {path.stem: raw(path) for path in PLANS}
    results = evaluate(cases(set(CODES)), plans)
    clean = sum(map(is_clean, plans.values()))
    lines = [*table(results, len(plans)), "", *summary(results, len(plans), clean)]
    sys.stdout.write("\n".join(lines) + "\n")
    wrong = results["engine"].wrong
    if wrong:
        sys.stdout.write("The engine is not as expected in: " + ", ".join(wrong) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
