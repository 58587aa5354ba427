"""Commands: each is a function below `main`, and does one thing with the parts of the house.

What we know to be wrong is said in one line on standard error; standard output has what was asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import click
import psycopg
from sqlalchemy import make_url

from service.api import BLUEPRINTS, TOLD
from service.conflicts import rulebook
from service.db import Database, make_engine
from service.demo import accounts, seed
from service.domain.vocabulary import Purpose, Role, Scope
from service.embedded import EmbeddedError, EmbeddedPostgres
from service.errors import ConcordError
from service.fhir.command import Place, import_fhir
from service.jobs.command import knowledge
from service.models.tenants import tenant_named
from service.models.users import user_named
from service.running.serve import serve
from service.running.supervisor import Child, RunError, Supervisor
from service.schema import migrate as bring_up_to_date
from service.settings import PROJECT, Settings, SettingsError
from service.web import handbook, request_log
from service.web.release import ReleaseError
from service.web.release import release as make_release
from service.web.setup import specification_of
from service.web.tokens import mint

TOKEN_LIFETIME: Final = timedelta(hours=12)
CLIENT_ID: Final = "concord-cli"

_STAFF: Final = frozenset(set(Scope) - {Scope.AUDIT_READ, Scope.ADMIN})
_MACHINE: Final = frozenset(_STAFF - {Scope.FLAG_WRITE})
_PATIENT: Final = frozenset(
    {Scope.PLAN_READ, Scope.PLAN_WRITE, Scope.FLAG_WRITE, Scope.PATIENT_READ}
)
SCOPES_OF: Final[dict[Role, frozenset[Scope]]] = {
    **dict.fromkeys(Role, _STAFF),
    Role.PATIENT: _PATIENT,
    Role.CLINIC_SYSTEM: _MACHINE,
    Role.CLINIC_ADMIN: frozenset({Scope.ADMIN, Scope.AUDIT_READ}),
    Role.AUDITOR: frozenset({Scope.AUDIT_READ}),
}


class Commands(click.Group):
    """Answer what we know to be wrong with one line instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SettingsError, EmbeddedError, RunError, ReleaseError) as fault:
            raise click.ClickException(str(fault)) from None
        except ConcordError as fault:
            raise click.ClickException(f"{fault.detail} ({fault.code})") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after Concord."""
    request_log.configure()


# --- what the commands share ------------------------------------------------------------------------


def demo_settings() -> Settings:
    """Read the settings; demo where the environment does not say."""
    return Settings.from_env(
        {**os.environ, "CONCORD_MODE": os.environ.get("CONCORD_MODE") or "demo"}
    )


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """Bind settings to the database they name, or to the embedded one for as long as needed."""
    if settings.database_url is not None:
        yield settings
        return
    with EmbeddedPostgres(settings.var_dir) as urls:
        yield settings.with_database(urls.service_url, urls.migration_url)


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the database that bound settings name."""
    database = Database(make_engine(settings.require_database_url(), pool_size=2))
    try:
        yield database
    finally:
        database.dispose()


def prepare(settings: Settings, *, empty: bool = False) -> None:
    """Bring the database up to date, and seed the demo where there is nothing yet."""
    owner = settings.require_migration_database_url()
    with _one_at_a_time(owner):
        bring_up_to_date(owner)
        if settings.is_demo:
            with opened(settings) as database:
                seed(database, empty=empty)


@contextmanager
def prepared(settings: Settings) -> Iterator[Settings]:
    """Bind settings to a database; the embedded one may be new, and is prepared."""
    with with_database(settings) as bound:
        if settings.database_url is None:
            prepare(bound)
        yield bound


@contextmanager
def _one_at_a_time(owner_url: str) -> Iterator[None]:
    """Let two commands that find a new database fill it one after the other."""
    address = make_url(owner_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as held:
        held.execute("SELECT pg_advisory_lock(hashtext('concord.prepare'))")
        yield


# --- run ----------------------------------------------------------------------------------------------

_LINKS: Final = (
    ("API", "/api/v1"),
    ("Documentation", "/docs"),
    ("Specification", "/openapi.json"),
    ("Health", "/healthz"),
)


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
        family=[
            Child("server", partial(serve, settings.host, settings.port, workers, threads)),
            Child("worker", _work),
        ],
        prepare=partial(prepare, empty=empty),
        announce=announce,
        follow_parent=with_parent,
    ).run()


