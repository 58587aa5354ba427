"""`explain` and `taxonomy` say what the rules and the taxonomy say, and help who misspells."""

from __future__ import annotations

import pytest

from service.conflicts import known_codes, rules, taxonomy
from tests.conflicts.tool.running import run

RULES = rules()
ACTIVITIES = taxonomy()["activities"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["code"])
def test_each_rule_is_explained(rule: dict[str, str]) -> None:
    shown = run("explain", rule["code"]).json
    for field in ("code", "type", "version", "documentation", "source", "fhir", "told", "resolver"):
        assert shown[field] == rule[field]
    assert shown["example"]
    assert shown["tier"]
    text = " ".join(run("explain", rule["code"], "--format", "table").out.split())
    for field in ("title", "example", "tier", "told", "resolver", "source"):
        assert shown[field] in text


@pytest.mark.parametrize("name", ["CF03", "cf03", " Cf03 ", "dose-cap", "Dose-Cap"])
def test_a_rule_is_found_by_code_and_by_type(name: str) -> None:
    assert run("explain", name).json["code"] == "CF03"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("CF30", "unknown rule 'CF30'; did you mean CF"),
        ("dosecap", "unknown rule 'dosecap'; did you mean dose-cap?"),
        ("zzz", "unknown rule 'zzz'; the rules are CF01 to CF29"),
        ("", "unknown rule ''; the rules are CF01 to CF29"),
        ("\x1b[2J\n", "unknown rule '\\x1b[2J\\n'; the rules are CF01 to CF29"),
    ],
)
def test_an_unknown_rule_is_one_line_and_exit_code_2(name: str, says: str) -> None:
    done = run("explain", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(says)
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda activity: activity["code"])
def test_each_activity_is_shown(activity: dict[str, object]) -> None:
    shown = run("taxonomy", str(activity["code"])).json
    assert shown["label"] == activity["label"]
    assert shown["parents"] == activity["is_a"]
    kept = ("load", "region", "level", "inherent")
    demands = [{name: one[name] for name in kept} for one in shown["demands"]]
    wanted = activity["demands"]
    assert isinstance(wanted, list)
    assert sorted(demands, key=str) == sorted(wanted, key=str)
    assert run("taxonomy", str(activity["code"]), "--format", "table").code == 0


def test_each_activity_is_a_child_of_its_parents() -> None:
    children = {
        one["code"]: {child["code"] for child in run("taxonomy", one["code"]).json["children"]}
        for one in ACTIVITIES
    }
    for one in ACTIVITIES:
        assert {code for code, below in children.items() if one["code"] in below} == set(
            one["is_a"]
        )


def test_an_inherited_demand_names_who_states_it() -> None:
    shown = run("taxonomy", "deadlift").json
    knee = next(one for one in shown["demands"] if one["region"] == "knee")
    assert (knee["stated_by"], knee["path"]) == ("lifting-floor", ["deadlift", "lifting-floor"])
    assert knee["means"] == "level 2, 45-115 deg"
    own = next(one for one in shown["demands"] if one["load"] == "axial")
    assert (own["stated_by"], own["path"]) == ("deadlift", ["deadlift"])
    assert shown["loads"]["axial"] == "axial / compressive spinal load"
    ways = {one["code"]: one["path"] for one in shown["ancestors"]}
    assert ways["lifting"] == ["deadlift", "lifting-floor", "lifting"]
    assert "any" in ways
    assert "As deadlift it needs weights or gym." in shown["also"]


def test_the_text_of_an_activity_shows_all_of_it() -> None:
    text = run("taxonomy", "sitting", "--format", "table").out
    for part in (
        "sitting · Sitting (maintaining) · ICF d4153",
        "  sitting → posture → any",
        "prolonged-sitting",
        "static@lumbar",
        "With bout above 60 min it counts as prolonged-sitting.",
        "Both sides of the body do it, so it has no side.",
    ):
        assert part in text


def test_what_a_restriction_on_it_means_is_said() -> None:
    also = run("taxonomy", "bending").json["also"]
    assert "A restriction on it is also one on flexion at the lumbar spine from level 2." in also
    assert any("done to the patient" in said for said in run("taxonomy", "massage").json["also"])
    assert "It demands nothing of its own." in run("taxonomy", "work", "--format", "table").out
    assert "As sling it goes well with pendulum." in run("taxonomy", "sling").json["also"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("deadlft", "deadlift"),
        ("dead lift", "deadlift"),
        ("Walkin", "walking"),
        ("squat", "squatting"),
        ("tennis elbow", "wrist-extensor-loading"),
    ],
)
def test_an_unknown_activity_is_told_with_what_may_be_meant(name: str, meant: str) -> None:
    done = run("taxonomy", name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"unknown activity '{name}'; did you mean ")
    assert meant in done.err.removesuffix("?\n").split("mean ")[1].split(" or ")
    assert done.err.count("\n") == 1


def test_what_looks_like_nothing_has_no_suggestion() -> None:
    assert run("taxonomy", "qqqqqq").err == "unknown activity 'qqqqqq'\n"
    assert run("taxonomy", "x" * 10_000).err == f"unknown activity '{'x' * 59}…'\n"
    assert "qqqqqq" not in known_codes()["activities"]
