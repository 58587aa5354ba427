"""Generate every client and compile it; say what came of each."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.clients.catalogue import Client
from tests.clients.table import table
from tests.clients.workshop import MissingError, ToolError

HEADINGS = ("client", "language", "version", "files", "generate s", "compile s", "compiles", "by")


@dataclass(frozen=True, slots=True)
class Built:
    """Hold what came of one client."""

    client: Client
    version: str = ""
    files: int = 0
    generating: float = 0
    compiling: float = 0
    by: str = ""
    missing: str = ""
    fault: str = ""

    @property
    def verdict(self) -> str:
        """Say in a word whether it stands."""
        return "missing" if self.missing else "FAILS" if self.fault else "yes"

    def row(self) -> tuple[str, ...]:
        """Return its line of the table."""
        return (
            *(self.client.name, self.client.language, self.version or "-", str(self.files or "-")),
            *(f"{self.generating:.1f}", f"{self.compiling:.1f}", self.verdict, self.by or "-"),
        )


def build(client: Client) -> Built:
    """Generate one client and compile it; what is there from before goes."""
    version, files, generating, compiling, by = "", 0, 0.0, 0.0, ""
    missing = fault = ""
    try:
        client.prepare()
        version = client.version()
        shutil.rmtree(client.folder, ignore_errors=True)
        began = time.monotonic()
        client.generate().run()
        generating = time.monotonic() - began
        files = sum(path.is_file() for path in client.folder.rglob("*"))
        began = time.monotonic()
        checks = client.checks()
        by = ", ".join(_named(check.argv) for check in checks)
        for check in checks:
            check.run()
        compiling = time.monotonic() - began
    except MissingError as error:
        missing = str(error)
    except ToolError as error:
        fault = str(error)
    return Built(client, version, files, generating, compiling, by, missing, fault)


def _named(argv: tuple[object, ...]) -> str:
    """Name a check by its program and what makes it strict."""
    name = str(argv[0]).replace("\\", "/").rsplit("/", 1)[-1]
    flags = [str(part) for part in argv if part in ("--strict", "--noEmit")]
    return " ".join([name, *flags]) if name != "python" else "import of every module"


def build_all(clients: Sequence[Client]) -> list[Built]:
    """Build each, print the table and what is missing or failed; return what came of each."""
    every = []
    for client in clients:
        sys.stderr.write(f"Building {client.name}.\n")
        every.append(build(client))
    tell(every)
    return every


def tell(every: Sequence[Built]) -> None:
    """Print the table, and below it a line for each client that does not stand."""
    sys.stdout.write(table(HEADINGS, [built.row() for built in every]) + "\n")
    for built in every:
        if built.missing:
            sys.stdout.write(f"{built.client.name}: {built.missing}.\n")
        if built.fault:
            sys.stdout.write(f"{built.client.name} FAILS:\n{built.fault}\n")
