"""A tiny noun, and fakes for the doors, so that the plumbing is tested without a database."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.actions.idempotency import Stored
from service.actions.views import Page, Rendered
from service.domain.actor import Actor
from service.domain.vocabulary import Discipline, Purpose, Role, Scope
from service.errors import Forbidden, NotVisible, RuleConflict, RuleInvalid, Stale, Unauthenticated
from service.settings import Settings
from service.web import fields
from service.web.blueprint import ANY_TOKEN, Blueprint
from service.web.kernel import Doors
from service.web.operation import Call
from service.web.schemas import In, Out, Query, patch_of
from service.web.setup import make_app
from service.web.tokens import mint

TENANT = uuid.UUID("018f0000-0000-7000-8000-000000000001")
PERSON = uuid.UUID("018f0000-0000-7000-8000-000000000002")
STRANGER = uuid.UUID("018f0000-0000-7000-8000-000000000003")
PLAN = uuid.UUID("018f0000-0000-7000-8000-000000000004")
HIDDEN = uuid.UUID("018f0000-0000-7000-8000-000000000005")
FORBIDDEN = uuid.UUID("018f0000-0000-7000-8000-000000000006")
THING = uuid.UUID("018f0000-0000-7000-8000-000000000007")


class Colour(StrEnum):
    """The colour of a thing."""

    RED = "red"
    BLUE = "blue"


class SizeIn(In):
    """Say how large a thing is."""

    low = fields.Number()
    unit = fields.Text(required=True, max_length=8)


class ThingCreate(In):
    """Add a thing."""

    title = fields.Text(required=True, max_length=40)
    count = fields.Integer(minimum=0, maximum=10)
    at = fields.DateTime()
    on = fields.Date()
    colour = fields.Enum(Colour)
    size = fields.Nested(SizeIn)
    labels = fields.List(fields.Text(max_length=10), max_items=3)
    done = fields.Boolean()


ThingPatch = patch_of("ThingPatch", ThingCreate)


class SizeOut(Out):
    """How large a thing is."""

    low = fields.Number(allow_none=True)
    unit = fields.Text()


class ThingOut(Out):
    """A thing."""

    id = fields.Uuid()
    version = fields.Integer()
    title = fields.Text()
    count = fields.Integer(allow_none=True)
    at = fields.DateTime(allow_none=True)
    on = fields.Date(allow_none=True)
    colour = fields.Enum(Colour, allow_none=True)
    size = fields.Nested(SizeOut, allow_none=True)
    labels = fields.List(fields.Text())
    done = fields.Boolean(allow_none=True)


class ThingFilters(Query):
    """Choose things."""

    colour = fields.Several(fields.Enum(Colour))
    after = fields.Date()


class DocumentOut(Out):
    """A document."""

    text = fields.Text()


class World:
    """Hold what the fakes know and what they were told."""

    def __init__(self) -> None:
        self.denials: list[dict[str, Any]] = []
        self.kept: dict[tuple[Any, ...], Any] = {}
        self.twin_in_flight = False
        self.made: list[dict[str, Any]] = []
        self.version = 7
        self.transactions: list[str] = []
        self.calls: list[Call] = []
        self.at_commit: Exception | None = None
        self.raises: Exception | None = None
        self.gone: set[uuid.UUID] = set()

    @contextmanager
    def transaction(
        self, tenant_id: uuid.UUID | None, *, readonly: bool = False, snapshot: bool = False
    ) -> Iterator[Any]:
        kept, made = dict(self.kept), list(self.made)
        try:
            yield self
            self._commit()
        except BaseException:
            self.kept, self.made = kept, made
            self.transactions.append("rollback")
            raise
        self.transactions.append("commit")

    def _commit(self) -> None:
        fault, self.at_commit = self.at_commit, None
        if fault is not None:
            raise fault

    def identify(self, session: Any, **claims: Any) -> Actor:
        if claims["subject"] == STRANGER or claims["subject"] in self.gone:
            raise Unauthenticated("unknown-account")
        return Actor(
            tenant_id=claims["tenant_id"],
            user_id=claims["subject"],
            name="Probe",
            role=Role.PHYSIOTHERAPIST,
            discipline=Discipline.PHYSIOTHERAPY,
            scopes=claims["scopes"],
            purpose=Purpose(claims["purpose"] or "TREAT"),
            client_id=claims["client_id"],
            timezone="UTC",
        )

    def denied(self, session: Any, actor: Actor | None, **told: Any) -> None:
        self.denials.append({"actor": actor, **told})

    def admit(self, session: Any, *, body_hash: str, **where: Any) -> Any:
        name = tuple(sorted((key, str(value)) for key, value in where.items()))
        if self.twin_in_flight:
            raise RuleConflict("key-in-flight")
        found = self.kept.get(name)
        if found is None:
            return None
        if found[0] != body_hash:
            raise RuleInvalid("key-reused")
        return found[1]

    def keep(
        self, session: Any, *, body_hash: str, status: int, headers: Any, body: bytes, **where: Any
    ) -> None:
        name = tuple(sorted((key, str(value)) for key, value in where.items()))
        self.kept[name] = (body_hash, Stored(status, headers, body))

    def doors(self) -> Doors:
        return Doors(identify=self.identify, denied=self.denied, admit=self.admit, keep=self.keep)


def thing(**changes: Any) -> dict[str, Any]:
    return {
        "id": THING,
        "version": 7,
        "title": "A thing",
        "count": None,
        "at": None,
        "on": None,
        "colour": None,
        "size": None,
        "labels": [],
        "done": None,
        **changes,
    }


class Shown:
    """Show a dictionary's members as attributes, as an entity would."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.__dict__.update(members)


