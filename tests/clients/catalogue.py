"""List the clients: how each is generated, checked and taken on the journey."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tests.clients import workshop
from tests.clients.workshop import BIN, CLIENTS, CONFIGS, JOURNEYS, PROJECT

DOCUMENT: Final = PROJECT / "openapi" / "openapi.json"
TSC: Final = (
    "--strict",
    "--target",
    "es2022",
    "--module",
    "nodenext",
    "--lib",
    "es2022,dom,dom.iterable",
)
IMPORT_ALL: Final = (
    "import importlib, pkgutil, {0}; "
    "[importlib.import_module(m.name) for m in pkgutil.walk_packages({0}.__path__, '{0}.')]"
)


@dataclass(frozen=True, slots=True)
class Command:
    """Hold a program with its arguments, where it runs and what it finds in its environment."""

    argv: tuple[str | Path, ...]
    cwd: Path = PROJECT
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, seconds: int = 300) -> str:
        """Run it; return what it said."""
        return workshop.run(self.argv, cwd=self.cwd, environment=self.environment, seconds=seconds)

    def within(self, **environment: str) -> Command:
        """Return the same command that finds more in its environment."""
        return replace(self, environment={**self.environment, **environment})

    def __str__(self) -> str:
        where = "" if self.cwd == PROJECT else f"cd {self.cwd.relative_to(PROJECT)} && "
        named = [
            f"{name}={_short(value)} " for name, value in self.environment.items() if name != "PATH"
        ]
        shown = [_short(part) for part in self.argv]
        return where + "".join(named) + " ".join(f"'{x}'" if " " in x else x for x in shown)


def _short(part: str | Path) -> str:
    return str(part).replace(f"{PROJECT}{os.sep}", "")


class Client(ABC):
    """Say how one client comes to be and how it walks."""

    name: str
    language: str
    # Steps that the generated code has no way to take, each with the reason.
    cannot: Mapping[str, str]

    def __init__(self, name: str, cannot: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.cannot = dict(cannot or {})

    @property
    def folder(self) -> Path:
        """Return where the generated code goes."""
        return CLIENTS / self.name

    @abstractmethod
    def prepare(self) -> None:
        """Get the tools, or raise with what is missing."""

    @abstractmethod
    def version(self) -> str:
        """Return the generator's version."""

    @abstractmethod
    def generate(self) -> Command:
        """Write the code."""

    @abstractmethod
    def checks(self) -> list[Command]:
        """Compile the code, or check its types and import it."""

    @abstractmethod
    def make_ready(self) -> list[Command]:
        """Compile or check the journey against the code."""

    @abstractmethod
    def walk(self) -> Command:
        """Take the journey."""


class OpenapiGenerator:
    """Run openapi-generator with the configuration of its kind."""

    def __init__(self, kind: str, templates: str = "") -> None:
        self.kind = kind
        self.templates = templates

    def prepare(self) -> None:
        """Get the jar and what runs it."""
        workshop.java()
        workshop.generator_jar()

    def version(self) -> str:
        """Ask the jar."""
        return workshop.run(["java", "-jar", workshop.generator_jar(), "version"]).strip()

    def command(self, folder: Path) -> Command:
        """Write the code of its kind into a folder."""
        configs = CONFIGS / "openapi-generator"
        templates = ("-t", configs / self.templates) if self.templates else ()
        return Command(
            (
                "java",
                "-jar",
                workshop.generator_jar(),
                "generate",
                "-i",
                DOCUMENT,
                "-c",
                configs / f"{self.kind}.yml",
                "-o",
                folder,
                *templates,
            )
        )


class PythonClient(Client):
    """Check types with mypy and import every module; walk in the tools' environment."""

    language = "Python"

    def __init__(
        self, name: str, package: str, generator: OpenapiGenerator | None = None, *, strict: bool
    ) -> None:
        super().__init__(name)
        self.package = package
        self.generator = generator
        self.strict = strict

    def prepare(self) -> None:
        workshop.python_tools()
        if self.generator is not None:
            self.generator.prepare()

    def version(self) -> str:
        if self.generator is not None:
            return self.generator.version()
        return workshop.run([BIN / self.name, "--version"]).split()[-1]

    def generate(self) -> Command:
        if self.generator is not None:
            return self.generator.command(self.folder)
        return Command(
            (
                BIN / self.name,
                "generate",
                "--path",
                DOCUMENT,
                "--config",
                CONFIGS / f"{self.name}.yml",
                "--output-path",
                self.folder,
            ),
            # It formats what it writes with the ruff beside it.
            environment={"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"},
        )

    def checks(self) -> list[Command]:
        strict = ("--strict",) if self.strict else ()
        return [
            Command((BIN / "mypy", *strict, self.package), cwd=self.folder),
            Command(
                (BIN / "python", "-W", "error", "-c", IMPORT_ALL.format(self.package)),
                cwd=self.folder,
            ),
        ]

    def make_ready(self) -> list[Command]:
        return [
            Command(
                (BIN / "mypy", "--strict", "--follow-imports=silent", self.journey),
                cwd=self.folder,
                environment={"MYPYPATH": "."},
            )
        ]

    @property
    def journey(self) -> Path:
        """Return the script of the journey."""
        return JOURNEYS / f"{self.name.replace('-', '_')}.py"

    def walk(self) -> Command:
        return Command((BIN / "python", self.journey), environment={"PYTHONPATH": str(self.folder)})


