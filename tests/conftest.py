"""What every test may ask for: a migrated database, a transaction that is undone, a day that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from service.db import Database, make_engine
from service.domain import clock
from tests import databases
from tests.contract import LEDGER
from tests.databases import DatabaseUrls, Run
from tests.listening import Listening
from tests.pictures import true_pictures

HERE = Path(__file__).parent
RUN_DIRECTORY = pytest.StashKey[Path]()
FROZEN_INSTANT = datetime(2027, 2, 15, 9, 30, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record",
        action="store_true",
        help="Write the examples of the specification instead of comparing them.",
    )


def pytest_configure(config: pytest.Config) -> None:
    worker_input = getattr(config, "workerinput", None)
    if worker_input is None:
        directory = databases.new_directory()
    else:
        directory = Path(worker_input["run_directory"])
    databases.hold(directory)
    config.stash[RUN_DIRECTORY] = directory
    listening = Listening()
    config.pluginmanager.register(listening)
    listening.begin()
    config.add_cleanup(listening.end)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in a folder of that name; `make test` leaves these out."""
    for item in items:
        for mark in ("e2e", "faults", "bench"):
            if mark in item.path.relative_to(HERE).parts:
                item.add_marker(mark)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a worker of the run where its directory is."""
    node.workerinput["run_directory"] = str(node.config.stash[RUN_DIRECTORY])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.remove_directory(config.stash[RUN_DIRECTORY])


@pytest.fixture(scope="session")
def database_run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """The run's server, as this worker sees it; started by the first test that needs it."""
    worker_input = getattr(request.config, "workerinput", {"workerid": "main"})
    run = Run(request.config.stash[RUN_DIRECTORY], worker_input["workerid"])
    yield run
    run.close()


@pytest.fixture(scope="session")
def database_urls(database_run: Run) -> DatabaseUrls:
    """The worker's own database, in which nothing is ever committed."""
    return database_run.create("shared")


@pytest.fixture(scope="session")
def shared_engine(database_urls: DatabaseUrls):
    engine = make_engine(database_urls.service, pool_size=2)
    yield engine
    engine.dispose()


@pytest.fixture
def database(shared_engine) -> Iterator[Database]:
    """A database whose transactions are savepoints; all of it is rolled back after the test."""
    with shared_engine.connect() as connection:
        outer = connection.begin()
        try:
            yield Database.bound_to(connection)
        finally:
            outer.rollback()


@pytest.fixture
def committed_urls(database_run: Run, request: pytest.FixtureRequest) -> Iterator[DatabaseUrls]:
    """A database of the test's own, for what depends on a commit."""
    urls = database_run.create(f"c{abs(hash(request.node.nodeid)) % 10**9}")
    yield urls
    database_run.drop(urls)


@pytest.fixture
def committed_database(committed_urls: DatabaseUrls) -> Iterator[Database]:
    """A database of the test's own that commits, with connections for several threads."""
    database = Database(make_engine(committed_urls.service, pool_size=16))
    yield database
    database.dispose()


@pytest.fixture
def planted_fault() -> Iterator[None]:
    """Bear the 500 of a fault that the test plants; no other test may see one."""
    with LEDGER.but_for(500):
        yield


@pytest.fixture
def frozen_day() -> Iterator[date]:
    """A day on which the clock stands still, at 09:30 UTC."""
    with clock.set_to(FROZEN_INSTANT):
        yield FROZEN_INSTANT.date()


@pytest.fixture
def on_day() -> Callable[[date], object]:
    """Set the clock to another day, for the length of a `with`."""
    return lambda day: clock.set_to(datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _pictures_are_true(true_pictures: None) -> None:
    """Never let a picture that is kept differ from the plan it is of."""


__all__ = ["true_pictures"]
