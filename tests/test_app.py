"""The built service on a real database: ready, complete, and nothing left undeclared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its package has no hints
import pytest
from flask import Flask
from sqlalchemy import text

from service.app import create_app, specification
from service.db import Database, make_engine
from service.domain import policy
from service.models.revision import REVISION
from service.schema import downgrade
from service.settings import PROJECT, Settings
from service.web.kernel import operations_of
from tests.databases import DatabaseUrls


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    var: Path = tmp_path_factory.mktemp("var")
    return Settings.from_env({"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(var)})


def test_it_is_ready_on_a_migrated_database(settings: Settings, database: Database) -> None:
    answer = create_app(settings, database=database).test_client().get("/readyz")
    assert answer.json == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "schema": "ok"},
    }


@pytest.mark.parametrize(
    ("revision", "status", "state"),
    [("0003", 503, "failing"), (None, 503, "failing"), (REVISION, 200, "ok"), ("9999", 200, "ok")],
)
def test_it_is_ready_at_its_own_revision_and_at_a_later_one(
    settings: Settings,
    committed_urls: DatabaseUrls,
    revision: str | None,
    status: int,
    state: str,
) -> None:
    owner = make_engine(committed_urls.owner, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:one)"), {"one": revision})
    owner.dispose()
    database = Database(make_engine(committed_urls.service, pool_size=1))

    answer = create_app(settings, database=database).test_client().get("/readyz")

    database.dispose()
    body: Any = answer.json
    assert answer.status_code == status
    assert body["status"] == ("ready" if status == 200 else "not-ready")
    assert body["checks"] == {"database": "ok", "migrations": state, "schema": "ok"}


def test_it_is_not_ready_where_it_may_not_read_the_revision(
    settings: Settings, committed_urls: DatabaseUrls
) -> None:
    database = Database(make_engine(committed_urls.service, pool_size=1))
    client = create_app(settings, database=database).test_client()
    assert client.get("/readyz").status_code == 200
    role = make_engine(committed_urls.service).url.username
    downgrade(committed_urls.owner, "0003", service_role=role)

    answer = client.get("/readyz")

    database.dispose()
    body: Any = answer.json
    assert (answer.status_code, body["checks"]["migrations"]) == (503, "failing")


def test_it_is_not_ready_on_an_older_database(
    settings: Settings, committed_urls: DatabaseUrls
) -> None:
    owner = make_engine(committed_urls.owner, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE goals DROP COLUMN confidence_to_act"))
    owner.dispose()
    database = Database(make_engine(committed_urls.service, pool_size=1))
    answer = create_app(settings, database=database).test_client().get("/readyz")
    body: Any = answer.json
    assert answer.status_code == 503
    assert body["checks"] == {"database": "ok", "migrations": "ok", "schema": "failing"}
    owner = make_engine(committed_urls.owner, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE goals ADD COLUMN confidence_to_act int"))
        connection.execute(text("ALTER TABLE goals ADD COLUMN of_the_next_release text"))
    owner.dispose()
    assert create_app(settings, database=database).test_client().get("/readyz").status_code == 200
    database.dispose()


def test_it_is_not_ready_without_a_database_and_lives_all_the_same(settings: Settings) -> None:
    nowhere = "postgresql://nobody:nothing@127.0.0.1:9/none"
    database = Database(make_engine(nowhere, pool_size=1))
    client = create_app(settings, database=database).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "not-ready",
        "checks": {"database": "failing", "migrations": "failing", "schema": "failing"},
    }
    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 200
    assert client.get("/openapi.json").status_code == 200


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    nowhere = "postgresql://nobody:nothing@127.0.0.1:9/none"
    return create_app(settings, database=Database(make_engine(nowhere, pool_size=1)))


def test_every_permission_is_one_of_the_table_of_rights(app: Flask) -> None:
    for operation in operations_of(app).values():
        if operation.permission is None:
            assert operation.is_open
            continue
        resource, action = operation.permission
        assert resource in set(policy.Resource), operation.name
        assert action in set(policy.Action), operation.name


def test_every_example_is_what_its_schema_says() -> None:
    document = specification().document
    checked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for media in _media_of(operation):
                if "example" not in media:
                    continue
                schema = {**media["schema"], "components": document["components"]}
                validator = jsonschema.Draft202012Validator(
                    schema, format_checker=jsonschema.FormatChecker()
                )
                wrong = [
                    f"{method} {path} {error.json_path}: {error.message}"
                    for error in validator.iter_errors(media["example"])
                ]
                assert not wrong
                checked += 1
    assert checked > 0


def _media_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for response in operation["responses"].values():
        yield from response.get("content", {}).values()


def test_the_committed_specification_is_the_generated_one() -> None:
    for name, content in specification().files().items():
        committed = (PROJECT / "openapi" / name).read_bytes()
        assert committed == content, f"run `service spec export`: {name} is not what is served"


def test_the_served_specification_is_the_committed_one(app: Flask) -> None:
    served = app.test_client().get("/openapi.json").data
    assert served == (PROJECT / "openapi" / "openapi.json").read_bytes()
