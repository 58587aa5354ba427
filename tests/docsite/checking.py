"""Look through the built site: every link leads to something, and no page asks anything of another host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself, by element; a plain link waits for the reader.
_FETCHED: Final = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "form": ("action",),
    "link": ("href",),
}
# A canonical address and the page before or after are told, not fetched.
_TOLD: Final = frozenset({"canonical", "prev", "next", "alternate", "author", "license"})
_STYLE: Final = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")
# A paragraph that holds the lines of a list: it was written without the empty line that the builder wants.
_NO_LIST: Final = re.compile(r"\n(?:[-*] |\d+\. )\S")


@dataclass
class Shown(HTMLParser):
    """Hold what a page says of itself."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    lists_missed: list[str] = field(default_factory=list)
    _paragraph: list[str] | None = None
    _style: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and set(given.get("rel", "").split()) & _TOLD:
            self.links.append(given.get("href", ""))
        else:
            for name in _FETCHED.get(tag, ()):
                self.fetched += [one.split()[0] for one in given.get(name, "").split(",") if one]
        self.fetched += _STYLE.findall(given.get("style", ""))
        self._style = tag == "style"
        if tag == "p":
            self._paragraph = []

    def handle_data(self, data: str) -> None:
        if self._style:
            self.fetched += _STYLE.findall(data)
        if self._paragraph is not None:
            self._paragraph.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._style = False
        if tag == "p" and self._paragraph is not None:
            text = "".join(self._paragraph)
            if _NO_LIST.search(text):
                self.lists_missed.append(text[:60])
            self._paragraph = None


@dataclass(frozen=True)
class Built:
    """Hold a built site."""

    folder: Path

    @cached_property
    def pages(self) -> dict[Path, Shown]:
        """Read every page."""
        found = {}
        for path in sorted(self.folder.rglob("*.html")):
            shown = Shown()
            shown.feed(path.read_text())
            found[path] = shown
        return found

    @cached_property
    def operations(self) -> set[str]:
        """Name the operations that the reference shows."""
        document = json.loads((self.folder / "openapi" / "openapi.json").read_text())
        return {one["operationId"] for item in document["paths"].values() for one in item.values()}

    def faults(self) -> list[str]:
        """Tell everything that is wrong."""
        return [
            f"{path.relative_to(self.folder)}: {fault}"
            for path, shown in self.pages.items()
            for fault in self._of_a_page(path, shown)
        ] + list(self._of_styles())

    def _of_a_page(self, path: Path, shown: Shown) -> Iterator[str]:
        for target in shown.links + shown.fetched:
            fault = self._led_astray(path, target)
            if fault is not None:
                yield fault
        for target in shown.fetched:
            if is_foreign(target):
                yield f"asks another host for {target}"
        for text in shown.lists_missed:
            yield f"shows a list as running text: {text!r}"

    def _of_styles(self) -> Iterator[str]:
        for path in sorted(self.folder.rglob("*.css")):
            for target in _STYLE.findall(path.read_text()):
                if is_foreign(target):
                    yield f"{path.relative_to(self.folder)}: asks another host for {target}"

    def _led_astray(self, path: Path, target: str) -> str | None:
        url = urlsplit(target)
        if url.scheme or url.netloc:
            return None
        aim = path
        if url.path:
            # The page for what is not found is shown anywhere, so its links start at the root.
            start = self.folder if url.path.startswith("/") else path.parent
            aim = (start / unquote(url.path).lstrip("/")).resolve()
            if aim.is_dir():
                aim /= "index.html"
        if not aim.is_relative_to(self.folder.resolve()) or not aim.exists():
            return f"leads to {target}, which is not there"
        anchor = unquote(url.fragment)
        if anchor.startswith("/") and anchor.rsplit("/", 1)[1] not in self.operations:
            return f"leads to {target}, which is no operation"
        of_page = self._anchors(aim)
        if anchor and not anchor.startswith("/") and of_page is not None and anchor not in of_page:
            return f"leads to {target}, but nothing there is called so"
        return None

    def _anchors(self, aim: Path) -> set[str] | None:
        known = {path.resolve(): shown for path, shown in self.pages.items()}
        return known[aim.resolve()].anchors if aim.resolve() in known else None


def is_foreign(target: str) -> bool:
    """Tell whether an address is another host's; what is written into the page itself is nobody's."""
    url = urlsplit(target)
    return bool(url.netloc) or url.scheme not in ("", "data")
