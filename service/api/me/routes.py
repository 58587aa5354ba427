"""Serve what callers ask about themselves."""

from __future__ import annotations

from typing import Any

from service.actions import accounts
from service.api.me.schemas import MeOut
from service.web.blueprint import ANY_TOKEN, Blueprint
from service.web.operation import Call

blp = Blueprint("me", __name__, tag="Me", description="Who is calling, and which plans are theirs.")


@blp.operation("GET", "/me", scope=ANY_TOKEN, permission=("self", "read"), out=MeOut)
def get_me(call: Call) -> Any:
    """Say who is calling, and which plans are theirs."""
    return accounts.me(call.session, call.actor)
