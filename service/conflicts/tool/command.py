"""Read the command line, run one subcommand, and end with its exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from service.conflicts.tool import check, explain, taxonomy, validate
from service.conflicts.tool.document import Unusable

PROGRAM = "python -m service.conflicts"
EXIT_CODES = """\
exit codes:
  0    done; findings in a plan are no error
  1    validate found something wrong with a knowledge file
  2    wrong use, an unknown code, or a file that cannot be read or is malformed
       (one line on standard error; for a plan a JSON object with pointer and line)
  130  stopped with Ctrl-C
  141  whoever read the output has stopped reading
"""
EXAMPLES = f"""\
examples:
  {PROGRAM} check docs/examples/back-pain.json
  {PROGRAM} check --explain --format table docs/examples/back-pain.json
  {PROGRAM} explain CF02
  {PROGRAM} taxonomy deadlift
  {PROGRAM} validate

{EXIT_CODES}
Rules, taxonomy and tables are a draft for clinicians to review. No finding is not a promise of
safety: see what could not be checked."""


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Find advice of one team that one patient cannot follow together.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, what: str, examples: Sequence[str]) -> argparse.ArgumentParser:
        lines = "\n".join(f"  {PROGRAM} {example}" for example in examples)
        return commands.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"examples:\n{lines}\n\n{EXIT_CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    one = add(
        "check",
        "print what in a plan document cannot be followed together, and what was not checked",
        ("check plan.json", "check --explain --format table plan.json", "check - < plan.json"),
    )
    one.add_argument("plan", metavar="PLAN.json", help="a plan document, or - for standard input")
    one.add_argument(
        "--explain",
        action="store_true",
        help="add to each finding the way through the taxonomy, the demand that is met and the row "
        "of the table; in a table also why, the points behind its tier, and the repairs",
    )
    _format(one)
    one = add(
        "explain",
        "print the documentation of one rule",
        ("explain CF02", "explain dose-cap --format json"),
    )
    one.add_argument(
        "code", metavar="CODE", help="the code of a rule (CF02) or its type (dose-cap)"
    )
    _format(one)
    one = add(
        "taxonomy",
        "show one activity: what is above and below it, and what it demands of the body",
        ("taxonomy deadlift", "taxonomy sitting --format json"),
    )
    one.add_argument("activity", metavar="ACTIVITY", help="the code of an activity (deadlift)")
    _format(one)
    one = add(
        "validate",
        "check knowledge files: parents exist, no circle, every code known, nothing twice",
        (
            "validate",
            "validate my_taxonomy.json",
            "validate my_taxonomy.json my_tables.json --format json",
        ),
    )
    one.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="edited files of activities or of clinical tables (told apart by what they hold); the "
        "shipped file stands in for what is not given, and both are checked without a path",
    )
    one.add_argument(
        "--format",
        choices=("json", "table"),
        default="table",
        help="`file:line: message` a line, or the same as JSON (default: table)",
    )
    return top


def _format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("json", "table"),
        help="JSON, or text to read (default: text on a terminal, JSON anywhere else)",
    )


def _run(options: argparse.Namespace) -> int:
    as_json = options.format == "json" or (options.format is None and not sys.stdout.isatty())
    runs: dict[str, Callable[[], int]] = {
        "check": lambda: check.run(options.plan, explained=options.explain, as_json=as_json),
        "explain": lambda: explain.run(options.code, as_json=as_json),
        "taxonomy": lambda: taxonomy.run(options.activity, as_json=as_json),
        "validate": lambda: validate.run(options.paths, as_json=as_json),
    }
    return runs[options.command]()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; give the exit code."""
    options = parser().parse_args(arguments)
    try:
        code = _run(options)
        sys.stdout.flush()
    except Unusable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BrokenPipeError:
        # What is still buffered would fail again when the interpreter flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return code