def announce(settings: Settings) -> None:
    """Say where the service is."""
    base = f"http://{settings.host}:{settings.port}"
    click.echo(f"Concord is up at {base}")
    for name, path in _LINKS:
        click.echo(f"  {name:<14} {base}{path}")
    if settings.is_demo:
        click.echo("\nAccounts of the demo; make token ROLE=… [USER=…] [CLINIC=…] prints a token")
        for account in accounts():
            click.echo(
                f"  {account.clinic:<6} {account.username:<25} {account.role:<23} {account.name}"
            )


def _work() -> None:
    # Loaded by the worker alone, while the server comes up.
    from service.running import work

    work.main(Settings.from_env())


@main.command()
@click.option(
    "--alive",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Touch this file for as long as the worker is well.",
)
def worker(alive: Path | None) -> None:
    """Run a worker: turn days, take releases of the knowledge, forget what is kept for a time only."""
    # The queue's library takes longer to load than other commands take to run.
    from service.running import work

    with with_database(demo_settings()) as settings:
        work.main(settings, alive)


# --- tokens -------------------------------------------------------------------------------------------


@main.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--user", help="The account's name; the role's own account where not given.")
@click.option("--clinic", default="demo", show_default=True)
def token(*, role: str, user: str | None, clinic: str) -> None:
    """Print a bearer token for a demo account, and nothing else."""
    settings = demo_settings()
    if not settings.is_demo:
        raise SettingsError(
            "Tokens are minted for demo accounts only; production trusts its issuer."
        )
    with prepared(settings) as bound, opened(bound) as database:
        click.echo(_token(bound, database, Role(role), user or role, clinic))


def _token(settings: Settings, database: Database, role: Role, username: str, clinic: str) -> str:
    with database.transaction(None, readonly=True) as session:
        tenant = tenant_named(session, clinic)
    if tenant is None:
        raise RunError(f"There is no clinic {clinic} here; make run makes the demo's.")
    with database.transaction(tenant.id, readonly=True) as session:
        account = user_named(session, tenant.id, username)
    if account is None or not account.active:
        raise RunError(f"There is no account {username} in the clinic {clinic}.")
    if account.role != role:
        raise RunError(f"The account {username} is not a {role}, but a {account.role}.")
    return mint(
        settings,
        tenant_id=tenant.id,
        subject=account.id,
        scopes=SCOPES_OF[role],
        client_id=CLIENT_ID,
        purpose=Purpose.PATIENT_REQUEST if role is Role.PATIENT else Purpose.TREATMENT,
        lifetime=TOKEN_LIFETIME,
    )


# --- records ------------------------------------------------------------------------------------------


@contextmanager
def _place_to_import() -> Iterator[Place]:
    settings = demo_settings()
    with prepared(settings) as bound, opened(bound) as database:
        yield Place(database, is_demo=settings.is_demo)


main.add_command(import_fhir(_place_to_import))


@contextmanager
def _place_to_look_after() -> Iterator[Database]:
    with prepared(demo_settings()) as bound, opened(bound) as database:
        yield database


main.add_command(knowledge(_place_to_look_after))


# --- looking after the database and the specification -----------------------------------------------


@main.command()
def migrate() -> None:
    """Bring the database to the newest revision, as the owner of the tables."""
    with with_database(Settings.from_env()) as bound:
        bring_up_to_date(bound.require_migration_database_url())


@main.command()
@click.option(
    "--check", is_flag=True, help="Write nothing; fail where a file is not what it should be."
)
@click.option("--release", is_flag=True, help="Make this the document that changes are held to.")
def spec(*, check: bool, release: bool) -> None:
    """Write the specification into openapi/."""
    folder = PROJECT / "openapi"
    specification = specification_of(BLUEPRINTS, TOLD)
    if release:
        click.echo(make_release(specification, folder).relative_to(PROJECT))
        return
    if not check:
        for path in specification.export(folder):
            click.echo(path.relative_to(PROJECT))
        return
    stale = [
        name
        for name, content in specification.files().items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]
    if stale:
        raise RunError(f"Not what the code says: openapi/{', openapi/'.join(stale)}; make spec.")


@main.command()
def docs() -> None:
    """Write the pages of docs/ that are made from tables and from the rules' docstrings."""
    for name, content in (handbook.pages() | rulebook.pages()).items():
        path = PROJECT / "docs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        click.echo(path.relative_to(PROJECT))


if __name__ == "__main__":
    main()
