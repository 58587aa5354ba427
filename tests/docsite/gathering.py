"""Gather what the site shows: the pages of the project, with their links, and the reference of the API.

The pages stay where a code host shows them, and lead to each other as files do. Here each gets its place in the
site, and a link that leads to a file of the repository leads to that file's place, or the gathering fails.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

PROJECT: Final = Path(__file__).resolve().parents[2]
SITE: Final = PROJECT / "docs" / "site"
METHODS: Final = ("get", "put", "post", "patch", "delete")
_LINK: Final = re.compile(r"(?<!!)\[(?P<text>[^\]\n]*(?:\n[^\]\n]+)?)\]\((?P<target>[^)\s]+)\)")
_FENCE: Final = re.compile(r"^(?P<fence>```+|~~~+)", re.MULTILINE)
_RENDERER: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "index.css", "favicon-32x32.png")

# Sections of the site and their pages; a page is left out as long as nobody has written it.
CONTENTS: Final[dict[str, tuple[str, ...]]] = {
    "Start": ("README.md",),
    "Integrate": (
        "docs/integrators.md",
        "api.md",
        "docs/clients.md",
        "docs/mock-and-collection.md",
        "docs/errors.md",
        "docs/versioning.md",
        "CHANGELOG.md",
    ),
    "The plan": ("docs/access.md", "docs/lifecycles.md"),
    "The engine": ("docs/engine-tool.md", "docs/evaluation.md", "docs/knowledge-releases.md"),
    "The rules": ("docs/rules/README.md", "docs/rules/"),
    "The house": ("docs/house.md", "CONTRIBUTING.md", "docs/decisions/"),
}
# Where a page of the project stands in the site, if not at its place below docs/.
PLACES: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "api.md": "api.md",
    "docs/rules/README.md": "rules/index.md",
    "docs/decisions": "decisions/index.md",
    "docs/decisions/README.md": "decisions/index.md",
    "docs/rules": "rules/index.md",
    "openapi/openapi.json": "openapi/openapi.json",
    "openapi/openapi-3.0.json": "openapi/openapi-3.0.json",
}


class Astray(Exception):
    """Say which link leads to nothing in the site."""


def place_of(path: str) -> str | None:
    """Say where a file of the project stands in the site."""
    if path in PLACES:
        return PLACES[path]
    if path.startswith("docs/") and not path.startswith("docs/site"):
        return path.removeprefix("docs/")
    return None


@dataclass(frozen=True, slots=True)
class Page:
    """Hold a page of the project."""

    source: str
    text: str

    @property
    def place(self) -> str:
        place = place_of(self.source)
        assert place is not None, self.source
        return place

    @property
    def title(self) -> str:
        """Find what the page calls itself."""
        return next(line[2:].strip() for line in outside_code(self.text) if line.startswith("# "))

    def rewritten(self, project: Path) -> str:
        """Let its links lead to places in the site."""
        parts = _LINK.split(self.text)
        out = [parts[0]]
        for text, target, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            out.append(f"[{text}]({self._leading(target, project)}){rest}")
        return "".join(out)

    def _leading(self, target: str, project: Path) -> str:
        url = urlsplit(target)
        if url.scheme or not url.path:
            return target
        path = os.path.normpath(Path(self.source).parent / url.path)
        place = place_of(path)
        if place is None or not (project / path).exists():
            raise Astray(f"{self.source} leads to {target}, which is not in the site")
        relative = os.path.relpath(place, Path(self.place).parent)
        return f"{relative}#{url.fragment}" if url.fragment else relative


def outside_code(text: str) -> list[str]:
    """Give the lines of a page that are not in a fenced block."""
    return [
        line
        for number, part in enumerate(_FENCE.split(text)[::2])
        if number % 2 == 0
        for line in part.splitlines()
    ]


def pages(project: Path) -> dict[str, list[Page]]:
    """Read the pages of every section."""
    found: dict[str, list[Page]] = {}
    for section, sources in CONTENTS.items():
        found[section] = []
        for source in sources:
            if source == "api.md":
                document = json.loads((project / "openapi" / "openapi.json").read_text())
                found[section].append(Page(source, operations(document)))
            elif source.endswith("/"):
                names = sorted(
                    path.name for path in (project / source).glob("*.md") if path.stem != "README"
                )
                read = [Page(source + one, (project / source / one).read_text()) for one in names]
                if source == "docs/decisions/":
                    found[section].append(Page("docs/decisions/README.md", listing(read)))
                found[section] += read
            elif (project / source).exists():
                found[section].append(Page(source, (project / source).read_text()))
    return found


def listing(decisions: list[Page]) -> str:
    """Write the page that lists the decisions, as their folder does on a code host."""
    lines = [f"- [{page.title}]({Path(page.source).name})" for page in decisions]
    told = "One page for each decision that a reader would question: what was decided, and why."
    return f"# Decisions\n\n{told}\n\n" + "\n".join(lines) + "\n"


def operations(document: dict[str, Any]) -> str:
    """Write the list of operations, to read and to search in; each leads to its place in the reference."""
    told = {tag["name"]: tag.get("description", "") for tag in document.get("tags", [])}
    rows: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                one = item[method]
                [tag, *_] = one["tags"]
                link = f"reference/index.html#/{tag.replace(' ', '%20')}/{one['operationId']}"
                rows.setdefault(tag, []).append(
                    f"| [{one['summary'].rstrip('.')}]({link}) | `{method.upper()} {path}` |"
                )
    version, number = document["info"]["version"], sum(map(len, rows.values()))
    parts = [
        f"# API reference\n\nVersion {version}, {number} operations.",
        "[The reference](reference/index.html) shows each of them with its parameters, bodies, answers and examples,",
        "and works without a network. The document itself: [OpenAPI 3.1.1](openapi/openapi.json), and for older tools",
        "[3.0.3](openapi/openapi-3.0.json).",
    ]
    for tag, lines in rows.items():
        parts += ["", f"## {tag[:1].upper()}{tag[1:]}", ""]
        if told.get(tag):
            parts += [told[tag], ""]
        parts += ["| Operation | Request |", "| --- | --- |", *lines]
    return "\n".join(parts) + "\n"


def gather(project: Path, into: Path) -> None:
    """Lay out everything that the site is built from."""
    shutil.rmtree(into, ignore_errors=True)
    out = into / "pages"
    out.mkdir(parents=True)
    sections = pages(project)
    for page in (page for section in sections.values() for page in section):
        place = out / page.place
        place.parent.mkdir(parents=True, exist_ok=True)
        # The list of operations is made for its place; the others were written for theirs.
        place.write_text(page.text if page.source == "api.md" else page.rewritten(project))
    shutil.copytree(project / "docs" / "examples", out / "examples")
    (out / "openapi").mkdir()
    for name in ("openapi.json", "openapi-3.0.json"):
        shutil.copy(project / "openapi" / name, out / "openapi")
    shutil.copy(SITE / "concord.css", out)
    _reference(project, out / "reference")
    configuration = (SITE / "zensical.toml").read_text()
    line = next(one for one in configuration.splitlines() if one.startswith("nav = "))
    (into / "zensical.toml").write_text(
        configuration.replace(line, f"nav = {navigation(sections)}")
    )


def navigation(sections: dict[str, list[Page]]) -> str:
    """Write the navigation as TOML."""
    parts = []
    for section, shown in sections.items():
        entries = ", ".join(
            f"{{ {json.dumps(page.title.replace('`', ''), ensure_ascii=False)} = {json.dumps(page.place)} }}"
            for page in shown
        )
        parts.append(f"{{ {json.dumps(section)} = [{entries}] }}")
    return f"[{', '.join(parts)}]"


def _reference(project: Path, out: Path) -> None:
    """Put the API's renderer, the one that a service serves at /docs, beside the document."""
    out.mkdir()
    for name in _RENDERER:
        (out / name).write_bytes(files("flask_swagger_ui").joinpath("dist", name).read_bytes())
    shutil.copy(SITE / "reference.html", out / "index.html")
    shutil.copy(SITE / "reference.js", out / "start.js")
    shutil.copy(SITE / "reference.css", out)
    document = (project / "openapi" / "openapi.json").read_text()
    (out / "document.js").write_text(f"window.concordDocument = {document};\n")
