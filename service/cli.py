"""Commands: run the service, migrate, and what is added to `main` below."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from service.embedded import EmbeddedError, EmbeddedPostgres
from service.running.supervisor import RunError, Supervisor, serving
from service.schema import migrate as bring_up_to_date
from service.settings import Settings, SettingsError


class Commands(click.Group):
    """Answer what we know to be wrong with one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SettingsError, EmbeddedError, RunError) as fault:
            raise click.ClickException(str(fault)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after Concord."""


def demo_settings() -> Settings:
    """Read the settings; demo where the environment does not say."""
    return Settings.from_env({"CONCORD_MODE": "demo", **os.environ})


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """Bind settings to the database they name, or to the embedded one for as long as needed."""
    if settings.database_url is not None:
        yield settings
        return
    with EmbeddedPostgres(settings.var_dir) as urls:
        yield settings.with_database(urls.service_url, urls.migration_url)


@main.command()
@click.option("--empty", is_flag=True, envvar="EMPTY", help="Accounts only, in a new database.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
@click.option("--with-parent", is_flag=True, help="End when the process that started this ends.")
def run(*, empty: bool, workers: int, threads: int, with_parent: bool) -> None:
    """Start everything: database, migrations, demo clinic, server."""
    settings = demo_settings()
    Supervisor(
        settings,
        children=[serving(settings, workers=workers, threads=threads)],
        prepare=prepare,
        announce=announce,
        follow_parent=with_parent,
    ).run()


def prepare(settings: Settings) -> None:
    """Bring the database up to date."""
    bring_up_to_date(settings.require_migration_database_url())


def announce(settings: Settings) -> None:
    """Say where the service is."""
    base = f"http://{settings.host}:{settings.port}"
    click.echo(f"Concord is up at {base}")
    for name, path in _LINKS:
        click.echo(f"  {name:<14} {base}{path}")
    sys.stdout.flush()


_LINKS = (
    ("API", "/api/v1"),
    ("Documentation", "/docs"),
    ("Specification", "/openapi.json"),
    ("Health", "/healthz"),
)


@main.command()
def migrate() -> None:
    """Bring the database to the newest revision, as the owner of the tables."""
    settings = Settings.from_env()
    with with_database(settings) as bound:
        bring_up_to_date(bound.require_migration_database_url())


if __name__ == "__main__":
    main()
