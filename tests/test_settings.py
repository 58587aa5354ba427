"""Settings: what they default to, what they refuse, and that they keep quiet about secrets."""

from __future__ import annotations

import base64
import dataclasses
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from service.settings import Settings, SettingsError, keep_private

SERVICE_URL = "postgresql://concord_service:dT7-sekret@db/concord"
OWNER_URL = "postgresql://concord_owner:kQ9-sekret@db/concord"
CURSOR_KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def demo(tmp_path: Path) -> dict[str, str]:
    return {"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(tmp_path / "var")}


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "signing.pem"
    keep_private(key, lambda: b"a key")
    return {
        "DATABASE_URL": SERVICE_URL,
        "CONCORD_ISSUER": "https://id.clinic.example",
        "CONCORD_SIGNING_KEY_FILE": str(key),
        "CONCORD_CURSOR_KEY": CURSOR_KEY,
    }


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "sekret" not in sentence
    return sentence


def test_the_demo_needs_nothing(demo, tmp_path):
    settings = Settings.from_env(demo)
    assert settings.is_demo
    assert settings.database_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.issuer, settings.audience) == ("urn:concord:demo", "concord")
    assert settings.max_body_bytes == 1024 * 1024
    assert settings.var_dir == tmp_path / "var"
    assert settings.build_id.startswith("0.1.0")


def test_without_a_mode_it_is_production(production):
    settings = Settings.from_env(production)
    assert settings.mode == "production"
    assert not settings.is_demo
    assert settings.cursor_key == bytes(range(32))


def test_the_demo_makes_its_keys_once_for_its_owner_alone(demo):
    first, second = Settings.from_env(demo), Settings.from_env(demo)
    assert first == second
    assert len(first.cursor_key) == 32
    assert first.signing_key_file is not None
    assert first.signing_key_file.stat().st_mode & 0o077 == 0
    assert first.signing_key_file.parent.stat().st_mode & 0o077 == 0
    key = load_pem_private_key(first.signing_key_file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"


def test_two_demos_have_different_keys(demo, tmp_path):
    other = {**demo, "CONCORD_VAR_DIR": str(tmp_path / "other")}
    assert Settings.from_env(demo).cursor_key != Settings.from_env(other).cursor_key


def test_processes_that_start_at_once_keep_one_secret(tmp_path):
    file = tmp_path / "secret"
    with ThreadPoolExecutor(8) as threads:
        kept = set(
            threads.map(lambda _: keep_private(file, lambda: secrets.token_bytes(8)), range(32))
        )
    assert kept == {file.read_bytes()}
    assert list(tmp_path.iterdir()) == [file]


def test_production_makes_no_keys(production, tmp_path):
    Settings.from_env({**production, "CONCORD_VAR_DIR": str(tmp_path / "var")})
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"CONCORD_MODE": "demonstration"}, "CONCORD_MODE"),
        ({"CONCORD_HOST": "0.0.0.0"}, "loopback"),
        ({"CONCORD_HOST": "clinic.example"}, "loopback"),
        ({"CONCORD_SIGNING_KEY_FILE": "/etc/hostname"}, "its own signing key"),
        ({"PORT": "0"}, "PORT is not a whole number from 1 to 65535"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "-1"}, "PORT"),
        ({"PORT": "80a"}, "PORT"),
        ({"PORT": "٨٠٠٠"}, "PORT"),
        ({"PORT": "9" * 5000}, "PORT"),
        ({"CONCORD_MAX_BODY_BYTES": "1"}, "CONCORD_MAX_BODY_BYTES"),
        ({"CONCORD_POOL_SIZE": "0"}, "CONCORD_POOL_SIZE"),
        ({"CONCORD_STATEMENT_TIMEOUT_MS": "0"}, "CONCORD_STATEMENT_TIMEOUT_MS"),
        ({"DATABASE_URL": "mysql://u:p-sekret@db/concord"}, "PostgreSQL only"),
        ({"DATABASE_URL": "sqlite:///concord.db"}, "PostgreSQL only"),
        ({"DATABASE_URL": "postgresql://u:sekret@[db/concord"}, "cannot be read"),
        ({"DATABASE_URL": "postgresql://u:sekret@db:x/concord"}, "cannot be read"),
        ({"DATABASE_URL": "postgresql://:sekret@db/concord"}, "no role"),
        ({"DATABASE_URL": "postgresql://u:sekret@db"}, "no database"),
        ({"DATABASE_URL": "postgresql://concord_service@db/concord"}, "no password"),
        ({"DATABASE_URL": "postgresql://concord_service:@db/concord"}, "no password"),
        ({"MIGRATION_DATABASE_URL": OWNER_URL}, "without DATABASE_URL"),
        ({"DATABASE_URL": OWNER_URL, "MIGRATION_DATABASE_URL": OWNER_URL}, "same role"),
    ],
)
def test_the_demo_refuses(demo, change, said):
    assert said in refusal({**demo, **change})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"DATABASE_URL": ""}, "needs DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://concord:concord@db/concord"}, "tries first"),
        ({"DATABASE_URL": "postgresql://concord_service:Password@db/concord"}, "tries first"),
        ({"DATABASE_URL": "postgresql://app:app@db/concord"}, "tries first"),
        ({"CONCORD_ISSUER": ""}, "CONCORD_ISSUER"),
        ({"CONCORD_ISSUER": "http://id.clinic.example"}, "CONCORD_ISSUER"),
        ({"CONCORD_ISSUER": "urn:concord:demo"}, "demo tokens"),
        ({"CONCORD_SIGNING_KEY_FILE": ""}, "CONCORD_JWKS_FILE"),
        ({"CONCORD_SIGNING_KEY_FILE": "/nowhere/key.pem"}, "cannot be read"),
        ({"CONCORD_CURSOR_KEY": ""}, "CONCORD_CURSOR_KEY"),
        ({"CONCORD_CURSOR_KEY": "!!!"}, "not base64"),
        ({"CONCORD_CURSOR_KEY": "c2hvcnQ="}, "32 bytes"),
    ],
)
def test_production_refuses(production, change, said):
    assert said in refusal({**production, **change})


