"""`check` finds what the engine finds, and explains it by codes that are true."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.conflicts import check
from service.conflicts.rules import RULES
from service.conflicts.tables import tables
from service.conflicts.taxonomy import taxonomy
from tests.conflicts.casebook import cases
from tests.conflicts.tool.running import EXAMPLE, run

BODY, DRUGS = taxonomy(), tables()
FIRING = [case for case in cases({rule.code for rule in RULES}) if not case.silent]
# One finding of each rule shows at least one of these; sums, times and goals have none.
EXPLAINED_BY = {
    "paths": {
        "CF01", "CF03", "CF04", "CF05", "CF06", "CF08", "CF09", "CF10", "CF11", "CF12", "CF14",
        "CF18", "CF20", "CF22", "CF23", "CF24", "CF25", "CF26", "CF27", "CF28", "CF29",
    },
    "demands": {"CF02", "CF03", "CF08", "CF10", "CF12", "CF14", "CF18", "CF26", "CF28"},
    "row": {"CF18", "CF24", "CF25", "CF28"},
}  # fmt: skip


def plan_of(*recommendations: dict[str, Any], **facts: Any) -> str:
    return json.dumps({"as_of": "2026-01-05", "recommendations": list(recommendations), **facts})


def said(id_: str, discipline: str, **fields: Any) -> dict[str, Any]:
    author = {"id": f"a-{discipline}", "discipline": discipline}
    return {"id": id_, "kind": "exercise", "stance": "recommend", "author": author, **fields}


def test_the_json_is_what_the_engine_says() -> None:
    done = run("check", str(EXAMPLE), "--format", "json")
    assert done.code == 0
    assert done.err == ""
    assert done.json == check(json.loads(EXAMPLE.read_text()))


def test_json_is_the_default_where_nobody_reads_along() -> None:
    assert run("check", str(EXAMPLE)).out == run("check", str(EXAMPLE), "--format", "json").out


def test_the_table_names_every_finding_and_what_was_not_checked() -> None:
    document = json.loads(EXAMPLE.read_text())
    document["recommendations"][6]["action"] = "somersault"
    done = run("check", "-", "--format", "table", stdin=json.dumps(document))
    result = check(document)
    assert len(result["findings"]) == 10
    for finding in result["findings"]:
        line = next(
            line
            for line in done.out.splitlines()
            if f"  {finding['code']}  " in line
            and " ".join(one["id"] for one in finding["statements"]) in line
        )
        assert line.startswith(finding["tier"])
    assert "10 findings (2 critical, 6 warning, 2 notice)" in done.out
    assert "Not checked: 1\n  missing-coding  hinge" in done.out
    assert "draft for clinicians" in done.out


def test_explained_adds_and_changes_nothing_else() -> None:
    plain = run("check", str(EXAMPLE)).json
    explained = run("check", "--explain", str(EXAMPLE)).json
    for finding in explained["findings"]:
        assert set(finding.pop("explanation")) == {"paths", "demands", "row"}
    assert explained == plain


def test_the_way_up_the_taxonomy_is_shown() -> None:
    document = plan_of(
        said("p", "physiotherapy", action="deadlift"),
        said("n", "physician", action="lifting", stance="prohibit", period={"end": "2026-03-01"}),
    )
    [finding] = run("check", "-", "--explain", stdin=document).json["findings"]
    assert finding["code"] == "CF01"
    [path] = finding["explanation"]["paths"]
    assert (path["of"], path["to"]) == ("p", "n")
    assert path["path"] == ["deadlift", "lifting-floor", "lifting"]
    table = run("check", "-", "--explain", "--format", "table", stdin=document).out
    assert "way      deadlift → lifting-floor → lifting" in table
    for sentence in (*finding["why"], *finding["tier_trace"]):
        assert sentence in " ".join(table.split())


def test_a_dose_that_makes_it_another_activity_is_on_the_way() -> None:
    dose = [{"dimension": "bout", "low": 90, "high": 90, "unit": "min"}]
    document = plan_of(
        said("p", "physiotherapy", action="sitting", dose=dose),
        said(
            "n", "physician", action="prolonged-sitting", stance="prohibit", review_by="2026-02-01"
        ),
    )
    [finding] = run("check", "-", "--explain", stdin=document).json["findings"]
    [path] = finding["explanation"]["paths"]
    assert path["path"] == ["sitting", "prolonged-sitting"]
    assert "more than 60 min" in path["says"]


def test_a_demand_names_the_activity_that_states_it() -> None:
    load = {"load": "flex", "region": "lumbar", "min_level": 2}
    document = plan_of(
        said("p", "physiotherapy", action="manual-handling-work", kind="activity"),
        said("n", "physician", load_target=load, stance="prohibit", period={"end": "2026-03-01"}),
    )
    [finding] = run("check", "-", "--explain", stdin=document).json["findings"]
    assert finding["code"] == "CF02"
    [demand] = finding["explanation"]["demands"]
    assert demand["path"] == ["manual-handling-work", "lifting"]
    assert (demand["load"], demand["region"], demand["level"]) == ("flex", "lumbar", 2)
    assert demand["inherent"] is False
    assert demand["against"] == {"region": "lumbar", "level": 2}


def test_a_row_of_a_table_is_shown_whole() -> None:
    medicine = {"drug_class": "duloxetine", "route": "oral"}
    document = plan_of(
        said("p", "physician", kind="medication", medication=medicine),
        conditions=[{"id": "c", "code": "uncontrolled-hypertension"}],
    )
    [finding] = run("check", "-", "--explain", stdin=document).json["findings"]
    row = finding["explanation"]["row"]
    assert row["id"] == finding["row"] == "DC12"
    assert row["source"]
    assert row["drug_class"] == "snri"
    assert finding["explanation"]["paths"][0]["path"] == ["duloxetine", "snri"]


@pytest.fixture(scope="module")
def explained_cases() -> list[dict[str, Any]]:
    return [
        finding
        for case in FIRING
        for finding in run("check", "-", "--explain", stdin=json.dumps(case.plan)).json["findings"]
    ]


def test_every_way_is_one_of_the_taxonomy(explained_cases: list[dict[str, Any]]) -> None:
    counted = {row.of: row.as_ for row in BODY.counts_as}
    for finding in explained_cases:
        for path in finding["explanation"]["paths"]:
            steps = list(zip(path["path"], path["path"][1:], strict=False))
            for lower, upper in steps:
                dosed = any(upper == counted.get(code) for code in BODY.up.get(lower, ()))
                above = BODY.up.get(lower) or DRUGS.drug_up[lower]
                assert upper in above or dosed, (finding["code"], path)


def test_every_demand_is_one_that_its_activity_has(explained_cases: list[dict[str, Any]]) -> None:
    for finding in explained_cases:
        for demand in finding["explanation"]["demands"]:
            stated = BODY.demands[demand["stated_by"]]
            assert any(
                (one.load, one.region, one.inherent)
                == (demand["load"], demand["region"], demand["inherent"])
                for one in stated
            ), (finding["code"], demand)


@pytest.mark.parametrize("part", sorted(EXPLAINED_BY))
def test_each_rule_explains_itself_where_it_can(
    part: str, explained_cases: list[dict[str, Any]]
) -> None:
    shown = {finding["code"] for finding in explained_cases if finding["explanation"][part]}
    assert EXPLAINED_BY[part] <= shown


def test_every_finding_of_a_pair_of_activities_has_a_way_or_a_demand(
    explained_cases: list[dict[str, Any]],
) -> None:
    sure = {"CF01", "CF02", "CF03", "CF05", "CF08", "CF10", "CF11", "CF12", "CF14", "CF20", "CF27"}
    bare = [
        (finding["code"], finding["summary"])
        for finding in explained_cases
        if finding["code"] in sure
        and not finding["explanation"]["paths"]
        and not finding["explanation"]["demands"]
    ]
    assert bare == []


def test_all_rules_are_among_the_cases(explained_cases: list[dict[str, Any]]) -> None:
    assert {finding["code"] for finding in explained_cases} == {rule.code for rule in RULES}


@pytest.mark.parametrize(
    ("text", "pointer", "problem", "line"),
    [
        ('{"as_of": "2026-01-05",\n "goals": [', "", "not-json", 2),
        ('{"as_of": "2026-01-05",\n "as_of": "2026-01-06"}', "/as_of", "key-stands-twice", 2),
        ('{"as_of": "2026-01-05",\n\n "goals": [{"id": NaN}]}', "/goals/0/id", "not-a-number", 3),
        ('{"as_of":\n "2026-13-01"}', "/as_of", "not-a-date", 1),
        ('{\n"as_of": "2026-01-05",\n"golas": []}', "/golas", "unknown-field", 3),
        (
            '{"as_of": "2026-01-05", "recommendations": [\n{"id": "r1",\n"kind": "dance"}]}',
            "/recommendations/0/author",
            "required",
            2,
        ),
    ],
)
def test_a_bad_document_names_pointer_and_line(
    text: str, pointer: str, problem: str, line: int
) -> None:
    done = run("check", "-", stdin=text)
    assert done.code == 2
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert json.loads(done.err) == {
        "error": "bad-document",
        "pointer": pointer,
        "problem": problem,
        "line": line,
    }


@pytest.mark.parametrize(
    ("given", "pointer", "problem"),
    [
        (b"\xff\xfe", "", "not-json"),
        ("[" * 100_000, "", "not-json"),
        ("", "", "not-json"),
        ("[" + "9" * 5000 + "]", "", "not-json"),
        ("[]", "", "not-an-object"),
        ("{}", "/as_of", "required"),
        ('{"as_of": null}', "/as_of", "required"),
    ],
)
def test_what_is_no_document_is_told_too(given: str | bytes, pointer: str, problem: str) -> None:
    done = run("check", "-", stdin=given)
    assert (done.code, done.out) == (2, "")
    error = json.loads(done.err)
    assert (error["pointer"], error["problem"]) == (pointer, problem)


@pytest.mark.parametrize("path", ["/nowhere/plan.json", "/", "a\x00b", ""])
def test_a_file_that_cannot_be_read_is_told_too(path: str) -> None:
    done = run("check", path)
    assert (done.code, done.out) == (2, "")
    assert json.loads(done.err)["problem"] == "cannot-be-read"


def test_a_terminal_is_sent_no_control_characters() -> None:
    medicine = {"drug_class": "nsaid", "route": "oral", "name": "\x1b[31mred\u202e\ud800"}
    document = plan_of(
        said("p", "physician", kind="medication", medication=medicine),
        conditions=[{"id": "c", "code": "ckd"}],
    )
    done = run("check", "-", "--format", "table", "--explain", stdin=document)
    assert done.code == 0
    assert "CF24" in done.out
    assert all(sign.isprintable() or sign == "\n" for sign in done.out)
    assert "\\x1b[31mred" in done.out
