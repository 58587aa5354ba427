"""Build the application: the only file that knows every room."""

from __future__ import annotations

from flask import Flask

from service.settings import Settings


def create_app(settings: Settings) -> Flask:
    """Build the application for these settings; nothing is asked of the database yet."""
    app = Flask("service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "up"}

    return app


def main() -> None:
    """Run the command line."""
    # Late, because the command line builds the application.
    from service.cli import main as commands

    commands(prog_name="service")
