"""The REST API: a folder per noun, each with routes.py and schemas.py, and this list of them in order."""

from __future__ import annotations

from service.web.blueprint import Blueprint

# Registered in this order, and in no other way: a noun that is not named here is not served.
BLUEPRINTS: tuple[Blueprint, ...] = ()
