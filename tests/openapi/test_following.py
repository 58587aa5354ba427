"""Links lead somewhere: whatever an answer of a run leads to by reading is there to be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from service.settings import Settings
from tests.conftest import FROZEN_INSTANT
from tests.e2e.asks import path_values
from tests.openapi import recording, story
from tests.openapi.test_links import BY_NAME, success


def value(expression: str, path: dict[str, str], answer: Any) -> Any:
    """Read a runtime expression of OpenAPI."""
    kind, _, rest = expression.removeprefix("$").partition(".")
    if kind == "request":
        return path[rest.removeprefix("path.")]
    if rest.startswith("header."):
        return answer.headers[rest.removeprefix("header.")]
    found = answer.json()
    for part in rest.removeprefix("body#/").split("/"):
        found = found[int(part)] if part.isdigit() else found[part]
    return found


def reached(link: dict[str, Any], person: Any, path: dict[str, str], answer: Any) -> int | None:
    """Follow a link that reads; give the status, or None where the last page has no next."""
    given = {name: value(text, path, answer) for name, text in link.get("parameters", {}).items()}
    if given.get("cursor", "") is None:
        return None
    where = BY_NAME[link["operationId"]][0].removeprefix("/api/v1")
    for name in re.findall(r"{(\w+)}", where):
        where = where.replace(f"{{{name}}}", str(given.pop(name)))
    return int(person.get(where, params=given).status_code)


def test_every_link_to_something_readable_can_be_followed(
    shared_engine: Engine, tmp_path: Path
) -> None:
    settings = Settings.from_env({"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(tmp_path)})
    statuses = {}
    with shared_engine.connect() as connection, connection.begin() as outer:
        with recording.opened(connection, settings, FROZEN_INSTANT) as stage:
            for name in sorted(story.STORY):
                with recording.taken_back(connection, stage):
                    ask = story.asked(name, stage.clinic())
                    person = stage.person(ask.who)
                    answer = ask.send(person)
                    path = path_values(BY_NAME[name][0], urlsplit(ask.path).path)
                    for link in success(BY_NAME[name][1]).get("links", {}).values():
                        target = link["operationId"]
                        if target.startswith(("get", "list")):
                            statuses[name, target] = reached(link, person, path, answer)
        outer.rollback()

    assert {pair: one for pair, one in statuses.items() if one not in (200, None)} == {}
    assert sum(one == 200 for one in statuses.values()) > 200