def test_production_refuses_a_key_that_everybody_reads(production):
    Path(production["CONCORD_SIGNING_KEY_FILE"]).chmod(0o644)
    assert "every user" in refusal(production)


def test_production_takes_the_keys_of_a_trusted_issuer_instead(production, tmp_path):
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys": []}')
    settings = Settings.from_env(
        {**production, "CONCORD_SIGNING_KEY_FILE": "", "CONCORD_JWKS_FILE": str(keys)}
    )
    assert (settings.signing_key_file, settings.jwks_file) == (None, keys)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"DATABASE_URL": "postgresql://concord_service@/concord?host=/run/postgresql"},
        {"DATABASE_URL": "postgresql://concord_service@db/concord?sslcert=/etc/c.pem"},
        {"DATABASE_URL": "postgresql://concord_service@db/concord", "PGPASSFILE": "/etc/pgpass"},
        {"DATABASE_URL": "postgres://concord_service:dT7-sekret@db:5433/concord"},
    ],
)
def test_a_password_may_come_from_elsewhere(production, elsewhere):
    assert Settings.from_env({**production, **elsewhere}).database_url == elsewhere["DATABASE_URL"]


def test_what_migrates_needs_the_owner_and_what_serves_does_not(production):
    settings = Settings.from_env(production)
    assert settings.require_database_url() == SERVICE_URL
    with pytest.raises(SettingsError, match="MIGRATION_DATABASE_URL"):
        settings.require_migration_database_url()
    bound = Settings.from_env({**production, "MIGRATION_DATABASE_URL": OWNER_URL})
    assert bound.require_migration_database_url() == OWNER_URL


def test_nothing_secret_is_printed(demo, production):
    settings = Settings.from_env({**production, "MIGRATION_DATABASE_URL": OWNER_URL})
    assert "sekret" not in repr(settings) + str(settings)
    assert repr(settings.cursor_key) not in repr(settings)
    mine = Settings.from_env(demo)
    assert repr(mine.cursor_key) not in repr(mine)


def test_settings_stay_as_they_are(demo):
    settings = Settings.from_env(demo)
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]
    bound = settings.with_database(SERVICE_URL, None)
    assert (settings.database_url, bound.database_url) == (None, SERVICE_URL)


def test_a_file_of_another_user_is_said_in_one_line(demo, tmp_path):
    keys = tmp_path / "var" / "keys"
    keys.mkdir(parents=True)
    (keys / "cursor.key").mkdir()  # what cannot be read, whoever runs the tests
    assert "another user" in refusal(demo)
    assert os.environ.get("CONCORD_CURSOR_KEY") is None


def test_only_the_settings_read_the_environment():
    rooms = Path(__file__).parent.parent / "service"
    readers = {
        str(file.relative_to(rooms))
        for file in rooms.rglob("*.py")
        if "os.environ" in file.read_text() or "getenv" in file.read_text()
    }
    assert readers <= {
        "settings.py",
        "cli.py",  # says that it is the demo where the environment does not
        "embedded/cluster.py",  # takes the variables of another PostgreSQL out of a child's
        "running/children.py",  # names the parent in a child's
        "running/serve.py",
        "running/supervisor.py",  # hands it to the children, without the owner's address
    }