class NodeClient(Client):
    """Compile with tsc; the journey is laid beside the code it imports."""

    language = "TypeScript"

    def __init__(
        self,
        name: str,
        command: tuple[str, ...],
        entries: tuple[str, ...],
        generator: OpenapiGenerator | None = None,
    ) -> None:
        super().__init__(name)
        self.command = command
        self.entries = entries
        self.generator = generator

    def prepare(self) -> None:
        workshop.node_tools()
        if self.generator is not None:
            self.generator.prepare()

    def version(self) -> str:
        if self.generator is not None:
            return self.generator.version()
        packages = json.loads((CONFIGS / "package-lock.json").read_text())["packages"]
        names = {"hey-api": ("@hey-api/openapi-ts",)}.get(
            self.name, ("openapi-typescript", "openapi-fetch")
        )
        return ", ".join(packages[f"node_modules/{name}"]["version"] for name in names)

    def generate(self) -> Command:
        if self.generator is not None:
            return self.generator.command(self.folder)
        program, *arguments = self.command
        return Command((workshop.node_tools() / program, *arguments), cwd=CLIENTS)

    def checks(self) -> list[Command]:
        return [self._tsc("--noEmit", *self.entries)]

    def make_ready(self) -> list[Command]:
        beside = self.folder / "journey.ts"
        beside.write_bytes((JOURNEYS / f"{self.name.replace('-', '_')}.ts").read_bytes())
        return [self._tsc("--types", "node", "--outDir", "build", "journey.ts")]

    def walk(self) -> Command:
        return Command(("node", self.folder / "build" / "journey.js"))

    def _tsc(self, *arguments: str) -> Command:
        return Command((workshop.node_tools() / "tsc", *TSC, *arguments), cwd=self.folder)


class JavaClient(Client):
    """Compile with javac against the generator's own jar, which holds the libraries the code needs."""

    language = "Java"

    def __init__(
        self, name: str, generator: OpenapiGenerator, cannot: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(name, cannot)
        self.generator = generator

    def prepare(self) -> None:
        workshop.java("javac")
        self.generator.prepare()

    def version(self) -> str:
        return self.generator.version()

    def generate(self) -> Command:
        return self.generator.command(self.folder)

    def checks(self) -> list[Command]:
        sources = sorted((self.folder / "src" / "main" / "java").rglob("*.java"))
        listed = self.folder / "sources.txt"
        listed.write_text("".join(f"{path.relative_to(self.folder)}\n" for path in sources))
        return [
            Command(
                (
                    "javac",
                    "-nowarn",
                    "-d",
                    "classes",
                    "-cp",
                    workshop.generator_jar(),
                    "@sources.txt",
                ),
                cwd=self.folder,
            )
        ]

    def make_ready(self) -> list[Command]:
        return [
            Command(
                (
                    "javac",
                    "-Xlint:all,-processing,-classfile,-path,-options",
                    "-Werror",
                    "-d",
                    self.folder / "journey",
                    "-cp",
                    self._path("classes"),
                    JOURNEYS / "Journey.java",
                )
            )
        ]

    def walk(self) -> Command:
        return Command(("java", "-cp", self._path("journey", "classes"), "Journey"))

    def _path(self, *folders: str) -> str:
        parts = [str(self.folder / name) for name in folders] + [str(workshop.generator_jar())]
        return os.pathsep.join(parts)


ALL: Final[tuple[Client, ...]] = (
    PythonClient("openapi-python-client", "concord_client", strict=True),
    NodeClient(
        "openapi-fetch",
        ("openapi-typescript", "../openapi/openapi.json", "-o", "openapi-fetch/schema.d.ts"),
        ("schema.d.ts",),
    ),
    NodeClient(
        "hey-api",
        ("openapi-ts", "-f", "../openapi/clients/hey-api.config.js", "--silent"),
        ("index.ts", "client.gen.ts"),
    ),
    NodeClient("typescript-fetch", (), ("index.ts",), OpenapiGenerator("typescript-fetch")),
    PythonClient(
        "openapi-generator-python", "concord_openapi", OpenapiGenerator("python"), strict=False
    ),
    JavaClient(
        "java",
        OpenapiGenerator("java", templates="java-templates"),
        cannot={
            "clear": "without the library for nullable fields, null and never set look alike and"
            " neither is sent"
        },
    ),
)


def named(names: list[str]) -> list[Client]:
    """Return the clients of these names, all where none is named."""
    known = {client.name: client for client in ALL}
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise LookupError(f"{unknown[0]} is no client; there are {', '.join(known)}.")
    return [known[name] for name in names] or list(ALL)
