"""The knowledge over HTTP, and the check of a document that is stored nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from service import conflicts
from service.domain.vocabulary import Role
from tests.api.conftest import Members

API = "/api/v1"


@pytest.mark.parametrize("who", list(Role))
def test_any_valid_token_reads_the_knowledge(member: Members, who: str) -> None:
    asking = member(who, scopes=())

    for path in ("activities", "activities/walking", "conflict-rules", "instruments"):
        assert asking.get(f"{API}/{path}").status_code == 200


def test_activities_come_with_their_loads_and_codes(member: Members) -> None:
    shown = member("patient").get(f"{API}/activities").json

    assert shown["knowledge_version"] == conflicts.KNOWLEDGE_VERSION
    deadlift = next(one for one in shown["activities"] if one["code"] == "deadlift")
    assert deadlift == member("patient").get(f"{API}/activities/deadlift").json
    assert deadlift["demands"]
    assert shown["codes"]["observations"] == ["egfr"]
    assert {"code": "lumbar", "label": "Lumbar spine", "part_of": "spine"} in shown["regions"]


@pytest.mark.parametrize("path", ["activities/levitation", "conflict-rules/CF99", "activities/%00"])
def test_what_is_not_known_is_not_found(member: Members, path: str) -> None:
    assert member("patient").get(f"{API}/{path}").status_code == 404


def test_every_rule_explains_itself(member: Members) -> None:
    rules = member("patient").get(f"{API}/conflict-rules").json["items"]

    codes = [one["code"] for one in rules]
    assert codes == sorted(set(codes))
    assert {"CF01", "CF03", "CF24", "CF27"} <= set(codes)
    for rule in rules:
        assert rule["documentation"].strip()
        assert rule == member("patient").get(f"{API}/conflict-rules/{rule['code']}").json


def test_instruments_have_ranges_and_bands_that_fit(member: Members) -> None:
    shown = member("patient").get(f"{API}/instruments").json["items"]

    assert [one["code"] for one in shown] == [
        "nrs",
        "psfs",
        "rmdq-24",
        "phq-4",
        "gad-7",
        "phq-9",
        "wsas",
    ]
    for one in shown:
        items, each = one["items"], one["item_range"]
        factor = items if one["scoring"] == "sum" else 1
        assert one["range"] == {"low": each["low"] * factor, "high": each["high"] * factor}
        assert one["better"] in ("lower", "higher")
        if one["bands"]:
            assert one["bands"][0]["low"] == one["range"]["low"]
            assert one["bands"][-1]["high"] == one["range"]["high"]
            for below, above in zip(one["bands"], one["bands"][1:], strict=False):
                assert above["low"] == below["high"] + 1


def _document() -> dict[str, Any]:
    def statement(one: str, discipline: str, **said: Any) -> dict[str, Any]:
        return {
            "id": one,
            "author": {"id": discipline, "discipline": discipline},
            "kind": "activity",
            "action": "walking",
            **said,
        }

    return {
        "as_of": "2027-02-15",
        "recommendations": [
            statement("a", "physiotherapy", stance="require", body_region=None),
            statement("b", "physician", stance="prohibit", period={"end": "2027-06-01"}),
        ],
        "goals": None,
    }


def test_a_document_is_checked_and_nothing_is_stored(member: Members) -> None:
    answer = member("physician").post(f"{API}/plan-document/check", _document())

    assert answer.status_code == 200
    [finding] = answer.json["findings"]
    assert finding["code"] == "CF01"
    assert [one["id"] for one in finding["statements"]] == ["a", "b"]
    [engines] = conflicts.check(_document())["findings"]
    for name in ("fingerprint", "tier", "summary", "why", "repairs", "overlap", "material"):
        assert finding[name] == engines[name]
    assert member("physician").get("conflicts").json["items"] == []


def test_the_plans_own_document_gives_its_own_findings(member: Members) -> None:
    physio, psychologist = member("physiotherapist"), member("psychologist")
    physio.post("recommendations", {"kind": "activity", "stance": "require", "action": "walking"})
    psychologist.post(
        "recommendations",
        {
            "kind": "activity",
            "stance": "prohibit",
            "action": "walking",
            "period": {"end": "2027-06-01"},
        },
    )
    document = physio.get("plan-document").json

    checked = physio.post(f"{API}/plan-document/check", document).json

    [flag] = physio.get("conflicts").json["items"]
    assert [one["fingerprint"] for one in checked["findings"]] == [flag["fingerprint"]]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"as_of": "soon"}, "/as_of", "not-a-date"),
        ({"as_of": 7}, "/as_of", "not-text"),
        ({"recomendations": []}, "/recomendations", "unknown-field"),
        ({"recommendations": {}}, "/recommendations", "not-a-list"),
        ({"recommendations": [{"id": "a"}]}, "/recommendations/0/author", "required"),
        ({"goals": [7]}, "/goals/0", "not-an-object"),
    ],
)
def test_a_bad_document_is_named_by_its_place(
    member: Members, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = member("physician").post(f"{API}/plan-document/check", {**_document(), **change})

    assert answer.status_code == 422
    assert answer.json["code"] == "bad-document"
    assert answer.json["errors"] == [{"pointer": pointer, "code": code}]


def test_a_document_holds_what_one_team_says_to_one_patient(member: Members) -> None:
    one = _document()["recommendations"][0]

    def check(count: int, **said: Any) -> Any:
        many = [{**one, "id": str(number), **said} for number in range(count)]
        return member("physician").post(
            f"{API}/plan-document/check", {"as_of": "2027-02-15", "recommendations": many}
        )

    refused = check(251)
    assert refused.status_code == 422
    assert refused.json["errors"] == [{"pointer": "/recommendations", "code": "too-many"}]
    assert check(251, status="revoked").status_code == 200


@pytest.mark.parametrize(
    ("who", "scopes", "expected"),
    [
        ("patient", ("plan:read",), 200),
        ("clinic-system", ("plan:read",), 200),
        ("physician", ("plan:write",), 403),
        ("clinic-admin", ("plan:read",), 403),
        ("auditor", ("plan:read",), 403),
    ],
)
def test_who_may_check(member: Members, who: str, scopes: tuple[str, ...], expected: int) -> None:
    answer = member(who, scopes=scopes).post(f"{API}/plan-document/check", _document())

    assert answer.status_code == expected
