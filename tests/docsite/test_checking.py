"""What is wrong with a built site is found; the site itself is looked through by `make site`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.docsite.checking import Built, is_foreign


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "openapi.json").write_text(
        json.dumps({"paths": {"/me": {"get": {"operationId": "getMe"}}}})
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "index.html").write_text('<h2 id="one">One</h2>')
    (tmp_path / "style.css").write_text("a { background: url('data:image/png;base64,AA') }")
    (tmp_path / "sound.html").write_text(
        '<link rel="stylesheet" href="style.css"><link rel="canonical" href="https://example.org/">'
        '<p id="here">Text\nof two lines</p><ul><li>- one</li></ul>'
        '<a href="#here">1</a><a href="rules/">2</a><a href="rules/index.html#one">3</a>'
        '<a href="https://example.org/">4</a><a href="/rules/index.html">5</a><a href="#">6</a>'
        '<a href="rules/index.html#/Me/getMe">7</a>'
    )
    return tmp_path


def test_a_sound_site_has_no_fault(folder: Path) -> None:
    assert Built(folder).faults() == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="gone.html">x</a>', "leads to gone.html, which is not there"),
        ('<a href="../outside.html">x</a>', "leads to ../outside.html, which is not there"),
        ('<a href="sound.html#gone">x</a>', "but nothing there is called so"),
        ('<a href="#gone">x</a>', "but nothing there is called so"),
        ('<a href="rules/index.html#/Me/getYou">x</a>', "which is no operation"),
        ('<img src="gone.png">', "leads to gone.png, which is not there"),
        ('<script src="https://cdn.example.org/a.js"></script>', "asks another host"),
        ('<script src="//cdn.example.org/a.js"></script>', "asks another host"),
        ('<link rel="stylesheet" href="https://fonts.example.org/a.css">', "asks another host"),
        ('<link rel="preconnect" href="https://fonts.example.org">', "asks another host"),
        ('<img srcset="style.css 1x, https://cdn.example.org/b.png 2x">', "asks another host"),
        ('<iframe src="https://example.org"></iframe>', "asks another host"),
        ('<p style="background: url(https://example.org/a.png)">x</p>', "asks another host"),
        ("<style>@import 'https://example.org/a.css';</style>", "asks another host"),
        ("<p>Three things:\n- one\n- two</p>", "shows a list as running text"),
        ("<p>Two steps:\n1. one\n2. two</p>", "shows a list as running text"),
    ],
)
def test_a_planted_fault_is_found(folder: Path, html: str, fault: str) -> None:
    (folder / "planted.html").write_text(html)
    [found] = Built(folder).faults()
    assert found.startswith("planted.html: ")
    assert fault in found


def test_a_foreign_address_in_a_style_is_found(folder: Path) -> None:
    (folder / "style.css").write_text("@font-face { src: url(https://example.org/a.woff2) }")
    assert Built(folder).faults() == [
        "style.css: asks another host for https://example.org/a.woff2"
    ]


def test_what_is_written_into_a_page_is_nobodys() -> None:
    assert not is_foreign("data:image/svg+xml,x")
    assert not is_foreign("assets/a.js")
    assert is_foreign("//example.org/a.js")
