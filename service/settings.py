"""Read the settings once, from the environment, and refuse what would be unsafe.

Nothing else in the house reads the environment. A `Settings` is frozen, and printing it shows no secret.
In demo mode the keys are made on first use under `var/keys/`, readable by their owner alone; production is
given its keys, and never makes them.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service import __version__

PROJECT: Final = Path(__file__).resolve().parent.parent
DEMO_ISSUER: Final = "urn:concord:demo"
AUDIENCE: Final = "concord"

Mode = Literal["demo", "production"]

_SCHEMES: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_GUESSED_FIRST: Final = frozenset(
    {
        "postgres",
        "password",
        "passwd",
        "secret",
        "changeme",
        "change-me",
        "concord",
        "admin",
        "root",
    }
)


class SettingsError(Exception):
    """Say in one sentence which setting is missing or unsafe, and never its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold what the service was told to be."""

    mode: Mode
    database_url: str | None = field(repr=False)
    migration_database_url: str | None = field(repr=False)
    var_dir: Path
    host: str
    port: int
    issuer: str
    audience: str
    signing_key_file: Path | None
    jwks_file: Path | None
    cursor_key: bytes = field(repr=False)
    max_body_bytes: int
    pool_size: int
    statement_timeout_ms: int
    build_id: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment; raise `SettingsError` for what is missing or unsafe."""
        mode = _mode(environ)
        database_url = _database_url(environ, "DATABASE_URL")
        migration_url = _database_url(environ, "MIGRATION_DATABASE_URL")
        if migration_url is not None and database_url is None:
            raise SettingsError(
                "MIGRATION_DATABASE_URL is set without DATABASE_URL; set both or neither."
            )
        if database_url is not None and migration_url is not None:
            _refuse_one_role_for_both(database_url, migration_url)
        var_dir = Path(environ.get("CONCORD_VAR_DIR") or PROJECT / "var").absolute()
        host = environ.get("CONCORD_HOST") or "127.0.0.1"
        if mode == "demo":
            keys = _demo_keys(environ, host, var_dir)
        else:
            keys = _production_keys(environ, database_url)
        return cls(
            mode=mode,
            database_url=database_url,
            migration_database_url=migration_url,
            var_dir=var_dir,
            host=host,
            port=_number(environ, "PORT", 8000, 1, 65535),
            issuer=keys.issuer,
            audience=environ.get("CONCORD_AUDIENCE") or AUDIENCE,
            signing_key_file=keys.signing_key_file,
            jwks_file=keys.jwks_file,
            cursor_key=keys.cursor_key,
            max_body_bytes=_number(environ, "CONCORD_MAX_BODY_BYTES", 1 << 20, 1 << 10, 64 << 20),
            pool_size=_number(environ, "CONCORD_POOL_SIZE", 8, 1, 200),
            statement_timeout_ms=_number(
                environ, "CONCORD_STATEMENT_TIMEOUT_MS", 15_000, 100, 600_000
            ),
            build_id=environ.get("CONCORD_BUILD_ID") or _build_id(PROJECT),
        )

    @property
    def is_demo(self) -> bool:
        """Tell whether demo accounts and keys may exist."""
        return self.mode == "demo"

    def with_database(self, service_url: str, migration_url: str | None) -> Self:
        """Return the same settings, bound to a database that has been started since."""
        return replace(self, database_url=service_url, migration_database_url=migration_url)

    def require_database_url(self) -> str:
        """Return the service's database, or refuse where none was named or started."""
        if self.database_url is None:
            raise SettingsError("DATABASE_URL is not set, and no embedded PostgreSQL was started.")
        return self.database_url

    def require_migration_database_url(self) -> str:
        """Return the owner's database, or refuse where none was named or started."""
        if self.migration_database_url is None:
            raise SettingsError(
                "MIGRATION_DATABASE_URL is not set; migrations run as the owner of the tables, not as the service."
            )
        return self.migration_database_url


@dataclass(frozen=True, slots=True)
class _Keys:
    issuer: str
    signing_key_file: Path | None
    jwks_file: Path | None
    cursor_key: bytes = field(repr=False)


def _mode(environ: Mapping[str, str]) -> Mode:
    match environ.get("CONCORD_MODE") or "production":
        case "demo":
            return "demo"
        case "production":
            return "production"
        case _:
            raise SettingsError("CONCORD_MODE is neither demo nor production.")


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and low <= int(text) <= high):
        raise SettingsError(f"{name} is not a whole number from {low} to {high}.")
    return int(text)


# --- the database -----------------------------------------------------------------------------


