"""A resource with two forms: each reader is shown theirs, and the specification names both."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from service.actions.views import Page
from service.domain.vocabulary import Scope
from service.settings import Settings
from service.web import fields
from service.web.blueprint import Blueprint
from service.web.downgrade import to_3_0
from service.web.kernel import operations_of
from service.web.operation import Call
from service.web.schemas import Out, either
from service.web.setup import make_app
from tests.web.conftest import PLAN, THING, Client, Shown, World

Bearer = Callable[..., dict[str, str]]
LETTERS = f"/api/v1/care-plans/{PLAN}/letters"
BOTH = [
    {"$ref": "#/components/schemas/Letter"},
    {"$ref": "#/components/schemas/Postcard"},
]


class LetterOut(Out):
    """A letter, with what only some may read."""

    id = fields.Uuid()
    version = fields.Integer()
    text = fields.Text()


class PostcardOut(Out):
    """A letter as everybody may read it."""

    greeting = fields.Text()


def _form(letter: Any) -> type[Out]:
    return PostcardOut if letter.open else LetterOut


LETTER = either("Mail", LetterOut, PostcardOut, by=_form)


def letter(*, is_open: bool) -> Shown:
    return Shown({"id": THING, "version": 7, "text": "Dear", "greeting": "Hi", "open": is_open})


@pytest.fixture
def app(settings: Settings, world: World) -> Flask:
    blp = Blueprint("letters", __name__, tag="Letters", description="Letters in two forms.")

    @blp.operation(
        "GET",
        "/care-plans/<uuid:plan_id>/letters",
        scope=Scope.PLAN_READ,
        permission=("letter", "read"),
        paged=True,
        out=LETTER,
    )
    def list_letters(call: Call, plan_id: uuid.UUID) -> Page:
        """List letters."""
        return Page([letter(is_open=False), letter(is_open=True)], None)

    @blp.operation(
        "GET",
        "/care-plans/<uuid:plan_id>/letters/open",
        scope=Scope.PLAN_READ,
        permission=("letter", "read"),
        out=LETTER,
    )
    def get_open_letter(call: Call, plan_id: uuid.UUID) -> Shown:
        """Read an open letter."""
        return letter(is_open=True)

    return make_app(settings, database=world, doors=world.doors(), blueprints=[blp], checks={})


def test_each_object_is_shown_in_its_own_form(client: Client, bearer: Bearer) -> None:
    listed = client.get(LETTERS, headers=bearer())
    one = client.get(f"{LETTERS}/open", headers=bearer())

    assert listed.json["items"] == [
        {"id": str(THING), "version": 7, "text": "Dear"},
        {"greeting": "Hi"},
    ]
    assert one.json == {"greeting": "Hi"}
    assert one.headers["ETag"] == 'W/"7"'


def test_a_version_in_one_form_gives_the_operation_its_etag(app: Flask) -> None:
    declared = {operation.name: operation.etag for operation in operations_of(app).values()}

    assert declared == {"listLetters": False, "getOpenLetter": True}


def test_the_specification_names_every_form(client: Client) -> None:
    document = client.get("/openapi.json").json
    paths = document["paths"]
    collection = "/api/v1/care-plans/{plan_id}/letters"
    page, one = (
        paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        for path in (collection, f"{collection}/open")
    )

    assert one == {"$ref": "#/components/schemas/Mail"}
    assert page == {"$ref": "#/components/schemas/MailPage"}
    schemas = document["components"]["schemas"]
    assert schemas["Mail"]["oneOf"] == BOTH
    assert schemas["MailPage"]["properties"]["items"]["items"] == one
    assert schemas["MailPage"]["required"] == ["items", "next_cursor"]
    assert {"Letter", "Postcard"} <= set(document["components"]["schemas"])
    validate(document)
    validate(to_3_0(document))


def test_one_form_is_no_choice() -> None:
    for forms in ((), (LetterOut,), (LetterOut, LetterOut)):
        with pytest.raises(ValueError, match="one form"):
            either("Mail", *forms, by=_form)
