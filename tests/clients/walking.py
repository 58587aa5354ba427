"""Take every client on the journey against a live service; hold what it says to what passed over the wire."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError

from tests.clients.catalogue import Client
from tests.clients.stage import StageError, plan_for
from tests.clients.steps import NAMES, STEPS, Exchange
from tests.clients.table import table
from tests.clients.wire import Wire, wire_to
from tests.clients.workshop import MissingError, ToolError
from tests.e2e.conftest import Live, running

WALK_SECONDS = 120


@dataclass(slots=True)
class Walk:
    """Hold how far one client came."""

    client: Client
    marks: dict[str, str] = field(default_factory=lambda: dict.fromkeys(NAMES, "-"))
    notes: list[str] = field(default_factory=list)
    command: str = "-"

    @property
    def arrived(self) -> bool:
        """Tell whether every step was taken that the client has a way to take."""
        return not self.notes and all(mark in ("pass", "cannot") for mark in self.marks.values())


def walk(client: Client, live: Live, wire: Wire) -> Walk:
    """Take one client on the journey, on a plan of its own."""
    result = Walk(client)
    try:
        client.prepare()
        for check in client.make_ready():
            check.run()
        command = client.walk()
        result.command = str(command)
        plan = plan_for(live, client.name)
    except (MissingError, StageError, ToolError, CalledProcessError) as error:
        result.notes.append(str(error))
        return result
    wire.take()
    try:
        said = command.within(
            CONCORD_URL=wire.base,
            CONCORD_TOKEN=live.token("physiotherapist"),
            CONCORD_COLLEAGUE_TOKEN=live.token("physician"),
            CONCORD_PLAN=plan,
        ).run(WALK_SECONDS)
    except ToolError as error:
        said = error.said
        result.notes.append(str(error))
    judge(result, said, wire.take())
    return result


def judge(result: Walk, said: str, passed: Sequence[Exchange]) -> None:
    """Mark each step: what the client says of it counts only where the wire shows it too."""
    told = {
        name: verdict
        for verdict, name in re.findall(r"^(pass|cannot) ([a-z]+)$", said, flags=re.MULTILINE)
    }
    at = 0
    for step in STEPS:
        if step.name not in told:
            result.marks[step.name] = "FAIL"
            result.notes.append(f"{step.name}: the client did not get this far.")
            return
        result.marks[step.name] = told[step.name]
        unseen, further = step.look(passed, at)
        if told[step.name] == "cannot":
            if step.name not in result.client.cannot or unseen is None:
                result.marks[step.name] = "FAIL"
                result.notes.append(f"{step.name}: the client says it cannot, and should.")
        elif unseen is not None:
            result.marks[step.name] = "FAIL"
            result.notes.append(f"{step.name}: said to be done, but there was no {unseen}.")
        else:
            at = further


def walk_all(clients: Sequence[Client]) -> list[Walk]:
    """Start the service, let each client walk, end it, and print the table."""
    var = Path(tempfile.mkdtemp(prefix="ccj-"))
    try:
        with running(var) as live, wire_to(live.base) as wire:
            every = []
            for client in clients:
                sys.stderr.write(f"Walking with {client.name}.\n")
                every.append(walk(client, live, wire))
    finally:
        shutil.rmtree(var, ignore_errors=True)
    tell(every)
    return every


def tell(every: Sequence[Walk]) -> None:
    """Print client × step, what each step is, each client's command, and what went wrong."""
    rows = [(one.client.name, *(one.marks[name] for name in NAMES)) for one in every]
    lines = [table(("client", *NAMES), rows), ""]
    lines += [table(("step", "is"), [(step.name, step.says) for step in STEPS]), ""]
    lines += [table(("client", "command"), [(one.client.name, one.command) for one in every])]
    for one in every:
        for name, why in one.client.cannot.items():
            lines.append(f"{one.client.name} cannot {name}: {why}.")
        lines += [f"{one.client.name}: {note}" for note in one.notes]
    sys.stdout.write("\n".join(lines) + "\n")