def probe_blueprint(world: World) -> Blueprint:
    """Declare a noun with one operation of each sort; its action is the gate in small."""
    blp = Blueprint(
        "things", __name__, tag="Things", description="Things to try the plumbing with."
    )

    def gate(call: Call, plan_id: uuid.UUID) -> None:
        world.calls.append(call)
        if plan_id == HIDDEN:
            raise NotVisible
        if plan_id == FORBIDDEN:
            raise Forbidden
        call.actor.admitted(call.session)
        if world.raises is not None:
            raise world.raises

    @blp.operation(
        "GET",
        "/care-plans/<uuid:plan_id>/things",
        scope=Scope.PLAN_READ,
        permission=("thing", "read"),
        query=ThingFilters,
        paged=True,
        out=ThingOut,
    )
    def list_things(call: Call, plan_id: uuid.UUID) -> Page:
        """List things."""
        gate(call, plan_id)
        more = ("position",) if call.after is None else None
        return Page([Shown(thing())], more)

    @blp.operation(
        "POST",
        "/care-plans/<uuid:plan_id>/things",
        scope=Scope.PLAN_WRITE,
        permission=("thing", "create"),
        body=ThingCreate,
        out=ThingOut,
        created=True,
    )
    def create_thing(call: Call, plan_id: uuid.UUID) -> Shown:
        """Add a thing.

        It is only a probe.
        """
        gate(call, plan_id)
        world.made.append(call.body)
        return Shown(thing(**{"id": uuid.uuid4(), "version": 1, **call.body}))

    @blp.operation(
        "GET",
        "/care-plans/<uuid:plan_id>/things/<uuid:thing_id>",
        scope=Scope.PLAN_READ,
        permission=("thing", "read"),
        out=ThingOut,
    )
    def get_thing(call: Call, plan_id: uuid.UUID, thing_id: uuid.UUID) -> Shown:
        """Read a thing."""
        gate(call, plan_id)
        return Shown(thing(id=thing_id))

    @blp.operation(
        "PATCH",
        "/care-plans/<uuid:plan_id>/things/<uuid:thing_id>",
        scope=Scope.PLAN_WRITE,
        permission=("thing", "update"),
        body=ThingPatch,
        out=ThingOut,
        if_match=True,
    )
    def update_thing(call: Call, plan_id: uuid.UUID, thing_id: uuid.UUID) -> Shown:
        """Change a thing."""
        gate(call, plan_id)
        if call.version != world.version:
            raise Stale(extra={"current_version": world.version, "conflicting_fields": ["title"]})
        world.made.append(call.body)
        return Shown(thing(**{"id": thing_id, "version": world.version + 1, **call.body}))

    @blp.operation(
        "DELETE",
        "/care-plans/<uuid:plan_id>/things/<uuid:thing_id>",
        scope=Scope.PLAN_WRITE,
        permission=("thing", "delete"),
        if_match=True,
    )
    def delete_thing(call: Call, plan_id: uuid.UUID, thing_id: uuid.UUID) -> None:
        """Withdraw a thing."""
        gate(call, plan_id)
        if call.version != world.version:
            raise Stale(extra={"current_version": world.version})

    @blp.operation(
        "POST",
        "/care-plans/<uuid:plan_id>/things/<uuid:thing_id>/poke",
        scope=Scope.PLAN_WRITE,
        permission=("thing", "update"),
        out=ThingOut,
        if_match=True,
    )
    def poke_thing(call: Call, plan_id: uuid.UUID, thing_id: uuid.UUID) -> Shown:
        """Poke a thing."""
        gate(call, plan_id)
        return Shown(thing(id=thing_id, version=call.version))

    @blp.operation(
        "GET",
        "/care-plans/<uuid:plan_id>/document",
        scope=Scope.PLAN_READ,
        permission=("thing", "read"),
        out=DocumentOut,
        etag=True,
    )
    def get_document(call: Call, plan_id: uuid.UUID) -> Rendered:
        """Read the kept document."""
        gate(call, plan_id)
        return Rendered(b'{"text":"kept"}', "3.patient.2026-03-01")

    @blp.operation(
        "GET",
        "/whoever",
        scope=ANY_TOKEN,
        permission=("self", "read"),
        out=DocumentOut,
    )
    def get_whoever(call: Call) -> dict[str, str]:
        """Say who asks."""
        world.calls.append(call)
        return {"text": str(call.actor.user_id)}

    return blp


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    var: Path = tmp_path_factory.mktemp("var")
    return Settings.from_env({"CONCORD_MODE": "demo", "CONCORD_VAR_DIR": str(var)})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def app(settings: Settings, world: World) -> Flask:
    return make_app(
        settings,
        database=world,
        doors=world.doors(),
        blueprints=[probe_blueprint(world)],
        checks={"database": lambda: True},
    )


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


# The JSON of an answer is whatever its test expects.
Client = Any
Token = Callable[..., str]


@pytest.fixture
def token(settings: Settings) -> Token:
    def make(
        *scopes: str,
        subject: uuid.UUID = PERSON,
        tenant: uuid.UUID = TENANT,
        purpose: str = "TREAT",
        lifetime: timedelta = timedelta(hours=1),
    ) -> str:
        return mint(
            settings,
            tenant_id=tenant,
            subject=subject,
            scopes=scopes or ("plan:read", "plan:write"),
            client_id="probe",
            purpose=purpose,
            lifetime=lifetime,
        )

    return make


@pytest.fixture
def bearer(token: Token) -> Callable[..., dict[str, str]]:
    def make(*scopes: str, **other: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {token(*scopes, **other)}"}

    return make