def _database_url(environ: Mapping[str, str], name: str) -> str | None:
    url = environ.get(name, "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        user, database, port = parts.username, parts.path.lstrip("/"), parts.port
    except ValueError:
        raise SettingsError(f"{name} cannot be read as an address.") from None
    if parts.scheme not in _SCHEMES:
        raise SettingsError(
            f"{name} does not begin with postgresql://; Concord runs on PostgreSQL only."
        )
    if not user or not database or port == 0:
        raise SettingsError(f"{name} names no role or no database.")
    if not parts.password and not _password_elsewhere(url, environ):
        raise SettingsError(f"{name} has no password for its role.")
    return url


def _password_elsewhere(url: str, environ: Mapping[str, str]) -> bool:
    """Tell whether libpq finds credentials by itself: a socket asks the kernel, a certificate needs none."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = query.get("host", [unquote(parts.hostname or "")])[0]
    by_query = bool({"password", "passfile", "sslcert"} & set(query))
    by_environment = bool({"PGPASSWORD", "PGPASSFILE", "PGSSLCERT"} & set(environ))
    return by_query or by_environment or host.startswith("/")


def _refuse_one_role_for_both(service_url: str, owner_url: str) -> None:
    if urlsplit(service_url).username == urlsplit(owner_url).username:
        raise SettingsError(
            "DATABASE_URL and MIGRATION_DATABASE_URL name the same role; row-level security needs a service"
            " role that does not own the tables."
        )


# --- the keys ---------------------------------------------------------------------------------


def _demo_keys(environ: Mapping[str, str], host: str, var_dir: Path) -> _Keys:
    if not _is_loopback(host):
        raise SettingsError(
            "Demo mode listens on this machine only; CONCORD_HOST is not a loopback address."
        )
    if environ.get("CONCORD_SIGNING_KEY_FILE") or environ.get("CONCORD_JWKS_FILE"):
        raise SettingsError("Demo mode makes its own signing key; give one to production only.")
    directory = var_dir / "keys"
    private_directory(directory)
    signing = directory / "signing.pem"
    keep_private(signing, _new_signing_key)
    return _Keys(
        issuer=environ.get("CONCORD_ISSUER") or DEMO_ISSUER,
        signing_key_file=signing,
        jwks_file=None,
        cursor_key=keep_private(directory / "cursor.key", lambda: secrets.token_bytes(32)),
    )


def _production_keys(environ: Mapping[str, str], database_url: str | None) -> _Keys:
    if database_url is None:
        raise SettingsError(
            "Production needs DATABASE_URL; the embedded PostgreSQL is for the demo (CONCORD_MODE=demo)."
        )
    _refuse_guessable_password(database_url)
    issuer = environ.get("CONCORD_ISSUER", "")
    if issuer == DEMO_ISSUER:
        raise SettingsError("CONCORD_ISSUER is the demo's; production does not trust demo tokens.")
    if not issuer.startswith(("https://", "urn:")):
        raise SettingsError("Production needs CONCORD_ISSUER, an https:// address or a urn.")
    signing = _given_file(environ, "CONCORD_SIGNING_KEY_FILE", private=True)
    jwks = _given_file(environ, "CONCORD_JWKS_FILE", private=False)
    if signing is None and jwks is None:
        raise SettingsError(
            "Production needs CONCORD_SIGNING_KEY_FILE, or CONCORD_JWKS_FILE with the keys of a trusted issuer."
        )
    return _Keys(issuer, signing, jwks, _given_cursor_key(environ))


def _refuse_guessable_password(url: str) -> None:
    password = unquote(urlsplit(url).password or "")
    if password and (password.lower() in _GUESSED_FIRST or password == urlsplit(url).username):
        raise SettingsError("The password in DATABASE_URL is one that everybody tries first.")


def _given_file(environ: Mapping[str, str], name: str, *, private: bool) -> Path | None:
    text = environ.get(name, "")
    if not text:
        return None
    path = Path(text).absolute()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise SettingsError(f"{name} names a file that cannot be read.")
    if private and path.stat().st_mode & 0o007:
        raise SettingsError(f"{name} names a file that every user of the machine may read.")
    return path


def _given_cursor_key(environ: Mapping[str, str]) -> bytes:
    text = environ.get("CONCORD_CURSOR_KEY", "")
    if not text:
        raise SettingsError("Production needs CONCORD_CURSOR_KEY, 32 random bytes in base64.")
    try:
        key = base64.b64decode(
            text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        raise SettingsError("CONCORD_CURSOR_KEY is not base64.") from None
    if len(key) != 32:
        raise SettingsError("CONCORD_CURSOR_KEY is not 32 bytes long.")
    return key


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _new_signing_key() -> bytes:
    """Make a P-256 key for ES256, as PKCS #8 in PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


# --- files that only their owner reads ----------------------------------------------------------


def private_directory(path: Path) -> None:
    """Make a directory that only its owner may enter."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
    except OSError:
        raise SettingsError(
            f"{path} cannot be made or closed to others; it may belong to another user."
        ) from None


def keep_private(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what the file holds; write it first, readable by its owner alone, where there is none.

    Several processes may start at once: each writes a file of its own and links it into place, the
    first link wins, and all of them read the winner's.
    """
    try:
        if not path.exists():
            mine = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            handle = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(make())
                    file.flush()
                    os.fsync(file.fileno())
                with contextlib.suppress(FileExistsError):
                    os.link(mine, path)
            finally:
                mine.unlink()
        return path.read_bytes()
    except OSError:
        raise SettingsError(
            f"{path} cannot be written or read; it may belong to another user."
        ) from None


# --- the build ----------------------------------------------------------------------------------


def _build_id(project: Path) -> str:
    """Name the build: the version, and the commit where the project is a git work tree."""
    commit = _git_commit(project)
    return f"{__version__}+{commit[:12]}" if commit else __version__


def _git_commit(project: Path) -> str | None:
    git = project / ".git"
    try:
        if git.is_file():  # a linked work tree names its directory in a file
            git = (project / git.read_text().removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head or None
        ref = head.removeprefix("ref: ")
        common = git
        if (git / "commondir").is_file():
            common = (git / (git / "commondir").read_text().strip()).resolve()
        loose = common / ref
        if loose.is_file():
            return loose.read_text().strip() or None
        for line in (common / "packed-refs").read_text().splitlines():
            commit, _, name = line.partition(" ")
            if name == ref:
                return commit
    except (OSError, UnicodeDecodeError):
        return None
    return None
