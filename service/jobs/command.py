"""The command `knowledge`: how far a release of the knowledge has come, and to go through with it at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

import click

from service import conflicts
from service.db import Database
from service.domain.merge import jsonable
from service.jobs.knowledge_release import release_knowledge
from service.models import releases as stored
from service.models.tenants import every_tenant

Connect = Callable[[], AbstractContextManager[Database]]

_HEADINGS: Final = (
    "clinic",
    "version",
    "plans",
    "done",
    "left",
    "failed",
    "opened",
    "worsened",
    "eased",
    "closed",
    "started_at",
    "finished_at",
)


def knowledge(connect: Connect) -> click.Group:
    """Make the commands for a way to connect."""

    @click.group("knowledge")
    def group() -> None:
        """Follow releases of the knowledge that plans are checked with."""

    @group.command()
    @click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
    def status(*, as_json: bool) -> None:
        """Say how far the present release has come in every clinic."""
        with connect() as database:
            found = progress(database)
        if as_json:
            version = conflicts.KNOWLEDGE_VERSION
            click.echo(json.dumps({"knowledge_version": version, "clinics": found}))
            return
        click.echo(f"Knowledge {conflicts.KNOWLEDGE_VERSION}")
        _table([_HEADINGS, *(tuple(_cell(name, row[name]) for name in _HEADINGS) for row in found)])

    @group.command()
    def recheck() -> None:
        """Recheck every plan that is behind now, as the worker would, and say how many were."""
        done = 0
        with connect() as database:
            while batch := release_knowledge(database):
                done += batch
            left = sum(row["left"] for row in progress(database))
        click.echo(f"{done} rechecked, {left} left")
        if left:
            raise click.ClickException("Some are held or have failed; the log names them.")

    return group


def progress(database: Database) -> list[dict[str, Any]]:
    """Count for every clinic what the last release did, and the plans that are behind now."""
    with database.transaction(None, readonly=True) as session:
        clinics = [(clinic.id, clinic.slug) for clinic in every_tenant(session)]
    found = []
    for tenant_id, slug in clinics:
        with database.transaction(tenant_id, readonly=True) as session:
            release = stored.newest(session, tenant_id)
            left = stored.count_behind(session, tenant_id, conflicts.KNOWLEDGE_VERSION)
        shown: Mapping[str, Any] = {
            name: None if release is None else jsonable(getattr(release, name))
            for name in _HEADINGS
            if name not in ("clinic", "left")
        }
        found.append({"clinic": slug, **shown, "left": left})
    return found


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "-"
    return str(value)[:19] if name.endswith("_at") else str(value)


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
