"""Bring a database to the newest revision of the tables, as their owner."""

from __future__ import annotations

from typing import Final

from alembic import command
from alembic.config import Config

from service.settings import PROJECT

_CONFIGURATION: Final = PROJECT / "alembic.ini"


def configuration(url: str | None = None) -> Config:
    """Return Alembic's configuration for a database of ours, silent on standard output."""
    config = Config(str(_CONFIGURATION))
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head", *, service_role: str | None = None) -> None:
    """Upgrade to a revision; `service_role` names the role that is granted its rights."""
    config = configuration(url)
    config.attributes["service_role"] = service_role
    command.upgrade(config, revision)


def downgrade(url: str, revision: str, *, service_role: str | None = None) -> None:
    """Go back to a revision; one that would lose data refuses by itself."""
    config = configuration(url)
    config.attributes["service_role"] = service_role
    command.downgrade(config, revision)
