"""The containers: no default secret, no root, health checks, and settings that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.embedded import OWNER, SERVICE
from service.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docker-compose.yml").read_text()
SECRET = re.compile(r"PASSWORD|KEY|SECRET")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(TEXT)


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def test_the_three_services_stand_and_the_migrations_run_first(compose):
    services = compose["services"]
    assert {"api", "worker", "postgres"} <= set(services)
    for name in ("api", "worker"):
        needs = services[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert needs["postgres"]["condition"] == "service_healthy"


def test_what_runs_on_has_a_health_check(compose):
    for name, service in compose["services"].items():
        runs_on = service.get("restart") != "no"
        assert ("healthcheck" in service) == runs_on, name
        if runs_on:
            assert service["healthcheck"]["test"][0] == "CMD"
            assert service["healthcheck"]["retries"]


def test_no_secret_has_a_default_and_none_is_written_here():
    variables = re.findall(r"\$\{(\w+)(:?[-?+]?)([^}]*)\}", without_comments(TEXT))
    secrets = [variable for variable in variables if SECRET.search(variable[0])]
    assert len(secrets) >= 5
    for name, operator, message in secrets:
        assert (operator, bool(message)) == (":?", True), name
    for value in re.findall(r"^\s+\w*(?:PASSWORD|_KEY):\s*(\S.*)", TEXT, flags=re.MULTILINE):
        assert value.startswith("${"), value
    passwords = re.findall(r"postgresql://\w+:([^@\n]+)@", TEXT)
    assert len(passwords) == 2
    for password in passwords:
        assert password.startswith("${"), password


def test_the_processes_of_ours_have_no_rights_they_do_not_need(compose):
    for name in ("migrate", "api", "worker"):
        service = compose["services"][name]
        assert not service["user"].startswith(("0", "root"))
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")


def test_only_the_migrations_are_told_how_the_owner_comes_in(compose):
    for name in ("api", "worker"):
        environment = compose["services"][name]["environment"]
        assert "MIGRATION_DATABASE_URL" not in environment
        assert f"//{SERVICE}:" in environment["DATABASE_URL"]
    assert f"//{OWNER}:" in compose["services"]["migrate"]["environment"]["MIGRATION_DATABASE_URL"]


def test_images_are_pinned_to_a_major_version_at_least(compose):
    images = [compose["services"]["postgres"]["image"]]
    images += re.findall(r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text(), flags=re.MULTILINE)
    for image in images:
        assert re.search(r":\d+", image), image


def test_nothing_listens_on_other_than_this_machine(compose):
    for service in compose["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")
    assert "ports" not in compose["services"]["postgres"]


def test_the_settings_take_what_the_containers_are_given(compose, tmp_path):
    key = tmp_path / "signing.pem"
    key.touch(mode=0o600)
    given = {
        "CONCORD_ISSUER": "https://id.clinic.example",
        "CONCORD_CURSOR_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "CONCORD_SERVICE_PASSWORD": "a8f3e0",
        "CONCORD_OWNER_PASSWORD": "b7d1c2",
    }
    for name in ("migrate", "api", "worker"):
        environment = {
            key_: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: given[found[1]], value)
            for key_, value in compose["services"][name]["environment"].items()
        }
        assert environment["CONCORD_SIGNING_KEY_FILE"] == "/run/secrets/signing_key"
        environment["CONCORD_SIGNING_KEY_FILE"] = str(key)
        settings = Settings.from_env(environment)
        assert settings.mode == "production"
        if name == "migrate":
            assert settings.require_migration_database_url()


def test_the_roles_script_makes_what_the_addresses_name():
    script = (PROJECT / "docker" / "roles.sh").read_text()
    for role in (OWNER, SERVICE):
        assert f"CREATE ROLE {role} LOGIN NOSUPERUSER" in script
    assert script.count("NOBYPASSRLS") == 2
    assert f"CREATE DATABASE concord OWNER {OWNER}" in script
    assert "REVOKE ALL ON DATABASE concord" in script


def test_the_image_runs_as_nobody_in_particular_from_a_hashed_lock():
    image = (PROJECT / "Dockerfile").read_text()
    assert re.search(r"^USER 10001$", image, flags=re.MULTILINE)
    assert "--require-hashes" in image
    assert "HEALTHCHECK" in image
    assert not re.search(r"^(ENV|ARG) .*(PASSWORD|SECRET|KEY)", image, flags=re.MULTILINE)
