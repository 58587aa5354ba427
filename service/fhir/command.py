"""The command `import-fhir`: read files, take them into the plans, say what was taken and why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.actions import external_people, importers
from service.db import Database
from service.domain.actor import Actor
from service.fhir import import_report
from service.fhir.importing import FileReport, Step, import_files

DEMO_LEAD, DEMO_CLINIC = "physician", "demo"


@dataclass(frozen=True, slots=True)
class Place:
    """Say where to import: the database, and whether it is the demo's."""

    database: Database
    is_demo: bool


Connect = Callable[[], AbstractContextManager[Place]]


class Link(click.ParamType[tuple[tuple[str, str], str]]):
    """Read SYSTEM|VALUE=USER: the account that a clinic system's identifier means."""

    name = "SYSTEM|VALUE=USER"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[tuple[str, str], str]:
        pair, _, username = str(value).rpartition("=")
        system, _, code = pair.rpartition("|")
        if not (system and code and username):
            self.fail("say SYSTEM|VALUE=USER", param, ctx)
        return (system, code), username


def import_fhir(connect: Connect) -> click.Command:
    """Make the command for a way to connect."""

    @click.command("import-fhir")
    @click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--lead", help="Who leads the plans that are made; in the demo, the physician.")
    @click.option("--clinic", help="The clinic's short name; in the demo, demo.")
    @click.option("--source", help="Name the system the files come from, where they do not.")
    @click.option(
        "--account",
        "accounts",
        multiple=True,
        type=Link(),
        help="Say which account an identifier of the files means; may be given again.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
    @click.pass_context
    def command(
        ctx: click.Context,
        *,
        files: tuple[Path, ...],
        lead: str | None,
        clinic: str | None,
        source: str | None,
        accounts: tuple[tuple[tuple[str, str], str], ...],
        as_json: bool,
    ) -> None:
        """Import FHIR R4 bundles (plain or gzip JSON) into the shared plans.

        Exits with 1 if any file was refused; the others are taken all the same.
        """
        with connect() as place:
            actor = _actor(place, lead, clinic)
            _link(place.database, actor, accounts)
            with _progress(2 * len(files)) as step:
                reports = import_files(
                    files,
                    transaction=lambda: place.database.transaction(actor.tenant_id),
                    actor=actor,
                    source=source,
                    zone=ZoneInfo(actor.timezone),
                    step=step,
                )
        _print(reports, as_json=as_json)
        if any(report.is_refused for report in reports):
            ctx.exit(1)

    return command


def _actor(place: Place, lead: str | None, clinic: str | None) -> Actor:
    if place.is_demo:
        lead, clinic = lead or DEMO_LEAD, clinic or DEMO_CLINIC
    if lead is None or clinic is None:
        raise click.UsageError("Say --lead and --clinic; only the demo knows whom to ask.")
    with place.database.transaction(None, readonly=True) as session:
        where = importers.clinic(session, clinic)
    with place.database.transaction(where.id, readonly=True) as session:
        return importers.lead(session, where, lead)


def _link(
    database: Database, actor: Actor, accounts: tuple[tuple[tuple[str, str], str], ...]
) -> None:
    if not accounts:
        return
    with database.transaction(actor.tenant_id) as session:
        for pair, username in accounts:
            external_people.link(session, actor, pair, username)


@contextmanager
def _progress(total: int) -> Iterator[Step]:
    """Show a bar on standard error while the files are read and taken."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        task = bar.add_task("importing", total=total)
        yield lambda name: bar.update(task, advance=1, description=name[:32])
        bar.update(task, description="imported")


def _print(reports: list[FileReport], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(import_report.as_json(reports), ensure_ascii=False, indent=2))
    else:
        click.echo(import_report.as_text(reports))
