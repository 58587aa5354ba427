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
OPERATIONS = [one for blueprint in BLUEPRINTS for one in blueprint.operations.values()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_an_operation_names_a_scope_and_a_right_that_somebody_has(
    operation: Operation,
) -> None:
    assert operation.scope is None or Scope(operation.scope) in Scope
    resource, action = operation.permission
    assert any(
        policy.is_possible(role, policy.Resource(resource), policy.Action(action)) for role in Role
    )


def test_operation_ids_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_the_committed_specification_is_the_one_the_code_makes() -> None:
    for name, content in specification().files().items():
        committed = (PROJECT / "openapi" / name).read_bytes()
        assert json.loads(committed) == json.loads(content), "run make spec"
