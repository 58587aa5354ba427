"""Build the documentation site, or show it: `python -m tests.docsite build|serve`."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import sys

from tests.docsite.checking import Built
from tests.docsite.gathering import PROJECT, Astray, gather

WORK = PROJECT / "build" / "site"
OUT = PROJECT / "site"
ZENSICAL = PROJECT / ".venv-site" / "bin" / "zensical"


def build() -> int:
    """Gather, build in strict mode, look through what was built, and put it in place."""
    try:
        gather(PROJECT, WORK)
    except Astray as astray:
        return said(str(astray))
    run = subprocess.run(
        [ZENSICAL, "build", "--strict", "--clean", "-f", "zensical.toml"],
        cwd=WORK,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if run.returncode:
        return said(run.stdout + run.stderr)
    built = Built(WORK / "out")
    faults = built.faults()
    if faults:
        return said("\n".join(faults))
    shutil.rmtree(OUT, ignore_errors=True)
    shutil.copytree(built.folder, OUT)
    links = sum(len(shown.links) for shown in built.pages.values())
    sys.stdout.write(
        f"{len(built.pages)} pages and {links} links in site/; nothing is asked of another host.\n"
    )
    return 0


def serve() -> int:
    """Show the site on 127.0.0.1, until Ctrl-C."""
    port = int(os.environ.get("PORT", "8001"))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(OUT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        sys.stdout.write(f"http://127.0.0.1:{port}\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


def said(fault: str) -> int:
    sys.stderr.write(f"{fault.rstrip()}\nThe site was not built.\n")
    return 1


if __name__ == "__main__":
    sys.exit({"build": build, "serve": serve}[sys.argv[1]]())
