"""The pages of the project get their places in the site, and their links lead to these."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.docsite.gathering import (
    CONTENTS,
    PROJECT,
    Astray,
    Page,
    navigation,
    operations,
    outside_code,
    pages,
    place_of,
)


def test_every_page_of_docs_has_a_place_in_the_contents() -> None:
    """Whoever writes a page is told that no reader of the site would find it."""
    shown = {page.source for section in pages(PROJECT).values() for page in section}
    written = {
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "docs").rglob("*.md")
        if "site" not in path.relative_to(PROJECT).parts
    }
    assert written <= shown
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "api.md"} <= shown


def test_no_two_pages_have_one_place() -> None:
    places = [page.place for section in pages(PROJECT).values() for page in section]
    assert len(places) == len(set(places)) > 40
    assert place_of("service/app.py") is None
    assert place_of("docs/site/concord.css") is None


@pytest.mark.parametrize(
    ("source", "target", "place"),
    [
        ("README.md", "docs/clients.md", "clients.md"),
        ("README.md", "docs/decisions/", "decisions/index.md"),
        ("docs/clients.md", "../openapi/openapi.json", "openapi/openapi.json"),
        ("docs/house.md", "decisions/0004-pure-engine.md#why", "decisions/0004-pure-engine.md#why"),
        ("docs/decisions/0004-pure-engine.md", "../rules/README.md", "../rules/index.md"),
        ("docs/rules/cf01.md", "../../CHANGELOG.md", "../changelog.md"),
        ("docs/house.md", "https://example.org/x", "https://example.org/x"),
        ("docs/house.md", "#habits", "#habits"),
    ],
)
def test_a_link_leads_to_the_place_of_its_file(source: str, target: str, place: str) -> None:
    page = Page(source, f"# A page\n\nSee [this\npage]({target}).\n")
    assert page.rewritten(PROJECT) == f"# A page\n\nSee [this\npage]({place}).\n"


@pytest.mark.parametrize("target", ["../service/app.py", "nowhere.md", "../../outside.md"])
def test_a_link_that_leaves_the_site_is_refused(target: str) -> None:
    with pytest.raises(Astray, match="which is not in the site"):
        Page("docs/house.md", f"# A page\n\n[there]({target})\n").rewritten(PROJECT)


def test_a_heading_in_a_block_of_code_is_no_title() -> None:
    text = "```sh\n# a comment\n```\n\n# The title\n"
    assert Page("docs/house.md", text).title == "The title"
    assert "# a comment" not in outside_code(text)


def test_the_navigation_names_the_sections_and_escapes_titles() -> None:
    told = navigation({"One": [Page("docs/house.md", '# The "house"\n')]})
    assert tomllib.loads(f"nav = {told}") == {"nav": [{"One": [{'The "house"': "house.md"}]}]}
    assert next(iter(CONTENTS)) == "Start"


def test_the_list_of_operations_names_each_and_leads_to_it() -> None:
    document = json.loads((PROJECT / "openapi" / "openapi.json").read_text())
    written = operations(document)
    for path, item in document["paths"].items():
        for method, one in item.items():
            assert f"/{one['operationId']})" in written
            assert f"`{method.upper()} {path}`" in written


def test_the_pages_stand_where_a_code_host_shows_them(tmp_path: Path) -> None:
    """A page that is not there yet is left out, and nothing else changes."""
    (tmp_path / "docs" / "rules").mkdir(parents=True)
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "openapi.json").write_text(
        json.dumps({"info": {"version": "1"}, "paths": {}})
    )
    (tmp_path / "README.md").write_text("# Concord\n")
    found = pages(tmp_path)
    assert [page.place for page in found["Start"]] == ["index.md"]
    assert [page.place for page in found["Integrate"]] == ["api.md"]
    assert [page.place for page in found["The house"]] == ["decisions/index.md"]
