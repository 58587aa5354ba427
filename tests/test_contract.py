"""What holds answers to the document refuses each way of leaving it, and counts what it held."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract import PROBLEM, Answer, Broken, Contract, Ledger, is_of_the_api

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.1",
    "paths": {
        "/api/v1/things": {
            "get": {
                "responses": {
                    "200": {
                        "headers": {
                            "X-Request-Id": {"$ref": "#/components/headers/Id"},
                            "Retry-After": {"schema": {"type": "integer", "minimum": 0}},
                        },
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        },
                    },
                    "404": {"$ref": "#/components/responses/NotFound"},
                    "204": {"headers": {}},
                }
            }
        },
        "/api/v1/things/{thing_id}": {"delete": {"responses": {"204": {}}}},
        "/api/v1/things/new": {"post": {"responses": {"204": {}}}},
    },
    "components": {
        "headers": {"Id": {"required": True, "schema": {"type": "string", "maxLength": 3}}},
        "responses": {
            "NotFound": {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        },
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["day"],
                "properties": {"day": {"type": "string", "format": "date"}},
            },
            "Problem": {
                "type": "object",
                "required": ["code"],
                "properties": {"code": {"type": "string"}},
            },
        },
    },
}
THING = {"day": "2027-02-15"}
HEADERS = {"X-Request-Id": "r-1", "Content-Type": "application/json", "Date": "today"}
BROKEN = {"code": "internal-error"}


def answer(
    body: Any = THING, status: int = 200, method: str = "GET", path: str = "/things", **headers: Any
) -> Answer:
    given = {**HEADERS, **{name.replace("_", "-"): text for name, text in headers.items()}}
    return Answer(
        method,
        f"/api/v1{path}",
        status,
        {name: text for name, text in given.items() if text is not None},
        b"" if body is None else json.dumps(body).encode(),
    )


@pytest.mark.parametrize(
    "given",
    [
        answer(),
        answer(Retry_After="7"),
        Answer(
            "GET",
            "/api/v1/things",
            200,
            {name.lower(): text for name, text in HEADERS.items()},
            json.dumps(THING).encode(),
        ),
        answer(BROKEN, 404, Content_Type=PROBLEM, X_Request_Id=None),
        answer(None, 204, X_Request_Id=None),
        answer(None, 204, "DELETE", "/things/7", X_Request_Id=None),
        answer(None, 204, "POST", "/things/new", X_Request_Id=None),
        answer(None, method="HEAD"),
        answer(BROKEN, 405, "PUT", Content_Type=PROBLEM, Allow="GET"),
        answer(BROKEN, 404, path="/nothing", Content_Type=PROBLEM),
    ],
)
def test_what_the_document_speaks_of_is_counted(given: Answer) -> None:
    ledger = Ledger()
    contract = ledger.contract(json.dumps(DOCUMENT).encode())
    assert ledger.contract(json.dumps(DOCUMENT).encode()) is contract

    ledger.hold(contract, given)

    assert (ledger.count, ledger.errors) == (1, int(given.status >= 400))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (answer(BROKEN, 500, Content_Type=PROBLEM), "GET /api/v1/things: 500 is not documented"),
        (answer(X_Secret="1"), r"headers \['x-secret'\] more, \[\] less"),
        (answer(X_Request_Id=None), r"headers \[\] more, \['x-request-id'\] less"),
        (answer(X_Request_Id="r-1000"), "200 x-request-id: .* longer"),
        (answer(Retry_After="soon"), "retry-after: .*integer"),
        (answer(Content_Type="text/html"), "text/html is not documented"),
        (answer({"day": "2027-13-01"}), '/day: "2027-13-01" is not a "date"'),
        (answer({**THING, "secret": 1}), "secret"),
        (answer({}), '"day" is a required property'),
        (answer(THING, 204, X_Request_Id=None), "has a body"),
        (answer(method="HEAD"), "HEAD .* has a body"),
        (answer(BROKEN, 405, "PUT", Content_Type=PROBLEM), "405 without Allow"),
        (answer(BROKEN, 405, "PUT", Allow="GET"), "405 is no problem"),
        (answer(THING, 200, "PUT"), "200 where there is no operation"),
        (answer(path="/nothing"), "200 where there is no operation"),
        (answer({}, 404, path="/nothing", Content_Type=PROBLEM), '"code" is a required property'),
    ],
)
def test_what_leaves_the_document_is_refused_and_not_counted(given: Answer, says: str) -> None:
    ledger = Ledger()

    with pytest.raises(Broken, match=says):
        ledger.hold(Contract(DOCUMENT), given)

    assert ledger.count == 0


def test_a_planted_fault_is_borne_where_it_is_planted_and_is_still_a_problem() -> None:
    ledger, contract = Ledger(), Contract(DOCUMENT)
    fault = answer(BROKEN, 500, Content_Type=PROBLEM)

    with ledger.but_for(500):
        ledger.hold(contract, fault)
        with pytest.raises(Broken, match="no problem"):
            ledger.hold(contract, answer(BROKEN, 500))
    with pytest.raises(Broken, match="500 is not documented"):
        ledger.hold(contract, fault)

    assert ledger.count == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/api/v1", True), ("/api/v1/me", True), ("/api/v10", False), ("/healthz", False)],
)
def test_the_api_is_what_lies_below_its_base(path: str, expected: bool) -> None:
    assert is_of_the_api(path) is expected
