"""Every operation has a scope and a right that the table knows, and a name of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.api import BLUEPRINTS
from service.app import specification
from service.domain import policy
from service.domain.vocabulary import Role, Scope
from service.web.operation import Operation

PROJECT = Path(__file__).resolve().parents[2]
ALL = [one for blueprint in BLUEPRINTS for one in blueprint.operations.values()]
OPERATIONS = [one for one in ALL if not one.is_open]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_an_operation_names_a_scope_and_a_right_that_somebody_has(
    operation: Operation,
) -> None:
    assert operation.scope is None or Scope(operation.scope) in Scope
    assert operation.permission is not None
    resource, action = operation.permission
    assert any(
        policy.is_possible(role, policy.Resource(resource), policy.Action(action)) for role in Role
    )


def test_nothing_is_told_without_a_token_but_what_runs_here() -> None:
    assert [one.name for one in ALL if one.is_open] == ["getService"]


def test_operation_ids_are_unique() -> None:
    names = [operation.name for operation in ALL]
    assert len(names) == len(set(names))


def test_what_takes_the_place_of_an_operation_is_there_and_stays() -> None:
    staying = {one.name for one in ALL if one.deprecation is None}
    named = {one.deprecation.successor for one in ALL if one.deprecation is not None}
    assert named <= {None, *staying}


def test_the_committed_specification_is_the_one_the_code_makes() -> None:
    for name, content in specification().files().items():
        committed = (PROJECT / "openapi" / name).read_bytes()
        assert json.loads(committed) == json.loads(content), "run make spec"
